"""Options that every command takes, before or after its name."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from sayso.app.cli.context import given
from sayso.app.cli.show import Out
from sayso.app.mark import MARK, read_mark
from sayso.app.settings import Settings
from sayso.facts.errors import Unfit

LONGEST_KEY = 10_000


class PublicKey(click.ParamType[str]):
    """A public key as one line, or the name of a file that holds it: one of ML-DSA-44 has 1,800 characters."""

    name = "KEY|FILE"

    def convert(self, value: str, _param: click.Parameter | None, _ctx: click.Context | None) -> str:
        """Return the line; a text with two plus signs is taken for the key itself."""
        if value.count("+") >= 2:
            return value
        try:
            # An editor may have put a byte order mark before the key; it is no part of its name.
            told = Path(value).read_text("utf-8-sig")[:LONGEST_KEY].strip() if value else ""
        except (OSError, UnicodeDecodeError, ValueError):
            told = ""
        if not told:  # or the key of the data folder would be taken, which nobody named
            raise Unfit(f"`{value[:80]}` is neither a public key `name+id+key` nor a file that holds one")
        return told


def trusted_key(folder: Path) -> str:
    """Return the log's public key as the data *folder* has it; Unfit where there is none: a stranger has to name the key."""
    if not (folder / MARK).is_file():
        raise Unfit(
            "no public key to check with; name the log's with --key, as its operator publishes it or as somebody else has it "
            "(the operator prints it with `sayso log key`)"
        )
    return str(read_mark(folder).get("log_key", ""))


class Source(click.Path):
    """A path to read from; an empty one, as of a variable that is not set, is none and never the folder one stands in."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, with the name of what it leads to."""
        if not str(value):
            raise Unfit("the path is empty; name a file or a folder")
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        return path if path.name else path.resolve()


PORTS = click.IntRange(1, 65_535)


def agreed(question: str, *, err: bool = False) -> None:
    """Go on only where the answer is yes; where nobody is there to give one, Unfit says what does instead."""
    try:
        said = click.confirm(question, err=err)
    except click.Abort:
        if sys.stdin is None or not sys.stdin.isatty():
            raise Unfit("nobody is there to answer, so nothing was changed; --yes says it beforehand") from None
        raise
    if not said:
        raise click.Abort


def with_common_options(command: click.Command) -> click.Command:
    """Return *command* (and each command below it) with ``--json`` and ``--data`` of its own."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            with_common_options(below)
        return command
    command.params += [
        click.Option(["--json"], is_flag=True, expose_value=False, callback=_json, help="Answer in JSON, for programs."),
        click.Option(["--data"], metavar="DIR", expose_value=False, callback=_data, help="The data folder."),
    ]
    return command


def _json(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        context.obj = (given(context)[0], Out(as_json=True))


def _data(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.obj = (Settings.read(value), given(context)[1])
        context.find_root().params["data"] = value

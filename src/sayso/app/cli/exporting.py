"""`sayso export`: everything about one account, for its person."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sayso.app.cli.context import opened
from sayso.app.terms import operator
from sayso.facts.errors import Broken, Unfit

if TYPE_CHECKING:
    from sayso.app.jobs.takeout import Taking


@click.command(epilog="Example:  sayso export nia -o nia.zip")
@click.argument("account")
@click.option("-o", "--out", "out_file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), required=True,
              help="Where to write the zip; - for standard output.")  # fmt: skip
@click.option(
    "--lang",
    "language",
    type=click.Choice(["en", "de"]),
    default="en",
    show_default=True,
    help="The language of the readable part: en or de.",
)
@click.pass_context
def export(context: click.Context, account: str, out_file: Path, language: str) -> None:
    """Write everything about one account into one zip: words, receipts, rulings with reasons, and where it was used."""
    try:
        from sayso.app.jobs import takeout  # noqa: PLC0415  # the readable part needs the same extra as the pages
    except ImportError:
        raise Unfit("a take-out needs the extra `serve`; install it with pip install 'sayso[serve]'") from None
    with opened(context) as (house, out):
        piped = str(out_file) == "-"
        if piped and out.json:
            raise Unfit("standard output takes the zip or JSON, not both; name a file with -o")
        if not piped and out_file.resolve().is_relative_to(house.folder.resolve()):
            raise Unfit("a take-out does not lie in the data folder; name a file elsewhere")
        taking = takeout.begin(house, takeout.of_name(house, account), by="operator", operator=operator() or "sayso")
        stream = takeout.written(house, taking, language)
        if piped:
            for part in stream:
                sys.stdout.buffer.write(part)
            _assert_whole(taking)
            return
        size = 0
        beside = out_file.with_name(f".{out_file.name}.part")
        try:
            beside.unlink(missing_ok=True)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                for part in stream:
                    size += file.write(part)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(out_file)
        except OSError as error:
            why = (error.strerror or "unknown cause").lower()
            raise Broken(f"`{out_file.name}` cannot be written ({why}); nothing was left there") from None
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
        out.data({"file": str(out_file), "conversations": len(taking.conversations), "bytes": size})
        out.say(f"{out_file.name}: {len(taking.conversations)} conversations of {account}, {size:,} bytes; open index.html in it")
        out.say("whoever has this file can read them: hand it to its person, and keep no copy")
        _assert_whole(taking)


def _assert_whole(taking: Taking) -> None:
    """Refuse to call it done where words could not be read; what was written says so too."""
    if taking.damaged:
        many = f"{len(taking.damaged)} of {len(taking.conversations)} conversations"
        raise Broken(f"the words of {many} cannot be read, and the file says so: run `sayso audit`, then export again")

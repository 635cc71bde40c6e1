"""Options that every command takes, before or after its name."""

from __future__ import annotations

import click

from sayso.app.cli.context import given
from sayso.app.cli.show import Out
from sayso.app.settings import Settings


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

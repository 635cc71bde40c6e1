"""How an answer looks: tables and sentences for people, JSON for programs, progress on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from sayso.facts.instants import iso


class _Piped(Console):
    """A console that leaves it to the program what follows when whoever reads has enough."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class Out:
    """Writes answers. In JSON mode exactly one JSON value goes to standard output, whatever else is said."""

    def __init__(self, as_json: bool) -> None:
        self.json = as_json
        narrow = not sys.stdout.isatty()  # a pipe has no width of its own
        self._console = _Piped(highlight=False, width=140 if narrow else None)

    def data(self, value: object) -> None:
        """Write *value* as JSON, in JSON mode only."""
        if self.json:
            click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())

    def say(self, *lines: str) -> None:
        """Write sentences for people."""
        if not self.json:
            for line in lines:
                click.echo(line)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Write a table for people; cells are plain text, never markup."""
        if self.json:
            return
        made = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
        for number, column in enumerate(columns):
            made.add_column(column, no_wrap=number == 0, overflow="fold")
        for row in rows:
            made.add_row(*(_cell(cell) for cell in row))
        self._console.print(made, markup=False)

    def warn(self, line: str) -> None:
        """Write one line of warning on standard error."""
        click.echo(f"sayso: {line}", err=True)

    @contextmanager
    def progress(self, what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Yield a function that moves a bar on standard error; silent where nobody looks."""
        if self.json or not sys.stderr.isatty():
            yield lambda _: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda step: bar.advance(task, step)


def _cell(cell: object) -> str:
    if isinstance(cell, datetime):
        return iso(cell)[:16].replace("T", " ")
    return "" if cell is None else str(cell)


def day(at: datetime | None, *, none: str = "no known end") -> str:
    """Return the day of *at* as people write it in tables.

    >>> day(None)
    'no known end'
    """
    return none if at is None else at.strftime("%Y-%m-%d")

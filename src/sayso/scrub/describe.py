"""The table of kinds as Markdown, for the documentation."""

from __future__ import annotations

from collections.abc import Iterable

from sayso.scrub.row import Row
from sayso.scrub.table import ROWS


def table(rows: Iterable[Row] = ROWS) -> str:
    """Return one line per kind: its name, its mark, what confirms it, an example.

    >>> table(ROWS[:1]).splitlines()[0]
    '| kind | mark | confirmed by | rule from | for example |'
    """
    lines = ["| kind | mark | confirmed by | rule from | for example |", "|---|---|---|---|---|"]
    lines += [f"| {row.kind} | `[{row.mark}_1]` | {row.confirmed_by} | {row.source} | {_example(row)} |" for row in rows]
    return "\n".join(lines)


def _example(row: Row) -> str:
    """Return the first example on one line, short, with what is found between «»; its `·` stay, so no scanner takes fright."""
    text = row.yes[0].replace("\n", " ⏎ ").replace("|", "\\|").replace("`", "'").replace("<", "&lt;")
    return text if len(text) <= 90 else f"{text[:60]} … {text[-20:]}"

"""Each row of the table finds what it says it finds, and leaves alone what it says it leaves alone."""

from __future__ import annotations

import pytest

from sayso.scrub import ROWS, Row, find
from sayso.scrub.engine import Engine

FOR = [pytest.param(row, n, id=f"{row.kind}-{n}") for row in ROWS for n in range(len(row.yes))]
AGAINST = [pytest.param(row, n, id=f"{row.kind}-{n}") for row in ROWS for n in range(len(row.no))]


def planted(example: str) -> tuple[str, list[str]]:
    plain = example.replace("·", "")
    pieces = plain.replace("»", "«").split("«")
    return "".join(pieces), pieces[1::2]


@pytest.mark.parametrize(("row", "n"), FOR)
def test_what_stands_in_guillemets_is_found_by_its_row(row: Row, n: int):
    text, wanted = planted(row.yes[n])
    raw = text.encode()
    assert [raw[span.start : span.end].decode() for span in Engine([row]).spans(raw)] == wanted


@pytest.mark.parametrize(("row", "n"), FOR)
def test_the_whole_table_leaves_nothing_of_it(row: Row, n: int):
    text, wanted = planted(row.yes[n])
    covered = {at for span in find(text) for at in range(span.start, span.end)}
    at = 0
    for value in wanted:
        at = text.index(value, at)
        assert set(range(at, at + len(value))) <= covered


@pytest.mark.parametrize(("row", "n"), AGAINST)
def test_the_row_leaves_this_alone(row: Row, n: int):
    raw = row.no[n].replace("·", "").encode()
    assert Engine([row]).spans(raw) == []


def test_kinds_are_many_and_named_once():
    kinds = [row.kind for row in ROWS]
    assert len(kinds) == len(set(kinds)) >= 40

"""Each pattern is fed its own worst: texts full of what wakes it and nothing, or everything, that confirms it."""

from __future__ import annotations

import pytest

from sayso.scrub import ROWS, Row
from sayso.scrub.confirming import Work
from sayso.scrub.engine import Engine

SMALL, LARGE = 8_000, 32_000


def plain(example: str) -> str:
    return example.replace("·", "").replace("«", "").replace("»", "")


def worst(row: Row) -> dict[str, bytes]:
    """What hurts most: hits side by side, and the same cut short so that each wakes the row and none ends."""
    whole = plain(row.yes[0]).encode()
    return {"hits": whole + b" ", "cut short": whole[: max(4, len(whole) * 2 // 3)], "run together": whole.replace(b" ", b"")}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind)
def test_what_a_row_reads_grows_no_faster_than_its_text(row: Row):
    engine = Engine([row])
    for name, piece in worst(row).items():
        small, large = Work(), Work()
        text = piece * (LARGE // len(piece) + 1)
        engine.spans(text[:SMALL], small)
        engine.spans(text[:LARGE], large)
        assert large.triggered <= 5 * LARGE, name
        assert large.confirmed <= 6 * small.confirmed + 60_000, name
        assert large.candidates <= 5 * small.candidates + 64, name

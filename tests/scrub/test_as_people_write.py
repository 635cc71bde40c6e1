"""What people write around numbers, passwords and names in chats, tables, logs and code, in many languages.

Each line of `as_people_write.txt` is one such text, its kind before it; what must be covered stands in «», and `·` is left out. They
were written without looking at the rows, and what was missed then shaped the rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from sayso.scrub import find

LINES = (Path(__file__).parent / "as_people_write.txt").read_text(encoding="utf-8").splitlines()
SIGNS = {"n": "\n", "t": "\t", "u200b": "\u200b"}
BY_KIND: dict[str, list[str]] = defaultdict(list)
for line in LINES:
    kind, _, written = line.partition("\t")
    BY_KIND[kind].append(re.sub(r"\\(u200b|.)", lambda sign: SIGNS.get(sign[1], sign[1]), written).replace("·", ""))


def meant(text: str) -> tuple[str, set[int]]:
    """The text without its guillemets, and where the letters and digits between them stand."""
    plain, inside, places = [], False, set()
    for char in text:
        if char in "«»":
            inside = char == "«"
            continue
        if inside and char.isalnum():
            places.add(len(plain))
        plain.append(char)
    return "".join(plain), places


@pytest.mark.parametrize("kind", sorted(set(BY_KIND) - {"nothing"}))
def test_what_people_write_is_covered(kind: str):
    missed = []
    for text in BY_KIND[kind]:
        plain, places = meant(text)
        assert places
        if places - {at for span in find(plain) for at in range(span.start, span.end)}:
            missed.append(text)
    assert missed == []


def test_what_holds_nothing_stays_as_it_is():
    assert [text for text in BY_KIND["nothing"] if find(text)] == []


def test_there_are_nearly_two_thousand_of_them():
    assert len(LINES) > 1900
    assert len(BY_KIND["nothing"]) > 500

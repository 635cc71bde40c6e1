"""Which rows are asked of which texts: one that is left out could find nothing there."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.scrub.asking import Asking, numbered
from sayso.scrub.gates import Tools, available, spelled
from sayso.scrub.proving import holds_digit, plain
from sayso.scrub.table import ROWS

EXAMPLES = [text.replace("«", "").replace("»", "").replace("·", "") for row in ROWS for text in (*row.yes, *row.no)]


def test_of_each_row_what_stands_in_ascii_stands_in_what_is_asked_of_ascii_and_nothing_else_does():
    texts = [text.encode() for text in EXAMPLES if text.isascii()]
    for row in ROWS:
        whole, left = re.compile(spelled(row.gate).encode("latin-1")), plain(row.gate)
        part = re.compile(spelled(left).encode("latin-1")) if left is not None else None
        if left != row.gate:
            assert [bool(whole.search(text)) for text in texts] == [bool(part and part.search(text)) for text in texts], row.kind


def test_a_row_that_is_not_asked_of_a_text_without_digits_confirms_in_no_example_that_has_none():
    numbers = [row for row in ROWS if holds_digit(row.confirm)]
    texts = [re.sub("[0-9]", "", text).encode() for text in EXAMPLES]
    assert len(numbers) > 40
    for row in numbers:
        confirm = re.compile(spelled(row.confirm).encode("latin-1"))
        assert not any(confirm.search(text) for text in texts), row.kind


@pytest.mark.parametrize("tools", available()[:2])
@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=3))
def test_ana_wakes_the_same_rows_whether_or_not_a_digit_stands_in_what_she_says(tools: Tools, said: list[str]):
    asking = _ASKING.setdefault(tools.name, Asking(ROWS, tools))
    text = " ".join(said).encode()
    every = set(asking.ready(asking(text, number_beside=True)))
    ready = set(asking.ready(asking(text)))
    assert ready <= every
    assert all(not numbered(text) and holds_digit(ROWS[number].confirm) for number in every - ready)


_ASKING: dict[str, Asking] = {}


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        (r"a(?:\xc3\xa9|\xc3\xa8)?b", "ab"),
        (r"a(?:\xc3\xa9|e){0,2}b", "a(?:e){0,2}b"),
        (r"a(?:\xc3[\xa8\xa9])+b", None),
        (r"[a-z\x80-\xff]x|[\xc3-\xc5][\x80-\xbf]", r"[a-z\x80-\xff]x"),
        (r"(?i)\((?:\xc3\xa9)\)|\(e\)", r"(?i)\(e\)"),
        (r"[)|(]\xc3*|\|", r"[)|(]|\|"),
    ],
)
def test_what_ascii_cannot_hold_is_cut_off_a_pattern_with_all_that_hangs_on_it(pattern: str, left: str | None):
    assert plain(pattern) == left

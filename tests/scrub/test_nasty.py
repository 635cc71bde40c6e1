"""The shapes that break scanners: what is pasted into chats and coding sessions, and what is built to hurt."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import itertools
import sys
from pathlib import Path

import pytest

from sayso.scrub import Persons, find, mask
from sayso.scrub.confirming import Work
from sayso.scrub.persons import text as text_of_persons

ROOT = Path(__file__).resolve().parents[2]


def _bench():
    spec = importlib.util.spec_from_file_location("scrub_worst", ROOT / "bench" / "scrub_worst.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["scrub_worst"] = module
    spec.loader.exec_module(module)
    return module


BENCH = _bench()
SHAPES = {name: (text, act) for name, text, act in BENCH.texts(12_000)}


@pytest.mark.parametrize("name", SHAPES)
def test_a_nasty_shape_is_read_to_its_end_and_masked_for_good(name: str):
    text, act = SHAPES[name]
    act(text)
    spans = find(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))
    assert find(mask(text, b"k").text) == []


NAMED = {size: dict(BENCH.named_texts(size)) for size in (6_000, 24_000)}
PERSONS = Persons()


def calls(text: str) -> int:
    """How many functions, of Python and of C, the finder of names calls over a text when it has met no word before."""
    counted = 0

    def count(_frame, event, _arg):
        nonlocal counted
        counted += event in {"call", "c_call"}

    PERSONS.model._reader.words.clear()
    PERSONS.model._reader.chunks.clear()
    text_of_persons._places.cache_clear()
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        PERSONS.find([text])
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("name", NAMED[6_000])
def test_names_are_sought_in_a_nasty_shape_in_steps_that_grow_as_it_does(name: str):
    """Counted, not timed; a pattern is handed 256 characters at most, so that no call takes long by itself."""
    small, large = (calls(NAMED[size][name]) for size in (6_000, 24_000))
    assert large <= 4.2 * small + 400
    spans = PERSONS.find([NAMED[24_000][name]])[0]
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))


def test_a_line_of_two_megabytes_without_a_break_hides_nobody_and_is_read_once():
    filler = "x=y[3];see(also)" * 65_000
    work = Work()
    text = f"{filler}ana@example.org;{filler}"
    assert [text[span.start : span.end] for span in find(text, work=work)] == ["ana@example.org"]
    assert work.triggered < 3 * len(text)


def encoded(text: str, *, urlsafe: bool = False) -> str:
    return (base64.urlsafe_b64encode if urlsafe else base64.b64encode)(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize("urlsafe", [False, True])
@pytest.mark.parametrize(
    "said", ["Ana is ana@example.org, and no one else", "żółć?? card 4111 1111 1111 1111 >>>", "password: hK8$2mQ1z"]
)
def test_base64_of_what_is_somebodys_is_masked_whole(said: str, urlsafe: bool):
    value = encoded(said, urlsafe=urlsafe)
    assert mask(f'{{"body": "{value}"}}', b"k").text == '{"body": "[ENCODED_1]"}'


def test_a_long_letter_in_base64_is_masked_whole_though_its_middle_says_it():
    value = encoded("How do magnets work? " * 200 + "write to ana@example.org " + "and so on. " * 400)
    assert mask(f"see {value} end", b"k").text == "see [ENCODED_1] end"


def test_pictures_hashes_and_harmless_words_in_base64_stay():
    picture = base64.b64encode(hashlib.shake_256(b"picture").digest(40_000)).decode()
    for value in (
        picture,
        picture[:600],
        encoded("How do magnets work, and why? " * 20),
        encoded("How do magnets work, and why? " * 90),
    ):
        assert find(f"data:image/png;base64,{value} and on") == []


def test_base64_of_base64_of_base64_is_decoded_once_and_costs_no_more():
    value = "ana@example.org, " * 300
    for _ in range(8):
        value = encoded(value)
    work = Work()
    find(f"see {value} end", work=work)
    assert work.confirmed < 20 * len(value)

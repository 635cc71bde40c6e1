"""What keeps a row from being asked, and reads texts as one, hides nothing: the same is found as when each row reads each text."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.scrub import ROWS
from sayso.scrub.confirming import Found, Work, in_one
from sayso.scrub.edges import at_joints, without_group
from sayso.scrub.engine import Engine
from sayso.scrub.gates import Hyperscan, Plain, Re2, Tools
from sayso.scrub.spans import Hit, settled
from sayso.scrub.unspaced import unspaced

EXAMPLES = [text.replace("·", "").replace("«", "").replace("»", "") for row in ROWS for text in (*row.yes, *row.no)]
DRAWN = base64.b64encode(hashlib.shake_256(b"noise").digest(6_000)).decode()
LOOK_ALIKES = [
    *("4111 1111 1111 1112", "GB82WEST12345698765433", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"),
    *("api_key = os.environ[KEY]", "999.1.2.3", "a@b", "+99 123 456 789 01", "1M8GDM9A1KP042788", "[EMAIL_1]", "the key is"),
]
PIECES = st.one_of(
    st.sampled_from(EXAMPLES),
    st.sampled_from(LOOK_ALIKES),
    st.integers(0, 7_900).map(lambda at: DRAWN[at : at + 90]),
    st.sampled_from(["How do magnets work, and why?", "", " ", "\n", "\0", "é", ",", "x=y[3];"]),
    st.text(max_size=12).map(lambda text: text.encode("utf-8", "replace").decode()),
)
TEXTS = st.lists(st.lists(PIECES, max_size=5).map("".join), max_size=10)
ENGINES = [
    pytest.param(Re2(), id="re2"),
    pytest.param(
        Hyperscan(),
        id="hyperscan",
        marks=pytest.mark.skipif(
            importlib.util.find_spec("hyperscan") is None and not os.environ.get("CI"),
            reason="the package hyperscan is not installed",
        ),
    ),
    pytest.param(Plain(), id="re"),
]


def by_every_row(engine: Engine, text: bytes) -> list[Hit]:
    """What is found where no gate is asked and nothing is joined."""
    hits = Found()
    for number in sorted(range(len(engine.rows)), key=engine._rank.__getitem__):
        in_one(engine._known(number), text, Work(), hits)
    return settled(hits)


@pytest.mark.parametrize("tools", ENGINES)
def test_real_hits_look_alikes_and_noise_give_what_every_row_finds_in_every_text(tools: Tools):
    engine = Engine(ROWS, tools)

    @settings(max_examples=12 if tools.name == "re" else 60, deadline=None)
    @given(TEXTS)
    def holds(texts: list[str]):
        raw = [text.encode() for text in texts if len(text) < 900]
        assert engine.hits(raw, engine.awake(raw, Work()), Work()) == [by_every_row(engine, text) for text in raw]

    holds()


@pytest.mark.parametrize("tools", ENGINES[:2])
def test_each_example_between_its_own_neighbours_is_found_as_it_is_alone(tools: Tools):
    engine = Engine(ROWS, tools)
    edges = [text.encode() for example in EXAMPLES for text in (example, f" {example}", f"{example}\n", example.strip(" .,"))]
    assert engine.hits(edges, engine.awake(edges, Work()), Work()) == [by_every_row(engine, text) for text in edges]


@settings(max_examples=40, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=6), st.integers(0, 4_000), st.sampled_from([60, 76, 4_000]))
def test_in_text_without_spaces_the_small_sets_wake_whatever_finds_something(pieces: list[str], at: int, wide: int):
    said = "\n".join(piece.replace(" ", "") for piece in pieces)
    noise = "\n".join(DRAWN[low : low + wide] for low in range(0, 8_000, wide))
    text = f"{noise[:at]}\n{said}\n{noise[at:]}".encode()
    assert unspaced(text)
    assert _SMALL.spans(text) == _ONE.spans(text)


_SMALL, _ONE = Engine(ROWS), Engine(ROWS)
_ONE.__dict__["_match_unspaced"] = _ONE.asking


def test_what_a_row_needs_stands_in_whatever_it_finds():
    engine = Engine(ROWS)
    needy = [number for number, row in enumerate(ROWS) if row.needs]
    found = set()
    for number in needy:
        one = engine._known(number)
        for text in (example.encode() for example in EXAMPLES):
            match = one.confirm(text, 0, len(text))
            if match is None:
                continue
            start, end = next((place for place in match[1:] if place[0] >= 0), match[0])
            if one.check is None or one.check(text, start, end):
                assert one.need is not None
                assert one.need(text, match[0][0], len(text)), (one.kind, text)
                found.add(number)
    assert found == set(needy)


def test_a_number_in_the_next_stretch_of_a_long_text_wakes_the_row_that_a_word_calls():
    filler = "and then she said so. " * 200
    for shift in range(2000, 2200, 11):
        text = f"{filler[:shift]} my date of birth is the 4th of July 1987 {filler}"
        raw = text.encode()
        assert [raw[span.start : span.end] for span in _ONE.spans(raw)] == [b"4th of July 1987"]


def test_a_pattern_that_needs_the_end_of_a_text_is_not_believed_at_a_joint():
    assert at_joints(r"(?m)^a$").exact
    assert not at_joints(r"a(?:$|,)").exact
    assert not at_joints(r"(?:[a-z]|$)").exact
    assert not at_joints(r"a(?:[^a]|$)|b").behind


def test_a_group_is_dropped_only_where_all_of_a_match_is_in_it():
    assert without_group(r"(?i)\b(a|[)]b)\b") == r"(?i)\b(?:a|[)]b)\b"
    for source in (r"\b(a)\b,", r"(a)|b", r"x(a)", r"(a)(b)", r"(?:a)", r"\(a\)"):
        assert without_group(source) == source

"""Many texts read together give what they give one by one, whichever engine reads."""

from __future__ import annotations

import importlib.util
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.scrub import ROWS, find, find_many, use
from sayso.scrub.confirming import Work
from sayso.scrub.engine import Engine
from sayso.scrub.gates import Hyperscan, Plain, Re2, Tools

EXAMPLES = [text.replace("·", "").replace("«", "").replace("»", "") for row in ROWS for text in (*row.yes, *row.no)]
QUIET = "How do magnets work, and why?"
TEXTS = st.lists(
    st.sampled_from([*EXAMPLES, QUIET, "", "\n\0\n", "\0", "\n", "pass", "word: hK8$2mQ1", "４１", "\u200b", "\ud800", "é" * 700])
    | st.text(max_size=20),
    max_size=24,
)


@pytest.fixture(
    params=[
        pytest.param(Re2, id="re2"),
        pytest.param(
            Hyperscan,
            id="hyperscan",
            marks=pytest.mark.skipif(
                importlib.util.find_spec("hyperscan") is None and not os.environ.get("CI"),
                reason="the package hyperscan is not installed",
            ),
        ),
        pytest.param(Plain, id="re"),
    ]
)
def tools(request: pytest.FixtureRequest):
    use(request.param.name)
    yield request.param
    use(None)


def test_every_example_read_among_the_others_gives_what_it_gives_alone(tools: type[Tools]):
    texts = EXAMPLES if tools is not Plain else EXAMPLES[::7]
    for apart in (0, 3, 9):
        mixed = [text for example in texts[apart :: 1 + apart] for text in (example, *[QUIET] * apart)]
        assert find_many(mixed) == [find(text) for text in mixed]


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_joining_texts_hides_nothing_and_adds_nothing(texts: list[str]):
    assert find_many(texts) == [find(text) for text in texts]


def test_quiet_turns_are_asked_about_together_and_not_again_one_by_one():
    asked: list[int] = []
    engine = Engine(ROWS)
    match = engine.asking._whole
    engine.asking.__dict__["_whole"] = lambda text: asked.append(len(text)) or match(text)
    quiet, loud = [QUIET.encode()] * 40, b"write to ana@example.org"
    work = Work()
    assert engine.awake(quiet, work) == [()] * 40
    assert [bool(rows) for rows in engine.awake([*quiet, loud, *quiet], work)] == [False] * 40 + [True] + [False] * 40
    assert len(asked) == 2

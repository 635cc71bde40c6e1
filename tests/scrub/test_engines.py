"""Whatever engine is installed, the same is found: RE2, Hyperscan, and plain `re` as the slow yardstick."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso.scrub import ROWS
from sayso.scrub.confirming import Work
from sayso.scrub.engine import Engine
from sayso.scrub.gates import Hyperscan, Plain, Re2, Tools

TEXTS = [text.replace("·", "").replace("«", "").replace("»", "") for row in ROWS for text in (*row.yes, *row.no)]
JOINED = ["\n".join(TEXTS[n : n + 40]) for n in range(0, len(TEXTS), 40)]


def other_engines() -> list[object]:
    hyperscan = importlib.util.find_spec("hyperscan") is not None
    lacks = pytest.mark.skipif(not hyperscan and not os.environ.get("CI"), reason="the package hyperscan is not installed")
    return [pytest.param(Plain(), id="re"), pytest.param(Hyperscan(), id="hyperscan", marks=lacks)]


@pytest.fixture(scope="module")
def usual() -> Engine:
    return Engine(ROWS, Re2())


@pytest.mark.parametrize("tools", other_engines())
def test_every_example_gives_the_same_spans_whatever_the_engine(tools: Tools, usual: Engine):
    other = Engine(ROWS, tools)
    for text in (*TEXTS, *JOINED):
        raw = text.encode()
        assert other.spans(raw) == usual.spans(raw), text


@pytest.mark.parametrize("tools", other_engines())
def test_real_chats_give_the_same_spans_whatever_the_engine(tools: Tools, usual: Engine, chats: list[bytes]):
    other = Engine(ROWS, tools)
    for raw in chats:
        assert other.spans(raw) == usual.spans(raw)


@pytest.mark.parametrize("tools", other_engines()[1:])
def test_the_whole_corpus_gives_the_same_spans_whatever_the_engine(tools: Tools, usual: Engine, shared_data: Path):
    other, work = Engine(ROWS, tools), Work()
    texts = [text.encode("utf-8", "surrogatepass") for text in corpus(shared_data)]
    assert len(texts) > 9_000
    wakes = [(usual.awake(some, work), other.awake(some, work)) for some in (texts[n : n + 200] for n in range(0, len(texts), 200))]
    for n, (ours, theirs) in enumerate(wakes):
        some = texts[200 * n : 200 * n + 200]
        assert other.hits(some, theirs, work) == usual.hits(some, ours, work)


def corpus(folder: Path) -> Iterator[str]:
    """All texts of the real chats, the labelled personal data and the labelled secrets."""
    for name in (
        "conversations/hh-rlhf",
        "personal/presidio-synth-v2",
        *(f"secrets/creddata-{of}" for of in ("lego", "nats-server")),
    ):
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                yield from (value for value in json.loads(line).values() if isinstance(value, str))


@pytest.fixture(scope="module")
def chats() -> list[bytes]:
    """Texts longer than one stretch of the gate, with what is to be found on and about its seams."""
    filler = b"And then she said, on page 12 of 40: x = y[3]; see also the manual. "
    return [
        filler * n + b"mail ana@example.org, SSN 078-05-1120, password: hK8$2mQ1 " + filler * 20
        for n in (10, 58, 59, 60, 61, 62, 63)
    ]

"""What fuzzing found stays mended, and a little fuzzing goes on in every run."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path

import pytest

from sayso.scrub import Span

ROOT = Path(__file__).resolve().parents[2]


def _bench():
    spec = importlib.util.spec_from_file_location("scrub_fuzz", ROOT / "bench" / "scrub_fuzz.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["scrub_fuzz"] = module
    spec.loader.exec_module(module)
    return module


FUZZ = _bench()
FOUND = [
    "378282246310005\n",
    "",
    '{"a": "378282246310005"}',
    '{"a": "é \\ud800 ana@example.org"}',
    "Pw Kj200\udcaf\udcaf\udcaf+49 (0000000(00000",
]
"""Texts that broke a promise once, or nearly: a bare number is valid JSON, and its mask is not; only objects and arrays stay JSON.

A password and a telephone that overlap are one span, which may hold half a character; the digits of a telephone have none.
"""


@pytest.mark.parametrize("number", range(len(FOUND)))
def test_what_fuzzing_found_stays_mended(number: int):
    assert FUZZ.broken(FOUND[number], engines=True) is None


def test_four_hundred_texts_cut_and_joined_keep_every_promise():
    rng = random.Random(20)
    for _ in range(400):
        text = FUZZ.cut_and_join(rng)
        assert FUZZ.broken(text) is None, repr(text)


def test_bytes_that_are_no_utf8_are_read_all_the_same():
    for data in (b"\xff\xfe ana@example.org \x80", bytes(range(256)), b"\xed\xa0\x80 card 4111 1111 1111 1111"):
        FUZZ.one(data)


def test_a_broken_promise_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(FUZZ, "find", lambda text: [Span(0, len(text) + 1, "email")])
    assert FUZZ.broken("x") == "a span lies outside the text"

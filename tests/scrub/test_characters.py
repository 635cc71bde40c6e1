"""Where Ana's address stands is told in the units that others count in, and no span parts a letter from its accent."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.scrub import Marks, find, find_many, in_utf16, mask, mask_json
from sayso.scrub.characters import hangs, whole

MAIL = "ana@example.org"
AROUND = (
    "",
    "x ",
    "😀",
    "e\u0301 ",
    "\u200b",
    "👩\u200d💻 ",
    "４１ ",
    "ن ",
    "नी ",
    "\U0001d7d8 ",
    "\ufeff",
    "한 ",
    "\r\n",
    "𝒜 ",
    "\u202e",
)
TEXTS = [f"{before}{MAIL}, +1 415-263-2671{after}😀 4111\u200b111111111111 {before}" for before in AROUND for after in AROUND]


def test_javascript_cuts_the_same_pieces_by_our_places_in_utf16() -> None:
    if shutil.which("node") is None:
        assert not os.environ.get("CI"), "the gate has node"
        pytest.skip("this needs Debian's nodejs")
    asked = []
    for text in TEXTS:
        spans = find(text)
        pieces = [text[span.start : span.end] for span in spans]
        assert len(pieces) >= 2
        asked.append({"text": text, "at": [(one.start, one.end) for one in in_utf16(text, spans)], "pieces": pieces})
    code = "const a = JSON.parse(require('fs').readFileSync(0)); console.log(JSON.stringify(a.map(o => o.at.map(([s, e]) => o.text.slice(s, e)))))"
    done = subprocess.run(["node", "-e", code], input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [one["pieces"] for one in asked]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab 😀\u0301\u200bé\ud800🏽𝒜@."), max_size=40))
def test_places_in_utf16_are_those_of_the_encoded_text(before: str) -> None:
    text = f"{before} {MAIL} {before}"
    raw = text.encode("utf-16-le", "surrogatepass")
    for span, units in zip(spans := find(text), in_utf16(text, spans), strict=True):
        piece = raw[2 * units.start : 2 * units.end].decode("utf-16-le", "surrogatepass")
        assert piece == text[span.start : span.end].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@pytest.mark.parametrize(
    "text",
    [
        "call +49 30 901820\u20e3 x",
        "call +49 30 901820\u0301\u0323 x",
        "thanks @ana_lima\u0301 ok",
        "pin my password is Kj8xPq2m\ufe0f. ok",
        "card 4111 1111 1111 1111\u093f ok",
        "from 86.121.97.248\U0001f3fd ok",
        unicodedata.normalize("NFD", "my name is Angélique Liégé, and Liégé called"),
        unicodedata.normalize("NFD", "my name is Nguyễn Thị Ánh."),
    ],
)
def test_no_accent_is_left_behind_by_a_span_or_taken_alone(text: str) -> None:
    spans = find(text)
    assert spans
    for span in spans:
        assert not hangs(text[span.end : span.end + 1])
        assert not hangs(text[span.start])
    assert find_many(["no", text]) == [[], spans]
    assert find(mask(text, b"k").text) == []


def test_a_span_that_begins_with_an_accent_takes_its_letter_along() -> None:
    assert list(whole("xe\u0301\u0323a", [(2, 5, "k", "")])) == [(1, 5, "k", "")]
    assert list(whole("\u0301a", [(0, 2, "k", "")])) == [], "there is no letter before it"


def test_names_in_korean_that_is_decomposed_are_whole() -> None:
    text = unicodedata.normalize("NFD", "각")
    assert [hangs(char) for char in text] == [False, True, True]


def test_offsets_of_json_are_of_the_text_as_written() -> None:
    said = json.dumps({"😀": f"é {MAIL}"}, ensure_ascii=False)
    (span,) = in_utf16(said, mask_json(said, Marks(b"k")).spans)
    raw = said.encode("utf-16-le")
    assert raw[2 * span.start : 2 * span.end].decode("utf-16-le") == MAIL

"""However a text is built to hurt, what is read of it grows with its length and no faster."""

from __future__ import annotations

import base64
import hashlib

import pytest

from sayso.scrub import ROWS, find
from sayso.scrub.confirming import Work

BLOB = base64.b64encode(hashlib.shake_256(b"picture").digest(60_000)).decode()
HOSTILE = {
    "base64": BLOB,
    "base64 with at signs": BLOB.replace("A", "@"),
    "a.a.a.": "a.a.a.",
    "1.1.1.": "1.1.1.",
    "a@": "a@",
    "letters": "a",
    "digits": "1",
    "cards": "4111 ",
    "plus": "+1 ",
    "token heads": "eyJaaaaaaaa-",
    "token parts": "eyJaaaaaaaa.",
    "key heads": "-----BEGIN PRIVATE KEY-----\n",
    "password names": "password: ",
    "password is": "the password is ",
    "urls": "://a:b",
    "greetings": "Dear A",
    "streets": "12 Aa Aa ",
    "hex pairs": "ab:cd:",
    "brackets": "[",
    "home folders": "/home/a",
    "seed phrases": "seed phrase abc ",
    "minified": 'function(a){return a.b["c"]=a.d&&{e:a.f,g:!0}};',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_reading_stays_linear(name: str):
    piece = HOSTILE[name]
    size = 60_000
    text = (piece * (size // len(piece) + 1))[:size]
    half, whole = Work(), Work()
    find(text[: size // 2], work=half)
    find(text, work=whole)
    assert whole.triggered <= 3 * len(ROWS) * size
    assert whole.confirmed <= 10 * size
    assert whole.confirmed <= 3 * half.confirmed + 40_000
    assert whole.candidates <= size


def test_a_picture_between_two_addresses_hides_neither():
    text = f"a@example.org data:image/png;base64,{BLOB} b@example.org"
    assert [text[span.start : span.end] for span in find(text)] == ["a@example.org", "b@example.org"]


def test_a_long_secret_is_masked_to_its_end():
    text = f'api_token = "{BLOB[:5000]}" and on'
    (span,) = find(text)
    assert text[span.end :] == '" and on'
    assert text[: span.start].endswith('"')


def test_ten_thousand_addresses_are_all_found():
    text = " ".join(f"p{n}@example.org" for n in range(10_000))
    assert len(find(text)) == 10_000


def test_every_trigger_of_a_large_text_is_heard():
    filler = "Lorem ipsum dolor sit amet, 12 of 99; x = y[3] @ " * 4000
    text = f"{filler} DOB: 04/12/1987 {filler} ana@example.org {filler} SSN 078-05-1120"
    assert {"email", "date-of-birth", "us-ssn"} <= {span.kind for span in find(text)}

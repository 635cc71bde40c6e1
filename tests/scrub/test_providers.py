"""Every issuer's shape says where it is from, and wrong shapes that public rules showed stay mended."""

from __future__ import annotations

import re

import pytest

from sayso.scrub import find
from sayso.scrub.providers import MEMORY, NAMED, RULES, SHAPED, Issued


@pytest.mark.parametrize("issued", [*SHAPED, *NAMED], ids=lambda issued: f"{issued.issuer}-{issued.alphabet}{issued.least}")
def test_no_row_lacks_its_source(issued: Issued):
    if issued.source == MEMORY:
        assert (issued.said_by, issued.link) == (MEMORY, "")
    else:
        assert re.fullmatch(r"(?:gl|th|kf|np):[A-Za-z0-9._/-]+", issued.source)
        assert re.fullmatch(r"https://github\.com/[\w-]+/[\w-]+/(?:blob|tree)/[0-9a-f]{40}/[\w./#-]+", issued.link)
        assert issued.said_by.split()[0] in {name for name, _ in RULES.values()}


def test_what_is_from_memory_is_the_lesser_part_and_does_not_grow():
    assert sum(issued.source == MEMORY for issued in SHAPED) <= 50
    assert sum(issued.source == MEMORY for issued in NAMED) <= 13


HEX = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
WORD = "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7d"


@pytest.mark.parametrize(
    "parts",
    [
        ("dt0c01.", "ABCDEFGHIJKLMNOPQR234567.", (HEX * 2).upper()),
        ("xkeysib-", HEX * 2, "-aB3dE5fG7hJ9kL1m"),
        ("glsa_", HEX, "_0a1b2c3d"),
        ("FLWSECK_", "TEST-", "gh" + HEX[2:], "-X"),
        ("sntrys_", "eyJ", WORD * 2, "=_", WORD + "zA5"),
        ("nfp_", "aB3_E5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"),
    ],
    ids=lambda parts: parts[0].strip("_-."),
)
def test_a_key_is_masked_to_its_last_letter(parts: tuple[str, ...]):
    key = "".join(parts)
    text = f"I pasted {key} here"
    covered = {at for span in find(text) for at in range(span.start, span.end)}
    rest = "".join(char for at, char in enumerate(key, text.index(key)) if at not in covered)
    assert rest in ("", "-X")

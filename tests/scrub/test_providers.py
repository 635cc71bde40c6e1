"""Every issuer's shape says where it is from, and wrong shapes that public rules showed stay mended."""

from __future__ import annotations

import re

import pytest

from sayso.scrub import ROWS, find, find_many
from sayso.scrub.providers import NAMED, PAGES, RULES, SEEN, SHAPED, Issued


@pytest.mark.parametrize("issued", [*SHAPED, *NAMED], ids=lambda issued: f"{issued.issuer}-{issued.alphabet}{issued.least}")
def test_no_row_lacks_its_source(issued: Issued):
    assert "memory" not in (issued.source, issued.said_by)
    if issued.source == SEEN:
        assert (issued.said_by, issued.link) == ("public programs", "")
    elif issued.source.startswith("pg:"):
        assert issued.link == PAGES[issued.source[3:]]
        assert re.fullmatch(r"https://[\w.-]+/[\w./-]+", issued.link)
    else:
        assert re.fullmatch(r"(?:gl|th|kf|np|bl|ti|kh|sp):[A-Za-z0-9._/-]+", issued.source)
        assert re.fullmatch(r"https://github\.com/[\w-]+/[\w-]+/(?:blob|tree)/[0-9a-f]{40}/[\w./#-]+", issued.link)
        assert issued.said_by.split()[0] in {name for name, _ in RULES.values()}


def test_what_nobody_wrote_a_rule_for_is_one_row_and_stays_so():
    assert [issued.issuer for issued in [*SHAPED, *NAMED] if issued.source == SEEN] == ["aiven"]


def test_every_page_that_is_named_is_used():
    assert {issued.source[3:] for issued in SHAPED if issued.source.startswith("pg:")} == set(PAGES)


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
        ("access_token$production", "$gh3k5m7p9r1t3v5x$", HEX),
        ("xsmtpsib-", HEX * 2, "-aB3dE5fG7hJ9kL1m"),
        ("napi_", WORD, "aB3dE5fG7hJ9kL1mN3pQ5rS7"),
        ("vercel_blob_rw_", "aB3dE5fG7hJ9kL1m_", WORD[:30]),
        ("re_", WORD[:8], "_", WORD[:24]),
        ("zpka_", HEX, "_0a1b2c3d"),
        ("tr_prod_", "sk_", WORD[:24]),
    ],
    ids=lambda parts: parts[0].strip("_-."),
)
def test_a_key_is_masked_to_its_last_letter(parts: tuple[str, ...]):
    key = "".join(parts)
    text = f"I pasted {key} here"
    covered = {at for span in find(text) for at in range(span.start, span.end)}
    rest = "".join(char for at, char in enumerate(key, text.index(key)) if at not in covered)
    assert rest in ("", "-X")


def test_a_key_is_called_by_its_issuers_own_name_wherever_it_stands():
    keys = {f"issued-{issued.issuer}": issued.example().replace("·", "") for issued in SHAPED}
    keys |= {row.kind: row.yes[0].replace("·", "").strip("«»") for row in ROWS if row.kind == "anthropic-key"}
    texts = [f"I pasted {key} x" for key in keys.values()]
    assert [[span.kind for span in spans] for spans in find_many(texts)] == [[kind] for kind in keys]
    assert [[span.kind for span in find(text)] for text in texts] == [[kind] for kind in keys]
    filler = "And then she said so. " * 300
    assert [span.kind for span in find(filler.join(texts))] == list(keys)

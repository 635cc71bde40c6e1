"""A receipt as a page for people, closed by a signature over every byte of it, with the receipt itself inside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from sayso.facts.canonical import canonical
from sayso.facts.errors import Unfit
from sayso.proofs.evidence import LARGEST, strict_json
from sayso.proofs.notes import SigningKey, VerifierKey, open_note
from sayso.proofs.receipt import judge

PAGE = "sayso/receipt-page/v1"
START = b"<!doctype html>"
_OPEN, _CLOSE = f"<!--{PAGE}\n", "-->\n"
_BLOCK = re.compile(r'<script type="application/json" id="receipt">([^<]*)</script>')


def block(receipt: Mapping[str, Any]) -> str:
    """Return the element of a page that carries *receipt*: data that no browser runs, and that cannot end itself."""
    text = canonical(dict(receipt)).decode().replace("<", "\\u003c")
    return f'<script type="application/json" id="receipt">{text}</script>'


def closed(html: str, signer: SigningKey) -> bytes:
    """Return the page *html*, which has the `block` of its receipt in it, closed with a signature over all of it."""
    return f"{html}{_OPEN}{signer.sign(_statement(html))}{_CLOSE}".encode()


def receipt_in(raw: bytes, key: VerifierKey) -> dict[str, Any]:
    """Return the receipt in a closed page, unchecked itself; Unfit where one byte of the page is not as it was handed out."""
    if len(raw) > LARGEST:
        raise Unfit(f"the page is larger than {LARGEST // 1_000_000} MB; it is no file of ours")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Unfit("the page is not UTF-8 text; it was altered") from None
    html, opened, rest = text.rpartition(_OPEN)
    if not opened or not rest.endswith(_CLOSE):
        raise Unfit(
            "the page is not closed by a signature: it carries no receipt, or a browser saved it in its own way; "
            "take the file as it was handed out"
        )
    note = rest.removesuffix(_CLOSE)
    if open_note(note, [key]).text != _statement(html):
        raise Unfit("the signature is over another page; something in it was altered")
    found = _BLOCK.findall(html)
    if len(found) != 1:
        raise Unfit("the page does not carry exactly one receipt")
    told = strict_json(found[0].encode(), "the receipt in the page")
    if not isinstance(told, dict):
        raise Unfit("the receipt in the page is none")
    return told


def judge_page(raw: bytes, key: VerifierKey) -> tuple[str, ...]:
    """Return what a page with a receipt proves; Unfit where the page was altered, or its receipt does not hold."""
    return (*judge(receipt_in(raw, key), key), "proves: the page is, byte by byte, as the operator handed it out with that receipt")


def _statement(html: str) -> str:
    return f"{PAGE}\n{hashlib.sha256(html.encode()).hexdigest()}\n"

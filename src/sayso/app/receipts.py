"""A receipt as a file, in each of its forms; all are worked out from the one that is signed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sayso.facts.errors import Unfit
from sayso.proofs.forms import KANTARA, RECORD, form
from sayso.proofs.notes import SigningKey

FORMS = {"jsonld": "json", "record": "record.json", "kantara": "kantara.json", "html": "html"}
"""The forms, and how the name of a file in each of them ends."""
_KINDS = {"record": RECORD, "kantara": KANTARA}


def written(receipt: Mapping[str, object], kind: str, language: str, signer: SigningKey) -> bytes:
    """Return the bytes of the file; `html` is a page in *language*, closed by a signature of *signer*."""
    if kind not in FORMS:
        raise Unfit(f"no form `{kind[:20]}`; there are {', '.join(FORMS)}")
    if kind == "html":
        from sayso.app.pages.receipt import receipt_page  # noqa: PLC0415  # templates are an extra

        return receipt_page(receipt, language, signer)
    told = form(receipt, _KINDS[kind]) if kind in _KINDS else receipt
    return json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"

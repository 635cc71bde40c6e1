"""A receipt as one page that opens anywhere, prints on paper, and can be checked like the file it was made from."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sayso.app.pages.render import Pages
from sayso.facts.errors import Unfit
from sayso.facts.instants import parse_instant
from sayso.proofs.leaflet import block, closed
from sayso.proofs.notes import SigningKey

_STYLE = Path(__file__).resolve().parent / "templates" / "receipt_file.css"


def receipt_page(told: Mapping[str, Any], language: str, signer: SigningKey) -> bytes:
    """Return the receipt *told* as one HTML file in *language*, with the receipt in it, closed by *signer*."""
    pages = Pages()
    if language not in pages.languages:
        raise Unfit(f"no language `{language[:20]}`; there are {', '.join(pages.languages)}")
    style = _STYLE.read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    unfair = told.get("invalidated")
    last = (told["choice"].get("circumstances") or {}).get("deadline")
    html = pages.render(
        "receipt_file",
        language,
        r=told,
        at={name: parse_instant(told["event"][name]) for name in ("time", "recorded")},
        until=None if last is None else parse_instant(last),
        unfair=unfair is not None,
        key=signer.vkey(),
        css=Markup(style),  # noqa: S704  # our own file
        fence=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        data=Markup(block(told)),  # noqa: S704  # canonical JSON without a single `<`
    )
    return closed(html if html.endswith("\n") else html + "\n", signer)

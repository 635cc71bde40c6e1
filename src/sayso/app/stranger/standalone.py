"""The parts of `verify.html` put into one file, behind a fence that names its script and its style by digest."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from pathlib import Path

from msgspec import Struct

from sayso.facts.errors import Broken

_PARTS = Path(__file__).resolve().parent / "parts"
_SCRIPTS = (
    "json.js", "misread.js", "notes.js", "evidence.js", "cosigners.js", "judges.js", "forms.js", "beliefs.js", "promise.js",
    "manifest.js", "endings.js", "tiles.js", "together.js", "words.js", "reasons.js", "phrases.js", "page.js",
)  # fmt: skip


class VerifyPage(Struct, frozen=True):
    """The page as text, and the content security policy it carries, for whoever serves it."""

    html: str
    fence: str


def verify_page(log_key: str = "") -> VerifyPage:
    """Return the page, its field for the public key filled in with *log_key*; the key is a value, never part of the script."""
    html, fence = _put_together()
    return VerifyPage(html.replace("@@KEY@@", escape(log_key, quote=True)), fence)


@cache
def _put_together() -> tuple[str, str]:
    script = "\n" + "\n".join(_part(name) for name in _SCRIPTS)
    style = "\n" + _part("style.css")
    if "</script" in script.lower() or "<!--" in script or "</style" in style.lower():
        raise Broken("a part of verify.html ends its own element; restore the package")
    # Only the very script and style in the file run; nothing is fetched, sent, framed or submitted.
    fence = f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; base-uri 'none'; form-action 'none'"
    html = _part("page.html").replace("@@FENCE@@", fence).replace("@@STYLE@@", style).replace("@@SCRIPT@@", script)
    return html, fence


def _part(name: str) -> str:
    return (_PARTS / name).read_text("utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

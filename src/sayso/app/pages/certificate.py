"""A certificate of deletion as a page for people: the same inside the site and as one file that opens anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sayso.app.pages.render import Pages
from sayso.facts.errors import Unfit
from sayso.facts.instants import parse_instant

STYLE = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;background:#fff}"
    "h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.15rem;margin-top:2rem}.state{font-weight:600}"
    "code{overflow-wrap:anywhere}li{margin:.3rem 0}"
    "@media (prefers-color-scheme:dark){body{color:#e8e8ec;background:#17171b}}"
)


def shown(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a certificate says, with its instants as instants, ready for the page."""
    return {**{name: _read(value) for name, value in told.items() if name not in ("lines", "checkpoint", "signature")}}


def certificate_page(told: Mapping[str, Any], language: str, *, key: str) -> str:
    """Return the certificate *told* as one HTML file in *language*; *key* is the public key it is checked with."""
    pages = Pages()
    if language not in pages.languages:
        raise Unfit(f"no language `{language[:20]}`; there are {', '.join(pages.languages)}")
    return pages.render("certificate_file", language, c=shown(told), key=key, css=STYLE)


def _read(value: Any) -> Any:
    """Return *value* with every text that is an instant of ours as one."""
    if isinstance(value, dict):
        return {name: _moment(name, one) for name, one in value.items()}
    if isinstance(value, list):
        return [_read(one) for one in value]
    return _moment("", value)


def _moment(name: str, value: Any) -> Any:
    if isinstance(value, dict | list):
        return _read(value)
    if not isinstance(value, str) or name in ("id", "run", "release", "purpose", "what"):
        return value
    try:
        return parse_instant(value)
    except Unfit:
        return value

"""A take-out as pages that open from a disk without a network: no scripts, nothing fetched, everything a person wrote escaped."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sayso.app.pages.catalogue import FIRST, catalogues
from sayso.app.pages.render import short
from sayso.facts.instants import parse_instant

_HERE = Path(__file__).resolve().parent / "templates" / "takeout"


class Booklet:
    """Draws the readable part of a take-out in one language."""

    def __init__(self, language: str, operator: str) -> None:
        known = catalogues()
        self._language = language if language in known else FIRST
        style = (_HERE / "style.css").read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self._env = Environment(
            loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._env.filters.update(short=short, at=_instant, pretty=_pretty)
        self._env.globals.update(
            t=known[self._language],
            language=self._language,
            operator=operator,
            style=Markup(style),  # noqa: S704  # our own file
            fence=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        )

    def index(self, about: Mapping[str, Any], releases: list[dict[str, Any]], count: int, pages: int) -> bytes:
        """Return the first page: who, what was answered, where it went, what is kept and why, and what else is in the zip."""
        return self._draw("index", about=about, releases=releases, count=count, pages=pages)

    def page(self, records: Iterable[Mapping[str, Any]], number: int, pages: int) -> Iterator[bytes]:
        """Yield page *number* of the conversations, one conversation at a time."""
        yield self._draw("head", number=number, pages=pages)
        for record in records:
            yield self._draw("chat", chat=record)
        yield self._draw("foot", number=number, pages=pages)

    def _draw(self, name: str, **values: object) -> bytes:
        return self._env.get_template(f"{name}.html").render(**values).encode("utf-8")


def _instant(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else parse_instant(value)


def _pretty(text: str) -> str:
    """Return JSON text with its lines set apart; other text as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return text

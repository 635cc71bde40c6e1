"""Values into pages: one Jinja environment that escapes everything and fails on any name it was not given."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from sayso.app.pages.catalogue import FIRST, Catalogue, catalogues, direction, spoken
from sayso.app.pages.places import countries, placed
from sayso.app.pages.plot import Plot, plot
from sayso.app.pages.turned import turned
from sayso.facts.canonical import canonical
from sayso.facts.errors import Unfit
from sayso.facts.words import Digest

_HERE = Path(__file__).resolve().parent
TITLE_SHOWN = 160
"""Signs of a title that a list shows; a title is the person's own text and can be anything."""


class Pages:
    """Renders a page in a language. *operator* is the name people know the service by."""

    def __init__(self, operator: str = "sayso") -> None:
        self._words: Mapping[str, Catalogue] = spoken()
        self.languages: tuple[str, ...] = tuple(catalogues())
        """Those that have words for every page."""
        self.spoken: tuple[str, ...] = tuple(self._words)
        """Those that have words for the first pages."""
        self._env = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.filters.update(short=short, coded=coded)
        self._env.globals.update(operator=operator, plot=plot, turned=turned, direction=direction)
        self._env.globals.update(placed=placed, countries=countries)
        self._env.globals.update(style=_address("style.css"), console_style=_address("console.css"))

    def words(self, language: str) -> Catalogue:
        """Return the catalogue of *language*."""
        return self._words[language]

    def render(
        self,
        name: str,
        language: str,
        *,
        session: object = None,
        here: str = "/",
        query: Sequence[tuple[str, str]] = (),
        reads: str = "",
        **values: object,
    ) -> str:
        """Return the HTML of page *name*; *here* and *query* are what a change of language goes back to.

        *reads* is the language the reader would have had; where the page is not in it yet, the page says so in that one.
        """
        own = {tag: words("language.own") for tag, words in self._words.items()}
        first = name in FIRST_PAGES and getattr(session, "kind", "") != "officer"
        offered = self.spoken if first or language not in self.languages else self.languages
        languages = [(tag, own[tag], f"{here}?{urlencode([*query, ('lang', tag)])}") for tag in offered]
        missed = reads in self._words and reads not in offered
        return self._env.get_template(f"{name}.html").render(
            t=self._words[language],
            language=language,
            languages=languages,
            reads=reads if missed else "",
            elsewhere=self._words[reads]("nav.elsewhere", own=own[language]) if missed else "",
            session=session,
            here=here,
            **values,
        )


def short(text: str) -> str:
    """Return *text* on one line, without signs that do not print, and cut where a list would drown in it.

    >>> short("two\\nlines\\x00")
    'two lines'
    """
    line = " ".join("".join(sign if sign.isprintable() or sign.isspace() else "" for sign in text[: 4 * TITLE_SHOWN]).split())
    return line if len(line) <= TITLE_SHOWN and len(text) <= 4 * TITLE_SHOWN else line[:TITLE_SHOWN].rstrip() + "…"


def coded(text: str) -> Markup:
    """Return a sentence with what stands in backticks, a command or a role, drawn as such.

    >>> str(coded("ask `<who>` runs `sayso serve`"))
    'ask <code>&lt;who&gt;</code> runs <code>sayso serve</code>'
    """
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(one) if at % 2 else escape(one) for at, one in enumerate(parts))


def static_files() -> dict[str, tuple[bytes, str]]:
    """Return the files the pages refer to: name to bytes and media type."""
    return {
        path.name: (path.read_bytes(), mimetypes.guess_type(path.name)[0] or "application/octet-stream")
        for path in sorted((_HERE / "static").iterdir())
        if path.suffix in (".css", ".svg")
    }


def element_files() -> dict[str, tuple[bytes, str]]:
    """Return the files host products load: name to bytes and media type."""
    kinds = {".js": "text/javascript", ".ts": "text/plain"}
    return {path.name: (path.read_bytes(), kinds[path.suffix]) for path in sorted((_HERE / "elements").iterdir())}


FIRST_PAGES = frozenset({"enter", "choice", "history", "error"})
"""The pages that are there in every language a question has."""
DRAWN = ("templates/base.html", "templates/kit.html", "templates/question.html", "templates/choice.html", "static/style.css")
"""The files that draw a question."""


_AROUND = ("choice.", "ask.answer", "ask.more", "ask.now_", "ask.receipt", "ask.saved", "ask.later", "ask.changed")


def screen(drawn: str = "pages") -> Digest:
    """Return the digest of what draws a question: templates, style, and the sentences around it in every language.

    It is what `Notice.screen` proves beside the words of the notice. *drawn* is `pages`, or the name of an element's file,
    whose digest it is: that holds drawing and style.
    """
    if drawn != "pages":
        files = element_files()
        if drawn not in files:
            raise Unfit(f"nothing draws a question as `{drawn[:40]}`; there are pages, {', '.join(files)}")
        return Digest(hashlib.sha256(files[drawn][0]).hexdigest())
    around = {
        tag: {key: text for key, text in words.sentences.items() if key.startswith(_AROUND)} for tag, words in spoken().items()
    }
    seen = hashlib.sha256(canonical(around))
    for name in DRAWN:
        seen.update(hashlib.sha256((_HERE / name).read_bytes()).digest())
    return Digest(seen.hexdigest())


def _address(name: str) -> str:
    """Return where a stylesheet lies, with a short mark of it, so that a browser fetches a changed one."""
    return f"/static/{name}?v={hashlib.sha256((_HERE / 'static' / name).read_bytes()).hexdigest()[:12]}"


__all__ = ["FIRST", "FIRST_PAGES", "Pages", "Plot", "element_files", "screen", "short", "static_files"]

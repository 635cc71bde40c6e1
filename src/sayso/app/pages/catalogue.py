"""The words of the pages, one TOML file per language with the same keys in each.

Three folders hold them: `asking` what is said around a question, in host products and here; `first` what everybody reads before and
after an answer; `words` the rest. The first two are there in every language a question has, the third in fewer.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sayso.facts.errors import Broken

_WORDS = Path(__file__).resolve().parent / "words"
_ASKING = Path(__file__).resolve().parent / "asking"
_FIRST = Path(__file__).resolve().parent / "first"
FIRST = "en"
"""The language that answers where none of the reader's is there."""


class Catalogue:
    """Every sentence of one language. Calling it gives one, with its gaps filled; a missing key is Broken, never blank.

    >>> words = catalogues()["en"]
    >>> words.many("chats", 1), words.many("chats", 1200)
    ('1 chat', '1,200 chats')
    """

    def __init__(self, language: str, sentences: Mapping[str, str]) -> None:
        self.language, self.sentences = language, dict(sentences)

    def __call__(self, key: str, **gaps: object) -> str:
        sentence = self.sentences.get(key)
        if sentence is None:
            raise Broken(f"the words in `{self.language}` lack `{key}`; add it to every language")
        return sentence.format_map(gaps) if gaps else sentence

    def many(self, key: str, count: int, **gaps: object) -> str:
        """Return the sentence for one or for several of *count*."""
        return self(f"{key}.{'one' if count == 1 else 'many'}", count=self.number(count), **gaps)

    def named(self, family: str, name: str) -> str:
        """Return the word for *name* in *family*, or the name itself in plain letters where a policy brought its own."""
        return self.sentences.get(f"{family}.{name}", name.replace("_", " "))

    def number(self, count: int) -> str:
        """Return *count* with the language's sign between thousands."""
        return f"{count:,}".replace(",", self("number.thousands"))

    def day(self, at: datetime) -> str:
        """Return the day of *at* in UTC.

        >>> catalogues()["de"].day(datetime(2025, 10, 8, tzinfo=UTC))
        '8. Oktober 2025'
        """
        at = at.astimezone(UTC)
        return self("date.day", day=at.day, month=self(f"month.{at.month}"), year=at.year)

    def moment(self, at: datetime) -> str:
        """Return the minute of *at* in UTC."""
        return self("date.moment", day=self.day(at), time=f"{at.astimezone(UTC):%H:%M}")


RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def direction(language: str) -> str:
    """Return which way *language* is written: `rtl` or `ltr`."""
    return "rtl" if language.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"


def asking_words() -> dict[str, Catalogue]:
    """Return the words around a question in host products, per language: what the elements say beside the notice."""
    return _read(_ASKING)


def catalogues() -> dict[str, Catalogue]:
    """Return the catalogue of each language that has words for every page."""
    return {tag: words for tag, words in spoken().items() if (_WORDS / f"{tag}.toml").is_file()}


def spoken() -> dict[str, Catalogue]:
    """Return the catalogue of each language that has words for the first pages: the way in, the question, what was answered."""
    rest, around = _read(_WORDS), _read(_ASKING)
    every = {}
    for tag, first in _read(_FIRST).items():
        more = rest[tag].sentences if tag in rest else {}
        every[tag] = Catalogue(tag, {**first.sentences, **around[tag].sentences, **more})
    return every


def _read(folder: Path) -> dict[str, Catalogue]:
    found = {}
    for path in sorted(folder.glob("*.toml")):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        found[path.stem] = Catalogue(path.stem, dict(_flat(raw)))
    return found


def _flat(said: Mapping[str, object], family: str = "") -> Iterable[tuple[str, str]]:
    """Yield each sentence under its full key, `family.name`."""
    for name, value in said.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{family}{name}.")
        else:
            yield f"{family}{name}", str(value)


def pick(languages: Iterable[str], asked: str | None, remembered: str | None, accepted: str | None) -> str:
    """Return the language to use: the one asked for, else remembered, else the browser's best, else English.

    >>> pick(["de", "en"], None, "xx", "fr;q=0.9, de-AT;q=0.8, en;q=0.2")
    'de'
    """
    known = set(languages)
    for tag in (asked, remembered):
        if tag in known and tag is not None:
            return tag
    for _, tag in sorted(_ranked(accepted or ""), key=lambda pair: -pair[0]):
        if tag in known:
            return tag
    return FIRST


def _ranked(accepted: str) -> Iterable[tuple[float, str]]:
    """Return weight and main language of each entry of an `Accept-Language` header; ignores what is none."""
    for entry in accepted[:500].split(","):
        match = re.fullmatch(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*", entry)
        if match and float(match[2] or 1) > 0:
            yield float(match[2] or 1), match[1].lower()

"""What countries and regions are called in the languages of the pages, so that nobody has to know their codes.

The names are those of `phonenumbers`, kept in `places.json`: loading all of its languages takes a second.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

import msgspec

from sayso.facts.words import UNKNOWN

GROUPS = ("EU", "EEA", "UK")
"""What is no country by itself; the last is one under its other code."""


def placed(region: str, language: str) -> str:
    """Return what *region* is called in *language*, or the code itself where it has no name.

    >>> placed("DE", "en"), placed("EEA", "de"), placed("XX", "en")
    ('Germany', 'ein Land des Europäischen Wirtschaftsraums', 'XX')
    """
    return region if region == UNKNOWN else _names(language).get(region, region)


def countries(language: str) -> list[tuple[str, str]]:
    """Return every country, its code and its name, in the order of the names in *language*.

    >>> [name for _, name in countries("de")][:4]
    ['Afghanistan', 'Ägypten', 'Åland-Inseln', 'Albanien']
    """
    found = [(code, name) for code, name in _names(language).items() if code not in GROUPS]
    return sorted(found, key=lambda one: _plain(one[1]))


@cache
def _names(language: str) -> dict[str, str]:
    raw = (Path(__file__).resolve().parent / "places.json").read_bytes()
    every = msgspec.json.decode(raw, type=dict[str, dict[str, str]])
    return every.get(language, every["en"])


def _plain(name: str) -> str:
    """Return *name* as it is looked for in a list: without what stands above its letters."""
    return "".join(one for one in unicodedata.normalize("NFD", name).casefold() if not unicodedata.combining(one))

"""The questions people are asked with now, each published and remembered until it is another."""

from __future__ import annotations

from sayso.app.fair import FairLock
from sayso.app.house import House
from sayso.app.jobs import notices
from sayso.app.pages import screen
from sayso.app.terms import operator
from sayso.facts.words import Digest
from sayso.notices import Notice


class Questions:
    """What one house asks; *one* is the lock under which it is used."""

    def __init__(self, house: House, one: FairLock) -> None:
        self._house, self._one = house, one
        self._known: dict[tuple[str, str], tuple[tuple[int, int], tuple[Notice, Digest]]] = {}

    def ask(self, name: str, drawn: str) -> tuple[Notice, Digest]:
        """Return the version of notice *name* to ask with, drawn by *drawn* and published, so that a choice can name its digest."""
        known = self._known.get((name, drawn))
        if known is not None and known[0] == self._now(name):
            return known[1]
        with self._one:
            found = notices.asking(self._house, name, operator(), None if drawn == "host" else screen(drawn))
            self._known[name, drawn] = self._now(name), found  # to ask for it may have published it
        return found

    def at_hand(self, name: str, drawn: str) -> bool:
        """Return whether asking it waits for nobody: it was published, and nothing since made it another."""
        known = self._known.get((name, drawn))
        return known is not None and known[0] == self._now(name)

    def _now(self, name: str) -> tuple[int, int]:
        """Return what is another whenever the question is: found unfair, published anew, or asked under another policy."""
        return len(self._house.past.invalid), self._house.worded(name)

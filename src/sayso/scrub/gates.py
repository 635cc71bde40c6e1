"""Which rows a stretch of text wakes, and where their patterns stand in it: by RE2, by Hyperscan, or by plain `re`.

A gate only says yes or no per row and stretch, and every engine answers for the same stretches of the same regular
languages; so whichever is installed, the same spans come out. `tests/scrub/test_engines.py` holds on to that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

import re2

from sayso.facts.errors import Unfit


class Gate(Protocol):
    """Says which rows a stretch of bytes wakes."""

    def Match(self, text: bytes) -> Sequence[int] | None:  # noqa: N802 - the name RE2::Set gives it
        """Return the numbers of the rows whose trigger stands somewhere in the text, in any order."""
        ...


Places = Sequence[tuple[int, int]]
"""Where a match stands: the whole of it, then each group; a group that took no part is (-1, -1)."""
Search = Callable[[bytes, int, int], Places | None]
"""Given a text, a place to begin and one to end by, the first match, or None."""


class Tools(Protocol):
    """What a search is made of: a gate for all rows and a pattern for each."""

    name: str
    apart: bool
    """Whether gates of fewer patterns, for ASCII and for texts without a digit, save more than to look for those costs."""

    def gate(self, patterns: Sequence[str]) -> Gate:
        """Return the gate for these patterns."""
        ...

    def search(self, source: str) -> Search:
        """Return the search for a pattern."""
        ...


class Re2:
    """Google's RE2: every pass is linear whatever comes. The default."""

    name = "re2"
    apart = False

    def __init__(self) -> None:
        self._options = re2.Options()
        self._options.encoding = re2.Options.Encoding.LATIN1
        self._options.max_mem = 256 << 20  # a set that runs out of memory would answer "nothing there"
        self._options.log_errors = False

    def gate(self, patterns: Sequence[str]) -> Gate:
        """Return an RE2::Set of the patterns."""
        gate = re2.Set.SearchSet(self._options)
        for pattern in patterns:
            gate.Add(pattern.encode("latin-1"))
        gate.Compile()
        return gate._set  # type: ignore[no-any-return]  # re2 ships no types; its own set, without the wrapper in Python

    def search(self, source: str) -> Search:
        """Return the search of RE2 itself: the wrapper around it in Python costs twice as much as a short search."""
        inner = re2.compile(source.encode("latin-1"), self._options)._regexp.Match
        anywhere = re2._Anchor.UNANCHORED

        def search(text: bytes, low: int, high: int) -> Places | None:
            places: Places = inner(anywhere, text, low, high)
            return places if places[0][0] >= 0 else None

        return search


class Hyperscan(Re2):
    """Hyperscan (Vectorscan) as the gate, RE2 for the confirms; needs the extra `hyperscan`."""

    name = "hyperscan"
    apart = True

    def gate(self, patterns: Sequence[str]) -> Gate:
        """Return a block-mode database of the patterns; each answers once per stretch."""
        return _Database([pattern.encode("latin-1") for pattern in patterns])


class _Database:
    def __init__(self, triggers: Sequence[bytes]) -> None:
        hyperscan = import_module("hyperscan")
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=list(triggers),
            ids=list(range(len(triggers))),
            elements=len(triggers),
            flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(triggers),
        )
        self._database.scratch = hyperscan.Scratch(self._database)
        self._scan = self._database.scan

    def Match(self, text: bytes) -> list[int]:  # noqa: N802 - the name RE2::Set gives it
        """Return the numbers of the rows woken; Hyperscan calls back once for each."""
        woken: list[int] = []
        if text:
            self._scan(text, match_event_handler=lambda number, *_: woken.append(number))
        return woken


class Plain:
    """Python's own `re`, one row after the other: slow, not linear, and the yardstick the other two are held to."""

    name = "re"
    apart = True

    def gate(self, patterns: Sequence[str]) -> Gate:
        """Return a gate that asks every pattern in turn."""
        return _Each([self.search(pattern) for pattern in patterns])

    def search(self, source: str) -> Search:
        """Return the search of `re` for a pattern spelled so that it means what it means to RE2."""
        compiled = re.compile(spelled(source).encode("latin-1"))

        def search(text: bytes, low: int, high: int) -> Places | None:
            match = compiled.search(text, low, high)
            return match.regs if match else None

        return search


class _Each:
    def __init__(self, triggers: Sequence[Search]) -> None:
        self._triggers = triggers

    def Match(self, text: bytes) -> list[int]:  # noqa: N802 - the name RE2::Set gives it
        """Return the numbers of the rows whose trigger is there."""
        return [number for number, trigger in enumerate(self._triggers) if trigger(text, 0, len(text))]


def spelled(source: str) -> str:
    r"""Return a pattern of RE2 as `re` has it: `$` outside a class is the very end unless lines are meant.

    RE2's `\s` has no vertical tab, and flags in the middle hold to the end of their group.

    >>> spelled("(?i)a|b[$]$")
    '(?i:a|b[$]\\Z)'
    """
    if "(?m)" not in source:
        source = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", lambda match: r"\Z" if match[0] == "$" else match[0], source)
    flags = re.match(r"\(\?([im]+)\)", source)
    return f"(?{flags[1]}:{source[flags.end() :]})" if flags else source


def named(name: str | None) -> Tools:
    """Return the tools of a name, RE2 where none is given; one that is unknown or not installed is refused, never replaced.

    >>> named(None).name, named("re").name
    ('re2', 're')
    """
    tools = next((one for one in (Re2, Hyperscan, Plain) if one.name == (name or Re2.name)), None)
    if tools is None:
        raise Unfit(f"no scrub engine `{(name or '')[:20]}`; there are re2, hyperscan and re")
    if tools is Hyperscan and find_spec("hyperscan") is None:
        raise Unfit("the scrub engine `hyperscan` is not installed; install the extra `hyperscan`, or ask for re2")
    return tools()


def available() -> tuple[Tools, ...]:
    """Return the tools that are installed here, the usual one first."""
    try:
        import_module("hyperscan")
    except ImportError:
        return Re2(), Plain()
    return Re2(), Hyperscan(), Plain()

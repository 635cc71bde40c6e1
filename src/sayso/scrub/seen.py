"""What was found in the texts of one conversation, asked for all at once and handed out one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sayso.scrub.batch import find_many
from sayso.scrub.searching import Recognizer
from sayso.scrub.spans import Span


class Seen:
    """What `find` returns for texts, by patterns and other finders or by patterns alone; kept as long as this object."""

    def __init__(self, recognizers: Iterable[Recognizer] = ()) -> None:
        self._finders = [one if isinstance(one, _Remembered) else _Remembered(one) for one in recognizers]
        self._by_patterns: dict[str, list[Span]] = {}
        self._by_all: dict[str, list[Span]] = {} if self._finders else self._by_patterns

    def learn(self, asked: Iterable[tuple[str, bool]]) -> None:
        """Find what stands in these texts, each with whether patterns alone are asked."""
        every = dict.fromkeys(asked)
        self._learn(self._by_patterns, [text for text, alone in every if alone or not self._finders], ())
        if self._finders:
            self._learn(self._by_all, [text for text, alone in every if not alone], self._finders)

    def find(self, text: str) -> list[Span]:
        """Return what `find` returns with the finders."""
        if text not in self._by_all:
            self._learn(self._by_all, [text], self._finders)
        return self._by_all[text]

    def patterns(self, text: str) -> list[Span]:
        """Return what `find` returns without them."""
        if text not in self._by_patterns:
            self._learn(self._by_patterns, [text], ())
        return self._by_patterns[text]

    def told(self, teller: Recognizer, texts: Iterable[str]) -> Seen:
        """Return this for these texts with one more finder; only those in which it finds what no other did are searched again."""
        more = Seen([*self._finders, teller])
        more._by_patterns = self._by_patterns
        known = {text: self.find(text) for text in texts}
        said = more._finders[-1].find(list(known))
        again = [text for text, spans in zip(list(known), said, strict=True) if spans and not self._said_all(text, spans)]
        searched = frozenset(again)
        more._by_all = {text: spans for text, spans in known.items() if text not in searched}
        more._learn(more._by_all, again, more._finders)
        return more

    def _said_all(self, text: str, spans: Iterable[Span]) -> bool:
        """Return whether these places were all among what the finders told of a text: told again they change nothing there."""
        places = {(span.start, span.end) for one in self._finders for span in one.said(text)}
        return all((span.start, span.end) in places for span in spans)

    @staticmethod
    def _learn(known: dict[str, list[Span]], texts: Iterable[str], finders: Iterable[Recognizer]) -> None:
        new = [text for text in texts if text not in known]
        known.update(zip(new, find_many(new, recognizers=finders), strict=True))


class _Remembered:
    """A finder that is asked once about each text."""

    def __init__(self, inner: Recognizer) -> None:
        self._inner = inner
        self._said: dict[str, Sequence[Span]] = {}

    def said(self, text: str) -> Sequence[Span]:
        """Return what was said of a text, or nothing where it was not asked about."""
        return self._said.get(text, ())

    def find(self, texts: Sequence[str]) -> list[Sequence[Span]]:
        new = [text for text in dict.fromkeys(texts) if text not in self._said]
        if new:
            self._said.update(zip(new, self._inner.find(new), strict=True))
        return [self._said[text] for text in texts]

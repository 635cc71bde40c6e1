"""From text to masked text: find to a fixed point, then put `[EMAIL_1]` where somebody's address stood."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sayso.scrub.engine import Engine, Work
from sayso.scrub.fold import Folded
from sayso.scrub.gates import named
from sayso.scrub.persons.words import TITLES
from sayso.scrub.spans import Span, settle, to_code_points
from sayso.scrub.table import BY_KIND, ROWS

_engine = [Engine(ROWS)]
_STANDING_MARK = re.compile(r"\[([A-Z][A-Z_]{1,24})_(\d{1,9})\]")
_ROUNDS = 6
_NAMES = 64
_FOREIGN = "PRIVATE"
_PERSON = "person-name"


def engine() -> Engine:
    """Return the engine that searches: RE2, unless `use` named another."""
    return _engine[0]


def use(name: str | None) -> str:
    """Search with the engine of this name from here on, in this process, and return its name: `re2`, `hyperscan` or `re`.

    The spans stay the same, only the time differs. Raises Unfit for one that is unknown or not installed.
    """
    if name != _engine[0].tools.name:
        tools = named(name)
        if tools.name != _engine[0].tools.name:
            _engine[0] = Engine(ROWS, tools)
    return _engine[0].tools.name


class Recognizer(Protocol):
    """Another finder, such as a model for names: spans in code points for each text of a batch, in the same order.

    Not trusted to be pure or repeatable: record its name, version and weights with whatever it helped to make.
    """

    def find(self, texts: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Return the spans of each text."""
        ...


class Marks:
    """What stands for what in one conversation: the same value gets the same mark through all its turns.

    Numbers count per mark in order of first appearance, so nothing in them links one conversation to another. The values
    themselves are not kept, only their keyed digests (BLAKE2b), and they go when this object goes.
    """

    def __init__(self, key: bytes = b"") -> None:
        self._key = hashlib.blake2b(key, digest_size=32).digest()
        self._known: dict[bytes, str] = {}
        self._last: dict[str, int] = {}
        self._taken: set[str] = set()

    def __repr__(self) -> str:
        return f"Marks({len(self._known)} values)"

    def reserve(self, text: str) -> None:
        """Keep marks that already stand in a text from being given to something else."""
        if "[" in text:
            self._taken.update(match[0] for match in _STANDING_MARK.finditer(text))

    def of(self, kind: str, value: str) -> str:
        """Return the mark of a value, a new one where it was not met before.

        >>> marks = Marks(b"one conversation")
        >>> marks.of("email", "Bo@example.org"), marks.of("email", "bo@example.org"), marks.of("ipv4", "86.1.1.7")
        ('[EMAIL_1]', '[EMAIL_1]', '[IP_1]')
        """
        name, digest = mark_of(kind), self.drawn(kind, value, 16)
        mark = self._known.get(digest)
        while mark is None:
            self._last[name] = self._last.get(name, 0) + 1
            fresh = f"[{name}_{self._last[name]}]"
            if fresh not in self._taken:
                mark = self._known[digest] = fresh
        return mark

    def drawn(self, kind: str, value: str, size: int) -> bytes:
        """Return *size* bytes that stand for a value: the same for equal ones, and nothing to whoever lacks the key."""
        told = f"{mark_of(kind)}\0{canonical_of(kind, value)}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(told, key=self._key, digest_size=size).digest()

    def heard(self, values: Iterable[tuple[str, str]]) -> None:
        """Take notice of every kind and value in the conversation before any is replaced; plain marks need none."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with marks in place of what was found, where that stood in the original, and how many of each kind."""

    text: str
    spans: tuple[Span, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


def find(
    text: str, *, recognizers: Iterable[Recognizer] = (), work: Work | None = None, rows: Sequence[int] | None = None
) -> list[Span]:
    """Return what in a text is somebody's: spans in code points, sorted, disjoint, none cutting a character.

    The text is searched again with what was found taken out, until nothing more shows: so masking what `find` names leaves
    nothing that `find` would name. `rows` are those that woke, where `find_many` has asked already.

    >>> [(span.start, span.end, span.kind) for span in find("Żaneta: zaneta@example.org")]
    [(8, 26, 'email')]
    """
    spans = _once(text, work, rows)
    if recognizers:
        spans = settle([*spans, *_others(text, recognizers)])
    for _ in range(_ROUNDS if spans else 0):
        spans = settle([*spans, *_echoes(text, spans)])
        rest, pieces = _without(text, spans)
        more = _once(rest, work)
        if not more:
            break
        spans = settle([*spans, *(_carried(span, pieces) for span in more)])
    return spans


def mask(text: str, key: Marks | bytes, *, recognizers: Iterable[Recognizer] = ()) -> Masked:
    """Return the text with a mark in place of each thing found; give one `Marks` to all texts of one conversation.

    >>> mask("Mail bo@example.org or Bo@Example.org.", b"key").text
    'Mail [EMAIL_1] or [EMAIL_1].'
    """
    marks = key if isinstance(key, Marks) else Marks(key)
    marks.reserve(text)
    spans = find(text, recognizers=recognizers)
    if not spans:
        return Masked(text)
    out: list[str] = []
    counts: dict[str, int] = {}
    at = 0
    for span in spans:
        out += text[at : span.start], marks.of(span.kind, Folded(text[span.start : span.end]).text)
        counts[span.kind] = counts.get(span.kind, 0) + 1
        at = span.end
    out.append(text[at:])
    return Masked("".join(out), tuple(spans), counts)


def _once(text: str, work: Work | None, rows: Sequence[int] | None = None) -> list[Span]:
    """Return the spans of one search, carried back from the folded twin to the text."""
    folded = Folded(text)
    buffer = folded.encoded
    found = _engine[0].spans(buffer, work, rows)
    if not found:
        return found
    found = to_code_points(buffer, found)
    standing = [match.span() for match in _STANDING_MARK.finditer(folded.text)] if "[" in text else []
    kept = (span for span in found if not _inside(span, standing))
    return [Span(*folded.back(span.start, span.end), span.kind, span.source) for span in kept]


def _echoes(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield where else a name stands that was told once: whoever said "my name is" is not hidden by that one place."""
    names: dict[str, str] = {}
    for span in spans:
        value = text[span.start : span.end]
        if mark_of(span.kind) == "NAME" and len(value) > 2 and len(names) < _NAMES:
            names.setdefault(value, span.kind)
            last = value.rpartition(" ")[2]
            if len(last) > 3 and last != value:
                names.setdefault(last, span.kind)
    for value, kind in names.items():
        at = text.find(value)
        while at >= 0:
            end = at + len(value)
            if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
                yield Span(at, end, kind, "told elsewhere")
            at = text.find(value, end)


def mark_of(kind: str) -> str:
    """Return the word in the mark of a kind, such as NAME; kinds of foreign finders have one of their own.

    >>> mark_of("git-author"), mark_of("person-name"), mark_of("their-own-kind")
    ('NAME', 'NAME', 'PRIVATE')
    """
    row = BY_KIND.get(kind)
    return row.mark if row else "NAME" if kind == _PERSON else _FOREIGN


def canonical_of(kind: str, value: str) -> str:
    """Return a value in the form that is equal for all ways of writing it.

    >>> canonical_of("email", "Bo@Example.org"), canonical_of("phone-us", "(415) 263-2671")
    ('bo@example.org', '4152632671')
    """
    row = BY_KIND.get(kind)
    canonical = row.canon(value) if row and row.canon else ""
    return canonical or (_same_name(value) if mark_of(kind) == "NAME" else "") or value


def _same_name(value: str) -> str:
    """Return a name without its title and without its capitals, so that `Mrs. Lima` and `LIMA` share a mark."""
    words = value.casefold().replace(".", " ").split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in TITLES else words)


def _inside(span: Span, standing: Sequence[tuple[int, int]]) -> bool:
    """Return whether a span lies within one of these places, which are in order."""
    number = bisect_right(standing, span.start, key=lambda place: place[0]) - 1
    return number >= 0 and span.end <= standing[number][1]


def _others(text: str, recognizers: Iterable[Recognizer]) -> list[Span]:
    """Return the spans of other finders, cut to the text."""
    return [
        Span(max(0, span.start), min(len(text), span.end), span.kind, span.source)
        for recognizer in recognizers
        for spans in recognizer.find([text])
        for span in spans
    ]


def _without(text: str, spans: Sequence[Span]) -> tuple[str, list[tuple[int, int, int, bool]]]:
    """Return the text with stand-in marks, and its pieces: start there, end there, start in the text, whether a mark."""
    out: list[str] = []
    pieces: list[tuple[int, int, int, bool]] = []
    length = at = 0
    for span in spans:
        for piece, origin, is_mark in (
            (text[at : span.start], at, False),
            (f"[{mark_of(span.kind)}_1]", span.start, True),
        ):
            out.append(piece)
            pieces.append((length, length + len(piece), origin, is_mark))
            length += len(piece)
        at = span.end
    out.append(text[at:])
    pieces.append((length, length + len(text) - at, at, False))
    return "".join(out), pieces


def _carried(span: Span, pieces: Sequence[tuple[int, int, int, bool]]) -> Span:
    """Return a span of the text with stand-ins as a span of the text; one that touches a mark reaches over all of it."""
    first = bisect_right(pieces, span.start, key=_low) - 1
    last = bisect_left(pieces, span.end, key=_low) - 1
    low, _, origin, is_mark = pieces[first]
    start = origin if is_mark else origin + span.start - low
    low, _, origin, is_mark = pieces[last]
    end = pieces[last + 1][2] if is_mark else origin + span.end - low
    return Span(start, end, span.kind, span.source)


def _low(piece: tuple[int, int, int, bool]) -> int:
    return piece[0]

"""From text to masked text: find, then put `[EMAIL_1]` where somebody's address stood."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sayso.scrub.confirming import Work
from sayso.scrub.fold import Folded
from sayso.scrub.persons.words import TITLES
from sayso.scrub.searching import STANDING_MARK, Recognizer, mark_of, search
from sayso.scrub.spans import Span
from sayso.scrub.table import BY_KIND


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
            self._taken.update(match[0] for match in STANDING_MARK.finditer(text))

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


def find(text: str, *, recognizers: Iterable[Recognizer] = (), work: Work | None = None) -> list[Span]:
    """Return what in a text is somebody's: spans in code points, sorted, disjoint, none cutting a character.

    The text is searched again with what was found taken out, until nothing more shows: so masking what `find` names leaves
    nothing that `find` would name.

    >>> [(span.start, span.end, span.kind) for span in find("Żaneta: zaneta@example.org")]
    [(8, 26, 'email')]
    """
    return [Span(*hit) for hit in search([text], recognizers, work)[0]]


def mask(text: str, key: Marks | bytes, *, recognizers: Iterable[Recognizer] = ()) -> Masked:
    """Return the text with a mark in place of each thing found; give one `Marks` to all texts of one conversation.

    >>> mask("Mail bo@example.org or Bo@Example.org.", b"key").text
    'Mail [EMAIL_1] or [EMAIL_1].'
    """
    return masked(text, key if isinstance(key, Marks) else Marks(key), find(text, recognizers=recognizers))


def masked(text: str, marks: Marks, spans: Sequence[Span]) -> Masked:
    """Return the text with a mark in place of each of these spans, which are in order."""
    marks.reserve(text)
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


def canonical_of(kind: str, value: str) -> str:
    """Return a value in the form that is equal for all ways of writing it.

    >>> canonical_of("email", "Bo@Example.org"), canonical_of("phone-us", "(415) 263-2671")
    ('bo@example.org', '4152632671')
    """
    row = BY_KIND.get(kind)
    # a span over two hits may hold half a character, which the form of neither has
    canonical = row.canon(value.encode("utf-8", "replace").decode()) if row and row.canon else ""
    return canonical or (_same_name(value) if mark_of(kind) == "NAME" else "") or value


def _same_name(value: str) -> str:
    """Return a name without its title and without its capitals, so that `Mrs. Lima` and `LIMA` share a mark."""
    words = value.casefold().replace(".", " ").split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in TITLES else words)

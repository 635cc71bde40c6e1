"""Secrets in two halves: one that goes over the end of a turn, or over several values of a JSON text; `chains` has those in more.

Neither half has the shape of a key, so nothing finds it where it stands. Here the end of one piece and the beginning of the next
are read as one. What is read at each seam is bounded, and a text that goes on in the next turn is the rule, not the exception:
so a half in the later piece must look drawn, unless the two together have the very shape of an issuer's keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise

from sayso.facts.conversation import Attachment, Part, Turn
from sayso.scrub import secrecy
from sayso.scrub.batch import find_many
from sayso.scrub.chains import HEAD, KEY, TAIL, over_many
from sayso.scrub.masking import find
from sayso.scrub.searching import mark_of
from sayso.scrub.spans import Span, settle

PIECES, JOINED = 8, 600
"""How many values of a JSON text may hold one secret, and how long they may be together."""
SEAMS = 400
"""How many places of one JSON text are tried; whoever splits more than that is not somebody who pastes a key."""

_FIRST, _LAST = re.compile(r"\S{1,200}"), re.compile(r"\S{1,200}$")
_DIGIT = re.compile(r"\d")
_RUN = re.compile(r"[A-Za-z0-9_+/=.-]{2,200}$")
_KEY = re.compile(r"-----BEGIN [A-Z0-9 _-]{0,40}(?:PRIVATE|SECRET) KEY")


class Split:
    """A finder that knows by heart which halves stand in which texts."""

    def __init__(self, spans: Mapping[str, Sequence[Span]]) -> None:
        self._spans = spans

    def find(self, texts: Sequence[str]) -> list[Sequence[Span]]:
        """Return the halves in each text."""
        return [self._spans.get(text, ()) for text in texts]


def over_turns(turns: Sequence[Turn]) -> list[Split]:
    """Return a finder of secrets that go over the end of a turn or part; none where there is no such secret.

    The next turn counts, and the next of the same author, who may have been answered in between.
    """
    return over_texts(_neighbours(turns), _rows(turns))


def over_texts(pairs: Iterable[tuple[str, str]], rows: Iterable[Sequence[str]] = ()) -> list[Split]:
    """Return a finder of the halves in pairs of an earlier and a later text, and of the pieces in rows of texts; or none."""
    found: dict[str, list[Span]] = {}
    halves = (one for before, after in pairs for one in _halves(before, after))
    for text, span in chain(halves, (one for row in rows for one in over_many(row))):
        found.setdefault(text, []).append(span)
    return [Split({text: settle(spans) for text, spans in found.items()})] if found else []


def over_values(values: Sequence[str]) -> list[Split]:
    """Return a finder of secrets that lie over values of a JSON text which follow each other; none where there are none.

    Only the shape of an issuer's keys counts, since lists of identifiers look like drawn strings too.

    >>> halves = over_values(["ghp_aB3dE5fG7hJ9kL1mN3", "pQ5rS7tU9vW1xY3zA5", "a"])
    >>> [len(spans) for spans in halves[0].find(["ghp_aB3dE5fG7hJ9kL1mN3", "pQ5rS7tU9vW1xY3zA5", "a"])]
    [1, 1, 0]
    """
    groups = list(_groups(values))
    found: dict[str, list[Span]] = {}
    for group, spans in zip(groups, find_many(["".join(group) for group in groups]), strict=True):
        for span in spans:
            if span.source != "shape" or mark_of(span.kind) != "SECRET":
                continue
            for value, start, end in _shares(group, span):
                found.setdefault(value, []).append(Span(start, end, span.kind, span.source))
    return [Split({value: settle(spans) for value, spans in found.items()})] if found else []


def _neighbours(turns: Sequence[Turn]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of texts in which a secret could go on."""
    texts = [[text for part in turn.parts if (text := _text(part))] for turn in turns]
    waiting: dict[str, str] = {}
    for number, (turn, held) in enumerate(zip(turns, texts, strict=True)):
        yield from pairwise(held)
        if not held:
            continue
        if number and texts[number - 1]:
            yield texts[number - 1][-1], held[0]
        if turn.role in waiting and (not number or turns[number - 1].role != turn.role):
            yield waiting[turn.role], held[0]
        waiting[turn.role] = held[-1]


def _rows(turns: Sequence[Turn]) -> Iterator[list[str]]:
    """Yield all texts in order, and each author's where another answered in between."""
    yield [text for turn in turns for part in turn.parts if (text := _text(part))]
    roles = dict.fromkeys(turn.role for turn in turns)
    for role in roles if len(roles) > 1 else ():
        yield [text for turn in turns if turn.role == role for part in turn.parts if (text := _text(part))]


def _text(part: Part) -> str:
    return part.text or "" if isinstance(part, Attachment) else getattr(part, "text", "") or getattr(part, "input", "")


def _halves(before: str, after: str) -> Iterator[tuple[str, Span]]:
    """Yield the halves of what goes from one text over to the next, each with the text it stands in."""
    start = len(before[-KEY:].rstrip()) + max(0, len(before) - KEY)  # where the earlier text ends but for its spaces
    skipped = len(after[:KEY]) - len(after[:KEY].lstrip())
    tail, head = before[max(0, start - TAIL) : start], after[skipped : skipped + HEAD]
    opened = _open_key(before, start)
    if opened:
        tail, head = opened, after[skipped : skipped + KEY]
    elif not _may_go_on(tail, head):
        return
    seam = len(tail)
    for span in find(f"{tail}\n{head}" if opened else tail + head):
        if span.start < seam < span.end and mark_of(span.kind) == "SECRET" and (opened or _goes_on(span, tail, head)):
            yield before, Span(start - seam + span.start, start, span.kind, span.source)
            yield after, Span(skipped, skipped + min(len(head), span.end - seam - bool(opened)), span.kind, span.source)
            return
    if opened or tail[-1:] in ".!?)":
        return
    for span in find(f"{tail} {head}"):  # the name in the one, the value in the other
        value = head[span.start - seam - 1 : span.end - seam - 1]
        if span.start == seam + 1 and mark_of(span.kind) == "SECRET" and _drawn(value):
            yield after, Span(skipped, skipped + len(value), span.kind, span.source)


def _open_key(before: str, end: int) -> str:
    """Return the end of a text from where a private key begins that is not closed; empty where there is none."""
    at = before.rfind("-----BEGIN ", max(0, end - KEY), end)
    is_open = at >= 0 and before.find("-----END", at, end) < 0 and _KEY.match(before, at) is not None
    return before[at:end] if is_open else ""


def _may_go_on(tail: str, head: str) -> bool:
    """Return whether the last word of one text and the first of the next may be halves of one secret, or its name and value."""
    first, last = _FIRST.match(head), _LAST.search(tail)
    if not first or not last:
        return False
    return _DIGIT.search(first[0]) is not None or (len(last[0]) >= 8 and _DIGIT.search(last[0]) is not None)


def _goes_on(span: Span, tail: str, head: str) -> bool:
    """Return whether what was found over a seam is one secret, and not one with the next sentence behind it."""
    whole = any(one.start <= span.start and one.end >= len(tail) and one.source == "shape" for one in find(tail))
    rest = head[: span.end - len(tail)]
    return _drawn(rest, 4) or (not whole and span.source == "shape" and not rest.isalpha())


def _drawn(value: str, least: int = 8) -> bool:
    raw = value.strip("\"'`.,;:!?)}]\n ").encode("utf-8", "surrogatepass")
    return len(raw) >= least and secrecy.has_digit_and_letter(raw) and not secrecy.placeholder(raw)


def _groups(values: Sequence[str]) -> Iterator[list[str]]:
    """Yield the values that could hold one secret together: neighbours without a space, a few at a time."""
    tried = 0
    for low, value in enumerate(values):
        if tried >= SEAMS:
            return
        if len(value) < 3 or not _RUN.match(value) or value.isdigit():
            continue
        group, size = [value], len(value)
        for other in values[low + 1 : low + PIECES]:
            size += len(other)
            if size > JOINED or not _RUN.match(other):
                break
            group.append(other)
        if len(group) > 1 and any(map(_DIGIT.search, group)):
            tried += 1
            yield group


def _shares(group: Sequence[str], span: Span) -> Iterator[tuple[str, int, int]]:
    """Yield what of a span lies in each value; nothing where all of it lies in one, which is found there anyway."""
    at, shares = 0, []
    for value in group:
        start, end = max(span.start - at, 0), min(span.end - at, len(value))
        if start < end:
            shares.append((value, start, end))
        at += len(value)
    yield from shares if len(shares) > 1 else ()

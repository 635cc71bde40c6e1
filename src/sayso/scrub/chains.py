"""Secrets in three or more pieces: one that begins in a text, fills the next ones, and ends in a later one.

What stands between must be nothing but the secret: one word, or for a private key nothing but its lines. A sentence in between
ends the chain, so that what is read together is short and ordinary turns are never joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sayso.scrub import secrecy
from sayso.scrub.masking import find
from sayso.scrub.searching import mark_of
from sayso.scrub.spans import Span

TAIL, HEAD, KEY = 400, 400, 8000
"""How much of the first and last text is read, and how much of each where a private key is open."""
PIECES = 8
"""How many texts may hold one secret."""

_RUN = re.compile(r"\s*[^\s.!?]\S{0,199}\s*")
_BODY = re.compile(rf"[A-Za-z0-9+/=\s\\]{{16,{KEY}}}")
_OPEN = re.compile(r"-----BEGIN [A-Z0-9 _-]{0,40}(?:PRIVATE|SECRET) KEY(?: BLOCK)?-----(?![\s\S]*-----END)")


def over_many(texts: Sequence[str]) -> Iterator[tuple[str, Span]]:
    """Yield what of a secret lies in each of three or more texts that follow each other, with the text.

    >>> [text for text, _ in over_many(["my key is ghp_aB3dE5fG7hJ9", "kL1mN3pQ5rS7", "tU9vW1xY3zA5 ok"])]
    ['my key is ghp_aB3dE5fG7hJ9', 'kL1mN3pQ5rS7', 'tU9vW1xY3zA5 ok']
    """
    low = 0
    while low < len(texts) - 2:
        opened = _BODY.fullmatch(texts[low + 1]) is not None and _OPEN.search(texts[low][-KEY:]) is not None
        middle = _BODY if opened else _RUN
        high = low + 1
        while high < min(len(texts), low + PIECES) - 1 and len(texts[high]) <= KEY and middle.fullmatch(texts[high]):
            high += 1
        if high - low >= 2:
            yield from _in_chain(texts[low : high + 1], opened)
        low += 1


def _in_chain(chain: Sequence[str], opened: bool) -> Iterator[tuple[str, Span]]:
    most = KEY if opened else TAIL
    pieces = []  # each text's part that is read: where it begins in the text, and what it says
    for number, text in enumerate(chain):
        start = len(text) - len(text.lstrip()) if number else max(0, len(text.rstrip()) - most)
        end = len(text.rstrip())
        pieces.append((start, text[start : min(end, start + most)]))
    between = "\n" if opened else ""
    joined = between.join(said for _, said in pieces)
    for span in find(joined):
        shares = list(_shares(pieces, span, len(between)))
        while not opened and shares and _word(pieces, shares[-1]):
            shares.pop()  # the next words stand behind a secret that may be longer than it is
        if mark_of(span.kind) == "SECRET" and len(shares) > 2 and (opened or _one_secret(joined, pieces, span, shares)):
            for number, start, end in shares:
                yield chain[number], Span(start, end, span.kind, span.source)


def _shares(pieces: Sequence[tuple[int, str]], span: Span, between: int) -> Iterator[tuple[int, int, int]]:
    """Yield the number of each text a span lies in, and from where to where."""
    at = 0
    for number, (begins, said) in enumerate(pieces):
        start, end = max(span.start - at, 0), min(span.end - at, len(said))
        if start < end:
            yield number, begins + start, begins + end
        at += len(said) + between


def _word(pieces: Sequence[tuple[int, str]], share: tuple[int, int, int]) -> bool:
    number, start, end = share
    begins, said = pieces[number]
    return number > 0 and said[start - begins : end - begins].isalpha()


def _one_secret(joined: str, pieces: Sequence[tuple[int, str]], span: Span, shares: Sequence[tuple[int, int, int]]) -> bool:
    """Return whether what is read together is one secret, and not one with the next words behind it."""
    begun = sum(len(said) for _, said in pieces[: shares[0][0] + 1])
    later = [pieces[number][1][: end - pieces[number][0]] for number, _, end in shares[1:]]
    if all(map(_drawn, later)):
        return True
    whole = any(one.start <= span.start and one.end >= begun and one.source == "shape" for one in find(joined[:begun]))
    return not whole and span.source == "shape" and not "".join(later).isalpha()


def _drawn(value: str) -> bool:
    raw = value.strip("\"'`.,;:!?)}]\n ").encode("utf-8", "surrogatepass")
    return len(raw) >= 4 and secrecy.has_digit_and_letter(raw) and not secrecy.placeholder(raw)

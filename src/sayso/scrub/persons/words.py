"""A text as words, which of them could be part of a name, and what is to be known of each word by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sayso.scrub.persons import figures
from sayso.scrub.persons.lexicon import FIRST, LAST, MANY_FIRST, MANY_LAST, PLACE, PLAIN, PROPER, RARE, lexicon

_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f])"
_TITLES = """
mr mrs ms mx miss dr prof sir lady lord madame mme monsieur mlle mademoiselle herr frau señor señora signor signora
uncle aunt captain colonel major lieutenant sergeant reverend messrs capt col gen lt sgt rev hon
"""
TITLES = frozenset(_TITLES.split())
_PIECE = 256
"""A run without a blank is read in pieces of this length, so that no pattern looks far ahead over and over."""
_WORD = re.compile(
    r"(['’]s(?!\w)"
    r"|\b(?:Mr|Mrs|Ms|Mx|Dr|St|Jr|Sr|Prof|Messrs|Capt|Col|Gen|Lt|Sgt|Rev|Hon)\."
    r"|\b[A-Z]\.(?![a-z])"
    rf"|((?<![\w@/\\=+&])(?<!\w\.){_LETTER}+(?:['’-](?!s\b){_LETTER}+)*(?![\w/\\@=(])(?!\.\w))"
    r"|\w+|[^\w\s])"
)
"""Group 2 are words of a sentence. Letters in an address, a handle, a path, a call or the name of a file are not in it."""
_CAMEL = re.compile(r"[^\W\d_a-z]?[^\W\d_A-Z]+|[A-Z]+")
_BETWEEN = "de da dos das di del della der den van von bin bint ibn al el la le du ten ter y e zu af"
_PARTICLES = frozenset(_BETWEEN.split())


_CODE = ("w=x",)
_SIGNS = frozenset("{}()[];=<>`|\\")
_SPOKEN = (
    "the and of to is that you it for was with this have are not",
    "der die und das ist nicht ein eine mit den von auf für ich sich dem auch im",
    "le les des et est une dans pour que pas vous je du sur avec qui",
    "el los las que y en por con para una del se es como su",
)
"""Small words of English, German, French and Spanish: which of them a text has most of says what its capitals are worth."""
_TONGUES = {word: number for number, said in enumerate(_SPOKEN, 1) for word in said.split()}
TONGUES = range(1, len(_SPOKEN) + 1)


Weights = tuple[int, int, int, int, int]
"""Of a word or a clue: what it weighs two places before itself, one before, at itself, one after and two after."""


Beside = tuple[Mapping[str, int], Mapping[str, int], Mapping[str, int], Mapping[str, int], Mapping[str, int]]
"""What a word weighs beside another word or its looks, for each of five ways to stand there."""

NOTHING: Mapping[str, int] = {}
ALONE: Beside = (NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)


@dataclass(slots=True, eq=False)
class Word:
    """What is known of a word by itself: in small letters, its looks, and whether it could be part of a name.

    `maybe` is 0 for no, 1 for yes, 2 for yes but only between two that could be (`de`, `van`). `looks` is one short text for
    shape and lexicon together; `clues` are the words that the model has weights for. `nearby` is a surname in small letters, or
    what may stand before one; `small` is the word where it stands in small letters; `tongue` says of
    which language it is a small word, `sign` whether it is a sign that code is full of. `weights` and `beside` are given by the
    model that reads it, once.
    """

    low: str
    maybe: int
    looks: str
    clues: tuple[str, ...]
    nearby: bool = False
    small: str = ""
    tongue: int = 0
    sign: bool = False
    weights: Weights = (0, 0, 0, 0, 0)
    beside: Beside = ALONE


Token = tuple[str, str]
"""A word as it stands, and again where it is a word of a sentence: else an empty text."""


def tokens(chunk: str) -> list[Token]:
    """Return the words of a chunk: of what stands between two blanks.

    >>> tokens("Ana's,")
    [('Ana', 'Ana'), ("'s", ''), (',', '')]
    """
    if len(chunk) <= _PIECE:
        return _WORD.findall(chunk)
    return [token for at in range(0, len(chunk), _PIECE) for token in _WORD.findall(chunk[at : at + _PIECE])]


def places(chunk: str) -> list[tuple[int, int]]:
    """Return where each of the words of a chunk stands in it.

    >>> places("Ana's,")
    [(0, 3), (3, 5), (5, 6)]
    """
    found = []
    for at in range(0, len(chunk), _PIECE):
        found += [(at + match.start(), at + match.end()) for match in _WORD.finditer(chunk[at : at + _PIECE])]
    return found


def known(word: str, spoken: bool = True) -> Word:
    """Return what is known of a word by itself; *spoken* says whether it stood as a word of a sentence.

    >>> known("Ana").looks, known("rose").maybe, known("van").maybe, known(",").looks
    ('TFnpd', 1, 2, ',')
    """
    if word == "\n":
        return Word(word, 0, word, ("w=\n",))
    if not word[0].isalpha():
        looks = "9" if word[0].isdigit() else word if len(word) == 1 else "?"
        return Word(word, 0, looks, (f"w={word[:8]}",), sign=word in _SIGNS)
    low = word.lower().replace("’", "'")
    if not spoken and len(word) > 1 and low.rstrip(".") not in TITLES and not word.endswith("."):
        return Word(word, 0, "x", _CODE)
    bits = lexicon().get(low.rstrip("."), 0)
    if not bits and "-" in low:
        parts = [lexicon().get(part, 0) for part in low.split("-")]
        bits = min(parts) if all(parts) else 0
    shape = _shape(word)
    famous = low in figures.figures()[1]
    looks, *shared = _looks(shape, bits, famous)
    clues = [f"w={low}", *shared]
    if famous or low in figures.words():
        clues.append(f"v={famous}{shape}")
    if shape == "C":
        clues.append("c=" + "|".join(_held(lexicon().get(part.lower(), 0)) or "-" for part in _CAMEL.findall(word)[:4]))
    if len(low) > 3:
        clues += [
            f"3={low[-3:]}",
            f"2={low[-2:]}",
            f"4={low[-4:]}",
            f"p={low[:3]}",
            f"q={low[:2]}",
            f"n={min(len(low), 12)}{shape}",
        ]
    return Word(
        low,
        1 if famous else _maybe(low, shape, bits),
        looks,
        tuple(clues),
        shape in "lT" and bool(bits & (FIRST | LAST)),
        low if shape == "l" else "",
        _TONGUES.get(low, 0),
    )


@cache  # as many as there are shapes times sorts of words, some hundred
def _looks(shape: str, bits: int, famous: bool) -> tuple[str, str, str, str, str]:
    """Return the looks of a word, and the clues that it shares with all words of these looks."""
    held = _held(bits) + ("v" if famous else "")
    return shape + held, f"l={shape}{held}", f"b={shape}{bits:x}", f"s={shape}", f"g={held}"


def _shape(word: str) -> str:
    if len(word) == 1 or (len(word) == 2 and word[1] == "."):
        return "I" if word[0].isupper() else "i"
    if word.islower():
        return "l"
    if word[0].isupper():
        return "U" if word.isupper() else "T" if word[1:].islower() else "C"
    return "m" if word.lower() != word else "o"


def _held(bits: int) -> str:
    """Return the bits in a few letters, so that words of one sort share them."""
    first = "F" if bits & MANY_FIRST else "f" if bits & FIRST else ""
    last = "L" if bits & MANY_LAST else "n" if bits & LAST else ""
    plain = "w" if bits & PLAIN else "r" if bits & RARE else ""
    return first + last + ("p" if bits & PLACE else "") + plain + ("d" if bits & PROPER and not plain else "")


def _maybe(low: str, shape: str, bits: int) -> int:
    if shape in "TUC" or low.rstrip(".") in TITLES:
        return 1
    if shape == "I":
        return 0 if low == "i" else 1
    if low in _PARTICLES:
        return 2
    if shape not in "lm" or (shape == "m" and not bits & (FIRST | LAST)):  # `isMeta`
        return 0
    if bits & PLAIN:  # `mark` and `will`, but not `brown`
        return int(bool(bits & MANY_FIRST))
    return int(bool(bits & (FIRST | LAST)) or (not bits and 3 < len(low) < 14))

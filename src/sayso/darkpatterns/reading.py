"""How hard a text is to read, in school years where a formula gives them: one published formula per language.

Own counters: the usual packages fetch a dictionary at run time. They are right within about a year on plain prose.

| language | formula | what it gives |
|---|---|---|
| en | Kincaid et al. 1975 | school year |
| de | Bamberger and Vanecek 1984, first Vienna formula | school year |
| es | Crawford 1989 | school year |
| fr | Anderson 1983, RIX | school year, read off his table between its steps |
| ar | Al-Heeti 1984 | school year, from the length of words alone |
| ja | Tateisi, Ono and Yamada 1988, short form | ease (50 is the middle of their texts, 10 one deviation); `(90 - ease) / 5` here |

For Japanese no formula we know gives school years without a parser; the last line is a scale of ours, on which 8 is their 50.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from sayso.facts.errors import Unfit

_SENTENCE = re.compile(r"[.!?:؟۔]+(?:\s|$)")
_JAPANESE_SENTENCE = re.compile(r"[。！？!?.]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")
_MARKS = re.compile(r"[\u064b-\u0652\u0640]")
_VOWELS = {
    "en": re.compile(r"[aeiouy]+"),
    "de": re.compile(r"ie|ei|ai|au|eu|äu|[aeiouyäöü]"),
    # Two strong vowels are two syllables; a weak one beside a strong one is not one of its own.
    "es": re.compile(r"[iuü]?[aeoáéó][iuy]?(?![aeoáéíóú])|[iuü]?[aeoáéó]|[iuíúüy]+"),
}
_RIX = (0.1, 0.2, 0.5, 0.8, 1.3, 1.8, 2.4, 3.0, 3.7, 4.5, 5.3, 6.2, 7.2)
"""Long words a sentence at which Anderson's table begins the school years 1, 2 ... 13; 0.1 stands for his `below 0.2`."""
_RUNS = {
    "la": re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]+"),
    "lh": re.compile(r"[\u3041-\u309f]+"),
    "lc": re.compile(r"[\u4e00-\u9fff々]+"),
    "lk": re.compile(r"[\u30a1-\u30ff]+"),
}


def syllables(word: str, language: str) -> int:
    """Return about how many syllables *word* has; a number counts as one word of one.

    >>> syllables("conversation", "en"), syllables("Gespräche", "de"), syllables("entrenamiento", "es")
    (4, 3, 5)
    """
    low = word.lower()
    count = len(_VOWELS[language].findall(low))
    if language == "en":
        if low.endswith("e") and not low.endswith(("le", "ee")) and count > 1:
            count -= 1
        if low.endswith("ed") and not low.endswith(("ted", "ded")) and count > 1:
            count -= 1
    return max(count, 1)


def grade(text: str, language: str) -> float:
    """Return the school year that reads *text* with ease; for Japanese a scale of ours on which 8 is a middling text.

    >>> round(grade("You can change this at any time.", "en"))
    1
    """
    tag = language.split("-", maxsplit=1)[0]
    if tag not in _FORMULAS:
        raise Unfit(f"no reading formula for `{language[:12]}`; there is one for {', '.join(sorted(_FORMULAS))}")
    if tag == "ja":
        return (90 - ease(text)) / 5 if any(run.search(text) for run in _RUNS.values()) else 0.0
    words = _WORD.findall(_MARKS.sub("", text))
    sentences = [part for part in _SENTENCE.split(text) if _WORD.search(part)]
    return _FORMULAS[tag](words, max(len(sentences), 1)) if words else 0.0


def ease(text: str) -> float:
    """Return the reading ease of a Japanese *text* by the short form of Tateisi, Ono and Yamada; higher is easier.

    >>> round(ease("今日の天気は、晴れです。"), 2)
    83.38
    """
    sentences = [part for part in _JAPANESE_SENTENCE.split(text) if part.strip()]
    stops = max(len(_JAPANESE_SENTENCE.findall(text)), 1)
    # A sentence is as long as its signs, its stop among them.
    long = (sum(map(len, sentences)) + stops) / max(len(sentences), 1)
    mean = {name: (sum(map(len, found)) / len(found) if (found := run.findall(text)) else 0.0) for name, run in _RUNS.items()}
    commas = text.count("、") / stops
    return (
        -0.12 * long - 1.37 * mean["la"] + 7.4 * mean["lh"] - 23.18 * mean["lc"] - 5.4 * mean["lk"] - 4.67 * commas + 115.79
    )  # fmt: skip


def _english(words: list[str], sentences: int) -> float:
    return 0.39 * len(words) / sentences + 11.8 * sum(syllables(word, "en") for word in words) / len(words) - 15.59


def _german(words: list[str], sentences: int) -> float:
    counts = [syllables(word, "de") for word in words]
    share = 100 / len(words)
    long_words = sum(count >= 3 for count in counts) * share
    six_letters = sum(len(word) > 6 for word in words) * share
    single = sum(count == 1 for count in counts) * share
    return 0.1935 * long_words + 0.1672 * len(words) / sentences + 0.1297 * six_letters - 0.0327 * single - 0.875


def _spanish(words: list[str], sentences: int) -> float:
    share = 100 / len(words)
    return -0.205 * sentences * share + 0.049 * sum(syllables(word, "es") for word in words) * share - 3.407


def _french(words: list[str], sentences: int) -> float:
    # An elided article (`l'`, `d'`) is a word of its own: it does not make the next one long.
    long = sum(len(part) > 6 for word in words for part in re.split("['’]", word))
    rix = long / sentences
    if rix <= _RIX[0]:
        return 1.0
    for year, (low, high) in enumerate(pairwise(_RIX), start=1):
        if rix < high:
            return year + (rix - low) / (high - low)
    return 13.0 + rix - _RIX[-1]


def _arabic(words: list[str], _: int) -> float:
    return 4.414 * sum(map(len, words)) / len(words) - 13.468


def _japanese(words: list[str], sentences: int) -> float:
    raise NotImplementedError  # `ease` reads the text itself: there are no words between spaces


_FORMULAS: dict[str, Callable[[list[str], int], float]] = {
    "ar": _arabic, "de": _german, "en": _english, "es": _spanish, "fr": _french, "ja": _japanese,
}  # fmt: skip

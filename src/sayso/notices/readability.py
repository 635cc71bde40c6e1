"""How hard a text is to read, in school years: Flesch-Kincaid for English, the first Vienna formula for German.

Own syllable counters: the usual packages fetch a dictionary at run time. They are right within a year on plain prose.
"""

from __future__ import annotations

import re

from sayso.facts.errors import Unfit

_SENTENCE = re.compile(r"[.!?:]+(?:\s|$)")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")
_VOWELS = {"en": re.compile(r"[aeiouy]+"), "de": re.compile(r"ie|ei|ai|au|eu|äu|[aeiouyäöü]")}


def syllables(word: str, language: str) -> int:
    """Return about how many syllables *word* has; a number counts as one word of one.

    >>> syllables("conversation", "en"), syllables("Gespräche", "de")
    (4, 3)
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
    """Return the school year that reads *text* with ease.

    >>> round(grade("You can change this at any time.", "en"))
    1
    """
    tag = language.split("-", maxsplit=1)[0]
    if tag not in _VOWELS:
        raise Unfit(f"no reading formula for `{language[:12]}`; there is one for de, en")
    sentences = [part for part in _SENTENCE.split(text) if _WORD.search(part)]
    words = _WORD.findall(text)
    if not words:
        return 0.0
    per_sentence = len(words) / max(len(sentences), 1)
    counts = [syllables(word, tag) for word in words]
    if tag == "en":
        # Kincaid et al. 1975.
        return 0.39 * per_sentence + 11.8 * sum(counts) / len(words) - 15.59
    # Bamberger and Vanecek 1984, first formula: shares in percent.
    share = 100 / len(words)
    long_words = sum(count >= 3 for count in counts) * share
    six_letters = sum(len(word) > 6 for word in words) * share
    single = sum(count == 1 for count in counts) * share
    return 0.1935 * long_words + 0.1672 * per_sentence + 0.1297 * six_letters - 0.0327 * single - 0.875

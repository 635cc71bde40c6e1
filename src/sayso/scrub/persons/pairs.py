"""What several words together weigh: the sum that the model's pairs give, without spelling each pair out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sayso.scrub.persons.words import ALONE, NOTHING, Beside, Word

About = tuple[int, int, int, int]
"""What `Text.about` says of a place."""
Around = tuple[Word, Word, Word, Word, Word]
"""A word with the two before it and the two after it."""
_BAR = "|"
_KINDS = "DEFGH"
_KEPT = 40_000


def _beside(tables: Sequence[Mapping[str, int] | None]) -> Beside:
    d, e, f, g, h = (table or NOTHING for table in tables)
    return d, e, f, g, h


class Pairs:
    """The weights of pairs. `of(...)` is the sum over what `Text.pairs` spells out for a place: it is a tenth of the work.

    Pairs of words are looked up by one word's table and the other word; those of looks are summed once for each five looks.
    """

    def __init__(self, pairs: Mapping[str, int]) -> None:
        self._spelled = pairs
        tables: dict[str, list[dict[str, int] | None]] = {}
        for name, weight in pairs.items():
            place = _KINDS.find(name[0])
            if place >= 0 and name.count(_BAR) == 1:
                first, _, second = name[1:].partition(_BAR)
                word, other = (second, first) if name[0] == "E" else (first, second)
                table = tables.setdefault(word, [None] * len(_KINDS))
                held = table[place] = table[place] or {}
                held[other] = weight
        self._by_word: dict[str, Beside] = {word: _beside(table) for word, table in tables.items()}
        self._looks: dict[tuple[str, str, str, str, int], int] = {}
        self._crowds: dict[tuple[int, int, str], int] = {}
        self._places: dict[tuple[int, int, str], int] = {}

    def beside(self, word: str) -> Beside:
        """Return the tables of a word in small letters: what it weighs beside another, for each of five ways to stand there."""
        return self._by_word.get(word, ALONE)

    def of(self, around: Around, about: About) -> int:
        """Return the sum for the middle one of five words, and what `Text.about` says of it."""
        before2, before, here, after, after2 = around
        looks = here.looks
        elsewhere, crowd, register, tongue = about
        seen = before2.looks, before.looks, looks, after.looks, tongue
        total = self._looks.get(seen)
        if total is None:
            total = self._of_looks(*seen)
        more = self._crowds.get((elsewhere, crowd, looks))
        if more is None:
            more = self._of_crowd(elsewhere, crowd, looks)
        total += more
        more = self._places.get((elsewhere, register, looks))
        if more is None:
            more = self._of_place(elsewhere, register, looks)
        total += more
        a, b, c, d = before2.low, before.low, after.low, after2.low
        if _BAR in (a, b, c, d):
            return total + self._of_words(a, b, looks, c, d)
        by_before = before.beside
        return (
            total
            + by_before[0].get(looks, 0)
            + after.beside[1].get(looks, 0)
            + by_before[2].get(c, 0)
            + before2.beside[3].get(b, 0)
            + after.beside[4].get(d, 0)
        )

    def _of_crowd(self, elsewhere: int, crowd: int, looks: str) -> int:
        total = self._spelled.get(f"X{elsewhere}{looks}", 0) + self._spelled.get(f"Y{crowd}{looks[0]}", 0)
        self._crowds[elsewhere, crowd, looks] = total  # as many as there are looks, times some fifty
        return total

    def _of_place(self, elsewhere: int, register: int, looks: str) -> int:
        total = self._spelled.get(f"K{register}|{looks}", 0) + self._spelled.get(f"J{register}|{elsewhere}{looks[0]}", 0)
        self._places[elsewhere, register, looks] = total
        return total

    def _of_looks(self, before2: str, before: str, looks: str, after: str, tongue: int) -> int:
        get = self._spelled.get
        total = get(f"A{before}|{looks}", 0) + get(f"B{looks}|{after}", 0) + get(f"C{before}|{looks}|{after}", 0)
        total += get(f"Z{before2}|{before}|{looks[0]}", 0)
        total += get(f"L{tongue}|{looks}", 0) + get(f"M{tongue}|{before}|{looks[0]}", 0)
        if len(self._looks) > _KEPT:
            self._looks.clear()  # as much memory as this, whatever comes
        self._looks[before2, before, looks, after, tongue] = total
        return total

    def _of_words(self, before2: str, before: str, looks: str, after: str, after2: str) -> int:
        """Return the sum of the pairs of words, spelled out: the bar between them is one of them."""
        get = self._spelled.get
        first = get(f"D{before}|{looks}", 0) + get(f"E{looks}|{after}", 0) + get(f"F{before}|{after}", 0)
        return first + get(f"G{before2}|{before}", 0) + get(f"H{after}|{after2}", 0)

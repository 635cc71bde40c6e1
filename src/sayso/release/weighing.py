"""Weighing a release before it is written: what stands out over the setting is left out, and what stays is reported on."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct

from sayso.release.crowds import Crowds
from sayso.release.grams import PHRASE, Common, hashes
from sayso.release.risk import Identifying, Rare, Risk, Standout, Weighed
from sayso.release.spill import Spill
from sayso.scrub.telling import table_digest

OVER = (1, 2, 5, 10, 20, 50)
"""The per cent that the report speaks of."""
MOST = 20
"""Rows it names."""
ROUNDS = 8
_LETTERS = 3
"""Letters for each word and run, at least about as many as there are."""


class Weighing(Struct, frozen=True):
    """What is left out, by blinded id, and the report on what stays."""

    left_out: dict[str, str]
    report: Identifying

    @property
    def weighed(self) -> Weighed:
        """What the manifest says of it."""
        told = self.report
        return Weighed(
            risk=told.risk,
            table=told.table,
            smallest=told.labels.smallest,
            alone=sum(told.together[count].groups for count in ("2", "3", "4")),
            rare_words=told.words.alone,
            rare_phrases=told.phrases.alone,
            left_out=told.left_out,
            over=told.over,
        )


class _Seen(Struct):
    """What one look at all rows came to."""

    over: dict[int, str]
    words: Counter[int]
    phrases: Counter[int]
    most: list[tuple[float, int, int, int, int]]
    """The share, the place, words, rare words and the longest run: the highest so far, the lowest of them first."""


def weigh(spill: Spill, name: str, risk: Risk) -> Weighing:
    """Return what of the rows in *spill* is left out of release *name* by *risk*, and the report on the others.

    What is rare depends on what stays, so it is counted anew as long as something was left out, eight times at most; what that
    last made rare is not left out, and the report counts it. Same rows, same result.
    """
    crowds = Crowds(spill)
    gone: dict[int, str] = {}
    gone |= crowds.settle(risk)
    common, seen = _look(spill, crowds, risk)
    for _ in range(ROUNDS):
        if not seen.over:
            break
        crowds.leave(seen.over)
        gone |= seen.over | crowds.settle(risk)
        common, seen = _look(spill, crowds, risk)
    left_out = {crowds.ids[place]: why for place, why in gone.items()}
    return Weighing(left_out, _report(name, risk, crowds, common, seen, left_out))


def _said(spill: Spill, one: str) -> tuple[list[int], list[int]]:
    return hashes(message.content for message in spill.row(one).messages)


def _common(spill: Spill, crowds: Crowds) -> Common:
    """Return what is common to several accounts among the rows that stay."""
    common = Common(crowds.letters // _LETTERS)
    for _, rows in groupby(crowds.by_account(), key=crowds.accounts.__getitem__):
        common.count(_said(spill, crowds.ids[place]) for place in rows)
    return common


def _look(spill: Spill, crowds: Crowds, risk: Risk) -> tuple[Common, _Seen]:
    """Return what is common among the rows that stay, and how rare each of them is."""
    common = _common(spill, crowds)
    seen = _Seen({}, Counter(), Counter(), [])
    for place in crowds.living():
        said = _said(spill, crowds.ids[place])
        words, phrases = (set(one) for one in said)
        rare, runs = common.rare(words), common.rare(phrases)
        for part, of, counter in ((rare, len(words), seen.words), (runs, len(phrases), seen.phrases)):
            counter.update(limit for limit in OVER if _over(part, of, limit))
        if _over(rare, len(words), risk.rare_words):
            seen.over[place] = f"risk: more than {risk.rare_words} % of its words stand in no other account"
        elif _over(runs, len(phrases), risk.rare_phrases):
            seen.over[place] = f"risk: more than {risk.rare_phrases} % of its runs of {PHRASE} words stand in no other account"
        share = rare / len(words) if words else 0.0
        if rare and (len(seen.most) < MOST or (share, -place) > seen.most[0][:2]):
            heapq.heappush(seen.most, (share, -place, len(said[0]), rare, common.longest(*said)))
            if len(seen.most) > MOST:
                heapq.heappop(seen.most)
    return common, seen


def _over(part: int, of: int, limit: int) -> bool:
    return part * 100 > limit * of


def _report(name: str, risk: Risk, crowds: Crowds, common: Common, seen: _Seen, left_out: dict[str, str]) -> Identifying:
    return Identifying(
        release=name,
        risk=risk,
        table=table_digest(),
        conversations=sum(crowds.alive),
        accounts=crowds.people(),
        told=crowds.told(),
        together=crowds.together(),
        labels=crowds.labels(),
        words=_rare(1, common, seen.words),
        phrases=_rare(PHRASE, common, seen.phrases),
        missed=common.missed,
        left_out=dict(sorted(Counter(left_out.values()).items())),
        over=len(seen.over),
        most=tuple(_standouts(crowds, seen)),
    )


def _rare(size: int, common: Common, over: Counter[int]) -> Rare:
    kind = 0 if size == 1 else 1
    distinct = common.distinct[kind]
    return Rare(size=size, distinct=distinct, alone=distinct - common.several[kind], over={str(one): over[one] for one in OVER})


def _standouts(crowds: Crowds, seen: _Seen) -> Iterator[Standout]:
    for _, place, words, rare, longest in sorted(seen.most, reverse=True):
        yield Standout(row=crowds.ids[-place], words=words, rare=rare, longest=longest, told=crowds.kinds(-place))

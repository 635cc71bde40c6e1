"""What would have to be otherwise for anything to keep a conversation for a use, where rows allow the use and it is due.

How long ago something was is no fact that could be otherwise; what counts from it, and which row or cap fits, is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sayso.facts.standings import Standing
from sayso.facts.words import Purpose
from sayso.policy import flat
from sayso.policy.asking import binding, serving
from sayso.policy.compiling import compiled
from sayso.policy.resuming import resumed
from sayso.policy.table import CapRow, KeepRow, Policy
from sayso.policy.vocabulary import PER_PURPOSE

_MARKS = {"deleted": "deleted", "flagged": "flagged", "feedback": "feedback", "refused": "say_now"}
"""The facts that instants which ends count from come with; when turns were written is none that could be otherwise."""


class Missed(NamedTuple):
    """A fact on which it hangs whether something keeps a conversation, with its value in some turn."""

    fact: str
    value: str
    purpose: Purpose
    """Whose answer it is, where it is an answer; the purpose that the row names."""


def missed(policy: Policy, standing: Standing, at: datetime, purpose: Purpose) -> list[Missed]:
    """Return the facts of which one at least must be otherwise before a reason that serves *purpose* lasts beyond *at*."""
    rows = flat.spell(policy, standing, at)
    resumed(policy, standing, rows, at)
    found: dict[Missed, None] = {}
    for row, versions in zip(rows, binding(policy, standing, at), strict=True):
        for version in versions:
            if version >= 0:
                found.update(dict.fromkeys(_of_version(policy, version, row, purpose)))
    return list(found)


def asked(policy: Policy) -> set[str]:
    """Return every fact that decides how long anything is kept."""
    rows: list[KeepRow | CapRow] = [row for version in policy.versions for row in version.keep]
    rows += [row for version in policy.versions for row in version.cap]
    return {fact for row in rows for fact in (*row.when, *_mark(row))}


def _of_version(policy: Policy, version: int, raw: dict[str, Any], purpose: Purpose) -> Iterator[Missed]:
    terms = compiled(policy)[version]
    facts = terms.facts_of(raw)
    _, kept, capped = terms.fits(raw)
    lasting = {row.reason for row, fits in zip(terms.version.keep, kept, strict=True) if fits}
    names = serving(purpose)
    for row, fits in zip(terms.version.keep, kept, strict=True):
        serves = row.of == "conversation" and row.reason in names
        if serves and not fits:
            yield from (one for one in _facts(row, facts) if one.value not in row.when.get(one.fact, ()))
        elif fits and (row.anchor in _MARKS if serves else _needless(terms.version.keep, row.reason, lasting)):
            yield from _facts(row, facts)
    for cap, fits in zip(terms.version.cap, capped, strict=True):
        if fits:
            yield from _facts(cap, facts)


def _needless(rows: tuple[KeepRow, ...], reason: str, lasting: set[str]) -> bool:
    """Return whether a row that fits steps back for *reason*."""
    return any(reason in row.unless and row.reason in lasting for row in rows)


def _facts(row: KeepRow | CapRow, facts: dict[str, Any]) -> Iterator[Missed]:
    """Yield what a row asks for and counts from, with the values here."""
    for fact in dict.fromkeys((*row.when, *_mark(row))):
        value = facts[f"{fact}_{row.purpose}" if fact in PER_PURPOSE else fact]
        yield Missed(fact, str(value), row.purpose)


def _mark(row: KeepRow | CapRow) -> tuple[str, ...]:
    return (_MARKS[row.anchor],) if row.anchor in _MARKS else ()

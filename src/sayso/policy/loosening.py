"""Does a change let more be used or kept for somebody? Worked out from the rows themselves; what cannot be told counts as more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sayso.facts.words import Purpose
from sayso.policy import vocabulary
from sayso.policy.boxes import Box, Pair, Step, gained
from sayso.policy.table import CapRow, ChoiceRow, KeepRow, Policy, Row, UseRow, Version, When
from sayso.policy.vocabulary import SILENT, SPECIAL

_MEANT = {"deny": None, "gate": "gated", "allow": "assumed"}
_BACK = ("everything", "future_runs", "future_conversations")
_HEAD = {"id", "because", "source", "line", "versions", "when"}
_READ: dict[type[Row], set[str]] = {
    UseRow: {"purpose", "use"},
    KeepRow: {"purpose", "reason", "anchor", "months", "days", "of", "unless"},
    CapRow: {"purpose", "anchor", "months", "days", "spares"},
    ChoiceRow: {"purpose", "since", "deadline", "before", "after", "withdrawal", "resumed"},
}
"""What of each kind of row is understood here; a difference in anything else counts as more."""
GUARD = "known-"
"""A guard is named by this and its fact: it denies where the fact is not known."""


@dataclass(frozen=True)
class Terms:
    """One version of one policy: what is compared."""

    policy: Policy
    version: Version


def uses(old: Terms, new: Terms, purpose: Purpose) -> list[Pair]:
    """Return through which rows *new* allows what *old* does not, and for whom. A purpose without rows is denied."""
    domain = _domain(old, new, purpose)
    # Silence is gated, or counts as a yes, only where a choice of the new terms says so; what a choice changes is its own clause.
    choice = new.version.choice.get(purpose)
    heard = {_MEANT[word] for word in (choice.before, choice.after)} if choice else set()
    for fact in vocabulary.PER_PURPOSE:
        if fact in domain:
            domain[fact] -= {"gated", "assumed"} - heard
    return list(gained(_steps(old, purpose, domain), _steps(new, purpose, domain), domain))


def silences(old: Terms, new: Terms, purpose: Purpose) -> list[Pair]:
    """Return through which rows the silence of *new*'s choice permits what that of *old*'s choice did not, by the rows of *new*."""
    meanings = _meanings(old.version.choice.get(purpose), new.version.choice.get(purpose))
    domain = _domain(new, new, purpose)
    steps = _steps(new, purpose, domain)
    found: dict[tuple[str, str], Pair] = {}
    for then in meanings:
        for now in meanings:
            if then[0] != then[1] or now[0] != now[1]:
                one, other = (_heard(steps, {"say": then[side], "say_now": now[side]}, domain) for side in (0, 1))
                found.update({(pair.before, pair.after): pair for pair in gained(one, other, domain)})
    return list(found.values())


def keeps_more(row: KeepRow, others: Iterable[KeepRow]) -> bool:
    """Return whether *row* may keep something longer than every one of *others* does, as far as one row can tell."""
    alike = ("purpose", "reason", "anchor", "of")
    return not any(
        all(getattr(row, name) == getattr(other, name) for name in alike)
        and not strange(row, other)
        and _inside(row.when, other.when)
        and not _longer(row, other)
        and set(other.unless) <= set(row.unless)
        for other in others
    )


def caps_more(row: CapRow, others: Iterable[CapRow]) -> bool:
    """Return whether *row* shortens something that none of *others* shortens as much, as far as one row can tell."""
    return not any(
        row.anchor == other.anchor
        and row.purpose == other.purpose
        and not strange(row, other)
        and _inside(row.when, other.when)
        and not _longer(other, row)
        and set(other.spares) <= set(row.spares)
        for other in others
    )


def uncovers(row: KeepRow, version: Version) -> bool:
    """Return whether another row comes back, and for longer, where *row* is gone: one that steps back for its reason, and that a
    cap spares while it shortens *row*.
    """
    return any(
        row.reason in other.unless and any(row.reason not in cap.spares and other.reason in cap.spares for cap in version.cap)
        for other in version.keep
    )


def asks_less(old: Terms, new: Terms, purpose: Purpose) -> bool:
    """Return whether the choice of *new* lets more be used: by silence, past a withdrawal, or of older turns."""
    one, other = old.version.choice.get(purpose), new.version.choice.get(purpose)
    before, after = (choice.withdrawal if choice else _BACK[0] for choice in (one, other))
    if _BACK.index(after) > _BACK.index(before) or (one and other and strange(one, other)):
        return True
    if other and other.resumed == "whole" and not (one and one.resumed == "whole"):
        return True
    return bool(silences(old, new, purpose))


def strange(old: Row, new: Row) -> bool:
    """Return whether the rows differ in something that is not read here."""
    fields = ({*vars(old)} | {*vars(new)}) - _HEAD - _READ.get(type(new), set())
    return any(vars(old).get(name) != vars(new).get(name) for name in fields)


def _domain(old: Terms, new: Terms, purpose: Purpose) -> dict[str, frozenset[str]]:
    """Return every value of every fact that the rows of a purpose ask for; the others make no difference."""
    rows = [row for terms in (old, new) for row in terms.version.use.get(purpose, ())]
    asked = sorted({*vocabulary.ALWAYS, *(fact for row in rows for fact in row.when)})
    return {fact: frozenset((*_values(old, fact), *_values(new, fact), *SPECIAL)) for fact in asked}


def _steps(terms: Terms, purpose: Purpose, domain: Box) -> list[Step]:
    """Return the guards of a purpose, then its rows, as the engines ask them, then the no that is always there."""
    rows = terms.version.use.get(purpose, ())
    asked = sorted({*vocabulary.ALWAYS, *(fact for row in rows for fact in row.when)})
    steps = [Step(f"{GUARD}{fact}", {fact: domain[fact] - frozenset(_values(terms, fact))}, "deny") for fact in asked]
    steps += [Step(row.id, {fact: frozenset(values) & domain[fact] for fact, values in row.when.items()}, row.use) for row in rows]
    return [*steps, Step("", {}, "deny")]


def _values(terms: Terms, fact: str) -> tuple[str, ...]:
    return vocabulary.values(fact, dict(terms.policy.declared)) or ()


def _meanings(old: ChoiceRow | None, new: ChoiceRow | None) -> list[tuple[str | None, str | None]]:
    """Return what silence can mean under the one and the other at the same instant, `None` where it stays silence."""
    days = {day for choice in (old, new) if choice for day in (choice.since, choice.deadline) if day}
    found: dict[tuple[str | None, str | None], None] = {(None, None): None}
    for day in sorted(days):
        one, other = _means(old, day), _means(new, day)
        found[one, other] = None
        if (
            old
            and new
            and {fact: set(values) for fact, values in old.when.items()} != {fact: set(values) for fact, values in new.when.items()}
        ):
            # Others are asked than were: for some, only the one or the other speaks.
            found |= {(one, None): None, (None, other): None}
    return list(found)


def _means(choice: ChoiceRow | None, at: datetime) -> str | None:
    if choice is None or at < choice.since:
        return None
    return _MEANT[choice.after if choice.deadline and at >= choice.deadline else choice.before]


def _heard(steps: Iterable[Step], meaning: Mapping[str, str | None], domain: Box) -> list[Step]:
    """Return *steps* asked of what a person did, not of what a choice makes of it: silence fits where its meaning does."""
    made: list[Step] = []
    for step in steps:
        box = dict(step.box)
        for fact, word in meaning.items():
            if fact in box and word is not None:
                silent = frozenset(SILENT) if word in box[fact] else frozenset()
                box[fact] = (box[fact] - frozenset(SILENT) | silent) & domain[fact]
        made.append(Step(step.name, box, step.use))
    return made


def _inside(inner: When, outer: When) -> bool:
    """Return whether all that fits *inner* fits *outer*."""
    return all(fact in inner and set(inner[fact]) <= set(values) for fact, values in outer.items())


def _longer(one: KeepRow | CapRow, other: KeepRow | CapRow) -> bool:
    """Return whether *one* may last longer; months and days that pull in different directions count as longer."""
    if one.months is None or one.days is None:
        return other.months is not None and other.days is not None
    if other.months is None or other.days is None:
        return False
    return one.months > other.months or one.days > other.days

"""What only shows when all rows are known: rows that contradict each other, and rows that say nothing.

A contradiction keeps a policy from loading. A doubt does not; `sayso policy check` tells it all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import TypeVar

from sayso.facts.instants import iso
from sayso.facts.kinds import KINDS
from sayso.policy import reach, vocabulary
from sayso.policy.problems import Problem
from sayso.policy.table import BasisRow, ChoiceRow, KeepRow, Policy, Row, ScrubRow, UseRow, Version

T = TypeVar("T")


def contradictions(policy: Policy, choices: Sequence[ChoiceRow], unread: set[str]) -> list[Problem]:
    """Return what keeps *policy* from loading, but for the kinds of table in *unread*, of which rows are missing."""
    found: list[Problem] = []
    for one, other in pairwise(policy.versions):
        if other.since <= one.since:
            what = f"version `{other.id}` does not begin after `{one.id}`"
            found.append(Problem(other.line, what, "put the versions in order of time", "version"))
    for version in policy.versions:
        found += _choices(version, choices)
        found += _bases(version)
        for scrubs in version.scrub.values():
            found += _hits(version, scrubs)
        if "use" not in unread:
            for purpose, rows in version.use.items():
                found += _last_row(version, purpose, rows)
                found += _dead_rows(policy, version, rows)
        if "basis" not in unread:
            found += _groundless(version)
        if "keep" not in unread:
            found += _last_keep(version)
            found += _short_holds(version)
    return _once(found)


def doubts(policy: Policy) -> list[Problem]:
    """Return what a policy that loads says in vain: rows that never count, reasons that nothing gives, answers nobody asks for."""
    found: list[Problem] = []
    for cap in _once(row for version in policy.versions for row in version.cap):
        made = _made(policy, cap)
        for reason in cap.spares:
            if reason not in made:
                what = f"cap `{cap.id}` spares `{reason}`, and no [[keep]] row gives that reason"
                found.append(Problem(cap.line, what, "drop it from `spares`, or add the row", "cap"))
    for keep in _once(row for version in policy.versions for row in version.keep):
        found += [*_idle_keep(policy, keep), *_cut(policy, keep)]
    for choice in _once(row for version in policy.versions for row in version.choice.values()):
        found += _unasked(policy, choice)
        starts = [version.since for version in policy.versions if version.id in choice.versions]
        if choice.deadline is not None and choice.deadline <= min(starts):
            what = f"the last day to choose of `{choice.id}` is over before any of its versions begins ({iso(min(starts))[:10]})"
            found.append(Problem(choice.line, what, "name the day that version gave, or drop the row", "choice"))
    for scrub in _once(row for version in policy.versions for rows in version.scrub.values() for row in rows):
        uses = [use for version in policy.versions if version.id in scrub.versions for use in version.use.get(scrub.purpose, ())]
        if all(use.use != "allow" for use in uses):
            what = f"row `{scrub.id}` never counts: nothing may be used for `{scrub.purpose}` in its versions"
            found.append(Problem(scrub.line, what, "drop it", "scrub"))
    return sorted(_once(found), key=lambda one: one.line)


def _last_row(version: Version, purpose: str, rows: tuple[UseRow, ...]) -> Iterator[Problem]:
    if not rows or rows[-1].when:
        line = rows[-1].line if rows else version.line
        what = f"version `{version.id}` has no final row for `{purpose}`"
        yield Problem(line, what, "end it with a [[use]] whose when = {}", "use")
    elif rows[-1].use == "allow":
        yield Problem(rows[-1].line, f"the final row for `{purpose}` allows", "let what no row names be denied", "use")


def _dead_rows(policy: Policy, version: Version, rows: tuple[UseRow, ...]) -> Iterator[Problem]:
    domain = {fact: vocabulary.values(fact, dict(policy.declared)) or () for row in rows for fact in row.when}
    for position, by in reach.hidden(rows, domain).items():
        row = rows[position]
        if by is None and row is rows[-1] and not row.when:
            continue  # it must be there, also where the rows above it name every value there is today
        culprit = f"row `{rows[by].id}` (line {rows[by].line}) takes" if by is not None else "the rows above it together take"
        what = f"row `{row.id}` never decides in version `{version.id}`: {culprit} all of it"
        yield Problem(row.line, what, "move it up or drop it", "use")


def _last_keep(version: Version) -> Iterator[Problem]:
    if not any(row.reason == "product" and not row.when and row.anchor == "last_turn" for row in version.keep):
        mend = 'add a [[keep]] with reason = "product", anchor = "last_turn", when = {}'
        yield Problem(version.line, f"version `{version.id}` has no final keep row", mend, "keep")


def _short_holds(version: Version) -> Iterator[Problem]:
    """Yield the caps that would end a hold before its order does."""
    if any(row.reason == "hold" for row in version.keep):
        for row in version.cap:
            if "hold" not in row.spares:
                what = f"cap `{row.id}` keeps what is held shorter than its order says"
                yield Problem(row.line, what, 'name "hold" in `spares`', "cap")


def _choices(version: Version, choices: Sequence[ChoiceRow]) -> Iterator[Problem]:
    seen: set[str] = set()
    for row in choices:
        if version.id in row.versions and row.purpose in seen:
            what = f"a second choice for `{row.purpose}` in version `{version.id}`"
            yield Problem(row.line, what, "keep one, or name its versions", "choice")
        if version.id in row.versions:
            seen.add(row.purpose)


def _bases(version: Version) -> Iterator[Problem]:
    """Yield the rows that give one region two bases on one day."""
    for purpose, rows in version.basis.items():
        for one, other in combinations(rows, 2):
            both = set(one.regions) & set(other.regions)
            if (both or not (one.regions or other.regions)) and _same_days(one, other):
                where = f"`{min(both)}`" if both else "all other regions"
                what = f"`{other.id}` gives {where} a second basis for `{purpose}` beside `{one.id}` (line {one.line})"
                yield Problem(other.line, what, 'part them by days or regions, or write basis = "conflict"', "basis")


def _hits(version: Version, rows: Sequence[ScrubRow]) -> Iterator[Problem]:
    """Yield the rows of one purpose that say two things of one kind, or that others leave no kind to."""
    named: dict[str, ScrubRow] = {}
    for row in rows:
        for kind in row.kinds or ("",):
            if kind in named:
                what = f"`{row.id}` says a second thing of {f'`{kind}`' if kind else 'all other kinds'} for `{row.purpose}`"
                mend = f"keep one; the other is `{named[kind].id}` (line {named[kind].line})"
                yield Problem(row.line, f"{what} in version `{version.id}`", mend, "scrub")
            named[kind] = row
    if "" in named and len(named) > len(KINDS):
        row = named[""]
        yield Problem(row.line, f"row `{row.id}` never counts in version `{version.id}`: every kind is named", "drop it", "scrub")


def _same_days(one: BasisRow, other: BasisRow) -> bool:
    first = other.until is None or one.since is None or one.since < other.until
    return first and (one.until is None or other.since is None or other.since < one.until)


def _groundless(version: Version) -> Iterator[Problem]:
    asking: list[tuple[str, Row]] = [(purpose, row) for purpose, rows in version.use.items() for row in rows]
    asking += [(row.purpose, row) for row in version.keep] + [(row.purpose, row) for row in version.cap]
    for purpose, row in asking:
        fact = next((fact for fact in row.when if fact in vocabulary.GROUNDS), None)
        if fact and purpose not in version.basis:
            what = f"row `{row.id}` asks for `{fact}`, and version `{version.id}` has no [[basis]] for `{purpose}`"
            yield Problem(row.line, what, "add one, or do not ask", "use")


def _unasked(policy: Policy, row: ChoiceRow) -> Iterator[Problem]:
    """Yield the doubt that people are asked and no rule looks at what they say."""
    deaf: list[str] = []
    for version in policy.versions:
        rows: list[Row] = [*version.use[row.purpose], *(one for one in version.keep if one.purpose == row.purpose)]
        if version.id in row.versions and not any(fact in one.when for one in rows for fact in (*vocabulary.ANSWERS, "objection")):
            deaf.append(f"`{version.id}`")
    if deaf:
        what = f"choice `{row.id}` asks people about `{row.purpose}`, and no row of version {', '.join(deaf)} looks at the answer"
        yield Problem(row.line, what, "add a row that asks for `say_now`, or drop the choice", "choice")


def _made(policy: Policy, row: Row) -> set[str]:
    """Return the reasons that any version of *row* gives."""
    return {one.reason for version in policy.versions if version.id in row.versions for one in version.keep}


def _idle_keep(policy: Policy, row: KeepRow) -> Iterator[Problem]:
    made = _made(policy, row)
    for reason in row.unless:
        if reason not in made:
            what = f"row `{row.id}` steps back for `{reason}`, and no [[keep]] row gives that reason"
            yield Problem(row.line, what, "drop it from `unless`, or add the row", "keep")
    longer = [_longer(version, row) for version in policy.versions if version.id in row.versions]
    if longer and all(longer):
        first = next(one for one in longer if one is not None)
        what = f"row `{row.id}` never counts: `{first.id}` (line {first.line}) keeps for `{row.reason}` at least as long"
        yield Problem(row.line, what, "give it more time, or drop it", "keep")


def _cut(policy: Policy, row: KeepRow) -> Iterator[Problem]:
    """Yield the doubt that a row promises more time than a cap leaves it wherever it fits."""
    for version in policy.versions:
        for cap in version.cap if version.id in row.versions else ():
            alike = cap.anchor == row.anchor and cap.purpose == row.purpose and row.reason not in cap.spares
            wide = all(fact in row.when and set(row.when[fact]) <= set(values) for fact, values in cap.when.items())
            given, left = (row.months, row.days or 0), (cap.months, cap.days)
            shorter = given[0] is None or (left != given and left[0] <= given[0] and left[1] <= given[1])
            if alike and wide and shorter:
                what = f"row `{row.id}` keeps for `{row.reason}` longer than cap `{cap.id}` (line {cap.line}) ever leaves it"
                yield Problem(row.line, what, f'name "{row.reason}" in `spares` of the cap, or promise less', "keep")
                return


def _longer(version: Version, row: KeepRow) -> KeepRow | None:
    """Return a row that keeps for the same reason, from the same instant, wherever *row* does, and never for less."""
    for other in version.keep:
        alike = (other.reason, other.of, other.anchor, other.purpose) == (row.reason, row.of, row.anchor, row.purpose)
        wide = all(fact in row.when and set(row.when[fact]) <= set(values) for fact, values in other.when.items())
        # Months and days are compared each: whether 30 days are less than a month depends on the month.
        lengths = [(one.months, one.days or 0) for one in (other, row)]
        as_long = other.months is None or (row.months is not None and other.months >= row.months and lengths[0][1] >= lengths[1][1])
        same = lengths[0] == lengths[1] and dict(other.when) == dict(row.when)
        if other.id != row.id and alike and wide and as_long and not other.unless and (not same or other.line < row.line):
            return other
    return None


def _once(found: Iterable[T]) -> list[T]:
    """Return *found* without repeats; rows are told apart by their object, for one row stands in several versions."""
    return list({id(one) if isinstance(one, Row) else one: one for one in found}.values())

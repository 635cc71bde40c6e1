"""What could be otherwise about a standing: every single change worth trying, those nearest to the person first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec.structs import replace

from sayso.facts.standings import Standing, Stretch
from sayso.facts.words import Purpose
from sayso.policy import vocabulary, wording
from sayso.policy.table import Policy

Change: TypeAlias = Callable[[Standing], Standing]
Who = Literal["person", "everyone", "someone", ""]
_NEAR = ("US", "DE", "GB", "CH", "BR", "IN", "JP")
"""Regions that are named before others that no rule tells apart: more readers know what holds there."""
_VALUED = ("age", "tier", "region", "contract", "organisation", "surface", "origin", "model")


@dataclass(frozen=True, kw_only=True)
class Otherwise:
    """One fact that would be otherwise, and the words for it after `if`; *also* is a second fact that goes with it."""

    fact: str
    would: str
    said: str
    also: str = ""
    who: Who = ""
    """Whose answer it is, where it is an answer: the person's, everyone's who took part, or that of one of them."""
    before: datetime | None = None
    """Before when the answer would have been given; `None` where it is an answer of now, or to what is stored."""


@dataclass(frozen=True)
class Try:
    """A change to try: what it says, the standing it makes, which facts it sets, and which may change by it."""

    otherwise: Otherwise
    apply: Change
    sets: frozenset[str]
    moves: frozenset[str] = field(default=frozenset())


def tries(policy: Policy, standing: Standing, purpose: Purpose) -> list[Try]:
    """Return every single change of *standing* that may matter for *purpose*; those that change nothing are left out."""
    found = [*_answers(standing, purpose), *_undone(), *_else(policy, purpose), *_done(standing)]
    asked = {fact for version in policy.versions for row in version.use[purpose] for fact in row.when} | {*vocabulary.ALWAYS}
    asked |= {fact for version in policy.versions if purpose in version.choice for fact in ("imported",)}
    wanted = asked | {*vocabulary.PER_PURPOSE} if asked & {*vocabulary.GROUNDS} else asked | {*vocabulary.ANSWERS}
    return [one for one in found if one.sets <= wanted and one.apply(standing) != standing]


def _answers(standing: Standing, purpose: Purpose) -> Iterator[Try]:
    """Yield the answers that could have been given: a yes or a no now, and a yes before the first turn."""
    several = len({standing.account, *(one.account for one in standing.stretches)}) > 1
    who, said = ("everyone", "everyone who took part") if several else ("person", "the person")
    first = min((min(one.began_at, one.ended_at) for one in standing.stretches), default=standing.at)
    stored = any(one.imported for one in standing.stretches)
    before = "to what is stored already" if stored else f"before {first.day} {first:%B} {first.year}"
    now, then = frozenset(["say_now"]), frozenset(["say", "say_now"])

    def always(one: Standing) -> Standing:
        covered = each(lambda stretch: replace(stretch, say={**stretch.say, purpose: "allow"}))
        return _answer(purpose, "allow")(covered(one))

    def yes(fact: str, words: str, also: str = "", day: datetime | None = None) -> Otherwise:
        return Otherwise(fact=fact, would="allow", said=f"{said} {words}", also=also, who=who, before=day)  # type: ignore[arg-type]  # one of two words

    yield Try(yes("say_now", "said yes now"), _answer(purpose, "allow"), now, now | {"objection"})
    day = None if stored else first
    yield Try(yes("say", f"had said yes {before}", "say_now", day), always, then, then | {"objection"})
    anyone: Who = "someone" if several else "person"
    no = Otherwise(fact="say_now", would="refuse", said=f"{'someone who took part' if several else said} said no", who=anyone)
    yield Try(no, _answer(purpose, "refuse"), now, now | {"objection"})


def _answer(purpose: Purpose, say: Literal["allow", "refuse"]) -> Change:
    def apply(one: Standing) -> Standing:
        refused = {name: since for name, since in one.refused_at.items() if name != purpose}
        since = refused if say == "allow" else {**refused, purpose: one.refused_at.get(purpose, one.at)}
        return replace(one, say_now={**one.say_now, purpose: say}, refused_at=since)

    return apply


def _plain(fact: str, would: str, said: str, apply: Change, *moved: str) -> Try:
    return Try(Otherwise(fact=fact, would=would, said=said), apply, frozenset([fact]), frozenset([fact, *moved]))


def _undone() -> Iterator[Try]:
    """Yield what a person can undo, and what others did about the conversation."""
    here = each(lambda one: replace(one, imported=False))
    yield _plain("private", "no", "it were not incognito", lambda one: replace(one, private=False))
    yield _plain("deleted", "no", "it were not deleted", lambda one: replace(one, deleted_at=None))
    yield _plain("held", "no", "no legal order held it", lambda one: replace(one, holds=()))
    yield _plain("flagged", "no", "it were not flagged for safety", lambda one: replace(one, flagged_at=None))
    yield _plain("feedback", "no", "it were not rated or reported", lambda one: replace(one, feedback_at=None))
    yield _plain("imported", "no", "it had been written here, not brought from elsewhere", here, "say")


def _done(standing: Standing) -> Iterator[Try]:
    """Yield what could happen to the conversation."""
    at = standing.at
    rated = "it were rated or reported"
    yield _plain("feedback", "yes", rated, lambda one: replace(one, feedback_at=one.feedback_at or at))
    yield _plain("flagged", "yes", "it were flagged for safety", lambda one: replace(one, flagged_at=one.flagged_at or at))
    yield _plain("private", "yes", "it were incognito", lambda one: replace(one, private=True))
    yield _plain("deleted", "yes", "it were deleted", lambda one: replace(one, deleted_at=one.deleted_at or at))


def _else(policy: Policy, purpose: Purpose) -> Iterator[Try]:
    """Yield what people and turns are: another value of a fact now, then, and both."""
    for fact in _VALUED:
        for value in _apart(policy, purpose, fact):
            yield from _valued(policy, fact, value)


def _valued(policy: Policy, fact: str, value: str) -> Iterator[Try]:
    words, twin = wording.spaced(value), f"{fact}_now"
    raw = "somebody" if fact == "organisation" and value != "none" else value

    def then(one: Standing) -> Standing:
        return each(lambda stretch: replace(stretch, **{fact: raw}))(one)

    def now(one: Standing) -> Standing:
        return replace(one, age_now=raw) if fact == "age" else each(lambda stretch: replace(stretch, **{twin: raw}))(one)

    # Who is asked, and what the law lets a use rest on, follow the plan and the place: other answers may come of them.
    moved = {"tier": ("say",), "region": ("say", "basis")}.get(fact, ())
    moved_now = {"tier": ("say_now",), "region": ("say_now", "basis_now", "objection")}.get(fact, ())
    twins = twin in vocabulary.known_facts(dict(policy.declared))
    if twins:
        yield _plain(twin, value, f"{wording.fact(twin)} were {words}", now, *moved_now)
    yield _plain(fact, value, f"{wording.fact(fact)} had been {words}", then, *moved)
    if twins:
        said = f"{wording.fact(fact)} and now were {words}"
        both = Otherwise(fact=fact, would=value, said=said, also=twin)
        yield Try(both, lambda one: now(then(one)), frozenset([fact, twin]), frozenset([fact, twin, *moved, *moved_now]))


def _apart(policy: Policy, purpose: Purpose, fact: str) -> list[str]:
    """Return one value of each group that no rule for *purpose* tells apart, in the order they are declared."""
    rules = [row.when for version in policy.versions for row in version.use[purpose]]
    rules += [version.choice[purpose].when for version in policy.versions if purpose in version.choice]
    boxes = [set(when[name]) for when in rules for name in (fact, f"{fact}_now") if name in when]
    if fact == "region":
        boxes += [set(row.regions) for version in policy.versions for row in version.basis.get(purpose, ())]
    groups: dict[tuple[bool, ...], str] = {}
    values = vocabulary.values(fact, dict(policy.declared)) or ()
    for value in [*(one for one in _NEAR if one in values), *values]:
        groups.setdefault(tuple(value in box for box in boxes), value)
    return list(groups.values())


def each(change: Callable[[Stretch], Stretch]) -> Change:
    """Return the change of a standing that changes every stretch."""
    return lambda standing: replace(standing, stretches=tuple(change(one) for one in standing.stretches))

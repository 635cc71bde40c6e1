"""What would turn a ruling: the facts that mattered, and the least change of them after which the policy says the other thing.

The search changes one fact of the standing at a time, then two, always in the same order: first what the person can say, then
what they can undo, then what they are. It looks at no event, so it says what would have to be otherwise, not how to get there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from msgspec.structs import replace

from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing, Stretch
from sayso.facts.words import Purpose
from sayso.policy import flat, vocabulary, wording
from sayso.policy.compiled import Compiled, Guard
from sayso.policy.compiling import compiled
from sayso.policy.deciding import decide
from sayso.policy.resuming import resumed
from sayso.policy.table import Policy, UseRow
from sayso.policy.vocabulary import PER_PURPOSE


@dataclass(frozen=True, kw_only=True)
class Otherwise:
    """One fact that would be otherwise, and the words for it after `if`."""

    fact: str
    would: str
    said: str


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The least change after which one purpose is ruled the other way; `changes` is empty where no one or two facts do it."""

    purpose: Purpose
    now: str
    then: str
    changes: tuple[Otherwise, ...]
    said: str


@dataclass(frozen=True)
class _Try:
    """A change to try: what it says, which facts it touches, and the standing it makes."""

    otherwise: Otherwise
    touches: frozenset[str]
    apply: Callable[[Standing], Standing]


def mattered(policy: Policy, standing: Standing, ruling: Ruling, purpose: Purpose) -> dict[str, list[str]]:
    """Return the facts that decided *purpose*, with their values in the turns: those the deciding rows ask for.

    Where only the last row was left, which asks for nothing, they are the facts in which the rows that allow were missed.
    """
    rows = flat.spell(policy, standing, ruling.at)
    resumed(policy, standing, rows, ruling.at)
    deciding = {because.row for because in ruling.use[purpose].because}
    found: dict[str, list[str]] = {}
    for position, version in enumerate(policy.versions):
        if version.since > ruling.at:
            continue
        terms = compiled(policy)[position]
        known = [_known(terms, purpose, terms.facts_of(row)) for row in rows]
        for row in terms.use_rows[policy.purposes.index(purpose)]:
            asked: dict[str, tuple[str, ...]]
            if isinstance(row, Guard):
                asked = {row.fact: (row.special,)} if f"{row.special}-{row.fact}" in deciding else {}
            else:
                asked = dict(row.when) if row.id in deciding else {}
            for facts in known:
                if asked and all(facts[fact] in wanted for fact, wanted in asked.items()):
                    _note(found, {fact: facts[fact] for fact in asked})
    if not found:
        for row, facts in _missed(policy, ruling, purpose, rows):
            _note(found, {fact: facts[fact] for fact, wanted in row.when.items() if facts[fact] not in wanted})
    return found


def turn(policy: Policy, standing: Standing, ruling: Ruling, purpose: Purpose) -> Turn:
    """Return the least change of the standing that turns *purpose*: to allowed where it is not, else to not allowed."""
    allowed = ruling.may(purpose)
    tries = [one for one in _tries(policy, standing, purpose) if one.apply(standing) != standing]
    for size in (1, 2):
        for some in combinations(tries, size):
            if size > 1 and some[0].touches & some[1].touches:
                continue
            other = standing
            for one in some:
                other = one.apply(other)
            if decide(policy, other, ruling.at).may(purpose) is not allowed:
                return _turn(ruling, purpose, tuple(one.otherwise for one in some))
    return _turn(ruling, purpose, ())


def explained(policy: Policy, standing: Standing, ruling: Ruling, purpose: Purpose) -> list[str]:
    """Return both as sentences: what mattered, and what would turn it."""
    facts = mattered(policy, standing, ruling, purpose)
    said = ", ".join(_is(fact, values) for fact, values in facts.items())
    lines = [f"What mattered for {wording.spaced(purpose)}: {said}."] if said else []
    return [*lines, turn(policy, standing, ruling, purpose).said]


def _turn(ruling: Ruling, purpose: Purpose, changes: tuple[Otherwise, ...]) -> Turn:
    now = ruling.use[purpose].use
    then = "deny" if now == "allow" else "allow"
    would = "could not be used" if now == "allow" else "could be used"
    name = wording.spaced(purpose)
    if changes:
        said = f"For {name} it {would} if {' and '.join(one.said for one in changes)}."
    else:
        said = f"For {name} no change of one or two facts would turn it."
    return Turn(purpose=purpose, now=now, then=then, changes=changes, said=said)


def _tries(policy: Policy, standing: Standing, purpose: Purpose) -> Iterator[_Try]:
    """Yield every single change worth trying, those nearest to the person first."""
    yield from _answers(standing, purpose)
    asked = {fact for version in policy.versions for row in version.use[purpose] for fact in row.when} | {*vocabulary.ALWAYS}
    at = standing.at
    plain: list[tuple[str, str, str, Callable[[Standing], Standing]]] = [
        ("private", "no", "it were not incognito", lambda one: replace(one, private=False)),
        ("deleted", "no", "it were not deleted", lambda one: replace(one, deleted_at=None)),
        ("held", "no", "no legal order held it", lambda one: replace(one, holds=())),
        ("flagged", "no", "it were not flagged for safety", lambda one: replace(one, flagged_at=None)),
        ("feedback", "no", "it were not rated or reported", lambda one: replace(one, feedback_at=None)),
        ("imported", "no", "it had been written here, not brought from elsewhere", _each(lambda one: replace(one, imported=False))),
    ]
    for fact, would, said, apply in plain:
        if fact in asked:
            yield _Try(Otherwise(fact=fact, would=would, said=said), frozenset([fact]), apply)
    for fact in ("age", "tier", "region", "contract", "organisation", "surface", "origin", "model"):
        for value in _apart(policy, purpose, fact, asked):
            yield from _valued(fact, value, asked)
    given: list[tuple[str, str, Callable[[Standing], Standing]]] = [
        ("feedback", "it were rated or reported", lambda one: replace(one, feedback_at=one.feedback_at or at)),
        ("flagged", "it were flagged for safety", lambda one: replace(one, flagged_at=one.flagged_at or at)),
        ("private", "it were incognito", lambda one: replace(one, private=True)),
        ("deleted", "it were deleted", lambda one: replace(one, deleted_at=one.deleted_at or at)),
    ]
    for fact, said, apply in given:
        if fact in asked:
            yield _Try(Otherwise(fact=fact, would="yes", said=said), frozenset([fact]), apply)


def _answers(standing: Standing, purpose: Purpose) -> Iterator[_Try]:
    """Yield the answers that could have been given: a yes or a no now, and a yes before the first turn."""
    who = "everyone who took part" if len({standing.account, *(one.account for one in standing.stretches)}) > 1 else "the person"
    first = min((min(one.began_at, one.ended_at) for one in standing.stretches), default=standing.at)
    day = f"{first.day} {first:%B} {first.year}"
    taken = any(one.say.get(purpose) == "withdrawn" for one in standing.stretches) or standing.say_now.get(purpose) == "refuse"
    stored = any(one.imported for one in standing.stretches)
    before = "had said yes to what is stored already" if stored else f"had said yes before {day}"
    before = "said yes now to what is stored already" if taken else before

    def back(stretch: Stretch) -> Stretch:
        """A yes after a no covers what comes after it, and what an earlier yes covered only where it names what is stored."""
        said = stretch.say.get(purpose)
        return replace(stretch, say={**stretch.say, purpose: "withdrawn"}) if said == "allow" else stretch

    def now(say: str) -> Callable[[Standing], Standing]:
        def apply(one: Standing) -> Standing:
            refused = {name: since for name, since in one.refused_at.items() if name != purpose}
            since = refused if say == "allow" else {**refused, purpose: one.refused_at.get(purpose, one.at)}
            taken = one if say == "refuse" or one.say_now.get(purpose) != "refuse" else _each(back)(one)
            return replace(taken, say_now={**one.say_now, purpose: say}, refused_at=since)

        return apply

    def always(one: Standing) -> Standing:
        return _each(lambda stretch: replace(stretch, say={**stretch.say, purpose: "allow"}))(now("allow")(one))

    touched = frozenset(PER_PURPOSE)
    yield _Try(Otherwise(fact="say_now", would="allow", said=f"{who} said yes now"), touched, now("allow"))
    yield _Try(Otherwise(fact="say", would="allow", said=f"{who} {before}"), touched, always)
    anyone = "someone who took part" if who.startswith("everyone") else who
    yield _Try(Otherwise(fact="say_now", would="refuse", said=f"{anyone} said no"), touched, now("refuse"))


def _valued(fact: str, value: str, asked: set[str]) -> Iterator[_Try]:
    """Yield the changes that give *fact* another value: now, then, and both."""
    words = wording.spaced(value)
    twin = f"{fact}_now"
    raw = "acme" if fact == "organisation" and value != "none" else value

    def then(one: Standing) -> Standing:
        return _each(lambda stretch: replace(stretch, **{fact: raw}))(one)

    def now(one: Standing) -> Standing:
        return replace(one, age_now=raw) if fact == "age" else _each(lambda stretch: replace(stretch, **{twin: raw}))(one)

    if twin in asked:
        named = wording.fact(twin)
        yield _Try(Otherwise(fact=twin, would=value, said=f"{named} were {words}"), frozenset([twin]), now)
    if fact in asked:
        named = wording.fact(fact)
        yield _Try(Otherwise(fact=fact, would=value, said=f"{named} had been {words}"), frozenset([fact]), then)
    if fact in asked and twin in asked:
        both = f"{wording.fact(fact)} and now were {words}"
        yield _Try(Otherwise(fact=fact, would=value, said=both), frozenset([fact, twin]), lambda one: now(then(one)))


def _apart(policy: Policy, purpose: Purpose, fact: str, asked: set[str]) -> list[str]:
    """Return one value of each group that no rule for *purpose* tells apart, in the order they are declared."""
    if fact not in asked and f"{fact}_now" not in asked:
        return []
    rules = [row.when for version in policy.versions for row in version.use[purpose]]
    rules += [version.choice[purpose].when for version in policy.versions if purpose in version.choice]
    boxes = [set(when[name]) for when in rules for name in (fact, f"{fact}_now") if name in when]
    groups: dict[tuple[bool, ...], str] = {}
    for value in vocabulary.values(fact, dict(policy.declared)) or ():
        groups.setdefault(tuple(value in box for box in boxes), value)
    return list(groups.values())


def _each(change: Callable[[Stretch], Stretch]) -> Callable[[Standing], Standing]:
    return lambda standing: replace(standing, stretches=tuple(change(one) for one in standing.stretches))


def _known(terms: Compiled, purpose: Purpose, row: dict[str, object]) -> dict[str, str]:
    """Return the facts of a flat row by the names that rows use."""
    rows = [one for rows in terms.use_rows for one in rows]
    names = {fact for one in rows for fact in ([one.fact] if isinstance(one, Guard) else one.when)}
    return {name: str(row[f"{name}_{purpose}" if name in PER_PURPOSE else name]) for name in names}


def _missed(
    policy: Policy, ruling: Ruling, purpose: Purpose, rows: list[dict[str, object]]
) -> Iterator[tuple[UseRow, dict[str, str]]]:
    """Yield the rows of the version in force that would allow, with the facts of each stretch that they do not fit."""
    position = policy.position(ruling.at)
    if position < 0:
        return
    terms = compiled(policy)[position]
    for row in terms.use_rows[policy.purposes.index(purpose)]:
        if isinstance(row, UseRow) and row.use == "allow":
            for raw in rows:
                yield row, _known(terms, purpose, terms.facts_of(raw))


def _note(found: dict[str, list[str]], facts: dict[str, str]) -> None:
    for fact, value in facts.items():
        if value not in found.setdefault(fact, []):
            found[fact].append(value)


def _is(fact: str, values: list[str]) -> str:
    """Return a fact and its values as words."""
    said = wording.where({fact: tuple(values)}, {})
    return said if len(values) == 1 else f"{said}, depending on the turn"

"""Two policies, or two versions of one, clause by clause: what each row said and says, and who must be told before it holds.

A change that lets more be used or kept for somebody needs a new notice; a stricter one does not. Which it is follows from the
rows, never from comparing files or pages: other words for the same rule ask nobody anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, TypeVar

from sayso.facts.kinds import ACTIONS, KINDS
from sayso.policy import loosening, wording
from sayso.policy.boxes import Box, Pair
from sayso.policy.dated import Dated
from sayso.policy.handling import done
from sayso.policy.loosening import GUARD, Terms
from sayso.policy.table import KeepRow, Policy, Row, UseRow
from sayso.policy.wording import Known

Kind = Literal["added", "removed", "changed", "moved", "reworded"]
Table: TypeAlias = Literal["version", "facts", "choice", "use", "keep", "cap", "scrub"]
Effect = Literal["more", "less", "none"]
"""More may be used or kept for somebody; only less; or nobody's conversations are ruled otherwise by it."""


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One clause that differs: what it said, what it says, whether that needs a new notice, and whom to ask."""

    table: Table
    row: str
    kind: Kind
    before: str | None
    after: str | None
    effect: Effect
    ask: str
    """Whom to ask, empty where nobody needs to be."""
    because: str
    source: str
    since: tuple[str, ...] = ()
    """The days from which it differs; empty where two versions were compared and not two lines of time."""

    @property
    def notice(self) -> bool:
        """Return whether people must be asked anew before this holds."""
        return self.effect == "more"


def difference(old: Dated, new: Dated) -> list[Clause]:
    """Return every clause in which *old* and *new* differ, none twice.

    Where a version was named on either side, that version (else the last one) is compared with the other's; two whole
    profiles are compared through time, each day's rules with those of the same day.
    """
    if old.version or new.version:
        return list(between(Terms(old.policy, old.policy.versions[-1]), Terms(new.policy, new.policy.versions[-1])))
    found: dict[Clause, tuple[str, ...]] = {}
    for at in sorted({*old.policy.starts, *new.policy.starts}):
        one, other = old.policy.version(at), new.policy.version(at)
        if one is not None and other is not None:
            ours = between(Terms(old.policy, one), Terms(new.policy, other))
        else:
            ours = iter([_began(old.policy, new.policy)])
        for clause in ours:
            found[clause] = (*found.get(clause, ()), f"{at:%Y-%m-%d}")
    return [replace(clause, since=since) for clause, since in found.items()]


def between(old: Terms, new: Terms) -> Iterator[Clause]:
    """Yield every clause in which two versions differ: what is asked, what may be used, what is kept, what shortens it."""
    yield from _facts(old, new)
    yield from _choices(old, new)
    for purpose in dict.fromkeys((*old.policy.purposes, *new.policy.purposes)):
        yield from _uses(old, new, purpose)
    yield from _keeps(old, new)
    yield from _scrubs(old, new)


def _began(old: Policy, new: Policy) -> Clause:
    """Return that one of two profiles has terms where the other has none yet."""
    sooner = new.starts[0] < old.starts[0]
    return Clause(
        table="version",
        row=(new if sooner else old).versions[0].id,
        kind="added" if sooner else "removed",
        before=f"the first terms begin on {old.starts[0]:%Y-%m-%d}; nothing collected before may be used",
        after=f"the first terms begin on {new.starts[0]:%Y-%m-%d}; nothing collected before may be used",
        effect="more" if sooner else "less",
        ask="everyone whose turns were collected between these days" if sooner else "",
        because=(new if sooner else old).versions[0].because,
        source=(new if sooner else old).versions[0].source,
    )


def _facts(old: Terms, new: Terms) -> Iterator[Clause]:
    """Yield the facts whose known values differ; what that lets through is told by the rows."""
    for fact in dict.fromkeys((*old.policy.declared, *new.policy.declared)):
        one, other = old.policy.declared.get(fact, ()), new.policy.declared.get(fact, ())
        more, less = [value for value in other if value not in one], [value for value in one if value not in other]
        if not more and not less:
            continue
        pairs = [pair for purpose in new.policy.purposes for pair in loosening.uses(old, new, purpose)]
        culprits = [pair for pair in pairs if pair.before in (f"{GUARD}{fact}", f"{GUARD}{fact}_now")]
        parts = [f"{word}: {wording.listed(values)}" for word, values in (("new", more), ("gone", less)) if values]
        yield Clause(
            table="facts",
            row=fact,
            kind="changed",
            before=_known(fact, one),
            after=_known(fact, other),
            effect="more" if culprits else "less" if less else "none",
            ask=_whom(culprits, wording.knowns(old.policy, new.policy)),
            because="; ".join(parts),
            source="",
        )


def _known(fact: str, values: tuple[str, ...]) -> str | None:
    if not values:
        return None
    return f"{wording.fact(fact)} may be {wording.listed(values, 'or')}; anything else is unknown, and denies"


def _choices(old: Terms, new: Terms) -> Iterator[Clause]:
    for purpose in dict.fromkeys((*old.version.choice, *new.version.choice)):
        one, other = old.version.choice.get(purpose), new.version.choice.get(purpose)
        more, less = loosening.asks_less(old, new, purpose), loosening.asks_less(new, old, purpose)
        known = wording.knowns(old.policy, new.policy)
        row = other or one
        named = wording.where(row.when, known) if row else ""
        silent = "whoever has not answered" if loosening.silences(old, new, purpose) else "whoever said yes, or will be asked"
        ask = f"{silent}{f', where {named}' if named else ''}"
        yield from _said("choice", one, other, known, more=more, less=less, ask=ask)


def _uses(old: Terms, new: Terms, purpose: str) -> Iterator[Clause]:
    """Yield the rows of one purpose that differ, each with what it is the cause of."""
    before, after = ({row.id: row for row in terms.version.use.get(purpose, ())} for terms in (old, new))
    known = wording.knowns(old.policy, new.policy)
    same = list(before) == list(after) and old.policy.declared == new.policy.declared
    touched = {name for name in {*before, *after} if not _same(before.get(name), after.get(name))}
    quiet = same and not touched
    gains, losses = ([], []) if quiet else (loosening.uses(old, new, purpose), loosening.uses(new, old, purpose))
    for name in [*(one for one in before if one not in after), *after]:
        one, other = before.get(name), after.get(name)
        more = [pair for pair in gains if name in (pair.before, pair.after)]
        less = [pair for pair in losses if name in (pair.before, pair.after)]
        if name in touched:
            odd = one is not None and other is not None and loosening.strange(one, other)
            yield from _said("use", one, other, known, more=bool(more) or odd, less=bool(less), ask=_whom(more, known))
            continue
        yield from _reworded("use", one, other)
        # Rows that say what they said decide otherwise only where they stand in another order, or ask other facts be known.
        caused = [pair for pair in more if not {pair.before, pair.after} & touched and pair.after == name]
        lost = [pair for pair in less if not {pair.before, pair.after} & touched and pair.after == name]
        if other is not None and (caused or lost):
            yield _moved(other, caused, lost, known)


def _moved(row: UseRow, caused: list[Pair], lost: list[Pair], known: Known) -> Clause:
    """Return the clause of a row that says what it said, and decides otherwise because of what stands before it."""
    others = sorted({pair.before for pair in (*caused, *lost)})
    rows = [f"`{name}`" for name in others if name and not name.startswith(GUARD)]
    facts = [wording.fact(name.removeprefix(GUARD)) for name in others if name.startswith(GUARD)]
    why = [f"it stands in another order to {wording.listed(rows)}"] if rows else []
    why += [f"other values are known, or need be known, of {wording.listed(facts)}"] if facts else []
    return Clause(
        table="use",
        row=row.id,
        kind="moved",
        before=wording.said(row, known),
        after="; ".join(why) or "it decides for others than it did",
        effect="more" if caused else "less",
        ask=_whom(caused, known),
        because=row.because,
        source=row.source,
    )


def _keeps(old: Terms, new: Terms) -> Iterator[Clause]:
    """Yield the rows that keep, then those that shorten; a row that another one makes up for is neither more nor less."""
    known = wording.knowns(old.policy, new.policy)
    one, other = old.version.keep, new.version.keep
    for before, after in _paired(one, other):
        more = after is not None and loosening.keeps_more(after, one)
        less = before is not None and loosening.keeps_more(before, other)
        more = more or (less and before is not None and loosening.uncovers(before, new.version))
        ask = _newly(before, after, known)
        yield from _said("keep", before, after, known, more=more, less=less, ask=ask)
    for was, is_ in _paired(old.version.cap, new.version.cap):
        more = was is not None and loosening.caps_more(was, new.version.cap)
        less = is_ is not None and loosening.caps_more(is_, old.version.cap)
        named = wording.where(was.when, known) if was else ""
        yield from _said("cap", was, is_, known, more=more, less=less, ask=f"those where {named}" if named else "everyone")


def _scrubs(old: Terms, new: Terms) -> Iterator[Clause]:
    """Yield the rows on what is done with hits; it is more where any kind is treated less strictly than it was."""
    known = wording.knowns(old.policy, new.policy)
    for purpose in dict.fromkeys((*old.version.scrub, *new.version.scrub)):
        one, other = ({row.id: row for row in terms.version.scrub.get(purpose, ())} for terms in (old, new))
        was, now = (done(terms.version, purpose) for terms in (old, new))
        for name in [*(gone for gone in one if gone not in other), *other]:
            row, then = other.get(name), one.get(name)
            kinds = [kind for kind in KINDS if name in (was[kind].row, now[kind].row)]
            steps = [ACTIONS.index(now[kind].do) - ACTIONS.index(was[kind].do) for kind in kinds]
            more, less = any(step < 0 for step in steps), any(step > 0 for step in steps)
            yield from _said("scrub", then, row, known, more=more, less=less, ask="everyone whose words may be used")


_R = TypeVar("_R", bound=Row)


def _paired(old: tuple[_R, ...], new: tuple[_R, ...]) -> Iterator[tuple[_R | None, _R | None]]:
    before, after = {row.id: row for row in old}, {row.id: row for row in new}
    for name in [*(one for one in before if one not in after), *after]:
        yield before.get(name), after.get(name)


def _newly(old: KeepRow | None, new: KeepRow | None, known: Known) -> str:
    """Return whose conversations *new* reaches and *old* did not: by the values it adds where it differs in nothing else."""
    if new is None:
        return ""
    if old is not None and {**vars(_bare(old)), "when": 0} == {**vars(_bare(new)), "when": 0}:
        added = {name: frozenset(new.when.get(name, ())) - frozenset(values) for name, values in old.when.items()}
        if all(added[name] or set(new.when.get(name, ())) for name in added) and any(added.values()):
            return "those where " + ", or ".join(wording.where({name: values}, known) for name, values in added.items() if values)
    named = wording.where(new.when, known)
    return f"those where {named}" if named else "everyone"


def _bare(row: KeepRow) -> KeepRow:
    return replace(row, line=0, versions=(), because="", source="")


def _said(table: Table, old: Row | None, new: Row | None, known: Known, *, more: bool, less: bool, ask: str) -> Iterator[Clause]:
    """Yield the clause of one row that is new, gone or says something else; nothing where it is the same."""
    row = new or old
    if row is None:
        return
    if _same(old, new):
        yield from _reworded(table, old, new)
        return
    only: set[str] | None = None
    if old is not None and new is not None and table != "choice":
        only = {name for name in {*old.when, *new.when} if set(old.when.get(name, ())) != set(new.when.get(name, ()))}
    yield Clause(
        table=table,
        row=row.id,
        kind="removed" if new is None else "added" if old is None else "changed",
        before=wording.said(old, known, only) if old else None,
        after=wording.said(new, known, only) if new else None,
        effect="more" if more else "less" if less else "none",
        ask=(ask or "everyone") if more else "",
        because=row.because,
        source=row.source,
    )


def _reworded(table: Table, old: Row | None, new: Row | None) -> Iterator[Clause]:
    if old and new and (old.because, old.source) != (new.because, new.source):
        yield Clause(
            table=table,
            row=new.id,
            kind="reworded",
            before=f"{old.because} ({old.source})",
            after=f"{new.because} ({new.source})",
            effect="none",
            ask="",
            because=new.because,
            source=new.source,
        )


_PERSON = tuple(f"{name}{now}" for name in ("tier", "region", "organisation", "age", "say") for now in ("", "_now"))
_PERSON += ("contract", "private")
_WORDS = ("line", "versions", "because", "source", "when")


def _same(old: Row | None, new: Row | None) -> bool:
    """Return whether two rows say the same, whatever words and sources they give for it and wherever they stand."""
    return _rule(old) == _rule(new)


def _rule(row: Row | None) -> dict[str, object] | None:
    if row is None:
        return None
    when = {fact: frozenset(values) for fact, values in row.when.items()}
    return {key: value for key, value in vars(row).items() if key not in _WORDS} | {"when": when}


def _whom(pairs: list[Pair], known: Known) -> str:
    """Return whom several pairs of rows reach, in one condition; wider where they differ, never narrower."""
    if not pairs:
        return ""
    who: Box = pairs[0].who
    for pair in pairs[1:]:
        who = {fact: values | pair.who[fact] for fact, values in who.items() if fact in pair.who}
    # Who somebody is and what they said finds them; where and how they wrote does not, and that a fact is known is no news.
    shown = {fact: values for fact, values in who.items() if fact in _PERSON and values != frozenset(known.get(fact, ()))}
    return f"those where {wording.where(shown, known)}" if shown else "everyone"

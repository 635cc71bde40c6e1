"""What putting another policy into force would do, and whether people must have notice of it first. Writes nothing.

Two things need a notice: somebody who is here would be used more or kept longer, or a clause in force from today on lets more
be used or kept for whoever writes next. What a later version of the policy loosens begins with that version and its notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from sayso.app.house import House
from sayso.app.jobs.sides import One, look
from sayso.facts.errors import Broken
from sayso.facts.history import History
from sayso.facts.words import AccountId, Purpose
from sayso.policy import Policy
from sayso.policy.clauses import Clause, between
from sayso.policy.loosening import Terms
from sayso.policy.table import Version


class Effect(Struct, frozen=True, kw_only=True):
    """What a change of policy does to the conversations that are kept, counted, and who must be told before."""

    before: str
    after: str
    conversations: int
    changed: int
    newly_used: Mapping[Purpose, int]
    """Per purpose: conversations of which more would be used."""
    no_longer_used: Mapping[Purpose, int]
    """Per purpose: conversations of which less would be used."""
    kept_longer: int
    kept_shorter: int
    newly_due: int
    """Conversations that nothing keeps any more, and something did: they go with the next sweep."""
    due: int
    """All that nothing would keep any more."""
    people_to_tell: int
    """People of whom more would be used, or whose conversations would be kept longer."""
    loosened: tuple[str, ...]
    """The clauses in force from now on that let more be used or kept for whoever writes next."""
    people: int

    @property
    def needs_notice(self) -> bool:
        """Return whether anybody must have had notice; where nobody is here, there is nobody to tell."""
        return bool(self.people_to_tell) or (bool(self.loosened) and bool(self.people))


def effect(house: House, old: Policy, new: Policy) -> Effect:
    """Return what putting *new* into force instead of *old* would do now."""
    past, _ = past_under(house, new)
    return effect_of(past, old, new)


def past_under(house: House, new: Policy) -> tuple[History, int]:
    """Return all facts as of now in a past of its own, asked for what *new* asks as well, and the last line that is in it."""
    with house.reading() as conn:
        size = house.ledger.size(conn)
        past = house.fold(conn, upto=size)
    past.advance(house.now())
    past.purposes = tuple(dict.fromkeys((*past.purposes, *new.purposes)))
    past.cuts = tuple(sorted({*past.cuts, *new.instants}))
    return past, size


def effect_of(past: History, old: Policy, new: Policy) -> Effect:
    """Return what `effect` does, by a *past* that was folded for it."""
    at = past.at
    if at is None:
        raise Broken("nothing is recorded here, not even a policy; begin anew with `sayso init` in a new folder")
    living = (one for one in past.conversations() if one not in past.shredded)
    return _counted(old, new, past, (look(past, one, 0, (old, new), at) for one in living), at)


def _counted(old: Policy, new: Policy, past: History, ones: Iterator[One], at: datetime) -> Effect:
    counts: Counter[str] = Counter()
    newly: Counter[Purpose] = Counter()
    ended: Counter[Purpose] = Counter()
    told: set[AccountId] = set()
    for one in ones:
        newly.update(one.more)
        ended.update(purpose for what, purpose, _ in one.changes if what in ("fewer turns used", "no longer used"))
        counts.update(
            conversations=1,
            changed=one.changed,
            longer=one.longer,
            shorter=one.shorter,
            due=one.due[1] and not one.due[0],
            all_due=one.due[1],
        )
        if one.more or one.longer:
            told.update(one.people)
    return Effect(
        before=old.name,
        after=new.name,
        conversations=counts["conversations"],
        changed=counts["changed"],
        newly_used=dict(newly),
        no_longer_used=dict(ended),
        kept_longer=counts["longer"],
        kept_shorter=counts["shorter"],
        newly_due=counts["due"],
        due=counts["all_due"],
        people_to_tell=len(told),
        loosened=tuple(dict.fromkeys(f"{clause.table} `{clause.row}`" for clause in loosened(old, new, at))),
        people=sum(past.deleted_at(account) is None for account in past.accounts()),
    )


def loosened(old: Policy, new: Policy, at: datetime) -> list[Clause]:
    """Return the clauses by which what binds of *new* at *at* lets more be used or kept than what binds of *old*.

    All versions that bind at once must allow, so it is enough that one of them is as strict as each of the older ones: the
    notice of a version leaves the stricter one before it in force, and then nothing is loosened yet.
    """
    found: list[Clause] = []
    for was in _binding(old, at):
        each: list[list[Clause]] = [
            [one for one in between(Terms(old, was), Terms(new, now)) if one.notice] for now in _binding(new, at)
        ]
        found += sorted(each, key=_count)[0] if each else []
    if not _binding(old, at):
        # Nothing was permitted yet: whatever is permitted now is more.
        for now in _binding(new, at):
            nothing = Version(id="none", since=at, because="no terms", source="", line=0, use={}, keep=(), cap=(), choice={})
            found += [one for one in between(Terms(old, nothing), Terms(new, now)) if one.notice and one.table == "use"]
    return found


def _binding(policy: Policy, at: datetime) -> list[Version]:
    return [policy.versions[position] for position in policy.binding(at, at) if position >= 0]


def _count(clauses: list[Clause]) -> int:
    return len(clauses)

"""Another policy comes into force: policy (checked) -> ledger -> rulings anew -> vault (the next look) -> releases (recall)."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from sayso.app import profiles
from sayso.app.house import House, Work
from sayso.app.jobs.beforehand import TRIES, foresee, holds_yet, withdraw_foreseen
from sayso.app.jobs.effect import Effect, effect, effect_of, past_under
from sayso.app.jobs.recall import recall_under
from sayso.app.jobs.stale import settle_all
from sayso.facts.deeds import PersonsSet, PolicyProposed, PolicySet
from sayso.facts.errors import Refused, Unfit
from sayso.facts.events import TurnTaken
from sayso.facts.instants import iso
from sayso.facts.words import Digest
from sayso.policy import Policy, parse

AT_ONCE = 20
"""Batches of next looks that are brought up to date before a page is answered; the others follow when somebody asks what is due."""


class Enforced(Struct, frozen=True, kw_only=True):
    """What a new policy did: conversations it rules, how many are due at once, rows it withdrew, and what that changed."""

    name: str
    digest: Digest
    ruled: int
    due: int
    withdrawn: int
    effect: Effect


def preview(house: House, name: str) -> Effect:
    """Return what putting the policy *name* (shipped, or a file) into force would do; nothing is written."""
    return effect(house, house.policy_in_force(), _read(name))


def put_in_force(house: House, name: str, *, notice_given: datetime | None = None) -> Enforced:
    """Put the policy *name* (shipped, or a file) into force and return what that did, all in one transaction.

    A policy that does not load is refused, and the one in force stays. So is one that lets more be used or kept for anybody,
    unless people had notice of it: *notice_given* says since when, and the ledger keeps that it was said. Where it takes two
    officers, it is refused: one proposes it, and another approves.
    """
    with house.reading() as conn:
        assert_alone(house, conn)
    return enforce(house, profiles.source(name), Path(name).stem, notice_given=notice_given)


class Agreed(Protocol):
    """What lets a policy into force that took two: asked once more in the transaction, since others may have been quicker."""

    def __call__(self, work: Work) -> PolicySet:
        """Return the line as it is to be recorded; Refused where it may not be any more."""
        ...


def enforce(
    house: House,
    text: str,
    name: str,
    *,
    notice_given: datetime | None = None,
    agreed: Agreed | None = None,
    lock: AbstractContextManager[object] | None = None,
) -> Enforced:
    """Put the policy that *text* spells into force; what `put_in_force` says. *lock* is the one under which the house is used.

    What it does is worked out before the lock is taken, so that pages go on meanwhile. Then one transaction puts it into force and
    masks what it withdraws: by what was worked out, and by what was said since. When to look again follows in batches of their own;
    until then it is known to be stale, and whoever asks what is due brings it up to date first.
    """
    wanted = parse(text, name=name)
    for tried in range(TRIES + 1):
        done = _enforce(house, wanted, text, name, notice_given, agreed, lock, last=tried == TRIES)
        if done is not None:
            break
    else:
        raise AssertionError("the last one always ends")
    settle_all(house, lambda: lock or nullcontext(), most=None if lock is None else AT_ONCE)
    return done


def _enforce(
    house: House,
    wanted: Policy,
    text: str,
    name: str,
    notice_given: datetime | None,
    agreed: Agreed | None,
    lock: AbstractContextManager[object] | None,
    *,
    last: bool,
) -> Enforced | None:
    """Put *wanted* into force; `None` where what was worked out before does not hold any more, but for the *last* time."""
    before = house.policy_in_force()
    past, size = past_under(house, wanted)
    told = effect_of(past, before, wanted)
    assert_notice(told, notice_given, house.now())
    seen, people = foresee(house, wanted, past, size), [one for one in past.owned.beginners() if one not in past.forgotten]
    with lock or nullcontext(), house.writing() as work:
        if house.policy_at(work.conn, None).digest != before.digest:
            raise Refused("another policy came into force meanwhile; look at what this one would change now, and try again")
        line = PolicySet(at=work.at, profile=name, digest=Digest(wanted.digest))
        if agreed is not None:
            line = agreed(work)
        else:
            assert_alone(house, work.conn)
        # Said for a change that needs none, it would be a notice nobody can check.
        good = holds_yet(house, work, seen, wanted)
        if not good and not last:
            return None
        policy = house.set_text(work, text, name, line=replace(line, notice_given=notice_given if told.needs_notice else None))
        since = [entry.line for entry in house.ledger.of_kind(work.conn, TurnTaken, after=size)]
        house.vault.stale.mark(work.conn, {*people, *(one.account for one in since if isinstance(one, TurnTaken))})
        # The stricter text reaches what was released under the laxer one; what is withdrawn stays so if the policy changes back.
        gone = withdraw_foreseen(house, work, seen, policy) if good else recall_under(house, work, policy)
        withdrawn = sum(one.added for one in gone)
    return Enforced(
        name=policy.name, digest=policy.digest, ruled=told.conversations, due=told.due, withdrawn=withdrawn, effect=told
    )


def assert_notice(told: Effect, notice_given: datetime | None, now: datetime) -> None:
    """Refuse a change that needs a notice nobody says was given, or that lies in the future."""
    if notice_given is not None and notice_given > now:
        raise Unfit(f"notice on {iso(notice_given)} lies in the future; put the policy in force once it was given")
    if told.needs_notice and notice_given is None:
        raise Refused(why_not(told))


def persons(house: House, conn: Connection) -> int:
    """Return how many officers it takes to put a policy into force, as this transaction sees it: one, unless two were asked for."""
    found = house.ledger.last_of(conn, PersonsSet)
    return found.line.policy if found is not None and isinstance(found.line, PersonsSet) else 1


def assert_alone(house: House, conn: Connection) -> None:
    """Refuse where one officer alone may put no policy into force."""
    if persons(house, conn) == 2:
        raise Refused("it takes two officers to put a policy into force here: `sayso policy propose` it, and another approves")


def _read(name: str) -> Policy:
    return parse(profiles.source(name), name=Path(name).stem)


def why_not(told: Effect) -> str:
    """Return why a change needs a notice first, in one line."""
    who = f"{told.people_to_tell} {'person' if told.people_to_tell == 1 else 'people'} who are here"
    more = f"lets more be used or kept of {who}" if told.people_to_tell else "lets more be used or kept of whoever writes next"
    return (
        f"`{told.after}` {more} than `{told.before}`, which stays in force: give them notice first, "
        "then say --notice-given DAY; --preview shows what changes"
    )


def clear_uncalled(house: House) -> None:
    """Remove copies of policies that no line names: a process was killed between writing one and recording it.

    What was proposed stays, also once it was turned down: it is what the officers who decided had before them.
    """
    with house.reading() as conn:
        called = {line.digest for line in house.policies_set(conn)}
        proposed = house.told.lines(conn, PolicyProposed)
    called |= {one.line.digest for one in proposed if isinstance(one.line, PolicyProposed)}
    for file in (house.folder / "policies").glob("*.toml"):
        if file.stem not in called:
            file.unlink()

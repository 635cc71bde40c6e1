"""A policy that takes two officers: one proposes it with a reason, another approves it or turns it down, and both are named.

A proposal is a line of the ledger and a copy of the text under its digest. It is open until it is approved, turned down, taken
back or late, or until another policy comes into force: what was looked at then is not what would be changed now. Each of these
is asked again inside the transaction that acts, so of two who approve at once one does, and the other is told.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from sqlalchemy import Connection

from sayso.app.grants import Grants, Role
from sayso.app.house import House, Work
from sayso.app.jobs.effect import effect
from sayso.app.jobs.enforce import Enforced, assert_notice, enforce, persons
from sayso.app.oneperson import apart, assert_two
from sayso.facts.deeds import PersonsSet, PolicyProposed, PolicySet, ProposalEnded
from sayso.facts.errors import Refused, Unfit
from sayso.facts.instants import iso
from sayso.facts.words import Digest
from sayso.ledger import Entry
from sayso.policy import parse

DAYS = 14
"""How long a proposal can be approved, unless it is said otherwise."""
LONGEST = 90
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
State = Literal["open", "approved", "turned_down", "taken_back", "late", "overtaken"]


class Proposal(Struct, frozen=True, kw_only=True):
    """One proposal and what became of it; `number` is that of its line."""

    number: int
    line: PolicyProposed
    state: State
    ended: datetime | None = None
    by: str = ""
    """Who approved it, turned it down or took it back."""
    why: str = ""


def proposals(house: House, conn: Connection) -> list[Proposal]:
    """Return every proposal, the newest first; it costs what there are proposals and policies, not what is stored."""
    set_, ended = house.told.lines(conn, PolicySet), house.told.lines(conn, ProposalEnded)
    told = {one.line.proposal: one for one in (*set_, *ended) if isinstance(one.line, PolicySet | ProposalEnded)}
    found = reversed(house.told.lines(conn, PolicyProposed))
    return [_proposal(one, told.get(one.seq), set_, house.now()) for one in found if isinstance(one.line, PolicyProposed)]


def proposal(house: House, conn: Connection, number: int | None) -> Proposal:
    """Return the proposal of line *number*, or the one that is open where none is named; Unfit where that is none, or several."""
    found = proposals(house, conn)
    if number is None:
        found = [one for one in found if one.state == "open"]
        if len(found) != 1:
            raise Unfit(f"{len(found)} proposals are open; name one by its number, `sayso policy proposals` has them")
        return found[0]
    for one in found:
        if one.number == number:
            return one
    raise Unfit(f"line {number} is no proposal; `sayso policy proposals` has the numbers")


def text_of(house: House, one: Proposal) -> str:
    """Return the text that was proposed; Broken where its copy is missing or another one."""
    house.policy_of(PolicySet(at=one.line.at, profile=one.line.profile, digest=one.line.digest))
    return (house.folder / "policies" / f"{one.line.digest}.toml").read_bytes().decode("utf-8")


def propose(
    house: House,
    text: str,
    name: str,
    *,
    by: str,
    why: str,
    days: int = DAYS,
    notice_given: datetime | None = None,
    lock: AbstractContextManager[object] | None = None,
) -> Proposal:
    """Return the proposal of the policy that *text* spells, recorded; it changes nothing until another officer approves."""
    if not 1 <= days <= LONGEST:
        raise Unfit(f"a proposal is open for 1 to {LONGEST} days, not {days}")
    if not _NAME.fullmatch(name):
        raise Unfit("name the policy in up to 60 letters, digits, dots and dashes")
    _assert_may(house, by, "operate")
    reason, wanted, before = _reason(why), parse(text, name=name), house.policy_in_force()
    if wanted.digest == before.digest:
        raise Unfit(f"`{before.name}` is in force already, with this text")
    assert_notice(effect(house, before, wanted), notice_given, house.now())
    with lock or nullcontext(), house.writing() as work:
        if any(one.state == "open" and one.line.digest == wanted.digest for one in proposals(house, work.conn)):
            raise Unfit("the same text is proposed already, and that is open")
        made = house.copy_policy(text, name)
        instead = house.policy_at(work.conn, None).digest
        line = PolicyProposed(
            at=work.at, by=by, why=reason, profile=made.name, digest=Digest(made.digest), instead=Digest(instead),
            until=work.at + timedelta(days=days), notice_given=notice_given,
        )  # fmt: skip
        (entry,) = work.record([line])
    return Proposal(number=entry.seq, line=line, state="open")


def approve(
    house: House, number: int | None, *, by: str, why: str, lock: AbstractContextManager[object] | None = None
) -> tuple[Proposal, Enforced]:
    """Put what was proposed into force and return what that did; Refused for its own proposer, and for what is not open."""
    _assert_may(house, by, "approve")
    reason = _reason(why)
    with house.reading() as conn:
        wanted = proposal(house, conn, number)
    _assert_other(house, wanted, by)
    text = text_of(house, wanted)

    def agreed(work: Work) -> PolicySet:
        now = proposal(house, work.conn, wanted.number)
        _assert_open(now)
        _assert_may(house, by, "approve")
        _assert_other(house, now, by)
        return PolicySet(
            at=work.at, profile=wanted.line.profile, digest=wanted.line.digest,
            proposal=wanted.number, proposed_by=wanted.line.by, approved_by=by, why=reason,
        )  # fmt: skip

    _assert_open(wanted)
    done = enforce(house, text, wanted.line.profile, notice_given=wanted.line.notice_given, agreed=agreed, lock=lock)
    return wanted, done


def end(house: House, number: int | None, *, by: str, why: str, lock: AbstractContextManager[object] | None = None) -> Proposal:
    """Turn a proposal down, or take one's own back; what is in force stays."""
    reason = _reason(why)
    with lock or nullcontext(), house.writing() as work:
        found = proposal(house, work.conn, number)
        own = found.line.by == by
        _assert_may(house, by, "operate" if own else "approve")
        _assert_open(found)
        how: Literal["turned_down", "taken_back"] = "taken_back" if own else "turned_down"
        work.record([ProposalEnded(at=work.at, proposal=found.number, by=by, how=how, why=reason)])
        return proposal(house, work.conn, found.number)


def set_persons(house: House, count: Literal[1, 2], *, by: str, agreed: str = "", why: str) -> None:
    """Ask for two officers from now on, or for one; to let one alone do what took two, another has to agree."""
    reason = _reason(why)
    _assert_may(house, by, "operate")
    with house.writing() as work:
        if persons(house, work.conn) == count:
            raise Unfit(f"it takes {'two officers' if count == 2 else 'one officer'} already")
        if count == 1:
            _assert_may(house, agreed, "approve")
            if agreed == by:
                raise Refused("it takes two officers to let one decide alone; name another one with --agreed")
            assert_two(house, by, agreed)
        else:
            _assert_somebody_else(house, by)
        work.record([PersonsSet(at=work.at, policy=count, by=by, agreed=agreed if count == 1 else "", why=reason)])


def _proposal(entry: Entry, end: Entry | None, set_: tuple[Entry, ...], now: datetime) -> Proposal:
    line = entry.line
    if not isinstance(line, PolicyProposed):
        raise TypeError("asked for by kind")
    if end is not None and isinstance(end.line, PolicySet):
        by, why = end.line.approved_by or "", end.line.why or ""
        return Proposal(number=entry.seq, line=line, state="approved", ended=end.line.at, by=by, why=why)
    if end is not None and isinstance(end.line, ProposalEnded):
        return Proposal(number=entry.seq, line=line, state=end.line.how, ended=end.line.at, by=end.line.by, why=end.line.why)
    after = next((one for one in set_ if one.seq > entry.seq), None)
    if after is not None and after.line.at < line.until:
        return Proposal(number=entry.seq, line=line, state="overtaken", ended=after.line.at)
    late = now >= line.until
    return Proposal(number=entry.seq, line=line, state="late" if late else "open", ended=line.until if late else None)


def _assert_open(one: Proposal) -> None:
    if one.state == "open":
        return
    why = {
        "approved": f"it was approved by `{one.by}` already",
        "turned_down": f"`{one.by}` turned it down",
        "taken_back": "its proposer took it back",
        "late": f"it could be approved until {iso(one.line.until)}",
        "overtaken": "another policy came into force since, so it would change something else than what was looked at",
    }[one.state]
    raise Refused(f"proposal {one.number} is not open: {why}; propose it anew")


def _assert_other(house: House, one: Proposal, by: str) -> None:
    if one.line.by == by:
        raise Refused(f"`{by[:40]}` proposed it, so another officer has to approve it")
    assert_two(house, one.line.by, by)


def _assert_may(house: House, by: str, role: Role) -> None:
    """Refuse who is no officer with *role*; a file of officers that cannot be read is Broken, and lets nobody through."""
    if not Grants(house.settings.keys).may(by, role, house.now()):
        raise Refused(f"`{by[:40]}` is no officer with the role `{role}`; `sayso officer list` has the names")


def _assert_somebody_else(house: House, by: str) -> None:
    """Refuse to ask for two where nobody but *by* could approve: no policy could ever be changed again."""
    state = Grants(house.settings.keys).state()
    if not any("approve" in one.roles and apart(state, one.name, by) == "two" for one in state.officers.values()):
        raise Refused("nobody else has the role `approve`, so nothing could be approved; `sayso officer add` somebody first")


def _reason(why: str) -> str:
    reason = " ".join(why.split())[:500]
    if not reason:
        raise Unfit("say why; it is recorded with your name")
    return reason


__all__ = [
    "DAYS", "Proposal", "approve", "end", "persons", "proposal", "proposals", "propose", "set_persons", "text_of",
]  # fmt: skip

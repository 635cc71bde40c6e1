"""Keeping and destroying against the policy: nothing gone too early, nothing there too late, every next look at its time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import datetime

from sayso.audit.evidence import Evidence, Rule, Stored
from sayso.audit.findings import Finding, found
from sayso.audit.tally import Tally
from sayso.facts.deeds import Shredded
from sayso.facts.errors import SaysoError
from sayso.facts.history import History
from sayso.facts.instants import iso
from sayso.facts.rulings import Ruling
from sayso.facts.words import ConversationId


def check_shredding(past: History, line: Shredded, seq: int, rule: Rule) -> Iterator[Finding]:
    """Yield a finding if *line* destroyed what the facts before it still kept, at its own instant."""
    where = f"conversation `{line.conversation}`"
    if line.conversation not in past:
        yield found("shredded_early", where, f"line {seq} shreds a conversation no turn is known of")
        return
    if line.conversation in past.shredded:
        yield found("log_order", where, f"line {seq} shreds it a second time")
        return
    try:
        standing = past.standing(line.conversation)
        ruled = rule(standing, past.at or standing.at)
    except SaysoError as error:
        yield found("uncheckable", where, f"whether line {seq} shredded it in time: {error}")
        return
    if standing.holds:
        yield found("shredded_early", where, f"line {seq} shredded it under {_holds(standing.holds)}")
    elif not ruled.due(line.at):
        yield found("shredded_early", where, f"line {seq} shredded it at {iso(line.at)}; it was to be kept {_until(ruled)}")
    elif (free := past.endings.free_at(standing, ruled)) is None or free > line.at:
        what = "its end was never announced" if free is None else f"its end was announced for {iso(free)}"
        yield found("shredded_early", where, f"line {seq} shredded it at {iso(line.at)}; {what}")


def check_present(
    evidence: Evidence, past: History, tally: Tally, rule: Rule | None, rows: Mapping[str, Stored]
) -> Iterator[Finding]:
    """Yield what is overdue, looked at too late, shown after a deletion, or held on one side only, as of now."""
    known = set(past.holds())
    for hold in sorted(known ^ set(evidence.holds)):
        side = "the ledger and not in the vault" if hold in known else "the vault and not in the ledger"
        yield found("hold", f"hold `{hold}`", f"is in force in {side}")
    yield from _left_accounts(evidence, past, tally)
    if rule is None:
        if rows:
            yield found("uncheckable", "ledger", "what is kept now: the policy in force is not at hand")
        return
    stale = frozenset(evidence.stale)
    for one in past.conversations():
        row = rows.get(one)
        if one in past.shredded or row is None or row.state == "shredded":
            continue
        yield from _conversation(evidence, past, rule, one, row, stale)


def _left_accounts(evidence: Evidence, past: History, tally: Tally) -> Iterator[Finding]:
    """Yield each account its person deleted, of which nothing is kept any more, and which is still known by name."""
    for account in past.accounts():
        deleted = past.deleted_at(account)
        if deleted is None or account in past.forgotten:
            continue
        ends = [tally.shredded.get(one) for one in past.of_account(account)]
        if all(end is not None and end + evidence.slack <= evidence.at for end in [deleted, *ends]):
            yield found(
                "overdue", f"account `{account}`", f"deleted at {iso(deleted)}, nothing of it is kept, and it is not forgotten"
            )


def _conversation(
    evidence: Evidence, past: History, rule: Rule, one: ConversationId, row: Stored, stale: Set[str]
) -> Iterator[Finding]:
    where = f"conversation `{one}`"
    try:
        standing = past.standing(one)
        ruled = rule(standing, past.at or standing.at)
    except SaysoError as error:
        yield found("uncheckable", where, f"its present ruling: {error}")
        return
    if row.account != standing.account:
        yield found("changed", where, "the vault keeps it for another account than the ledger")
    if set(row.held) != set(standing.holds):
        yield found("hold", where, f"{_holds(standing.holds)} in the ledger, {_holds(row.held)} in the vault")
    if (standing.deleted_at is not None) != (row.state == "hidden"):
        what = "deleted by its person, and still shown" if standing.deleted_at else "hidden, though nobody deleted it"
        yield found("visibility", where, what)
    # Where ends are announced, a day was named: until then it stays, and the next sweep looks on that day.
    free = past.endings.free_at(standing, ruled)
    if ruled.keep_until is not None and max(ruled.keep_until, free or ruled.keep_until) + evidence.slack <= evidence.at:
        yield found("overdue", where, f"its last reason ended at {iso(ruled.keep_until)}")
    if not stale.isdisjoint({standing.account, *(part.account for part in standing.stretches)}):
        return  # it is looked at before anybody goes by what is planned
    if (wrong := _schedule(ruled, row.next_change_at, evidence.at, free)) is not None:
        yield found("schedule", where, wrong)


def _schedule(ruled: Ruling, planned: datetime | None, at: datetime, free: datetime | None) -> str | None:
    """Return what is wrong with when the next look is planned; one that is due already corrects itself."""
    if planned is not None and (planned <= at or (ruled.due(at) and planned == free)):
        return None
    if ruled.due(at):
        return "is due, and no sweep would look at it" if planned is None else f"is due, and the next look is at {iso(planned)}"
    if planned == ruled.next_change_at:
        return None
    expected = iso(ruled.next_change_at) if ruled.next_change_at else "never by itself"
    return f"its ruling changes {expected}, and the next look is {iso(planned) if planned else 'never'}"


def _holds(names: tuple[str, ...]) -> str:
    return "hold " + ", ".join(f"`{name}`" for name in sorted(names)) if names else "no hold"


def _until(ruled: Ruling) -> str:
    return f"until {iso(ruled.keep_until)}" if ruled.keep_until else "without a known end"

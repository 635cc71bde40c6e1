"""How ends happen: the officer's notice period and grace, what ends when and why, and announcing it: ledger -> policy -> ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from sayso.app.house import House, Work
from sayso.app.jobs import rule, stale
from sayso.facts.deeds import Acted, Announced, RetentionSet
from sayso.facts.endings import Retention, after
from sayso.facts.errors import Unfit
from sayso.facts.history import History
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import AccountId, ConversationId
from sayso.ledger import Entry
from sayso.policy import Policy, decide

BATCH = 500
LONGEST = 366
"""Days of a notice period or a grace: what should be kept longer than a year needs a reason in the policy."""
LONGEST_EVIDENCE = 3653
"""Days for which proof of what forgotten accounts answered can be kept: no claim for money lives longer than ten years."""


AHEAD = 1
"""Days by which an announcement may come early, so that a sweep a day is enough to announce in time."""

Order = Callable[[datetime], Acted]
"""The line that says who ordered it and why; recorded in the same transaction."""


class Ending(Struct, frozen=True, kw_only=True):
    """When a conversation ends as far as is known now, and the row that keeps it up to there."""

    account: AccountId
    conversation: ConversationId
    until: datetime
    why: str
    announced: datetime | None = None
    """The day that was named to its owner, while that announcement holds."""
    asked: bool = False
    """Whether its person deleted it: then it waits for no announcement."""


class Announcing(Struct):
    """What was announced: how many conversations of how many people, and why they end."""

    announced: int = 0
    people: int = 0
    why: dict[str, int] = {}


def retention(house: House) -> Retention:
    """Return the notice period, the grace and the days of proof in force."""
    with house.reading() as conn:
        return _set(house.ledger.last_of(conn, RetentionSet))


def _set(found: Entry | None) -> Retention:
    return Retention.of(found.line) if found is not None and isinstance(found.line, RetentionSet) else Retention()


def put_retention(
    house: House,
    *,
    notice: int | None = None,
    grace: int | None = None,
    evidence: int | None = None,
    ordered: Order | None = None,
) -> Retention:
    """Return notice period, grace and days of proof as they are from now on; what waits for its day is looked at anew."""
    asked = (("a notice period", notice, LONGEST), ("a grace", grace, LONGEST), ("proof kept", evidence, LONGEST_EVIDENCE))
    for what, days, most in asked:
        if days is not None and not 0 <= days <= most:
            raise Unfit(f"{what} is 0 to {most} days, not `{days}`; nothing was changed")
    now = retention(house)
    wanted = Retention(
        notice=now.notice if notice is None else notice,
        grace=now.grace if grace is None else grace,
        evidence=now.evidence if evidence is None else evidence,
    )
    if wanted == now:
        return now
    policy = house.policy_in_force()
    with house.writing() as work:
        line = RetentionSet(at=work.at, notice=wanted.notice, grace=wanted.grace, evidence=wanted.evidence)
        work.record([line, *([] if ordered is None else [ordered(work.at)])])
        past = house.present()
        waiting = [one for one in past.endings.announced if one not in past.shredded]
        house.vault.schedule(work.conn, [(one, next_look(past, one, policy)) for one in waiting])
    return wanted


def next_look(past: History, conversation: ConversationId, policy: Policy) -> datetime | None:
    """Return when a sweep must look again: at once when due, on the announced day where it waits for that, else when it changes."""
    standing = past.standing(conversation)
    ruled = decide(policy, standing, standing.at)
    if not ruled.due(standing.at):
        return rule.next_look(past, standing, ruled, policy)
    return max(standing.at, past.endings.free_at(standing, ruled) or standing.at)


def announce(house: House, progress: Callable[[int], None] = lambda _: None) -> Announcing:
    """Return what was announced: everything that ends within the notice period and was not announced for that day or an earlier.

    It can stop anywhere and start again; asked twice, the second time announces nothing.
    """
    house.assert_clock()
    if not retention(house).notice:
        raise Unfit("no notice period is set, so nothing is announced; set one with `sayso retention --notice 14`")
    stale.settle_all(house)
    made, people = Announcing(why={}), set[AccountId]()
    why: Counter[str] = Counter()
    last: tuple[datetime, str] | None = None
    while True:
        with house.writing() as work:
            policy = house.policy_at(work.conn, None)
            soonest = after(work.at, notice_in(house, work))
            batch = house.vault.upcoming(work.conn, after(soonest, AHEAD), after=last, limit=BATCH)
            last = batch[-1] if batch else None
            past = house.past_of(work.conn, [one for _, one in batch], work.at)
            lines: list[Announced] = []
            for _, conversation in batch:
                # As its person sees it: an order that may not be told must not be told by what is not announced either.
                standing = rule.as_told(past, past.standing(conversation))
                line = announcement(past, standing, decide(policy, standing, work.at), policy, soonest)
                if line is not None:
                    lines.append(line)
                    people.add(past.owner(conversation))
                    why[line.why] += 1
            work.record(lines)
        made.announced += len(lines)
        progress(len(batch))
        if len(batch) < BATCH:
            break
    made.people, made.why = len(people), dict(why)
    return made


def notice_in(house: House, work: Work) -> int:
    """Return the notice period in force, in days, as this transaction sees it."""
    return retention_in(house, work).notice


def retention_in(house: House, work: Work) -> Retention:
    """Return what is in force, as this transaction sees it."""
    return _set(house.ledger.last_of(work.conn, RetentionSet))


def announcement(past: History, standing: Standing, ruled: Ruling, policy: Policy, soonest: datetime) -> Announced | None:
    """Return the line that announces the end, `None` where none is to be announced: it was, or its person deleted it.

    *soonest* is a notice period from now: nothing is announced for an earlier day, nor what ends more than a day after it.
    """
    if standing.deleted_at is not None or ruled.keep_until is None or ruled.keep_until > after(soonest, AHEAD):
        return None
    until = max(ruled.keep_until, soonest)
    told = past.endings.told(standing, ruled)
    if told is not None and told.until <= until:
        return None
    return Announced(at=standing.at, conversation=standing.conversation, until=until, why=ended(standing, ruled, policy))


def ended(standing: Standing, ruled: Ruling, policy: Policy) -> str:
    """Return the row of the policy that keeps a conversation longest, up to the instant at which nothing keeps it any more."""
    if ruled.caps:
        return ruled.caps[-1].row
    if ruled.keep_until is None:
        return "no reason left"
    moment = ruled.keep_until - timedelta(microseconds=1)
    before = decide(policy, replace(standing, at=moment), moment)
    of_it = [reason for reason in before.reasons if reason.of == "conversation" and reason.until is not None]
    return max(of_it, key=lambda reason: reason.until or ruled.at).because.row if of_it else "no reason left"


def endings(house: House, *, account: AccountId | None = None, days: int = 0) -> Iterator[Ending]:
    """Yield what ends within *days* (0: what is due now), the first first; of *account*, all that have a known end."""
    with house.reading() as conn:
        at, policy = house.now(), house.policy_at(conn, None)
        if account is not None:
            rows = house.vault.of_account(conn, account, states=("live", "hidden"))
            wanted, until = [row.conversation for row in rows], None
        else:
            until = after(at, days)
            wanted = [one for _, one in house.vault.upcoming(conn, until, limit=1_000_000)]
            wanted = list(dict.fromkeys([*wanted, *house.vault.unwritten(conn, wanted, limit=1_000_000)]))
            wanted = list(dict.fromkeys([*wanted, *stale.waiting(house, conn)]))
        found = []
        for start in range(0, len(wanted), BATCH):
            past = house.past_of(conn, wanted[start : start + BATCH], at)
            there = (name for name in wanted[start : start + BATCH] if name in past and name not in past.shredded)
            found += [one for name in there if (one := _ending(past, name, policy, until)) is not None]
    yield from sorted(found, key=lambda one: (one.until, one.conversation))


def endings_of(house: House, conversations: Sequence[ConversationId]) -> list[Ending]:
    """Return what of *conversations* is due now, by the policy asked anew; at the cost of these alone."""
    with house.reading() as conn:
        at, policy = house.now(), house.policy_at(conn, None)
        past = house.past_of(conn, conversations, at)
        found = [_ending(past, one, policy, at) for one in conversations if one in past and one not in past.shredded]
    return [one for one in found if one is not None]


def _ending(past: History, conversation: ConversationId, policy: Policy, until: datetime | None) -> Ending | None:
    standing = past.standing(conversation)
    ruled = decide(policy, standing, standing.at)
    if ruled.keep_until is None or (until is not None and ruled.keep_until > until):
        return None
    told = past.endings.told(standing, ruled)
    return Ending(
        account=past.owner(conversation),
        conversation=conversation,
        until=max(ruled.keep_until, told.until) if told is not None else ruled.keep_until,
        why=ended(standing, ruled, policy),
        announced=told.until if told is not None else None,
        asked=standing.deleted_at is not None,
    )

"""A change for all that a person has is one row; next looks follow when somebody asks for what is due: ledger -> policy -> vault.

An answer, a plan or a place may rule every conversation of a person otherwise. That binds at once, since nothing is used but by a
ruling computed from the facts. Only the index of next looks is behind, and so nobody goes by it before it is brought up to date.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, nullcontext

from sqlalchemy import Connection

from sayso.app.house import House, Work
from sayso.app.jobs import rule
from sayso.facts.history import History
from sayso.facts.words import AccountId, ConversationId

BATCH = 500
"""Conversations that are looked at in one transaction."""


def mark(house: House, work: Work, past: History, accounts: Collection[AccountId]) -> None:
    """Say, in the transaction that changes them, that the next looks at all that *accounts* have are stale.

    Whoever became one person is one: what one of them says reaches what the others have.
    """
    people = dict.fromkeys(map(past.living, accounts))
    house.vault.stale.mark(work.conn, {*accounts, *(one for person in people for one in past.owned.behind(person, past.living))})


def settle(house: House, work: Work) -> int:
    """Bring next looks up to date, of at most `BATCH` conversations; return for how many accounts there was something to do.

    It can stop after any of them and start again. Nothing is looked at later for it: an earlier look finds nothing due.
    """
    left, done = BATCH, 0
    policy = house.policy_at(work.conn, None)
    for account, upto in house.vault.stale.listed(work.conn, BATCH):
        found = house.ledger.conversations_of(work.conn, account, after=upto, limit=left)
        past = house.past_of(work.conn, found, work.at)
        rule.reschedule(house, work, [one for one in found if one in past and one not in past.shredded], policy, past=past)
        house.vault.stale.settled(work.conn, account, found[-1] if len(found) == left else None)
        left, done = left - len(found), done + 1
        if left == 0:
            break
    return done


def settle_all(house: House, turn: Callable[[], AbstractContextManager[object]] = nullcontext, *, most: int | None = None) -> bool:
    """Bring every next look up to date, a batch and a *turn* at a time; at most *most* of them. Say whether none is stale now."""
    made = 0
    while most is None or made < most:
        with turn():
            with house.reading() as conn:
                if not house.vault.stale.count(conn):
                    return True
            with house.writing() as work:
                settle(house, work)
        made += 1
    with house.reading() as conn:
        return not house.vault.stale.count(conn)


def waiting(house: House, conn: Connection) -> Iterator[ConversationId]:
    """Yield every conversation whose next look may be stale: whoever only reads rules on each of them anew."""
    for account, upto in house.vault.stale.listed(conn, limit=1_000_000):
        while found := house.ledger.conversations_of(conn, account, after=upto, limit=BATCH):
            yield from found
            upto = found[-1]

"""The end of proof: ledger (who was forgotten long ago) -> releases (nothing of theirs is left) -> ledger and vault (openings go).

What lines say of a forgotten account is kept for as long as it may have to be shown, and then destroyed; the leaves stay, so every
root, receipt and proof that was given out holds as before. It is done in batches, each in one transaction: it is done once or,
if it is stopped, not at all, and the next sweep goes on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from sayso import release as release_room
from sayso.app.house import House, Work
from sayso.app.jobs.recall import folder_of, lineage_of, released
from sayso.app.jobs.retention import retention_in
from sayso.facts.deeds import OpeningsDestroyed
from sayso.facts.errors import SaysoError
from sayso.facts.proof import Together, kept_for
from sayso.facts.words import AccountId

BATCH = 200
"""Accounts looked at in one transaction."""


class Unopened(Struct):
    """Of how many forgotten accounts, and of how many lines, the openings were destroyed; `kept` accounts wait for something."""

    accounts: int = 0
    lines: int = 0
    kept: int = 0


def unopen(house: House) -> Unopened:
    """Return what was destroyed: text and salt of every line about accounts nobody may ask about any more, and about nobody else.

    It can stop anywhere and start again; asked twice, the second time destroys nothing.
    """
    house.assert_clock()
    done, last = Unopened(), 0
    while True:
        with house.writing() as work:
            found = house.ledger.ended(work.conn, _before(house, work), after=last, limit=BATCH)
            if found:
                last = found[-1][0]
                _batch(house, work, [account for _, account in found], done)
        if len(found) < BATCH:
            return done


def _before(house: House, work: Work) -> datetime:
    """Return the instant before which an account must have been forgotten, as this transaction sees the settings."""
    return work.at - timedelta(days=retention_in(house, work).evidence)


def _batch(house: House, work: Work, accounts: list[AccountId], done: Unopened) -> None:
    groups: list[Together] = []
    for account in accounts:
        if not any(account in one.accounts for one in groups):
            groups.append(house.ledger.together_with(work.conn, account))
    people = {one for group in groups for one in group.accounts}
    past = house.past_of(work.conn, {one for group in groups for one in group.conversations}, work.at, accounts=people)
    ripe = [one for one in groups if kept_for(past, one, work.at) is None]
    if ripe and (left := _left_in_releases(house)) is not None:
        ripe = [one for one in ripe if one.conversations.isdisjoint(left)]
    elif ripe:
        ripe = []
    done.kept += len(groups) - len(ripe)
    lines = house.ledger.alone(work.conn, ripe)
    if not lines:
        return
    gone = sorted({one for group in ripe for one in group.accounts})
    count = sum(len(group.conversations) for group in ripe)
    # The line goes first: the fences let a row be emptied only once one says so.
    work.record([OpeningsDestroyed(at=work.at, accounts=tuple(gone), lines=tuple(lines), conversations=count)])
    done.lines += house.ledger.destroy(work.conn, lines)
    house.vault.clear(work.conn, gone)
    done.accounts += len(gone)


def _left_in_releases(house: House) -> set[str] | None:
    """Return the conversations of which a release still holds words; `None` where that cannot be told: doubt keeps."""
    found: set[str] = set()
    try:
        for line in released(house):
            folder = folder_of(house, line.release)
            ended = set(release_room.revoked(folder).ids) & set(release_room.emptied(folder) or ())
            found |= {one.conversation for one in lineage_of(house, line.release) if one.id not in ended}
    except (SaysoError, OSError):
        return None
    return found

"""After an older copy was restored: what the folder of keys remembers is said again, before anybody sees or uses anything."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import Connection

from sayso.app.house import House, Work
from sayso.app.jobs import holds, rule
from sayso.app.jobs.recall import recall_under
from sayso.app.memory import Deed, Seen
from sayso.facts.canonical import canonical
from sayso.facts.deeds import AnyLine, PolicySet, Restored
from sayso.facts.errors import Broken, Unfit
from sayso.facts.events import ChoiceMade, Deleted, HoldEnded, HoldPlaced


class Mended(Struct, frozen=True, kw_only=True):
    """What restoring said again: `policy` names one that was in force and is not now, for the officer to put into force."""

    size: int
    lost: int
    deletions: int
    refusals: int
    holds: int
    policy: str | None = None


def is_older(house: House, conn: Connection) -> bool:
    """Return whether the ledger is not as far as it was, or is another; nobody else writes meanwhile."""
    try:
        house.memory.check(house.ledger, conn, house.memory.seen())
    except Broken:
        return True
    return False


def restore(house: House) -> Mended:
    """Return what was said again in a house that was opened as an older copy; Unfit where it is none."""
    seen = house.memory.seen()
    with house.reading() as conn:
        if not is_older(house, conn):
            raise Unfit("the data is as far as it was; there is nothing to restore")
        head = house.ledger.head(conn)
        kinds = (Deleted, HoldPlaced, HoldEnded, ChoiceMade, PolicySet)
        there = {canonical(entry.line) for entry in house.ledger.of_kind(conn, *kinds)}
    if seen is None:
        raise Unfit("nothing is remembered of this data; there is nothing to restore")
    known = {canonical(one.line): one for one in reversed(house.memory.deeds())}
    missing = sorted((one for line, one in known.items() if line not in there), key=lambda one: one.seq)
    with house.writing() as work:
        again = [one.line for one in missing if _known(house, one)]
        done = Restored(at=work.at, size=min(head.size, seen.size), lost=seen.size, root=seen.root, again=len(again))
        work.record([*again, done])
        _carry_out(house, work, again)
        now = house.ledger.head(work.conn)
    # What is remembered from here on is this past; the other one is told of in the ledger.
    house.memory.note(Seen(size=now.size, root=now.root), [], anew=True)
    house.vault.settle()
    policies = [one.line.profile for one in missing if isinstance(one.line, PolicySet)]
    return Mended(
        size=head.size,
        lost=seen.size,
        deletions=sum(isinstance(one, Deleted) for one in again),
        refusals=sum(isinstance(one, ChoiceMade) for one in again),
        holds=sum(isinstance(one, HoldPlaced | HoldEnded) for one in again),
        policy=policies[-1] if policies else None,
    )


def _known(house: House, deed: Deed) -> bool:
    """Return whether the restored copy knows what *deed* is about; of what came after it nothing is there to delete or refuse."""
    past, line = house.past, deed.line
    if isinstance(line, ChoiceMade):
        return line.account in set(past.accounts())
    if isinstance(line, Deleted):
        return line.conversation in past if line.conversation is not None else line.account in set(past.accounts())
    return not isinstance(line, PolicySet)


def _carry_out(house: House, work: Work, again: list[AnyLine]) -> None:
    """Do in vault and releases what the lines say, within the transaction that says them."""
    past, policy = house.present(), house.policy_in_force()
    for line in again:
        if isinstance(line, Deleted):
            gone = past.of_account(line.account) if line.account is not None else [line.conversation]
            for one in gone:
                if one is not None and one not in past.shredded:
                    house.vault.hide(work.conn, one, line.at)
        elif isinstance(line, HoldEnded):
            house.vault.release_hold(work.conn, line.hold)
    for name, placed in past.holds().items():
        house.vault.hold(work.conn, name, conversations=holds.reached(house, name), matter=placed.matter)
    rule.reschedule(house, work, [one for one in past.conversations() if one not in past.shredded], policy)
    recall_under(house, work, policy)

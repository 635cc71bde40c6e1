"""After an older copy was restored: what the folder of keys remembers is said again, before anybody sees or uses anything."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import Connection

from sayso.app.house import House, Work
from sayso.app.jobs import holds, rule
from sayso.app.jobs.deletion import belonging
from sayso.app.jobs.recall import recall_under
from sayso.app.memory import KINDS, Deed, Seen
from sayso.facts.canonical import canonical
from sayso.facts.deeds import AnyLine, PolicySet, Restored, RetentionSet
from sayso.facts.errors import Broken, Unfit
from sayso.facts.events import ChoiceMade, Deleted, HoldEnded, HoldPlaced, Undone


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
        recorded = [entry.line for entry in house.ledger.of_kind(conn, *KINDS)]
    if seen is None:
        raise Unfit("nothing is remembered of this data; there is nothing to restore")
    remembered = house.memory.deeds()
    missing = _missing(remembered, recorded)
    with house.writing() as work:
        again = [line for line in (*missing, *_deletions(remembered, recorded)) if _known(house, line)]
        done = Restored(at=work.at, size=min(head.size, seen.size), lost=seen.size, root=seen.root, again=len(again))
        work.record([*again, done])
        _carry_out(house, work, again)
        now = house.ledger.head(work.conn)
    # What is remembered from here on is this past; the other one is told of in the ledger.
    house.memory.note(Seen(size=now.size, root=now.root), [], anew=True)
    house.vault.settle()
    policies = [one.profile for one in missing if isinstance(one, PolicySet)]
    return Mended(
        size=head.size,
        lost=seen.size,
        deletions=sum(isinstance(one, Deleted) for one in again),
        refusals=sum(isinstance(one, ChoiceMade) for one in again),
        holds=sum(isinstance(one, HoldPlaced | HoldEnded) for one in again),
        policy=policies[-1] if policies else None,
    )


def _missing(remembered: list[Deed], recorded: list[AnyLine]) -> list[AnyLine]:
    """Return, oldest first, what is remembered and not recorded, but for deletions; of the settings of retention, the last."""
    there, known = {canonical(line) for line in recorded}, {canonical(one.line): one for one in reversed(remembered)}
    lines = [one.line for line, one in sorted(known.items(), key=lambda item: item[1].seq) if line not in there]
    kept: list[AnyLine] = [line for line in lines if not isinstance(line, Deleted | Undone | RetentionSet)]
    return kept + [line for line in lines if isinstance(line, RetentionSet)][-1:]


def _deletions(remembered: list[Deed], recorded: list[AnyLine]) -> list[AnyLine]:
    """Return the deletions that stood in the end, and those taken back in the end, where the copy has it otherwise.

    Not line by line: what was deleted, taken back and deleted again within one instant reads alike twice.
    """
    copy, last = _last(recorded), _last([one.line for one in remembered])
    told = {of: line for of, line in last.items() if isinstance(line, Deleted) or of in copy}
    return [line for of, line in told.items() if type(line) is not type(copy.get(of)) and copy.get(of, line).at <= line.at]


def _last(lines: list[AnyLine]) -> dict[tuple[str | None, str | None], Deleted | Undone]:
    """Return, by whom or what they mean, the last of the deletions, or of what took them back."""
    return {(line.account, line.conversation): line for line in lines if isinstance(line, Deleted | Undone)}


def _known(house: House, line: AnyLine) -> bool:
    """Return whether the restored copy knows what *line* is about; of what came after it nothing is there to delete or refuse."""
    past = house.past
    if getattr(line, "account", None) in past.endings.unopened:
        return False  # it was said, done, and what was said of it was destroyed since
    if isinstance(line, ChoiceMade):
        return line.account in set(past.accounts())
    if isinstance(line, Deleted | Undone):
        return line.conversation in past if line.conversation is not None else line.account in set(past.accounts())
    return not isinstance(line, PolicySet)


def _carry_out(house: House, work: Work, again: list[AnyLine]) -> None:
    """Do in vault and releases what the lines say, within the transaction that says them."""
    past, policy = house.present(), house.policy_in_force()
    for line in again:
        if isinstance(line, Deleted | Undone):
            meant = past.of_account(line.account) if line.account is not None else [line.conversation]
            for whose in belonging(past, line.account) if line.account is not None else ():
                if past.deleted_at(whose) is None:
                    house.vault.bring_back(work.conn, whose)
                else:
                    house.vault.put_away(work.conn, whose, line.at)
            for one in meant:
                if one is None or one in past.shredded:
                    continue
                if past.standing(one).deleted_at is None:
                    house.vault.show(work.conn, one)
                else:
                    house.vault.hide(work.conn, one, line.at)
        elif isinstance(line, HoldEnded):
            house.vault.release_hold(work.conn, line.hold)
    for name, placed in past.holds().items():
        house.vault.hold(work.conn, name, conversations=holds.reached(house, name), matter=placed.matter)
    rule.reschedule(house, work, [one for one in past.conversations() if one not in past.shredded], policy)
    recall_under(house, work, policy)

"""Epochs turn: keys -> vault (rewrap) -> ledger, batch by batch, then the old master key is destroyed and the ledger says so.

The order is what makes it safe to stop anywhere: (1) the new key is durable, (2) everything is rewrapped under it,
(3) the old key is destroyed, (4) the ledger says that it is. Whoever comes next goes on with the step that is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection

from sayso.app import keyring
from sayso.app.house import House
from sayso.facts.deeds import AnyLine, EpochBegun, EpochTurned, Forgotten, Rewrapped, Shredded
from sayso.facts.errors import Broken, Unfit

BATCH = 200


class Turning(Struct):
    """What a turn did: from which epoch to which, how many accounts, and whether it was we who destroyed the old key."""

    epoch: str
    previous: str
    accounts: int
    rekeyed: int
    destroyed: bool
    resumed: bool = False


class EpochSeen(Struct, frozen=True, kw_only=True):
    """An epoch as ledger and vault know it; `ended` is when nothing was under it any more and its key was destroyed."""

    epoch: str
    began: datetime | None
    ended: datetime | None
    accounts: int
    current: bool
    destroyed: bool | None = None
    """Whether we destroyed its key ourselves; `None` while it lives."""


class Waiting(Struct, frozen=True, kw_only=True):
    """What was shredded since the last turn began: older copies of it can be read until the next one is over."""

    conversations: int
    accounts: int


def turn(house: House, *, everybody: bool = False, progress: Callable[[int], None] = lambda _: None) -> Turning:
    """Return the finished turn; one that was stopped goes on, and only then is there room for another."""
    house.assert_clock()
    house.policy_in_force()
    with house.reading() as conn:
        open_turn = _unfinished(house, conn)
    if open_turn is not None and (ended := finish(house)) is not None:
        return ended
    with house.reading() as conn:
        states = house.vault.epochs(conn)
    current = next((one.epoch for one in states if one.current), None)
    if current is None:
        raise Broken("the vault names no current epoch; run `sayso audit`")
    target = current if open_turn is not None else _next([one.epoch for one in states])
    house.keys.masters().prepare(target, keyring.entropy)
    left = 1
    while left:
        with house.writing() as work:
            done = house.vault.turn(work.conn, target, limit=BATCH, everybody=everybody)
            lines: list[AnyLine] = []
            if done.previous is not None:
                lines.append(EpochBegun(at=work.at, epoch=target, previous=done.previous))
            if done.accounts:
                lines.append(Rewrapped(at=work.at, epoch=target, accounts=done.accounts, keys=done.keys, rekeyed=done.rekeyed))
            work.record(lines)
        left = done.left
        progress(len(done.accounts))
    ended = finish(house)
    if ended is None:
        raise Broken(
            f"everything is under epoch `{target}`, but somebody still reads an older state; run `sayso epoch turn` again, "
            "until then the old master key is kept"
        )
    ended.resumed = open_turn is not None
    return ended


def finish(house: House) -> Turning | None:
    """Destroy the master keys that nothing is under any more and record it; `None` where no turn waits for that."""
    with house.reading() as conn:
        begun = _unfinished(house, conn)
        if begun is None:
            return None
        states = house.vault.epochs(conn)
        if any(one.accounts for one in states if not one.current):
            return None
        masters = house.keys.masters()
        # The new key is read once more from where it lies, and compared with the vault, before the old one goes for ever.
        masters.prepare(begun.epoch, keyring.entropy)
        if house.vault.epoch_of(conn, masters.key(begun.epoch)) != begun.epoch:
            raise Broken(f"the master key of epoch `{begun.epoch}` is not the one it was begun with; the old one was kept")
        accounts, rekeyed = _counted(house, conn, begun)
    # A reader with an older view still needs the old key, and the database's log still holds what it wrapped: both must be gone.
    if not house.vault.settle().log_empty:
        return None
    destroyed = [masters.destroy(one) for one in sorted({begun.previous, *masters.over(begun.epoch)})]
    for one in states:
        if not one.current:
            house.vault.drop(one.epoch)
    with house.writing() as work:
        line = EpochTurned(
            at=work.at, epoch=begun.epoch, previous=begun.previous, accounts=accounts, rekeyed=rekeyed, destroyed=all(destroyed)
        )
        work.record([line])
    if line.destroyed:
        with house.reading() as conn:
            house.memory.turned(max(entry.seq for entry in house.ledger.of_kind(conn, EpochBegun)))
    return Turning(
        epoch=line.epoch, previous=line.previous, accounts=accounts, rekeyed=rekeyed, destroyed=line.destroyed, resumed=True
    )


def listed(house: House) -> list[EpochSeen]:
    """Return every epoch, the first one first."""
    with house.reading() as conn:
        states = house.vault.epochs(conn)
        lines = [entry.line for entry in house.ledger.of_kind(conn, EpochBegun, EpochTurned)]
    began = {line.epoch: line.at for line in lines if isinstance(line, EpochBegun)}
    ended = {line.previous: line for line in lines if isinstance(line, EpochTurned)}
    return [
        EpochSeen(
            epoch=one.epoch,
            began=began.get(one.epoch),
            ended=ended[one.epoch].at if one.epoch in ended else None,
            accounts=one.accounts,
            current=one.current,
            destroyed=ended[one.epoch].destroyed if one.epoch in ended else None,
        )
        for one in states
    ]


def waiting(house: House) -> Waiting:
    """Return what was shredded since the last turn that is over began, and is readable in older copies until the next is."""
    with house.reading() as conn:
        since, begun = 0, 0
        for entry in house.ledger.of_kind(conn, EpochBegun, EpochTurned):
            begun, since = (entry.seq, since) if isinstance(entry.line, EpochBegun) else (begun, begun)
        found = [entry.line for entry in house.ledger.of_kind(conn, Shredded, Forgotten, after=since)]
    shredded = sum(isinstance(line, Shredded) for line in found)
    return Waiting(conversations=shredded, accounts=len(found) - shredded)


def _unfinished(house: House, conn: Connection) -> EpochBegun | None:
    """Return how the turn began that is not over, or `None`."""
    last = None
    for entry in house.ledger.of_kind(conn, EpochBegun, EpochTurned):
        last = entry.line
    return last if isinstance(last, EpochBegun) else None


def _counted(house: House, conn: Connection, begun: EpochBegun) -> tuple[int, int]:
    """Return how many accounts all batches of this turn rewrapped, and how many of them got a new key."""
    batches = [entry.line for entry in house.ledger.of_kind(conn, Rewrapped)]
    mine = [line for line in batches if isinstance(line, Rewrapped) and line.epoch == begun.epoch]
    return sum(len(line.accounts) for line in mine), sum(len(line.rekeyed) for line in mine)


def _next(names: list[str]) -> str:
    """Return the name of the epoch after *names*."""
    if not all(name.isascii() and name.isdigit() for name in names):
        raise Unfit("the epochs of this vault are not numbered; name the next one through the vault itself")
    return str(max(int(name) for name in names) + 1)

"""Promises: ledger -> proofs. What was recorded will stand in the published log by an instant, signed as soon as anybody asks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

from sayso.app.house import House
from sayso.app.jobs import believing, cosigning, logs
from sayso.facts.errors import Refused, SaysoError
from sayso.facts.events import ChoiceMade
from sayso.facts.words import AccountId
from sayso.ledger import Entry
from sayso.ledger.entries import body_of, opening
from sayso.proofs.promise import promise

DAILY = timedelta(days=1)
EVERY = 2.0
"""Seconds between two looks whether there is something new to publish."""
log = logging.getLogger("sayso.log")


def promised(house: House, account: AccountId, seq: int) -> dict[str, object]:
    """Return the promise of one of *account*'s own answers; any other line is unknown to it.

    It is the same however often it is asked for: the instant is that of the line and the time the installation allows itself.
    """
    with house.reading() as conn:
        size = house.ledger.size(conn)
        entry = house.ledger.entry(conn, seq) if 1 <= seq <= size else None
    if entry is None or not isinstance(entry.line, ChoiceMade) or entry.line.account != account:
        raise Refused("no such answer")
    return promise_of(house, entry)


def promise_of(house: House, entry: Entry) -> dict[str, object]:
    """Return the promise of the line in *entry*; asks nobody anything."""
    by = entry.recorded + timedelta(seconds=house.settings.log_within)
    return promise(opening(entry.seq, entry.recorded, body_of(entry.line)), entry.salt, by=by, signer=house.keys.signing)


@contextmanager
def publishing(
    house: House, folder: Path | None, alone: AbstractContextManager[object] | None = None, every: float = EVERY
) -> Iterator[None]:
    """Yield while the log is written into *folder* again and again, each time something was recorded; once more at the end.

    Once a day it says anew what is believed of everybody, written under the lock *alone* that those who serve share.
    A failure is logged and tried again: nobody who answers waits for it, and whoever holds a promise sees whether it was kept.
    """
    if folder is None:
        yield
        return
    _publish(house, folder)  # what is wrong with the folder is said before anything is served
    over = threading.Event()

    def go_on() -> None:
        told = None
        while not over.wait(every):
            try:
                if told is None or house.now() - told > DAILY:
                    told = house.now() if believing.renew(house, alone) is not None else None
                _publish(house, folder)
            except (SaysoError, OSError) as problem:
                log.error("the log could not be written: %s", problem if isinstance(problem, SaysoError) else problem.strerror)

    writer = threading.Thread(target=go_on, name="log", daemon=True)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()
        _publish(house, folder)


def _publish(house: House, folder: Path) -> None:
    with house.reading() as conn:
        signer = cosigning.signer(house, conn, house.keys)
    logs.publish(house, folder, signer)

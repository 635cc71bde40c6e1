"""What officers order: holds and sweeps, each with who and why in the ledger."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct

from sayso.app.fair import FairLock
from sayso.app.house import House
from sayso.app.jobs import court, holds, stale
from sayso.app.jobs import sweep as sweep_job
from sayso.app.jobs.holds import HoldState
from sayso.app.jobs.retention import Ending, endings_of
from sayso.app.jobs.sweep import Sweeping
from sayso.facts.deeds import Acted, Looked, Swept
from sayso.facts.errors import SaysoError, Unfit
from sayso.facts.events import HoldPlaced, Scope

log = logging.getLogger("sayso.console")
PREVIEWED = 50
MOST_SETTLED = 1
"""Batches of next looks that are brought up to date before the page is shown; where more are stale it says that there is more."""


class HoldView(Struct, frozen=True, kw_only=True):
    """A hold in force, as an officer reads it."""

    placed: HoldPlaced
    conversations: int


class SweepView(Struct, frozen=True, kw_only=True):
    """What is due, the first of it, and the sweep that runs or ran last here."""

    due: int
    first: tuple[Ending, ...]
    more: bool
    """Whether more is due than was looked at."""
    running: bool
    stopping: bool
    looked: int
    """How many conversations the running sweep has looked at."""
    done: Sweeping | None
    failed: str
    last: Swept | None


def said(by: str, did: str, on: str, why: str) -> Callable[[datetime], Acted]:
    """Return what makes the line of an order; Unfit where no reason is given."""
    if not why.strip():
        raise Unfit("say why; it is recorded with your name")
    return lambda at: Acted(at=at, by=by, did=did, on=on, why=why.strip()[:500])


def place(house: House, by: str, hold: str, scope: Scope, told: dict[str, Any], why: str) -> HoldState:
    """Place a hold in the name of *by*; *told* are its matter, paper, and whether it is silent or for what comes."""
    return holds.place(house, hold, scope, by=by, ordered=said(by, "hold_placed", hold, why), **told)


def end(house: House, by: str, hold: str, why: str) -> HoldState:
    """End a hold."""
    return holds.end(house, hold, ordered=said(by, "hold_ended", hold, why))


def report(house: House, by: str, matter: str) -> dict[str, Any]:
    """Return the signed report on a matter; that *by* read it is recorded first."""
    made = court.report(house, matter)
    with house.writing() as work:
        work.record([Looked(at=work.at, by=by, what="hold report", size=made["counts"]["conversations"])])
    return made


class Sweeps:
    """One sweep at a time, beside the pages, that can be stopped between two batches."""

    def __init__(self, house: House, one: FairLock) -> None:
        self._house, self._one = house, one
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._looked = 0
        self._done: Sweeping | None = None
        self._failed = ""

    def view(self, by: str) -> SweepView:
        """Return what a sweep would do now and what the last one did; that *by* saw pseudonyms is recorded first."""
        house = self._house
        with self._one:
            known = stale.settle_all(house, most=MOST_SETTLED)
            with house.reading() as conn:
                names = house.vault.due(conn, house.now(), PREVIEWED + 1)
                last = house.ledger.last_of(conn, Swept)
            found = endings_of(house, names[:PREVIEWED])
            if found:
                with house.writing() as work:
                    work.record([Looked(at=work.at, by=by, what="due", size=len(found))])
        return SweepView(
            due=len(found),
            first=tuple(found),
            more=len(names) > PREVIEWED or not known,
            running=self.running,
            stopping=self._stop.is_set(),
            looked=self._looked,
            done=self._done,
            failed=self._failed,
            last=last.line if last is not None and isinstance(last.line, Swept) else None,
        )

    @property
    def running(self) -> bool:
        """Whether a sweep runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, by: str, why: str) -> None:
        """Begin a sweep; Unfit where one runs already, or no reason is given."""
        with self._guard:
            if self.running:
                raise Unfit("a sweep runs already")
            self._record(said(by, "sweep_started", "", why))
            self._stop.clear()
            self._looked, self._done, self._failed = 0, None, ""
            self._thread = threading.Thread(target=self._run, name="sayso-sweep", daemon=True)
            self._thread.start()

    def stop(self, by: str, why: str) -> None:
        """Have the sweep that runs end after its batch; what it destroyed stays destroyed."""
        with self._guard:
            if not self.running:
                raise Unfit("no sweep runs")
            self._record(said(by, "sweep_stopped", "", why))
            self._stop.set()

    def wait(self, seconds: float) -> None:
        """Return once the sweep has ended, or after so many seconds."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _record(self, order: Callable[[datetime], Acted]) -> None:
        with self._one, self._house.writing() as work:
            work.record([order(work.at)])

    def _run(self) -> None:
        try:
            self._done = sweep_job.sweep(self._house, progress=self._count, turn=lambda: self._one, stopped=self._stop.is_set)
            self._failed = "; ".join(self._done.wrong[:1])
        except SaysoError as error:
            self._failed = str(error)
            log.warning("a sweep that an officer started ended early: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001  # told on the page, and the service goes on
            self._failed = "it ended early; look at the log of the service, and sweep again"
            log.error("a sweep that an officer started failed: %s", type(error).__name__)

    def _count(self, looked: int) -> None:
        self._looked += looked

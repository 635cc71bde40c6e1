"""The desk of the officers: what they look at, and what they order; every order is recorded with who and why."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sayso.app.console import choices, gone, lists, orders
from sayso.app.console.asked import AskedDesk
from sayso.app.console.audits import AuditDesk
from sayso.app.console.choices import ChoicesView
from sayso.app.console.counting import Counted, Counting
from sayso.app.console.gone import GoneView
from sayso.app.console.lists import Lines
from sayso.app.console.loghealth import LogHealth, health
from sayso.app.console.orders import HoldView, Sweeps, SweepView
from sayso.app.console.overview import Overviews
from sayso.app.console.policies import PolicyDesk
from sayso.app.console.releases import ReleaseDesk
from sayso.app.console.review import Reviews
from sayso.app.console.tally import Tally
from sayso.app.fair import FairLock
from sayso.app.house import House
from sayso.app.jobs.holds import HoldState
from sayso.facts.events import Scope

log = logging.getLogger("sayso.console")
SAVED = timedelta(minutes=10)


class Console(Protocol):
    """What stands behind the officers' pages. Promises: no name, and no word of a conversation but in `reviews`; pseudonyms only
    after the look is recorded. Whether somebody may ask is for the caller to see to, by the right of the route."""

    @property
    def reviews(self) -> Reviews:
        """What shows samples of scrubbed words, and takes remarks on them."""
        ...

    def counted(self) -> Counted | None:
        """The count of now, or of the instant it names; `None` while the first one of a large house is under way."""
        ...

    def days(self) -> list[Counted]:
        """The counts of the days on which somebody looked, oldest first, the present one last."""
        ...

    def choices(self) -> ChoicesView:
        """The answers of the last half year by week, screen and language."""
        ...

    def conversations(self, by: str, what: str, purpose: str, value: str, start: int) -> Lines | None:
        """Some of the conversations a number counts; `None` for a number that nothing counts."""
        ...

    def answers(self, by: str, since: date, until: date | None, wanted: Mapping[str, str], after: int) -> Lines:
        """Some of the answers a number counts, from the day *since* on and before *until*."""
        ...

    def gone(self, by: str, before: int | None) -> GoneView:
        """The deletions by week, and one by one from the newest on."""
        ...

    def holds(self) -> list[HoldView]:
        """The holds in force and how many conversations each kept when they were counted."""
        ...

    def place_hold(self, by: str, hold: str, scope: Scope, told: dict[str, Any], why: str) -> HoldState:
        """Place a hold; Unfit where it cannot be, or no reason is given."""
        ...

    def end_hold(self, by: str, hold: str, why: str) -> HoldState:
        """End a hold; what no other reason keeps is due from then on."""
        ...

    def hold_report(self, by: str, matter: str) -> dict[str, Any]:
        """The signed report on a matter."""
        ...

    def sweeping(self, by: str) -> SweepView:
        """What is due, and the sweep that runs or ran last."""
        ...

    def start_sweep(self, by: str, why: str) -> None:
        """Begin a sweep beside the pages."""
        ...

    def stop_sweep(self, by: str, why: str) -> None:
        """Have it end after its batch."""
        ...

    @property
    def policies(self) -> PolicyDesk:
        """What is seen and done about the policy."""
        ...

    @property
    def releases(self) -> ReleaseDesk:
        """What is seen and done about releases."""
        ...

    @property
    def asked(self) -> AskedDesk:
        """What is seen and done about requests of people."""
        ...

    @property
    def audits(self) -> AuditDesk:
        """The audit that runs or ran last."""
        ...

    def log_health(self) -> LogHealth:
        """How far the log is signed and published, who cosigned, and what was promised and waits."""
        ...


class OfficerDesk:
    """What officers ask for, answered from one opened house; *one* is the lock under which the house is used."""

    def __init__(self, house: House, one: FairLock) -> None:
        self._house, self._one = house, one
        self.counting = Counting(house, one)
        self.sweeps = Sweeps(house, one)
        self.policies = PolicyDesk(house, one)
        self.releases = ReleaseDesk(house, one)
        self.overviews = Overviews(house, one, self.counting, self.releases)
        self.asked = AskedDesk(house, one)
        self.audits = AuditDesk(house, one)
        self.log: Path | None = None
        """The folder where the log is written for strangers while this desk is open; none where it is not."""
        self._reviews = Reviews(house, one)
        self._tally = Tally(house)
        self._saved: datetime | None = None

    def log_health(self) -> LogHealth:
        return health(self._house, self.log)

    @property
    def reviews(self) -> Reviews:
        return self._reviews

    def counted(self) -> Counted | None:
        return self.counting.now()

    def days(self) -> list[Counted]:
        present = self.counting.now()
        self._save()
        before = self.counting.days()
        if present is None:
            return before
        return [one for one in before if one.at.date() != present.at.date()] + [present]

    def choices(self) -> ChoicesView:
        made = choices.view(self._tally, self._house.now().date())
        self._save()
        return made

    def conversations(self, by: str, what: str, purpose: str, value: str, start: int) -> Lines | None:
        fits = lists.fitting(what, purpose, value)
        if fits is None and what not in ("says", "accounts"):
            return None
        with self._one:
            if fits is None:
                found = lists.accounts(self._house, value if what == "says" else None, start)
            else:
                found = lists.conversations(self._house, fits, start)
            lists.look(
                self._house,
                by,
                " ".join(part for part in ("accounts" if fits is None else "conversations", what, purpose, value) if part),
                found,
            )
        return found

    def answers(self, by: str, since: date, until: date | None, wanted: Mapping[str, str], after: int) -> Lines:
        found = lists.choices(
            self._house, after, lists.instant(since), None if until is None else lists.instant(until), dict(wanted)
        )
        with self._one:
            lists.look(self._house, by, f"answers from line {after}", found)
        return found

    def gone(self, by: str, before: int | None) -> GoneView:
        with self._one:
            return gone.view(self._house, self._tally, by, before)

    def holds(self) -> list[HoldView]:
        counted = self.counting.now()
        known = {} if counted is None else counted.holds
        with self._one:
            return [HoldView(placed=one, conversations=known.get(name, 0)) for name, one in self._house.present().holds().items()]

    def place_hold(self, by: str, hold: str, scope: Scope, told: dict[str, Any], why: str) -> HoldState:
        with self._one:
            return orders.place(self._house, by, hold, scope, told, why)

    def end_hold(self, by: str, hold: str, why: str) -> HoldState:
        with self._one:
            return orders.end(self._house, by, hold, why)

    def hold_report(self, by: str, matter: str) -> dict[str, Any]:
        with self._one:
            return orders.report(self._house, by, matter)

    def sweeping(self, by: str) -> SweepView:
        return self.sweeps.view(by)

    def start_sweep(self, by: str, why: str) -> None:
        self.sweeps.start(by, why)

    def stop_sweep(self, by: str, why: str) -> None:
        self.sweeps.stop(by, why)

    def _save(self) -> None:
        """Keep what was counted, now and then, so that the next start begins there; a page never fails for it."""
        now = self._house.now()
        if self._saved is None or now - self._saved > SAVED:
            self._saved = now
            with self._one:
                self.counting.save()
                self._tally.save()

"""Audits that a service asks for: one at a time beside the pages, in a house of its own that is opened without keys."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from msgspec import Struct

from sayso.app.clock import Clock
from sayso.app.house import open_house
from sayso.app.jobs import auditing
from sayso.app.settings import Settings
from sayso.audit import Report
from sayso.facts.errors import SaysoError, Unfit

log = logging.getLogger("sayso.audit")


class AuditState(Struct, frozen=True, kw_only=True):
    """Whether an audit runs, since when, and what the last one found; `failed` says why the last one ended without a report."""

    running: bool
    began: datetime | None
    report: Report | None
    failed: str


class Audits:
    """Audits of the folder of *settings*, by the clock its house goes by."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._began: datetime | None = None
        self._report: Report | None = None
        self._failed = ""

    def start(self, at: datetime) -> None:
        """Begin an audit; Unfit where one runs."""
        with self._guard:
            if self._runs():
                raise Unfit("an audit runs already; ask for its state")
            self._began, self._failed = at, ""
            self._thread = threading.Thread(target=self._run, name="sayso-audit", daemon=True)
            self._thread.start()

    def state(self) -> AuditState:
        """Return whether one runs, and what the last one found."""
        return AuditState(running=self._runs(), began=self._began, report=self._report, failed=self._failed)

    def wait(self, seconds: float) -> None:
        """Return once the audit has ended, or after so many seconds."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _runs(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        try:
            with open_house(self._settings, clock=self._clock, write=False, keys=False) as house:
                self._report = auditing.audit(house).report
        except SaysoError as error:
            self._ended(str(error))
            log.warning("an audit that a service asked for ended without a report: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001  # told to whoever asks, and the service goes on
            self._ended("it ended early; look at the log of the service, and run `sayso audit`")
            log.error("an audit that a service asked for failed: %s", type(error).__name__)

    def _ended(self, why: str) -> None:
        """Say why there is no report; an older one would be taken for what this one found."""
        self._report, self._failed = None, why

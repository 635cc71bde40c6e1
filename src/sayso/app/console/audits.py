"""An audit from the pages: it runs beside them, and what it found stands there with what each finding means and asks for.

Findings name pseudonyms, so they stay in the memory of this service; what is kept between two starts are when it was, over how many
lines, and how many findings of each kind.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from datetime import datetime

import msgspec
from msgspec import Struct

from sayso.app import kept
from sayso.app.console.orders import said
from sayso.app.fair import FairLock
from sayso.app.house import House
from sayso.app.jobs import auditing
from sayso.audit import Finding, Report
from sayso.facts.errors import SaysoError, Unfit

log = logging.getLogger("sayso.console")
NAME = "audit/last"
SHOWN = 200


class LastAudit(Struct, frozen=True, kw_only=True):
    """The last audit that was run from the pages; no pseudonym is in it, so it may be kept."""

    at: datetime
    size: int
    root: str
    version: str
    meanwhile: int
    """Lines that were recorded while it ran: a finding may be of what was half done then."""
    kinds: dict[str, int]
    extent: dict[str, int]

    @property
    def found(self) -> int:
        """Return how many findings there were."""
        return sum(self.kinds.values())


class AuditView(Struct, frozen=True, kw_only=True):
    """The last audit, its findings where this service still has them, and whether one runs."""

    last: LastAudit | None
    findings: tuple[Finding, ...] | None
    running: bool
    failed: str


class AuditDesk:
    """One audit at a time, beside the pages; *one* is the lock under which the house is used."""

    def __init__(self, house: House, one: FairLock) -> None:
        self._house, self._one = house, one
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._report: tuple[LastAudit, Report] | None = None
        self._failed = ""

    def view(self) -> AuditView:
        """Return what there is of the last audit."""
        with self._house.reading() as conn:
            found = kept.kept(conn, NAME)
        last = None if found is None else msgspec.json.decode(found[1], type=LastAudit)
        report = self._report
        return AuditView(
            last=report[0] if report is not None else last,
            findings=None if report is None else report[1].findings[:SHOWN],
            running=self.running,
            failed=self._failed,
        )

    @property
    def running(self) -> bool:
        """Whether an audit runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, by: str, why: str) -> None:
        """Begin an audit; Unfit where one runs already, or no reason is given."""
        with self._guard:
            if self.running:
                raise Unfit("an audit runs already")
            order = said(by, "audit_started", "", why)
            with self._one, self._house.writing() as work:
                work.record([order(work.at)])
            self._failed = ""
            self._thread = threading.Thread(target=self._run, name="sayso-audit", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> None:
        """Return once the audit has ended, or after so many seconds."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        house = self._house
        try:
            report = auditing.audit(house).report
            with house.reading() as conn:
                meanwhile = house.ledger.size(conn) - report.size
            last = LastAudit(
                at=house.now(),
                size=report.size,
                root=report.root,
                version=report.version,
                meanwhile=meanwhile,
                kinds=dict(Counter(one.kind for one in report.findings)),
                extent={name: int(value) for name, value in msgspec.to_builtins(report.extent).items()},
            )
            self._report = last, report
            with self._one, house.writing() as work:
                kept.keep(work.conn, NAME, report.size, msgspec.json.encode(last))
        except SaysoError as error:
            self._failed = str(error)
            log.warning("an audit that an officer started ended early: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001  it is told on the page, and the service goes on
            self._failed = "it ended early; look at the log of the service, and run `sayso audit`"
            log.error("an audit that an officer started failed: %s", type(error).__name__)

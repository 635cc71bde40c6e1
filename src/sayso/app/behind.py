"""What is done after people were answered, beside everything else: one thread, and one thing at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from sayso.app.fair import FairLock
from sayso.app.house import House
from sayso.app.jobs import recalling

log = logging.getLogger("sayso.release")


class _Stopped(Exception):
    """The service ends; what is left is done by the next one."""


class Behind:
    """Masks in releases what somebody with many conversations had withdrawn, once `look` finds that there is something to do."""

    def __init__(self, house: House, one: FairLock) -> None:
        self._house, self._one = house, one
        self._pool = ThreadPoolExecutor(1, "sayso-behind")
        self._guard = threading.Lock()
        self._running: Future[None] | None = None
        self._stopping = self._again = False
        self._wrong: set[str] = set()

    def look(self) -> None:
        """Begin what there is to do, and return at once; where it is under way already, it goes on until nothing is left."""
        if self._house.recalls:
            with self._guard:
                self._again = True
                if self._running is None and not self._stopping:
                    self._running = self._pool.submit(self._run)

    def wait(self, seconds: float) -> None:
        """Return once nothing is under way, or after so many seconds."""
        with self._guard:
            running = self._running
        if running is not None:
            running.exception(seconds)

    def stop(self) -> None:
        """Return once nothing more is done: the house may be closed then, and whoever opens it next goes on."""
        self._stopping = True
        self.wait(60)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._one:
            if self._stopping:
                raise _Stopped
            yield

    def _told(self, wrong: dict[str, str]) -> bool:
        """Return whether releases could not be masked, each of which is told of once; the next commit tries again."""
        for name in sorted(wrong.keys() - self._wrong):
            log.error(
                "rows of release `%s` could not be withdrawn: %s; it stays paused, mend it and run `sayso recall`",
                name,
                wrong[name],
            )
        self._wrong = set(wrong)
        return bool(wrong)

    def _run(self) -> None:
        failed = False
        wrong: dict[str, str] = {}
        while True:
            with self._guard:
                # What failed is tried again for whoever came since: it may be over, and theirs may be another release.
                if self._stopping or (not self._again and (failed or not self._house.recalls)):
                    self._running = None
                    return
                self._again, failed = False, False
            try:
                wrong.clear()
                recalling.settle(self._house, self._turn, wrong=wrong)
                failed = self._told(wrong)
            except _Stopped:
                failed = True
            except Exception as error:  # noqa: BLE001  # whatever it is: the pause stands, no row is given, and somebody must hear of it
                failed = True
                log.error("rows could not be withdrawn (%s); the release stays paused, run `sayso recall`", type(error).__name__)

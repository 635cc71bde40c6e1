"""Many short changes under one commit: a commit waits for the disk, and carries what came in the meantime as well.

Nothing is answered before the commit that holds it. A change that is refused takes no other with it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar, cast

from sayso.app.house import House, Work
from sayso.facts.errors import Broken, SaysoError

MOST = 256
"""Changes under one commit, so that the first does not wait for ever longer."""
T = TypeVar("T")


class _Apart(Exception):
    """One of several changes failed after it had recorded something: each is made again, alone."""


class _Job(Generic[T]):
    """A change that waits for its commit, and what came of it."""

    def __init__(self, change: Callable[[Work], T]) -> None:
        self.change = change
        self.done = False
        """Whether there is an answer."""
        self.made = False
        """Whether the commit that was to hold it is over; a change that was refused has its error then."""
        self.value: T | None = None
        self.error: BaseException | None = None

    def answer(self) -> T:
        """Return what the change gave, or raise what it raised."""
        if self.error is not None:
            raise self.error
        return cast(T, self.value)  # done without an error, so it was set


class Together:
    """Collects the changes of many threads; *one* is the lock under which the house is used, so only one of them commits."""

    def __init__(self, house: House, one: threading.RLock) -> None:
        self._house = house
        self._one = one
        self._waiting: deque[_Job[object]] = deque()

    def do(self, change: Callable[[Work], T]) -> T:
        """Return what *change* gives, once it is durable; whoever comes first makes the changes of all who wait by then."""
        job: _Job[T] = _Job(change)
        self._waiting.append(cast("_Job[object]", job))
        with self._one:
            while not job.done:
                self._commit()
        return job.answer()

    def _commit(self) -> None:
        jobs = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        try:
            if len(jobs) == 1 or not self._all(jobs):
                for job in jobs:
                    self._alone(job)
        finally:
            for job in jobs:
                if not job.made and job.error is None:  # stopped from outside, as by Ctrl-C
                    job.error = Broken("the change was interrupted; look whether it is recorded, then ask again")
                job.done = True

    def _all(self, jobs: list[_Job[object]]) -> bool:
        """Make all of *jobs* under one commit; return `False` where each is to be made alone."""
        applied = False
        try:
            with self._house.writing() as work:
                for job in jobs:
                    _apply(job, work)
                applied = True
        except Exception as error:  # noqa: BLE001  # whatever it is, those who wait must hear of it
            for job in jobs:
                job.value = job.error = None
            if not applied:
                return False
            # The commit itself failed: nobody knows whether it persisted, so none is made again and all are told.
            for job in jobs:
                job.error = error
        else:
            for job in jobs:
                job.made = True
        return True

    def _alone(self, job: _Job[object]) -> None:
        try:
            with self._house.writing() as work:
                value = job.change(work)
        except Exception as error:  # noqa: BLE001  # handed to the thread that waits for it
            job.error = error
        else:
            job.value, job.made = value, True


def _apply(job: _Job[object], work: Work) -> None:
    before = work.recorded
    work.move_on()
    try:
        with work.conn.begin_nested():
            job.value = job.change(work)
    except SaysoError as error:
        if work.recorded != before:
            raise _Apart from error  # it is folded into the history already, which cannot be unfolded
        job.error = error

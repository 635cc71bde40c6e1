"""Many short changes under one commit: a commit waits for the disk, and carries what came in the meantime as well.

Nothing is answered before the commit that holds it. A change that is refused takes no other with it. Choices that stand beside each
other in the line are written together, as one append; each is looked at in its turn, after all that was said before it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Generic, TypeVar, cast

from sayso.app.fair import FairLock
from sayso.app.house import House, Work
from sayso.app.jobs.people import choose_all
from sayso.app.views import Press
from sayso.facts.errors import Broken, SaysoError
from sayso.ledger import Entry

MOST = 256
"""Changes under one commit, so that the first does not wait for ever longer."""
T = TypeVar("T")


class _Apart(Exception):
    """One of several changes failed after it had recorded something: each is made again, alone."""


class Job(Generic[T]):
    """A change that waits for its commit, and what came of it."""

    def __init__(
        self, change: Callable[[Work], T], press: Press | None = None, tell: Callable[[Job[T]], None] | None = None
    ) -> None:
        self.change = change
        self.press = press
        """The choice it is, where it is one."""
        self.tell = tell
        """Who hears of it once there is an answer."""
        self.taken = False
        """Whether somebody makes it now, or has."""
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
    """Collects the changes of many threads; *one* is the lock under which the house is used, so only one of them commits.

    *after* is called after each commit, and must return at once.
    """

    def __init__(self, house: House, one: FairLock, after: Callable[[], None] = lambda: None) -> None:
        self._house = house
        self.one = one
        self._after = after
        self._waiting: deque[Job[object]] = deque()
        self._pool = ThreadPoolExecutor(1, "sayso-commit")
        self._memory = ThreadPoolExecutor(1, "sayso-memory")
        self._guard = threading.Lock()
        self._running = False

    def do(self, change: Callable[[Work], T]) -> T:
        """Return what *change* gives, once it is durable; whoever comes first makes the changes of all who wait by then."""
        return self._wait(Job(change))

    def choose(self, press: Press) -> Entry:
        """Return the entry of a choice, once it is durable."""
        return self._wait(self._choice(press, None))

    def later(self, presses: Iterable[tuple[Press, Callable[[Job[Entry]], None]]]) -> None:
        """Take in choices and return at once; each is told of its job, in another thread, once there is an answer."""
        self._waiting.extend([cast("Job[object]", self._choice(press, tell)) for press, tell in presses])
        with self._guard:
            if not self._running:
                self._running = True
                self._pool.submit(self._run)

    def _choice(self, press: Press, tell: Callable[[Job[Entry]], None] | None) -> Job[Entry]:
        def change(work: Work) -> Entry:
            (found,) = choose_all(self._house, work, [press])
            if isinstance(found, Entry):
                return found
            raise found

        return Job(change, press, tell)

    def _wait(self, job: Job[T]) -> T:
        answered = threading.Event()
        job.tell = lambda _: answered.set()
        self._waiting.append(cast("Job[object]", job))
        while not job.taken:
            with self.one:
                made = [] if job.taken else self._commit()
            self._answer(made)
        answered.wait()
        return job.answer()

    def _run(self) -> None:
        """Commit until nobody waits; in between the lock is free for whoever waits for that."""
        waits = True
        while waits:
            try:
                with self.one:
                    made = self._commit()
                self._answer(made)
            finally:
                with self._guard:
                    waits = self._running = bool(self._waiting)

    def _commit(self) -> list[Job[object]]:
        """Make the changes of all who wait, and return them: each is to be answered."""
        self._let_in()
        jobs = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        for job in jobs:
            job.taken = True
        try:
            if len(jobs) == 1 or (jobs and not self._all(jobs)):
                for job in jobs:
                    self._alone(job)
        except BaseException:
            for job in jobs:
                if not job.made and job.error is None:  # stopped from outside, as by Ctrl-C
                    job.error = Broken("the change was interrupted; look whether it is recorded, then ask again")
            self._answer(jobs)
            raise
        return jobs

    def _let_in(self) -> None:
        """Let the threads run that were answered just now, until none comes with another change; where there are none, go on."""
        before = -1
        while before < len(self._waiting) < MOST:
            before = len(self._waiting)
            time.sleep(0)

    def _answer(self, jobs: list[Job[object]]) -> None:
        """Tell those whose commit is over. What must not be forgotten is written first, while the next commit is under way."""
        if jobs:
            self._after()
        if not self._house.memory.unsettled():
            _tell(jobs)
        elif self._waiting:
            self._memory.submit(self._settle, jobs)
        else:
            self._settle(jobs)

    def _settle(self, jobs: list[Job[object]]) -> None:
        try:
            self._house.memory.settle()
        finally:
            _tell(jobs)

    def _all(self, jobs: list[Job[object]]) -> bool:
        """Make all of *jobs* under one commit; return `False` where each is to be made alone."""
        applied = False
        try:
            with self._house.writing(settle=False) as work:
                for chosen, some in groupby(jobs, key=lambda job: job.press is not None):
                    if chosen:
                        _choose(self._house, work, list(some))
                    else:
                        for job in some:
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

    def _alone(self, job: Job[object]) -> None:
        try:
            with self._house.writing(settle=False) as work:
                value = job.change(work)
        except Exception as error:  # noqa: BLE001  # handed to the thread that waits for it
            job.error = error
        else:
            job.value, job.made = value, True


def _tell(jobs: list[Job[object]]) -> None:
    for job in jobs:
        if job.tell is not None:
            job.tell(job)


def _choose(house: House, work: Work, jobs: list[Job[object]]) -> None:
    found = choose_all(house, work, [job.press for job in jobs if job.press is not None])
    for job, one in zip(jobs, found, strict=True):
        if isinstance(one, Entry):
            job.value = one
        else:
            job.error = one


def _apply(job: Job[object], work: Work) -> None:
    before = work.recorded
    work.move_on()
    try:
        with work.house.vault.part(work.conn):
            job.value = job.change(work)
    except SaysoError as error:
        if work.recorded != before:
            raise _Apart from error  # it is folded into the history already, which cannot be unfolded
        job.error = error

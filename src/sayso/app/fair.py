"""A lock that lets in whoever came first: under a steady stream of changes, a page is still answered between two of them."""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class FairLock:
    """A lock one thread may take several times over, and that is handed on in the order in which others asked.

    Python's own goes to whoever is awake: a thread that gives it back and asks again at once keeps everybody else out.

    >>> lock = FairLock()
    >>> with lock, lock:
    ...     lock.held()
    True
    >>> lock.held()
    False
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[tuple[int, threading.Lock]] = deque()
        self._owner: int | None = None
        self._depth = 0

    def acquire(self) -> None:
        """Return once this thread has the lock."""
        me = threading.get_ident()
        if self._owner == me:
            self._depth += 1
            return
        with self._guard:
            if self._owner is None:
                self._owner, self._depth = me, 1
                return
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append((me, gate))
        try:
            gate.acquire()  # opened by whoever hands the lock on
        except BaseException:  # stopped from outside, as by Ctrl-C
            self._leave(me, gate)
            raise

    def release(self) -> None:
        """Hand the lock on to whoever has waited longest."""
        if self._owner != threading.get_ident():
            raise RuntimeError("this thread does not hold the lock")
        self._depth -= 1
        if self._depth == 0:
            self._hand_on()

    def held(self) -> bool:
        """Return whether this thread holds the lock."""
        return self._owner == threading.get_ident()

    def __enter__(self) -> FairLock:
        self.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()

    def _hand_on(self) -> None:
        with self._guard:
            if not self._waiting:
                self._owner = None
                return
            self._owner, gate = self._waiting.popleft()
            self._depth = 1
            gate.release()

    def _leave(self, me: int, gate: threading.Lock) -> None:
        """Give up a place in the line, or the lock itself if it was handed over in that very moment."""
        with self._guard:
            if (me, gate) in self._waiting:
                self._waiting.remove((me, gate))
                return
        self._hand_on()

"""Work that may take long, beside the pages: who asks waits a moment for it, and else comes back."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from sayso.facts.errors import SaysoError

T = TypeVar("T")
log = logging.getLogger("sayso.console")
PATIENCE = 0.15
"""Seconds somebody waits for work to end."""
HELD = 8
"""Results kept; the oldest goes first."""


class Beside(Generic[T]):
    """Work by name, one at a time each. What failed is told once to whoever asks next, and done anew after that."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._guard = threading.Lock()
        self._threads: dict[Hashable, threading.Thread] = {}
        self._made: OrderedDict[Hashable, T | Exception] = OrderedDict()

    def ask(self, key: Hashable, work: Callable[[], T]) -> T | None:
        """Return what *work* gives, `None` while it is under way; a result is kept until it is forgotten or others came."""
        with self._guard:
            if key not in self._made and key not in self._threads:
                self._threads[key] = thread = threading.Thread(
                    target=self._run, args=(key, work), name=f"sayso-{self._name}", daemon=True
                )
                thread.start()
            running = self._threads.get(key)
        if running is not None:
            running.join(PATIENCE)
        with self._guard:
            found = self._made.get(key)
            if isinstance(found, Exception):
                del self._made[key]
                raise found
            return found

    def forget(self, key: Hashable) -> None:
        """Let the next who asks have it done anew."""
        with self._guard:
            self._made.pop(key, None)

    def running(self, key: Hashable) -> bool:
        """Whether it is under way."""
        with self._guard:
            return key in self._threads

    def wait(self, key: Hashable, seconds: float) -> None:
        """Return once it has ended, or after so many seconds."""
        thread = self._threads.get(key)
        if thread is not None:
            thread.join(seconds)

    def _run(self, key: Hashable, work: Callable[[], T]) -> None:
        made: T | Exception
        try:
            made = work()
        except Exception as error:  # noqa: BLE001  it is handed to who asked, in their own thread
            made = error
            if not isinstance(error, SaysoError):
                log.warning("work beside the pages ended early: %s", type(error).__name__)
        with self._guard:
            self._made[key] = made
            self._threads.pop(key, None)
            while len(self._made) > HELD:
                self._made.popitem(last=False)

"""Requests under a key of their sender: done once, answered the same each time for a day."""

from __future__ import annotations

import threading

from sayso.app import answered
from sayso.app.answered import Answered, Asked
from sayso.app.house import House
from sayso.app.together import Together
from sayso.facts.errors import Unfit


class Clash(Unfit):
    """The key was used for another request."""


class Running(Unfit):
    """The same request is under way."""


class Kept:
    """What was answered, of one house; *together* is where its changes are made."""

    def __init__(self, house: House, together: Together) -> None:
        self._house, self._one, self._together = house, together.one, together
        self._guard = threading.Lock()
        self._running: set[bytes] = set()

    def begin(self, sender: str, key: str, what: bytes) -> tuple[Asked, Answered | None]:
        """Return the request and, where it was done before, its answer; else it is ours to do until `end`.

        Clash where the key asked for something else, Running where it is under way now.
        """
        request = answered.asked(self._house.keys.session, sender, key, what)
        with self._guard:
            if request.key in self._running:
                raise Running("the same request is under way; ask again in a moment")
            self._running.add(request.key)
        try:
            with self._one, self._house.reading() as conn:
                before = answered.known(conn, request, self._house.now())
        except BaseException:
            self.end(request, None)
            raise
        if before == "other":
            self.end(request, None)
            raise Clash("this request key was used for another request; nothing was done, send each under a key of its own")
        if before is not None:
            self.end(request, None)
        return request, before

    def end(self, request: Asked, answer: Answered | None) -> None:
        """Keep *answer*, where the request was done; from now on it is not under way."""
        try:
            if answer is not None:
                self._together.do(lambda work: answered.keep(work.conn, request, answer, work.at))
        finally:
            with self._guard:
                self._running.discard(request.key)

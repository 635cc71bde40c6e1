"""Presses that come in together are handed in together, so that one signature and one wait for the disk serve all of them.

A group is whoever is on the wire, and is closed when nobody else is: as long as each look at the wire brings another press, the
loop looks once more. So a press that comes alone waits for one such look, which finds nothing, and for no clock. The next group is
begun when the last is answered: who was answered asks again, and would else come a little too late for every commit.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sayso.app.views import Press, Sent

MOST = 256
"""Presses in one group, so that the first is not kept waiting by those who come after it."""


class Told(Protocol):
    """What became of a press that was taken in: no error and a value, or an error."""

    error: BaseException | None

    def answer(self) -> Any:
        """The entry it became, with its number as `seq`; or the error, raised."""
        ...


Handed = tuple[Press, Sent | None, Callable[[Told], None]]
"""A press, the request it came by where it has a name, and who hears of it once it is durable or was not made."""


class NotTaken:
    """What is told of a press that could not be handed in at all."""

    def __init__(self, error: BaseException) -> None:
        self.error: BaseException | None = error

    def answer(self) -> Any:
        """Raise why."""
        raise self.error or RuntimeError


class Gathering:
    """The presses of one loop, on their way to *hand_in*, which takes many and returns at once."""

    def __init__(self, hand_in: Callable[[Sequence[Handed]], None]) -> None:
        self._hand_in = hand_in
        self._waiting: list[Handed] = []
        self._out = 0
        self._looks = False

    def take(self, loop: AbstractEventLoop, one: Handed) -> None:
        """Take in *one*; it goes with the others that are on the wire by now."""
        self._waiting.append(one)
        self._look_at(loop)

    def answered(self, loop: AbstractEventLoop) -> None:
        """Hear that one of those handed in was answered."""
        self._out -= 1
        if not self._out and self._waiting:
            self._look_at(loop)

    def _look_at(self, loop: AbstractEventLoop) -> None:
        if not self._looks and not self._out:
            self._looks = True
            self._later(loop)

    def _later(self, loop: AbstractEventLoop) -> None:
        # A turn of the loop does what is due first, and reads the wire last: only the turn after the next knows what this one read.
        loop.call_soon(loop.call_soon, self._look, loop, len(self._waiting))

    def _look(self, loop: AbstractEventLoop, before: int) -> None:
        """Hand in whoever is there, unless the last look at the wire brought somebody: then look again."""
        there = len(self._waiting)
        if before < there < MOST:
            self._later(loop)
            return
        self._looks = False
        group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._out = len(group)
        try:
            self._hand_in(group)
        except Exception as error:  # noqa: BLE001  # whoever waits on the wire must hear of it
            for _, _, tell in group:
                tell(NotTaken(error))

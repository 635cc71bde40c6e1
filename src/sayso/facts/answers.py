"""What one account has answered for one purpose, through time. A tie refuses; silence is never an answer."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime

from sayso.facts.words import STRICTEST, Covers, Say


class Answers:
    """The line of answers of one account for one purpose, in server order.

    >>> from datetime import UTC, datetime
    >>> line = Answers(); line.add(datetime(2025, 9, 1, tzinfo=UTC), "allow")
    >>> line.at(datetime(2025, 9, 2, tzinfo=UTC)), line.at(datetime(2025, 8, 1, tzinfo=UTC))
    ('allow', 'unasked')
    """

    __slots__ = ("_at", "_covers", "_notice", "_order", "_put_off", "_say")

    def __init__(self) -> None:
        self._at: list[datetime] = []
        self._say: list[Say] = []
        self._covers: list[Covers] = []
        self._order: list[int] = []
        self._notice: list[str | None] = []
        self._put_off: list[tuple[datetime, int]] = []
        """Deferrals that an answer stood before; they count if that answer turns out never to have been one."""

    def add(self, at: datetime, say: Say, covers: Covers = "from_now", order: int = 0, notice: str | None = None) -> None:
        """Add an answer (or a showing, or a deferral) given at *at*, the *order*-th thing the server heard.

        A showing or deferral never replaces an answer. Two answers at one instant that differ refuse, and a line that
        arrives with an earlier instant than the last takes the last one's, since the order is the server's.
        """
        if say in ("noticed", "deferred") and self._say and STRICTEST[say] > STRICTEST[self._say[-1]]:
            return
        if say in ("noticed", "deferred") and self._say and self._say[-1] in ("allow", "refuse"):
            if say == "deferred":
                self._put_off.append((at, order))
            return
        if self._at and at <= self._at[-1]:
            at = self._at[-1]
            if self._say[-1] in ("allow", "refuse") and self._say[-1] != say:
                say = "refuse"
            if covers != self._covers[-1] and self._say[-1] in ("allow", "refuse"):
                # Which of the two acts came first is not known, so neither reaches further than the narrower one.
                covers = self._covers[-1] = "from_now"
        self._at.append(at)
        self._say.append(say)
        self._covers.append(covers)
        self._order.append(order)
        self._notice.append(notice)

    def void(self, notice: str) -> None:
        """Let every yes on *notice*, and that it was shown, count as never given; a no on it stays one, and so does a deferral.

        What two answers of one instant made of each other stays as strict as it was.
        """
        kept = [one for one, on in enumerate(self._notice) if on != notice or self._say[one] in ("refuse", "deferred")]
        if len(kept) == len(self._notice):
            return
        self._at, self._say = [self._at[one] for one in kept], [self._say[one] for one in kept]
        self._covers, self._order = [self._covers[one] for one in kept], [self._order[one] for one in kept]
        self._notice = [self._notice[one] for one in kept]
        for at, order in self._put_off:
            position = bisect_right(self._at, at)
            if not position or self._say[position - 1] not in ("allow", "refuse", "deferred"):
                self._insert(position, at, "deferred", order)

    def refuse_at(self, at: datetime) -> bool:
        """Say no at *at*, before whatever was answered later; return whether that was not so already."""
        position = bisect_right(self._at, at)
        if position and self._say[position - 1] == "refuse":
            return False
        self._insert(position, at, "refuse", 0)
        return True

    def _insert(self, position: int, at: datetime, say: Say, order: int) -> None:
        self._at.insert(position, at)
        self._say.insert(position, say)
        self._covers.insert(position, "from_now")
        self._order.insert(position, order)
        self._notice.insert(position, None)

    def at(self, instant: datetime) -> Say:
        """Return the answer in force at *instant*."""
        position = bisect_right(self._at, instant)
        return self._say[position - 1] if position else "unasked"

    def since(self, instant: datetime) -> tuple[datetime, int] | None:
        """Return from when the last line in force at *instant* counts, and its place in the server's order; `None` without one."""
        position = bisect_right(self._at, instant)
        return (self._at[position - 1], self._order[position - 1]) if position else None

    def covering(self, collected: datetime, now: datetime, *, imported: bool, order: int | None = None) -> Say:
        """Return the answer that covers turns collected at *collected*, as seen at *now*.

        It is the answer in force when they were collected (for imported turns: none), unless a later permission says in so
        many words that it also covers what is stored. A yes of the very instant of the turn covers it only where the server
        heard it first: *order* is the turn's place in the line.
        """
        for position in range(bisect_right(self._at, now) - 1, -1, -1):
            if self._at[position] < collected:
                break
            if self._covers[position] == "stored" and self._say[position] == "allow":
                return "allow"
            if self._say[position] == "refuse" and self._at[position] > collected:
                break
        return "unasked" if imported else self._before(collected, order)

    def _before(self, collected: datetime, order: int | None) -> Say:
        """Return the answer in force at *collected*, passing over any yes of that instant that came after place *order*."""
        position = bisect_right(self._at, collected)
        while position and order is not None and self._say[position - 1] == "allow":
            if self._at[position - 1] < collected or self._order[position - 1] < order:
                break
            position -= 1
        return self._say[position - 1] if position else "unasked"

    def taken_back(self, since: datetime, now: datetime) -> datetime | None:
        """Return when the last refusal from *since* to *now* began; `None` without one, or after a yes to what is stored."""
        position = bisect_right(self._at, now) - 1
        while position >= 0 and self._at[position] > since:
            if self._say[position] == "allow" and self._covers[position] == "stored":
                return None
            if self._say[position] == "refuse":
                return self.refused_since(self._at[position])
            position -= 1
        return None

    def refused_since(self, now: datetime) -> datetime | None:
        """Return since when the answer in force at *now* is a refusal, or `None`."""
        position = bisect_right(self._at, now) - 1
        if position < 0 or self._say[position] != "refuse":
            return None
        while position > 0 and self._say[position - 1] == "refuse":
            position -= 1
        return self._at[position]


def strictest(says: list[Say]) -> Say:
    """Return the strictest of *says*, `unasked` for none.

    >>> strictest(["allow", "refuse"])
    'refuse'
    """
    return min(says, key=STRICTEST.__getitem__, default="unasked")

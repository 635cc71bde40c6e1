"""What an end waits for besides the policy: an announcement that is old enough, the days to take it back, and those of proof."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct

from sayso.facts.deeds import Announced, OpeningsDestroyed, RetentionSet
from sayso.facts.events import Event
from sayso.facts.instants import add_calendar
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import AccountId, ConversationId

GRACE = 7
"""Days in which a deletion can be taken back, until the officer says otherwise."""


EVIDENCE = 1461
"""Days for which what a forgotten account answered can still be shown, until the officer says otherwise: four years.

Consent must be provable (GDPR art. 7(1)), afterwards for as long as claims may be brought and no longer (art. 5(1)(e), 17(3)(e)).
Claims lapse after three years from the end of their year in Germany (BGB 195, 199), and sooner or later elsewhere.
"""


class Retention(Struct, frozen=True, kw_only=True):
    """How the officer wants ends to happen, in days; 0 announces nothing, takes nothing back, keeps no proof of the forgotten."""

    notice: int = 0
    grace: int = GRACE
    evidence: int = EVIDENCE

    @classmethod
    def of(cls, line: RetentionSet) -> Retention:
        """Return what *line* sets; what it does not say is as if nobody had."""
        return cls(notice=line.notice, grace=line.grace, evidence=EVIDENCE if line.evidence is UNSET else line.evidence)


class Endings:
    """Announcements and settings, as far as they were folded."""

    def __init__(self) -> None:
        self.retention = Retention()
        self.announced: dict[ConversationId, Announced] = {}
        """Per conversation the newest announcement of its end, whether it still holds or not."""
        self.unopened: dict[AccountId, datetime] = {}
        """Since when the lines about an account open to nothing."""

    def take(self, event: Event) -> None:
        """Fold one *event* in; any other kind changes nothing here."""
        match event:
            case RetentionSet():
                self.retention = Retention.of(event)
            case Announced():
                self.announced[event.conversation] = event
            case OpeningsDestroyed():
                self.unopened |= dict.fromkeys(event.accounts, event.at)
            case _:
                pass

    def told(self, standing: Standing, ruled: Ruling) -> Announced | None:
        """Return the announcement that holds for *standing*: one that is overtaken, by a later end or a deletion, does not."""
        line = self.announced.get(standing.conversation)
        if line is None or standing.deleted_at is not None or ruled.keep_until is None or ruled.keep_until > line.until:
            return None
        return line

    def free_at(self, standing: Standing, ruled: Ruling) -> datetime | None:
        """Return from when on it may be destroyed, once no reason keeps it; `None` while it is to be announced first.

        What the person deleted waits for no announcement. What was announced waits for the day that was named, and for the
        notice period of now, whichever is later: nobody is told a day and sees it end before.
        """
        if standing.deleted_at is not None or not self.retention.notice:
            return ruled.keep_until
        line = self.told(standing, ruled)
        return None if line is None else max(line.until, after(line.at, self.retention.notice))


def after(at: datetime, days: int) -> datetime:
    """Return the instant *days* after *at*, never past the calendar's end."""
    return add_calendar(at, days=days)

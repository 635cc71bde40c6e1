"""The shape of an answer: per purpose a use, until when to keep and for which reasons, and the rows that decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from sayso.facts.words import ConversationId, Purpose, Use


class Because(Struct, frozen=True, kw_only=True):
    """One row of a policy that decided something, in its own words."""

    row: str
    text: str
    source: str = ""
    policy: str = ""


class Reason(Struct, frozen=True, kw_only=True):
    """One reason to keep: until an instant, or `None` while it has no known end."""

    name: str
    until: datetime | None
    of: Literal["conversation", "scores"] = "conversation"
    """What is kept: only `conversation` counts towards `keep_until`; classifier scores are a record of their own."""
    because: Because


class PurposeRuling(Struct, frozen=True, kw_only=True):
    """May it be used for one purpose, which turns, and which rows say so."""

    use: Use
    turns: tuple[tuple[int, int], ...] = ()
    """Ranges of turns that may be used, first and last included; empty unless `use` is `allow`."""
    because: tuple[Because, ...] = ()


class Ruling(Struct, frozen=True, kw_only=True):
    """What a policy says of one standing at an instant. Never stored as truth: recomputed from facts."""

    conversation: ConversationId
    at: datetime
    use: Mapping[Purpose, PurposeRuling]
    keep_until: datetime | None
    """The last end of all reasons to keep the conversation; `None` while one has no known end."""
    reasons: tuple[Reason, ...]
    caps: tuple[Because, ...] = ()
    next_change_at: datetime | None = None
    """The first instant at which this ruling changes by itself, if nothing else happens."""

    def may(self, purpose: Purpose) -> bool:
        """Return whether *purpose* is allowed; anything but a clear `allow` is a no."""
        ruled = self.use.get(purpose)
        return ruled is not None and ruled.use == "allow"

    def due(self, at: datetime) -> bool:
        """Return whether no reason to keep is left at *at*."""
        return self.keep_until is not None and self.keep_until <= at

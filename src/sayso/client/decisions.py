"""May this be used for that, and why. Computed anew each time, from the facts; stored nowhere.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from sayso.client.wire import Answer, Wire


class Decision(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`use` is allow, deny or undetermined; only `allow` lets anything be used, and then only these ranges of turns. `use`
    is deny, without rows, for a conversation that is not here: what is not known is not used."""

    conversation: str
    purpose: str
    use: str
    turns: tuple[tuple[int, int], ...] = ()
    because: tuple[Row, ...] = ()
    at: datetime | None = None
    keep_until: datetime | None = None
    next_change_at: datetime | None = None
    sentences: tuple[str, ...] = ()


class Many(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Conversations to ask about, for one purpose."""

    purpose: str
    conversations: tuple[str, ...]


class Decided(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One decision for each conversation that was asked about, in that order."""

    decisions: tuple[Decision, ...]


class Row(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row of the policy that decided."""

    row: str
    text: str
    source: str
    policy: str


class Decisions:
    """May this be used for that, and why. Computed anew each time, from the facts; stored nowhere."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def decide(self, conversation: str, *, purpose: str | None = None, at: datetime | None = None) -> Answer[Decision]:
        """Ask whether a conversation may be used for a purpose. It counts every order; what it says of them is not for the
        person."""
        return self._wire.call(
            "GET",
            "/v1/decisions/{conversation}",
            Decision,
            path={"conversation": conversation},
            query={"purpose": purpose, "at": at},
        )

    def decide_many(self, body: Many) -> Answer[Decided]:
        """Ask for many at once; it changes nothing. What is not here is denied."""
        return self._wire.call("POST", "/v1/decisions", Decided, body=body)

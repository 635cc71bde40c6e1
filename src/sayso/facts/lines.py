"""Nothing is dropped silently: what leaves a stream leaves as `Kept` or as `Left`, and is counted."""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Kept(Struct, Generic[T], frozen=True):
    """A value that goes on."""

    value: T


class Left(Struct, frozen=True, kw_only=True):
    """What did not go on, where it stood, and why, in one line.

    >>> Left(source="chats.zip", record="conversations.json[3]", why="no mapping").line()
    'chats.zip: conversations.json[3]: no mapping'
    """

    source: str
    record: str
    why: str

    def line(self) -> str:
        """Return the one line a person reads."""
        return ": ".join(part for part in (self.source, self.record, self.why) if part)

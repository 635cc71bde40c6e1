"""What is inside a sealed block: the conversation's header and a batch of its turns, as strict JSON bytes."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sayso.facts.conversation import Conversation, Turn
from sayso.facts.errors import Broken, Unfit

VERSION = 1


class Payload(Struct, frozen=True, kw_only=True):
    """A batch of turns, and what was known of their conversation when they were sealed (`header.turns` is empty)."""

    v: int = VERSION
    header: Conversation
    turns: tuple[Turn, ...]


_DECODER = msgspec.json.Decoder(Payload)


def encode(header: Conversation, turns: tuple[Turn, ...] | list[Turn]) -> bytes:
    """Return the bytes of *turns* under *header*; refuses what would not come back exactly as it is.

    >>> raw = encode(Conversation(id="1", source="demo"), [Turn(id="t", role="user", parts=())])
    >>> decode(raw).turns[0].role
    'user'
    """
    made = Payload(header=replace(header, turns=()), turns=tuple(turns))
    try:
        raw = msgspec.json.encode(made)
        same = _DECODER.decode(raw) == made and all(at is None or at.tzinfo for at in _times(made))
    except (UnicodeEncodeError, ValueError, TypeError, OverflowError, RecursionError):
        same = False
    if not same:
        raise Unfit(
            "a turn cannot be written down exactly (half a character, a time without zone, a value of another kind); mend it"
        )
    return raw


def _times(made: Payload) -> list[datetime | None]:
    return [made.header.created_at, made.header.updated_at, *(turn.at for turn in made.turns)]


def decode(raw: bytes) -> Payload:
    """Return what `encode` was given; `Broken` for bytes it would not have written."""
    try:
        found = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Broken("an opened block holds no turns this version reads; run `sayso audit`") from None
    # Strict: unknown fields, doubled keys and other spellings are dropped silently by a decoder, and differ here.
    if found.v != VERSION or msgspec.json.encode(found) != raw:
        raise Broken("an opened block holds more or other than this version writes; open it with the version that sealed it")
    return found


def gather(payloads: list[Payload]) -> Conversation:
    """Return the whole conversation from its opened blocks in order: the newest header, all turns."""
    if not payloads:
        raise Broken("a conversation without a block cannot be gathered; run `sayso audit`")
    return replace(payloads[-1].header, turns=tuple(turn for one in payloads for turn in one.turns))

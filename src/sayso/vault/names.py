"""What may name something in the vault, and how instants lie in its tables."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from sayso.facts.errors import Unfit

LONGEST = 4096
"""Bytes of UTF-8 a name, a source or an outside identifier may have."""

_ACCOUNT = re.compile(r"a_[a-z2-7]{26}")
_CONVERSATION = re.compile(r"c_[a-z2-7]{26}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)


def spelled(text: object, what: str) -> bytes:
    """Return the UTF-8 bytes of *text*, exactly as given; refuses what is empty, too long or no text at all.

    Nothing is folded: letter case, accents and direction marks all tell two names apart. The value is never shown,
    since a name is personal.

    >>> spelled("Ana", "name"), spelled("ana", "name")
    (b'Ana', b'ana')
    """
    if not isinstance(text, str) or not text:
        raise Unfit(f"{what} is empty; give at least one character")
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        raise Unfit(f"{what} holds half of a character (a lone surrogate); send it as valid UTF-8") from None
    if len(raw) > LONGEST:
        raise Unfit(f"{what} has {len(raw)} bytes; give at most {LONGEST}")
    return raw


def label(text: object, what: str) -> str:
    """Return *text* where it may be stored and shown as it is: one line of at most 255 bytes without control characters."""
    raw = spelled(text, what)
    shown = raw.decode()
    if len(raw) > 255 or any(ord(one) < 32 or ord(one) == 127 for one in shown):
        raise Unfit(f"{what} is over 255 bytes or holds control characters; write it on one line")
    return shown


def account_id(text: object) -> str:
    """Return *text* where it is an account pseudonym of the vault."""
    if not isinstance(text, str) or not _ACCOUNT.fullmatch(text):
        raise Unfit("that is no account pseudonym of this vault (`a_` and 26 letters or digits); look it up by its name first")
    return text


def conversation_id(text: object) -> str:
    """Return *text* where it is a conversation pseudonym of the vault."""
    if not isinstance(text, str) or not _CONVERSATION.fullmatch(text):
        raise Unfit("that is no conversation of this vault (`c_` and 26 letters or digits); identify it by its source first")
    return text


def policy_digest(text: object) -> bytes:
    """Return the 32 bytes of the policy digest *text* spells in hex."""
    if not isinstance(text, str) or not _DIGEST.fullmatch(text):
        raise Unfit("a block is sealed under the digest of a policy (64 hex digits); give `policy.digest`")
    return bytes.fromhex(text)


def micros(at: datetime | None) -> int | None:
    """Return *at* as whole microseconds since 1970, which sort and compare alike in every database.

    >>> micros(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    if at is None:
        return None
    if at.tzinfo is None:
        raise Unfit(f"instant `{at.isoformat()}` has no time zone; give it in UTC")
    return (at - _BEGIN) // timedelta(microseconds=1)


def instant(count: int | None) -> datetime | None:
    """Return the instant *count* microseconds after 1970, or `None`."""
    return None if count is None else _BEGIN + timedelta(microseconds=count)

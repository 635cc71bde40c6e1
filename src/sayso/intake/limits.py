"""How much one import may unpack and hold. Numbers are choices of this project; a caller may hand in others."""

from __future__ import annotations

from msgspec import Struct

MIB = 1024 * 1024


class Limits(Struct, frozen=True, kw_only=True):
    """The bounds of one import, in bytes unless it says otherwise.

    >>> Limits(record=1000).record
    1000
    """

    record: int = 64 * MIB
    """One conversation, line or small file; the largest real conversations seen are below 20 MiB."""
    held: int = 512 * MIB
    """One file of a format that is understood only as a whole: a Claude Code session, flat Open-Assistant rows."""
    entry: int = 8 * 1024 * MIB
    """One file, unpacked."""
    total: int = 32 * 1024 * MIB
    """All files of one import, unpacked."""
    ratio: int = 200
    """Unpacked size over packed size; chats in JSON stay below 30."""
    ratio_from: int = 16 * MIB
    """The ratio is judged only from this many unpacked bytes on, since small files pack absurdly well."""
    entries: int = 200_000
    """Files in one import."""


LIMITS = Limits()
"""What is used unless the caller says otherwise."""

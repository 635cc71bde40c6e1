"""Bytes of an export to conversations: a reader for every format people's chats come in.

`read` yields a `Conversation` for each one found and a `Left` for everything else, so that the two together account for the
whole import; `sniff` tells a format by its content. Readers hold one record at a time, follow no link and no path out of an
archive, and take a broken record's word for nothing.
"""

from sayso.intake.door import FORMATS, Format, read, sniff
from sayso.intake.limits import LIMITS, Limits

__all__ = ["FORMATS", "LIMITS", "Format", "Limits", "read", "sniff"]

"""What is said of a place where something of a person can lie."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

Left = Literal["nothing", "pseudonym", "words of others"]
"""What a store still holds of an account once it is deleted, swept and forgotten and the epoch has turned."""


class Exemption(Struct, frozen=True, kw_only=True):
    """A store that deletion or take-out does not reach yet: who answers for it, until which day, and why it is so."""

    owner: str
    until: date
    why: str


class Store(Struct, frozen=True, kw_only=True):
    """One table, or one kind of file as a pattern over its path; `row` begins the line of docs/trust.md that speaks of it."""

    name: str
    row: str
    left: Left
    deleted: str
    """How deletion reaches it."""
    taken: str
    """Where a take-out shows it, or why there is nothing to show."""
    columns: tuple[str, ...] = ()
    exempt: Exemption | None = None


LEDGER, INDEX, DIRECTORY = "Ledger", "Vault index", "Directory"
NOBODY = "nothing of a person lies in it"

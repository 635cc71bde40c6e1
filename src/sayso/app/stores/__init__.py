"""Every place where something of a person can lie, and how deletion and take-out reach it.

A test walks all tables and all files of a folder that has seen everything, and fails on one that is not listed here. An
exemption says who answers for it and until when; past that day the test fails too.
"""

from __future__ import annotations

import re
from datetime import date

from sayso.app.stores.apart import KEYS, OBJECTS
from sayso.app.stores.files import FILES
from sayso.app.stores.store import Exemption, Left, Store
from sayso.app.stores.tables import TABLES

__all__ = ["FILES", "KEYS", "OBJECTS", "TABLES", "Exemption", "Left", "Store", "expired", "known"]


def known(path: str, kinds: tuple[Store, ...] = FILES) -> Store | None:
    """Return the one kind that *path* is of, relative to its folder; `None` where no kind, or more than one, fits.

    >>> known("vault/segments/000001.seg").row
    'Segments'
    >>> known("vault/search.idx") is None
    True
    """
    fitting = [kind for kind in kinds if re.fullmatch(kind.name, path)]
    return fitting[0] if fitting else None


def expired(at: date) -> list[str]:
    """Return a line for each exemption whose day is past at *at*.

    >>> expired(date(2026, 1, 1))
    []
    """
    return [
        f"`{store.name}` is exempt until {store.exempt.until}; {store.exempt.owner} answers for it"
        for store in (*TABLES, *FILES, *KEYS, *OBJECTS)
        if store.exempt is not None and store.exempt.until < at
    ]

"""Requests as their senders name them: a key, so that one sent twice is recorded once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta

from sayso.app.house import House
from sayso.facts.canonical import digest
from sayso.facts.errors import Unfit
from sayso.ledger import Request

KEPT = timedelta(days=7)
"""How long a request is known by its key."""
LONGEST = 255


def fit(key: str) -> bool:
    """Return whether *key* may be a request's key: 1 to 255 visible ASCII characters, such as a UUID.

    >>> fit("8e03978e-40d5-43dd-bc93-6894a57f9324"), fit("two words"), fit("")
    (True, False, False)
    """
    return 0 < len(key) <= LONGEST and all("!" <= one <= "~" for one in key)


def request(house: House, account: str, key: str, asked: Mapping[str, object], part: int = 1) -> Request:
    """Return the *part* of a request of *account* under *key* that asks for *asked*.

    Kept is a keyed hash: who reads the ledger learns neither the key nor whose it is, and one person's key is not another's.
    """
    if not fit(key):
        raise Unfit(f"a request key has 1 to {LONGEST} visible ASCII characters, such as a UUID; nothing was recorded")
    said = b"\0".join((b"sayso/request/v1", account.encode(), str(part).encode(), key.encode()))
    return Request(
        key=hmac.new(house.keys.session, said, hashlib.sha256).digest(), asked=digest({"asked": dict(asked), "part": part})
    )


def expire(house: House) -> int:
    """Return how many requests were older than `KEPT` and are not known any more."""
    with house.writing() as work:
        return house.ledger.expire(work.conn, work.at - KEPT)

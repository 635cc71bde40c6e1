"""What the operator says to who found a hole: `security.txt` (RFC 9116), from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from sayso.facts.errors import Unfit
from sayso.facts.instants import iso, parse_instant

_CONTACT = re.compile(r"(https://|mailto:|tel:)[!-~]+")


class Security(Struct, frozen=True, kw_only=True):
    """Whom to write to, and until when that holds."""

    contacts: tuple[str, ...]
    expires: datetime

    def text(self, canonical: str) -> str:
        """Return the file as it lies at *canonical*.

        >>> print(Security(contacts=("mailto:s@say.example",), expires=datetime(2027, 1, 1)).text("https://say.example/x"), end="")
        Contact: mailto:s@say.example
        Expires: 2027-01-01T00:00:00Z
        Canonical: https://say.example/x
        """
        lines = [*(f"Contact: {one}" for one in self.contacts), f"Expires: {iso(self.expires)}", f"Canonical: {canonical}"]
        return "\n".join(lines) + "\n"


def security(environ: Mapping[str, str] | None = None) -> Security | None:
    """Return what ``SAYSO_SECURITY_CONTACT`` (one or more addresses, by spaces) and ``SAYSO_SECURITY_EXPIRES`` say.

    `None` where neither is set; Unfit where one is missing, or is none.

    >>> security({}) is None
    True
    """
    env = os.environ if environ is None else environ
    contacts, expires = env.get("SAYSO_SECURITY_CONTACT", "").split(), env.get("SAYSO_SECURITY_EXPIRES", "")
    if not contacts and not expires:
        return None
    wrong = next((one for one in contacts if _CONTACT.fullmatch(one) is None), None)
    if wrong is not None or not contacts or not expires:
        raise Unfit(
            "SAYSO_SECURITY_CONTACT takes addresses like mailto:security@example.org, with SAYSO_SECURITY_EXPIRES beside it"
        )
    return Security(contacts=tuple(contacts), expires=parse_instant(expires, what="SAYSO_SECURITY_EXPIRES"))

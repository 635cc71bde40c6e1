"""Tags of what was read (RFC 9110, 8.8.3 and 13.1): nothing is sent twice, and nothing is changed by who read something older."""

from __future__ import annotations

import hashlib
import re

from sayso.app.http.v1.problems import Failure

_TAG = re.compile(r'(?:W/)?("[!#-~\x80-\xff]*")')


def tag(body: bytes) -> str:
    """Return the tag of exactly these bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def named(header: str, present: str, *, weak: bool) -> bool:
    """Return whether *header* names the tag *present*; with *weak*, also where it says that it is a weak one.

    >>> named('"a", W/"b"', '"b"', weak=True), named('W/"b"', '"b"', weak=False), named("*", '"b"', weak=False)
    (True, False, True)
    """
    if header.strip() == "*":
        return True
    return any(found[1] == present and (weak or not found[0].startswith("W/")) for found in _TAG.finditer(header))


def assert_fresh(header: str | None, present: str) -> None:
    """Return only where the sender read what is there now."""
    if header is None:
        raise Failure("no-precondition")
    if not named(header, present, weak=False):
        raise Failure("stale", headers={"etag": present})

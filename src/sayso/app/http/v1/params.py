"""What may stand in an address: names of a sane length and kind. Anything else is not there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ID = r"^[A-Za-z0-9_.-]{1,200}$"
PARAMS: dict[str, dict[str, Any]] = {
    "account": {"description": "The pseudonym of an account.", "pattern": _ID, "example": "a-1"},
    "conversation": {"description": "Our name of a conversation.", "pattern": _ID, "example": "c-1"},
    "line": {"description": "The number of a line of the log.", "pattern": "^[1-9][0-9]{0,14}$", "example": "42"},
    "notice": {"description": "The digest of a notice.", "pattern": "^[0-9a-f]{8,64}$", "example": "0f" * 32},
    "question": {"description": "The name of a question.", "pattern": "^[a-z][a-z-]{0,39}$", "example": "settings"},
    "release": {"description": "The name of a release.", "pattern": "^[A-Za-z0-9_.-]{1,64}$", "example": "autumn"},
    "hold": {"description": "The name of a hold.", "pattern": r"^[^/\x00-\x1f\x7f]{1,200}$", "example": "case-1"},
    "id": {"description": "The number of a key.", "pattern": "^[0-9a-f]{12}$", "example": "0123456789ab"},
    "request": {"description": "The number of a request.", "pattern": "^[1-9][0-9]{0,14}$", "example": "42"},
    "run": {"description": "The name of a training run.", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$", "example": "run-1"},
    "token": {"description": "The token of a link.", "pattern": "^[A-Za-z0-9_.-]{1,1000}$", "example": "token"},
    "slug": {"description": "The kind of a problem.", "pattern": "^[a-z-]{1,40}$", "example": "stale"},
}  # fmt: skip
"""By name: what each is, as a pattern, and one that shows how it looks."""
_COMPILED = {name: re.compile(str(one["pattern"])[1:-1]) for name, one in PARAMS.items()}


def fits(path: Mapping[str, str]) -> bool:
    """Return whether every part of an address is one that could name something.

    >>> fits({"line": "7"}), fits({"line": "07"}), fits({"account": "../x"})
    (True, False, False)
    """
    return all(_COMPILED[name].fullmatch(value) is not None for name, value in path.items())

"""Which methods an address has: for `OPTIONS`, and for `Allow` where another was tried."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sayso.app.http.v1.ops import ZIP, Op


def methods(table: Iterable[Op], path: str) -> list[str]:
    """Return the methods that the address *path* answers, in order; none where no operation has it."""
    found = {op.method: op for op in table if _matches(op.path, path)}
    if not found:
        return []
    head = ["HEAD"] if "GET" in found and found["GET"].media != ZIP else []
    return sorted([*found, *head, "OPTIONS"])


def _matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path) is not None

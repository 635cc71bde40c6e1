"""What an address takes: its methods, for `OPTIONS` and for `Allow` where another was tried, and how many bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from sayso.app.http.v1.ops import ZIP, Nothing, Op


def methods(table: Iterable[Op], path: str) -> list[str]:
    """Return the methods that the address *path* answers, in order; none where no operation has it."""
    found = {op.method: op for op in table if _matches(op.path, path)}
    if not found:
        return []
    head = ["HEAD"] if "GET" in found and found["GET"].media != ZIP else []
    return sorted([*found, *head, "OPTIONS"])


def widest(table: Iterable[Op], path: str, least: int) -> int:
    """Return how many bytes the address *path* takes at most: *least* where no operation that reads a body has it."""
    if not path.startswith("/v1/"):
        return least
    return max((op.limit for op in table if op.body is not Nothing and _matches(op.path, path)), default=least)


def _matches(template: str, path: str) -> bool:
    return _pattern(template).fullmatch(path) is not None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)))

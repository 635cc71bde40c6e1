"""Where a row stands in its file, so that a complaint can name the line. The TOML reader of the standard library does not say."""

from __future__ import annotations

import re

_HEADER = re.compile(r"\[(\[?)\s*([A-Za-z0-9_.-]+)\s*\]?\]\s*(#.*)?")
_FENCES = ('"""', "'''")


class Places:
    """The lines of a file's tables: `[[name]]` by position, `[name]` by name.

    >>> Places('x = 1\\n[[use]]\\nid = "a"\\n[[use]]\\nid = "b"').of("use", 1)
    4
    """

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._tables: dict[str, list[int]] = {}
        self._plain = self._outside_strings()
        for number, line in enumerate(self._lines, start=1):
            found = _HEADER.fullmatch(line.strip()) if number in self._plain else None
            if found:
                self._tables.setdefault(found[2], []).append(number)

    def of(self, table: str, position: int = 0, key: str | None = None) -> int:
        """Return the line of a table, or of one key in it; of the table where the key is not written, 1 where neither is."""
        lines = self._tables.get(table, [])
        start = lines[position] if position < len(lines) else 1
        if key is None:
            return start
        for number in range(start if start == 1 else start + 1, len(self._lines) + 1):
            line = self._lines[number - 1].strip()
            if number in self._plain and re.match(rf"\"?{re.escape(key)}\"?\s*=", line):
                return number
            if number in self._plain and number > start and _HEADER.fullmatch(line):
                break
        return start

    def _outside_strings(self) -> set[int]:
        """Return the numbers of the lines that do not begin inside a long string."""
        plain: set[int] = set()
        fence: str | None = None
        for number, line in enumerate(self._lines, start=1):
            if fence is None:
                plain.add(number)
                opened = next((one for one in _FENCES if line.count(one) % 2), None)
                fence = opened
            elif fence in line:
                fence = None
        return plain

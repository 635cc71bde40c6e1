"""Numbers as people read them, in the report and in the terminal alike."""

from __future__ import annotations

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
USES = {"allow": "may be used", "undetermined": "unsettled, not used", "deny": "not used"}
"""The three rulings in the words of a reader."""


def size(count: float) -> str:
    """Return *count* bytes in the unit that leaves at most four digits; kilo is a thousand.

    >>> size(0), size(5506), size(26753.884), size(2_000_000)
    ('0 B', '5,506 B', '26.8 kB', '2.0 MB')
    """
    value = float(count)
    if abs(value) < 9_999.5:
        return f"{value:,.0f} B"
    for unit in _UNITS[1:]:
        value /= 1000
        if abs(value) < 999.95 or unit == _UNITS[-1]:
            break
    return f"{value:,.1f} {unit}"


def change(before: float, after: float) -> str:
    """Return by how much bytes change, with the sign in front; a true minus, so that it is not taken for a dash.

    >>> change(1000, 3000), change(3000, 1000), change(2, 2)
    ('+2,000 B', '−2,000 B', 'as before')
    """
    if round(after - before, 3) == 0:
        return "as before"
    return f"{'+' if after > before else '−'}{size(abs(after - before))}"


def count(number: int, one: str, many: str = "") -> str:
    """Return *number* with its word.

    >>> count(1, "person", "people"), count(1200, "conversation")
    ('1 person', '1,200 conversations')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"

"""Whether one screen leads more people to a yes than another: the difference of two shares, with an interval around it."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from msgspec import Struct

FEWEST = 30
"""Answers on each side below which no difference is told: it would be noise with a name."""
LEVEL = 0.95


class Difference(Struct, frozen=True, kw_only=True):
    """By how much the share of yeses differs, from *low* to *high*."""

    share: float
    other: float
    by: float
    low: float
    high: float

    @property
    def steered(self) -> bool:
        """Whether more say yes here than chance would explain; where fewer do, it is the others that lead."""
        return self.low > 0


def interval(yes: int, of: int, level: float = LEVEL) -> tuple[float, float]:
    """Return Wilson's interval around *yes* of *of*.

    >>> [round(one, 3) for one in interval(81, 263)]
    [0.255, 0.366]
    """
    if of == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = yes / of
    middle, reach = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, (middle - reach) / (1 + z * z / of)), min(1.0, (middle + reach) / (1 + z * z / of))


def difference(yes: int, of: int, other_yes: int, other_of: int, *, looked: int = 1) -> Difference | None:
    """Return the difference with Newcombe's interval, `None` below `FEWEST` answers on a side.

    *looked* is at how many such pairs somebody looks: the more, the wider each interval, so that all hold together (Bonferroni).

    >>> found = difference(56, 70, 48, 80)
    >>> round(found.by, 3), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    if min(of, other_of) < FEWEST:
        return None
    level = 1 - (1 - LEVEL) / max(looked, 1)
    share, other = yes / of, other_yes / other_of
    (low, high), (other_low, other_high) = interval(yes, of, level), interval(other_yes, other_of, level)
    by = share - other
    return Difference(
        share=share,
        other=other,
        by=by,
        low=by - sqrt((share - low) ** 2 + (other_high - other) ** 2),
        high=by + sqrt((high - share) ** 2 + (other - other_low) ** 2),
    )

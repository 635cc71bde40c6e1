"""Regions that take in others: where an order or a rule names a group of countries."""

from __future__ import annotations

from collections.abc import Iterable

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
GROUPS: dict[str, tuple[str, ...]] = {
    "EU": tuple(_EU.split()),
    "EEA": (*_EU.split(), "IS", "LI", "NO", "EU"),
    "UK": ("GB",),
    "GB": ("UK",),
}
"""Which other values a region takes in, where an order names one."""


def spelt(regions: Iterable[str]) -> frozenset[str]:
    """Return *regions* with every country of each group among them.

    >>> "DE" in spelt(["EEA"]), "GB" in spelt(["UK"]), "US" in spelt(["EU"])
    (True, True, False)
    """
    named = list(regions)
    return frozenset(named).union(*(GROUPS.get(one, ()) for one in named))

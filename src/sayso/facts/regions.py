"""Regions that take in others: where an order or a rule names a group of countries."""

from __future__ import annotations

from collections.abc import Iterable

_ISO = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS YE YT ZA ZM ZW
"""
REGIONS: tuple[str, ...] = (*_ISO.split(), "EU", "EEA", "UK")
"""ISO 3166-1 alpha-2, and the three groups that laws are written for."""

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

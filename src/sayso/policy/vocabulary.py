"""The facts a rule may ask for, and the values each may take. A value outside them is `unknown`, and unknown never allows."""

from __future__ import annotations

from sayso.facts import regions
from sayso.facts.words import UNKNOWN

CONFLICT = "conflict"
"""Two sources disagree."""

YES_NO = ("yes", "no")
AGES = ("adult", "minor", "undeclared")
SAYS = ("allow", "refuse", "withdrawn", "deferred", "noticed", "unasked", "gated", "assumed")
"""The six states of an answer, and the two that a deadline makes of silence: use is gated, or a yes is assumed."""

SILENT = ("deferred", "noticed", "unasked")
BASES = ("consent", "legitimate_interests", "contract", "none")
"""What the law of a region lets a use rest on; `none` is a use that it lets rest on nothing."""

REGIONS = regions.REGIONS
"""ISO 3166-1 alpha-2, and the three groups that laws are written for."""

DECLARED = ("tier", "contract", "surface", "origin", "model")
"""Facts whose values each profile declares under `[facts]`; `model` may be left out, and then no row may ask for it."""

FIXED: dict[str, tuple[str, ...]] = {
    "region": REGIONS,
    "region_now": REGIONS,
    "organisation": ("none", "some"),
    "organisation_now": ("none", "some"),
    "imported": YES_NO,
    "private": YES_NO,
    "age": AGES,
    "age_now": AGES,
    "say": SAYS,
    "say_now": SAYS,
    "flagged": YES_NO,
    "feedback": YES_NO,
    "deleted": YES_NO,
    "held": YES_NO,
    "basis": BASES,
    "basis_now": BASES,
    "objection": YES_NO,
}
ALWAYS = ("tier", "tier_now", "region", "region_now")
"""Facts that must be known for any use, asked for or not."""

ANSWERS = ("say", "say_now")
GROUNDS = ("basis", "basis_now", "objection")
"""What `[[basis]]` rows make of a region and an instant; `objection` is a no of today where use rests on legitimate interests."""

PER_PURPOSE = (*ANSWERS, *GROUNDS)
"""Facts that each purpose has of its own."""

ANCHORS = ("last_turn", "collected", "deleted", "flagged", "feedback", "refused")
REASONS = ("product", "training", "safety", "scores", "feedback", "hold")
LASTING = ("hold", "safety")
"""Reasons that hold from the present version alone: an order or a danger binds whatever the terms said at collection."""

SPECIAL = (UNKNOWN, CONFLICT)


def values(fact: str, declared: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """Return the values *fact* may take besides `unknown` and `conflict`; `None` for a fact that does not exist.

    >>> values("held", {}), values("mood", {})
    (('yes', 'no'), None)
    """
    if fact == "tier_now":
        return declared.get("tier")
    return FIXED.get(fact) or declared.get(fact)


def known_facts(declared: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of all facts a row may ask for."""
    return tuple(sorted({*FIXED, *declared, "tier_now"}))

"""A standing as flat rows, one per stretch: what both engines are given, before any rule looks at it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sayso.facts.standings import Standing, Stretch
from sayso.facts.words import NONE, UNKNOWN, Purpose
from sayso.policy.clock import micros
from sayso.policy.table import Policy

TEXTS = (
    "raw_tier",
    "raw_tier_now",
    "raw_region",
    "raw_region_now",
    "raw_contract",
    "raw_organisation",
    "raw_organisation_now",
    "raw_surface",
    "raw_origin",
    "raw_model",
    "raw_age",
    "raw_age_now",
)
TRUTHS = ("raw_imported", "raw_private", "raw_held")
TIMES = ("at", "at_flagged", "at_feedback", "at_deleted", "at_last_turn", "at_collected")


def columns(purposes: tuple[Purpose, ...]) -> list[tuple[str, str]]:
    """Return the name and the SQL type of every column of a flat row."""
    texts = (*TEXTS, *(f"raw_{fact}_{purpose}" for purpose in purposes for fact in ("say", "say_now")))
    times = (*TIMES, *(f"{name}_{purpose}" for purpose in purposes for name in ("at_refused", "began")))
    return [(name, "VARCHAR") for name in texts] + [(name, "BOOLEAN") for name in TRUTHS] + [(name, "BIGINT") for name in times]


def spell(policy: Policy, standing: Standing, at: datetime) -> list[dict[str, Any]]:
    """Return the flat row of every stretch of *standing* as it is at *at*; nothing is judged here."""
    shared: dict[str, Any] = {
        "at": micros(at),
        "at_flagged": _when(standing.flagged_at),
        "at_feedback": _when(standing.feedback_at),
        "at_deleted": _when(standing.deleted_at),
        "at_last_turn": _when(standing.last_turn_at),
        "raw_private": standing.private,
        "raw_held": bool(standing.holds),
        "raw_age_now": standing.age_now,
    }
    for purpose in policy.purposes:
        shared[f"raw_say_now_{purpose}"] = standing.say_now.get(purpose, UNKNOWN)
        shared[f"at_refused_{purpose}"] = _when(standing.refused_at.get(purpose))
    return [{**shared, **_stretch(policy, stretch)} for stretch in standing.stretches]


def _stretch(policy: Policy, stretch: Stretch) -> dict[str, Any]:
    row: dict[str, Any] = {
        "raw_tier": stretch.tier,
        "raw_tier_now": stretch.tier_now,
        "raw_region": stretch.region,
        "raw_region_now": stretch.region_now,
        "raw_contract": stretch.contract,
        "raw_organisation": some(stretch.organisation),
        "raw_organisation_now": some(stretch.organisation_now),
        "raw_surface": stretch.surface,
        "raw_origin": stretch.origin,
        "raw_model": stretch.model,
        "raw_age": stretch.age,
        "raw_imported": stretch.imported,
        "at_collected": _when(max(stretch.began_at, stretch.ended_at)),
    }
    for purpose in policy.purposes:
        row[f"raw_say_{purpose}"] = stretch.say.get(purpose, UNKNOWN)
        row[f"began_{purpose}"] = _when(min(stretch.began_at, stretch.ended_at))
    return row


def _when(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


def some(organisation: str | None) -> str:
    """Return whether there is an organisation: which one is nobody's business here."""
    if organisation == NONE:
        return NONE
    return "some" if organisation and organisation != UNKNOWN else UNKNOWN

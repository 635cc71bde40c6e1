"""What people and officers read of rulings: what counted and what would turn it, the rows behind them, and counts, most first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sayso.app.jobs.build import why_not
from sayso.app.views import Count, WhyView
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import Purpose
from sayso.policy import Policy
from sayso.policy.turning import mattered, turn


def turned_by(policy: Policy, standing: Standing, ruled: Ruling) -> dict[Purpose, WhyView]:
    """Return, for each purpose, the facts that counted and the least change that would turn the ruling."""
    return {
        purpose: WhyView(
            counted=tuple((fact, tuple(values)) for fact, values in mattered(policy, standing, ruled, purpose).items()),
            turn=turn(policy, standing, ruled, purpose),
        )
        for purpose in policy.purposes
    }


def first_because(ruled: Ruling, purpose: Purpose) -> tuple[str, str]:
    """Return the row that decided on *purpose*, and its text; without one, why it is not used."""
    found = ruled.use[purpose].because
    return (found[0].row, found[0].text) if found else (why_not(ruled, purpose), "")


def longest(ruled: Ruling) -> tuple[str, str]:
    """Return the name of the reason that keeps a conversation longest, and its row."""
    of_it = [reason for reason in ruled.reasons if reason.of == "conversation"]
    if not of_it:
        return ("no reason", "")
    last = max(of_it, key=lambda reason: (reason.until is None, reason.until or ruled.at))
    return (last.because.row, last.name)


def counts(items: Iterable[tuple[str, int]]) -> tuple[Count, ...]:
    """Return *items* as counts, the most first."""
    return tuple(Count(label=label, count=count) for label, count in sorted(items, key=lambda one: (-one[1], one[0])))


def rows(counted: Counter[tuple[str, str]]) -> tuple[Count, ...]:
    """Return counts by row and its text, the most first."""
    ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Count(label=text or row, count=count, row=row) for (row, text), count in ordered)

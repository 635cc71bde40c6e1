"""The pass over a whole table gives each conversation the ruling that it gets alone."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sayso.facts.errors import Unfit
from sayso.facts.standings import Standing
from sayso.policy import Policy, columns, decide, flat, load, passes, shipped
from sayso.policy.clock import OPEN, instant, micros

from .domain import DOMAIN, LEAP, NOWS, everything, standing


def ruled(policy: Policy, asked: list[Standing], at: datetime) -> list[dict[str, Any]]:
    """The rows of the pass, in the order of *asked*, one per conversation of one stretch."""
    rows = [row for one in asked for row in flat.spell(policy, one, at)]
    assert len(rows) == len(asked)
    with columns.connect() as connection:
        connection.register("flat", columns.arrow(policy, rows))
        select = passes.rulings(connection, policy, '(SELECT *, "row" AS id FROM flat)', at)
        found = connection.execute(f"SELECT * FROM ({select}) ORDER BY id")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def agree(policy: Policy, asked: list[Standing], at: datetime) -> int:
    """Compare the pass with `decide` in uses, deciding rows, reasons with their ends, keep_until and the first end."""
    ready = [one for one in asked if one.at <= at]
    now = micros(at)
    for one, row in zip(ready, ruled(policy, ready, at), strict=True):
        alone = decide(policy, one, at)
        for purpose, said in alone.use.items():
            assert (row[f"use_{purpose}"], row[f"row_{purpose}"]) == (said.use, said.because[0].row), one
        lasting = {name: end for name, end in row.items() if name.startswith("until_") and end is not None and end > now}
        assert lasting == {f"until_{r.name}_{r.of}": OPEN if r.until is None else micros(r.until) for r in alone.reasons}, one
        assert row["keep_until"] == (None if alone.keep_until is None else micros(alone.keep_until)), one
        first = min((r.until for r in alone.reasons if r.until is not None), default=None)
        assert (None if row["next_end"] is None else instant(row["next_end"])) == first, one
    return len(ready)


@pytest.mark.parametrize("profile", shipped())
def test_the_pass_says_of_every_pair_of_facts_and_every_row_what_is_said_of_each_alone(profile: str) -> None:
    policy = load(profile)
    asked = everything(policy)
    assert agree(policy, asked, NOWS[1]) > 2000
    if policy.position(NOWS[0]) >= 0:
        assert agree(policy, asked[::7], NOWS[0]) > 100


@pytest.mark.parametrize("profile", shipped())
def test_the_pass_says_the_same_of_three_thousand_standings_drawn_from_the_whole_domain(profile: str) -> None:
    draw = random.Random(8102025)
    asked = [standing({fact: draw.choice(values) for fact, values in DOMAIN.items()}) for _ in range(3000)]
    assert agree(load(profile), asked, NOWS[1]) == 3000


def test_the_pass_counts_leap_days_and_the_end_of_the_calendar_as_alone() -> None:
    ends = [LEAP, datetime(9994, 2, 28, tzinfo=UTC), datetime(9999, 12, 30, 1, tzinfo=UTC)]
    asked = [
        standing({"collected": end, **ground})
        for end in ends
        for ground in ({}, {"flagged": True}, {"held": True}, {"deleted": True})
    ]
    assert agree(load("anthropic-consumer"), asked, LEAP + timedelta(days=2)) == 4
    assert agree(load("anthropic-consumer"), asked, datetime(9999, 12, 31, 12, tzinfo=UTC)) == 12


def test_a_pass_before_the_first_version_is_refused_and_over_nothing_gives_nothing() -> None:
    policy = load("anthropic-consumer")
    with pytest.raises(Unfit, match="no version of `anthropic-consumer` is in force at 2019-01-01"):
        ruled(policy, [], datetime(2019, 1, 1, tzinfo=UTC))
    assert ruled(policy, [], NOWS[1]) == []

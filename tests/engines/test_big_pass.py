"""The pass over a whole table gives each conversation the ruling that it gets alone."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sayso.facts.errors import Unfit
from sayso.facts.standings import Standing
from sayso.policy import Policy, columns, decide, flat, load, parse, passes, shipped
from sayso.policy.asking import turns as allowed_turns
from sayso.policy.clock import OPEN, instant, micros
from sayso.policy.keys import counts_whole
from sayso.policy.shelf import folder

from .domain import DOMAIN, LEAP, NOWS, STORIES, everything, standing, told


def ruled(policy: Policy, asked: list[Standing], at: datetime) -> list[dict[str, Any]]:
    """The rows of the pass, in the order of *asked*, one per conversation."""
    places = [(number, len(one.stretches), place) for number, one in enumerate(asked) for place in range(len(one.stretches))]
    rows = [row for one in asked for row in flat.spell(policy, one, at)]
    return passed(policy, rows, places, at)


def passed(policy: Policy, rows: list[dict[str, Any]], places: list[tuple[int, int, int]], at: datetime) -> list[dict[str, Any]]:
    """The rows of the pass over flat rows, each with its conversation, how many stretches that has, and which one it is."""
    mixed = list(zip(rows, places, strict=True))
    random.Random(1).shuffle(mixed)  # a table has no order
    with columns.connect() as connection:
        table = columns.arrow(policy, [row for row, _ in mixed])
        for name, position in (("id", 0), ("stretches", 1), ("stretch", 2)):
            table = table.append_column(name, pa.array([place[position] for _, place in mixed], pa.int64()))
        connection.register("flat", table)
        select = passes.rulings(connection, policy, "flat", at)
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
            assert turns(one, row, purpose) == said.turns, one
        lasting = {name: end for name, end in row.items() if name.startswith("until_") and end is not None and end > now}
        assert lasting == {f"until_{r.name}_{r.of}": OPEN if r.until is None else micros(r.until) for r in alone.reasons}, one
        assert row["keep_until"] == (None if alone.keep_until is None else micros(alone.keep_until)), one
        first = min((r.until for r in alone.reasons if r.until is not None), default=None)
        assert (None if row["next_end"] is None else instant(row["next_end"])) == first, one
    return len(ready)


def turns(one: Standing, row: dict[str, Any], purpose: str) -> tuple[tuple[int, int], ...]:
    """The turns that may be used, by what the pass says of stretches."""
    only = row[f"only_{purpose}"]
    if only is None:
        only = range(len(one.stretches)) if row[f"use_{purpose}"] == "allow" else []
    return allowed_turns(one, [place in only for place in range(len(one.stretches))])


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


ONE_BY_ONE = [one for one in shipped() if counts_whole(load(one))]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(
    STORIES,
    st.sampled_from([one for one in shipped() if one not in ONE_BY_ONE]),
    st.sampled_from([NOWS[0], datetime(2026, 8, 2, tzinfo=UTC)]),
)
def test_the_pass_says_of_any_history_what_is_said_alone_however_many_stretches_it_has(
    stories: list[list[tuple[datetime, dict[str, Any]]]], profile: str, at: datetime
) -> None:
    policy = load(profile)
    asked = told(stories, at)
    if policy.position(at) >= 0:
        assert agree(policy, asked, at) == len(stories)


@pytest.mark.parametrize("profile", [one for one in shipped() if one not in ONE_BY_ONE])
def test_the_pass_says_the_same_of_two_thousand_conversations_whose_stretches_are_drawn_from_the_whole_domain(profile: str) -> None:
    draw, policy = random.Random(24042026), load(profile)
    asked = [joined(draw, number) for number in range(2000)]
    assert agree(policy, asked, NOWS[1]) == 2000
    assert sum(len(one.stretches) > 1 for one in asked) > 1000


WORDINGS = (
    ('[[cap]]\nid = "deleted-30-days"', 'anchor = "deleted"', 'anchor = "collected"'),
    ('unless = ["training"]', 'unless = ["training"]', 'unless = ["training", "safety", "feedback"]'),
    ('anchor = "last_turn"\nyears', 'anchor = "last_turn"\nyears', 'anchor = "collected"\nyears'),
)


def test_the_pass_puts_stretches_together_as_alone_also_where_ends_count_from_each_of_them() -> None:
    draw, text = random.Random(60), (folder() / "anthropic-consumer.toml").read_text(encoding="utf-8")
    for where, old, new in WORDINGS:
        before, found, after = text.partition(where)
        assert old in found + after
        text = before + (found + after).replace(old, new)
    policy = parse(text, name="other.toml")
    assert agree(policy, [joined(draw, number) for number in range(2000)], NOWS[1]) == 2000


def joined(draw: random.Random, number: int) -> Standing:
    """One to four conversations drawn from the whole domain, as stretches of one by Ana and Bo."""
    parts = [standing({fact: draw.choice(values) for fact, values in DOMAIN.items()}) for _ in range(draw.randint(1, 4))]
    stretches = []
    for place, part in enumerate(sorted(parts, key=lambda one: one.stretches[0].ended_at)):
        ended = part.stretches[0].ended_at + timedelta(days=draw.choice((0, 0, 0, 40)))
        who = draw.choice(("ana", "bo"))
        stretches.append(replace(part.stretches[0], first=2 * place, last=2 * place + 1, account=who, ended_at=ended))
    last = max(one.ended_at for one in stretches)
    return replace(
        draw.choice(parts),
        conversation=f"c{number}",
        at=max(one.at for one in parts),
        stretches=tuple(stretches),
        last_turn_at=last,
    )


def test_several_stretches_under_a_policy_that_counts_a_resumed_conversation_whole_are_refused_and_left_to_be_ruled_alone() -> None:
    assert ONE_BY_ONE == ["as-first-reported"]
    draw, policy = random.Random(3), load("as-first-reported")
    asked = [joined(draw, number) for number in range(20)]
    with pytest.raises(Unfit, match="`as-first-reported` counts a resumed conversation whole, which no pass does; leave out those"):
        ruled(policy, asked, NOWS[1])
    assert agree(policy, [one for one in asked if len(one.stretches) == 1], NOWS[1]) > 0


@pytest.mark.parametrize(
    "places",
    [
        [(0, 2, 0)],
        [(0, 2, 0), (0, 2, 0)],
        [(0, 2, 1), (0, 2, 2)],
        [(0, 2, 0), (0, 3, 1)],
        [(0, 0, 0)],
        [(0, None, 0)],
        [(0, 2, 0), (0, 2, 1), (0, 2, 1)],
    ],
)
def test_a_conversation_that_lacks_a_stretch_or_has_one_twice_is_refused(places: list[tuple[int, int, int]]) -> None:
    policy = load("anthropic-consumer")
    rows = flat.spell(policy, standing({}), NOWS[1]) * len(places)
    with pytest.raises(Unfit, match=r"\d conversations lack a stretch or have one twice; number those of each from 0"):
        passed(policy, rows, places, NOWS[1])

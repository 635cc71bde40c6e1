"""All engines are asked the same standings and must agree in everything: use, turns, reasons, ends, because, what comes next.

The reference is the oldest path: nested closures over flat rows, every ruling put together anew.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.facts.errors import Unfit
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.policy import Policy, columns, decide, load, parse, shipped
from sayso.policy.asking import decide_by
from sayso.policy.columns import Answers
from sayso.policy.compiling import compiled
from sayso.policy.engines import ENGINES, engine
from sayso.policy.shelf import folder

from .domain import DOMAIN, GROUNDS, LEAP, NOWS, STORIES, everything, standing, told

Ask = Callable[[str], Answers]


def able(ability: Any) -> list[Any]:
    """Every engine; those that lack the ability must refuse, and a mark that has become untrue fails."""
    asked = []
    for one in ENGINES:
        lack = one.lacks.get(ability)
        marks = [pytest.mark.xfail(raises=Unfit, strict=True, reason=f"{lack.kind}: {lack.why}")] if lack else []
        asked.append(pytest.param(one.name, marks=marks))
    return asked


def reference(policy: Policy, one: Standing, at: datetime) -> Ruling:
    """The ruling by the oldest path."""
    return decide_by(policy, one, at, lambda _stretch, version, _at, row: compiled(policy)[version].outcome(row))


def agree(answers: Answers, policy: Policy, asked: list[Standing], at: datetime) -> int:
    """Ask an engine, the fast path and the reference at *at*, compare everything, and return how many were asked."""
    ready = [one for one in asked if one.at <= at]
    for one, ruled in zip(ready, columns.decide_with(answers, policy, ready, at), strict=True):
        wanted = reference(policy, one, at)
        assert ruled == wanted, one
        assert repr(decide(policy, one, at)) == repr(wanted), one
    return len(ready)


@pytest.mark.parametrize("name", able("rows"))
@pytest.mark.parametrize("profile", shipped())
def test_every_engine_says_the_same_of_every_pair_of_facts_and_of_every_row(profile: str, name: str, ask: Ask) -> None:
    answers, policy = ask(name), load(profile)
    asked = everything(policy)
    assert agree(answers, policy, asked, NOWS[1]) > 2000
    assert agree(answers, policy, asked[::7], NOWS[0]) > 100


@pytest.mark.parametrize("name", able("rows"))
@pytest.mark.parametrize("profile", shipped())
def test_every_engine_says_the_same_of_a_thousand_standings_drawn_from_the_whole_domain(profile: str, name: str, ask: Ask) -> None:
    answers, draw = ask(name), random.Random(20251008)
    asked = [standing({fact: draw.choice(values) for fact, values in DOMAIN.items()}) for _ in range(1000)]
    assert agree(answers, load(profile), asked, NOWS[1]) == 1000


@pytest.mark.parametrize("name", able("rows"))
def test_every_engine_counts_leap_days_ends_of_months_the_end_of_the_calendar_and_other_time_zones_alike(
    name: str, ask: Ask
) -> None:
    answers, policy = ask(name), load("anthropic-consumer")
    ends = [
        datetime(2023, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2025, 8, 31, 4, tzinfo=UTC),
        LEAP,
        datetime(9994, 2, 28, tzinfo=UTC),
        datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(9999, 12, 30, 1, tzinfo=UTC),
    ]
    asked = [standing({"collected": end, **ground}) for end in ends for ground in GROUNDS if "collected" not in ground]
    behind = timezone(timedelta(hours=-11, minutes=-30))
    for at in (LEAP + timedelta(days=2), datetime(9999, 12, 31, 12, tzinfo=UTC)):
        assert agree(answers, policy, asked, at.astimezone(behind)) >= 3 * (len(GROUNDS) - 1)
    yes = asked[2 * (len(GROUNDS) - 1)]
    assert decide(policy, yes, yes.at).keep_until == datetime(2033, 2, 28, 13, 30, tzinfo=UTC)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(
    STORIES, st.sampled_from(shipped()), st.sampled_from([datetime(2025, 9, 28, 9, tzinfo=UTC), datetime(2026, 8, 2, tzinfo=UTC)])
)
def test_a_ruling_from_a_plan_is_the_one_put_together_anew(
    stories: list[list[tuple[datetime, dict[str, Any]]]], profile: str, at: datetime
) -> None:
    policy = load(profile)
    for one in told(stories, at):
        assert repr(decide(policy, one, at)) == repr(reference(policy, one, at)), one


WORDINGS = (
    ('resumed = "new_turns"', 'resumed = "whole"'),
    ('withdrawal = "future_runs"', 'withdrawal = "future_conversations"'),
    ('unless = ["training"]', 'unless = ["training", "safety", "feedback"]'),
    ('spares = ["safety", "scores", "feedback", "hold"]', 'spares = ["scores", "hold"]'),
    ('anchor = "last_turn"\nyears', 'anchor = "collected"\nyears'),
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(STORIES, st.sets(st.sampled_from(WORDINGS), min_size=1), st.sampled_from(NOWS))
def test_a_ruling_from_a_plan_is_the_one_put_together_anew_also_where_the_rows_say_something_else(
    stories: list[list[tuple[datetime, dict[str, Any]]]], wordings: set[tuple[str, str]], at: datetime
) -> None:
    text = (folder() / "anthropic-consumer.toml").read_text(encoding="utf-8")
    for old, new in wordings:
        assert old in text
        text = text.replace(old, new)
    policy = parse(text, name="other.toml")
    for one in told(stories, at):
        assert repr(decide(policy, one, at)) == repr(reference(policy, one, at)), one


def test_no_standings_give_no_rulings_and_order_is_kept() -> None:
    policy = load("anthropic-consumer")
    assert list(columns.decide_many(policy, [], NOWS[1])) == []
    asked = [standing({}, name=f"c{number}") for number in range(5)]
    assert [one.conversation for one in columns.decide_many(policy, iter(asked), NOWS[1])] == [f"c{number}" for number in range(5)]


def test_an_engine_that_is_not_there_or_cannot_is_refused_with_the_reason() -> None:
    with pytest.raises(Unfit, match="no engine `abacus`; there are scalar, duckdb"):
        engine("abacus")
    with pytest.raises(Unfit, match=r"`sqlite` cannot do `big_pass` \(notimpl\): "):
        engine("sqlite", "big_pass")
    assert all(mark.why for one in ENGINES for mark in one.lacks.values())

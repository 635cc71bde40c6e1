"""A notice was found unfair: to every engine a yes on it was never given, and a no on it stays a no."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.facts.standings import Standing
from sayso.policy import Policy, decide, load, shipped
from sayso.policy.columns import Answers
from sayso.policy.engines import ENGINES

from .domain import told
from .test_agreement import agree

Ask = Callable[[str], Answers]
Story = list[tuple[datetime, dict[str, Any]]]
UNFAIR, FAIR = "f" * 64, "a" * 64
START, FOUND, AT = datetime(2025, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
SAID = st.fixed_dictionaries(
    {
        "type": st.just("choice"),
        "account": st.just("ana"),
        "say": st.sampled_from(["allow", "allow", "refuse"]),
        "covers": st.sampled_from(["from_now", "stored"]),
        "notice": st.sampled_from([UNFAIR, UNFAIR, FAIR, None]),
    }
)
TURN = st.just({"type": "turn", "account": "ana", "conversation": "c", "origin": "typed"})
STORIES = st.lists(st.lists(st.one_of(SAID, TURN), max_size=8), min_size=6, max_size=12)


def dated(stories: list[list[dict[str, Any]]]) -> list[Story]:
    """One thing a month, no two at once."""
    return [[(START + timedelta(days=30 * place), one) for place, one in enumerate(story)] for story in stories]


def found_unfair(stories: list[Story]) -> list[Standing]:
    """How the conversations stand once it was found."""
    return told([[*story, (FOUND, {"type": "notice_invalidated", "notice": UNFAIR, "why": "the no was hard to find"})] for story in stories], AT)  # fmt: skip


def never_given(stories: list[Story]) -> list[Standing]:
    """How they would stand had nobody ever said yes on it."""

    def fell(one: dict[str, Any]) -> bool:
        return one.get("say") == "allow" and one.get("notice") == UNFAIR

    return told([[pair for pair in story if not fell(pair[1])] for story in stories], AT)


def uses(policy: Policy, one: Standing) -> dict[str, str]:
    return {purpose: found.use for purpose, found in decide(policy, one, AT).use.items()}


@pytest.mark.parametrize("profile", shipped())
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STORIES)
def test_what_is_used_is_what_would_be_used_had_ana_never_said_yes_on_it(profile: str, stories: list[list[dict[str, Any]]]) -> None:
    policy = load(profile)
    for one, other in zip(found_unfair(dated(stories)), never_given(dated(stories)), strict=True):
        assert uses(policy, one) == uses(policy, other)
        assert (one.say_now, one.refused_at) == (other.say_now, other.refused_at)


def test_every_engine_says_so_too(ask: Ask) -> None:
    draw = random.Random(20261122)
    says = [{"type": "choice", "account": "ana", "say": say, "covers": covers, "notice": notice} for say in ("allow", "allow", "refuse") for covers in ("from_now", "stored") for notice in (UNFAIR, FAIR, None)]  # fmt: skip
    others = [
        {"type": "turn", "account": "ana", "conversation": "c", "origin": "typed"},
        {"type": "notice_shown", "account": "ana", "notice": UNFAIR},
    ]
    policy, stories = (
        load("anthropic-consumer"),
        dated([draw.choices([*says, *others], k=draw.randrange(1, 8)) for _ in range(60)]),
    )
    asked = found_unfair(stories)
    assert sum(uses(policy, one) != uses(policy, other) for one, other in zip(asked, told(stories, AT), strict=True)) > 5
    for one in ENGINES:
        if "rows" not in one.lacks:
            assert agree(ask(one.name), policy, asked, AT) == len(stories), one.name


def test_anas_yes_falls_and_bos_no_stays() -> None:
    turn = (START + timedelta(days=200), {"type": "turn", "account": "ana", "conversation": "c", "origin": "typed"})
    said = {"type": "choice", "account": "ana", "covers": "stored", "notice": UNFAIR}
    yes, no = (
        [(START + timedelta(days=170), {**said, "say": "allow"}), turn],
        [(START + timedelta(days=170), {**said, "say": "refuse"}), turn],
    )
    policy = load("anthropic-consumer")
    before = told([yes, no], AT)
    assert [uses(policy, one)["model_training"] for one in before] == ["allow", "deny"]
    asked = found_unfair([yes, no])
    assert [uses(policy, one)["model_training"] for one in asked] != ["allow", "deny"]
    assert asked[1].say_now["model_training"] == "refuse"

"""Where versions give notice and use rests on dated bases, all engines still say the same, on every side of every day named."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.facts.errors import Unfit
from sayso.facts.standings import Standing, Stretch
from sayso.policy import Policy, decide, parse
from sayso.policy.asking import binding
from sayso.policy.checking import check_text
from sayso.policy.codes import codes
from sayso.policy.columns import Answers
from sayso.policy.engines import ENGINES

from .domain import EVENT, WHEN, WHO, told
from .test_agreement import agree, reference
from .test_big_pass import agree as passed

Ask = Callable[[str], Answers]
SAID = 'because = "b"\nsource = "A1"\n'


def table(kind: str, **keys: str) -> str:
    """A table of a policy file, with the keys as TOML; `from_` is `from`."""
    return f"[[{kind}]]\n" + "".join(f"{key.removesuffix('_')} = {value}\n" for key, value in keys.items()) + SAID


def choice(name: str, purpose: str, versions: str, **keys: str) -> str:
    usual = {"before": '"deny"', "after": '"gate"', "withdrawal": '"future_runs"', "resumed": '"whole"'}
    return table("choice", id=f'"{name}"', purpose=f'"{purpose}"', versions=versions, **{**usual, **keys})


def basis(name: str, value: str, **keys: str) -> str:
    return table("basis", id=f'"{name}"', purpose='"ads"', basis=f'"{value}"', **keys)


def use(name: str, purpose: str, when: str, verdict: str, **keys: str) -> str:
    return table("use", id=f'"{name}"', purpose=f'"{purpose}"', when=when, use=f'"{verdict}"', **keys)


def keep(name: str, reason: str, when: str, **keys: str) -> str:
    return table("keep", id=f'"{name}"', reason=f'"{reason}"', when=when, **{"anchor": '"last_turn"', **keys})


HEAD = """title = "small"
purposes = ["model_training", "ads"]
[facts]
tier = ["free", "pro", "team"]
contract = ["none"]
surface = ["chat"]
origin = ["typed"]
[sources]
A1 = "the terms"
"""
TEXT = HEAD + "".join(
    (
        table("version", id='"one"', from_="2025-05-01"),
        table("version", id='"two"', from_="2025-06-01", notice_days="60"),
        table("version", id='"three"', from_="2025-06-20", notice_days="90"),
        table("version", id='"four"', from_="2026-02-01", notice_days="30"),
        choice("asked", "model_training", '["one", "two"]', from_="2025-05-10", deadline="2025-07-10", resumed='"new_turns"'),
        choice("again", "model_training", '["three", "four"]', from_="2025-06-25", deadline="2025-09-10", after='"allow"'),
        choice("ads", "ads", '["two", "three"]', from_="2025-06-05", after='"deny"', withdrawal='"future_conversations"'),
        basis("eu-once", "consent", region='["EU", "UK"]', until="2025-07-01", versions='["one", "two", "three"]'),
        basis("eu", "legitimate_interests", region='"EU"', from_="2025-07-01", versions='["one", "two", "three"]'),
        basis("uk", "conflict", region='"UK"', from_="2025-07-01", until="2025-10-01", versions='["one", "two", "three"]'),
        basis("br", "unknown", region='"BR"'),
        basis("late", "consent", region='"EU"', from_="2026-03-01", versions='["four"]'),
        basis("rest", "none"),
        use("objected", "ads", '{ objection = "yes" }', "deny"),
        use("agreed", "ads", '{ basis = "consent", basis_now = "consent", say = "allow", say_now = "allow" }', "allow"),
        use("rests", "ads", '{ basis = "legitimate_interests", basis_now = "legitimate_interests", objection = "no" }', "allow"),
        use("else", "ads", '{ basis = "none", basis_now = "none", say = "allow" }', "allow", versions='["three", "four"]'),
        use("torn", "ads", '{ basis_now = "consent" }', "conflict", versions='["one", "two"]'),
        use("no", "model_training", '{ say_now = "refuse" }', "deny"),
        use("yes", "model_training", '{ say = ["allow", "assumed"], say_now = ["allow", "assumed"] }', "allow"),
        table("use", id='"last"', when="{}", use='"deny"'),
        keep("trained", "training", '{ say = "allow" }', days="90", versions='["one", "three"]'),
        keep("longer", "training", '{ say = "allow" }', days="400", versions='["two", "four"]'),
        keep("shown", "scores", '{ basis_now = ["consent", "none"] }', days="200", purpose='"ads"', anchor='"collected"'),
        keep("objection", "scores", '{ objection = "yes" }', days="20", purpose='"ads"', anchor='"refused"'),
        keep("month", "product", "{}", days="30", unless='["training"]', versions='["one", "two"]'),
        keep("quarter", "product", "{}", days="90", versions='["three", "four"]'),
        keep("held", "hold", '{ held = "yes" }', open="true"),
        table("cap", id='"gone"', anchor='"deleted"', days="7", spares='["hold"]', when='{ basis = ["consent", "none"] }', purpose='"ads"'),
    )
)  # fmt: skip
POLICY: Policy = parse(TEXT, name="mine.toml")
TURN_BY_TURN: Policy = parse(TEXT.replace('resumed = "whole"', 'resumed = "new_turns"'), name="turns.toml")
"""The same, but a resumed conversation counts from its new turns: a pass can put its stretches together."""
PLACES = ("US", "DE", "GB", "BR", "EU", "??")
LATER = [one for one in POLICY.instants if one.year < 9999]
MOMENTS = sorted({moment for day in LATER for moment in (day - timedelta(microseconds=1), day, day + timedelta(days=3))})

OTHER = st.one_of(
    EVENT,
    st.fixed_dictionaries({"type": st.just("region"), "account": WHO, "region": st.sampled_from(PLACES)}),
    st.fixed_dictionaries(
        {
            "type": st.just("choice"),
            "account": WHO,
            "purpose": st.sampled_from(["ads", "model_training"]),
            "say": st.sampled_from(["allow", "allow", "refuse"]),
            "covers": st.sampled_from(["from_now", "stored"]),
        }
    ),
    st.fixed_dictionaries({"type": st.just("turn"), "account": WHO, "conversation": st.just("c"), "origin": st.just("typed")}),
)
STORIES = st.lists(st.lists(st.tuples(WHEN, OTHER), max_size=12), min_size=8, max_size=30)
HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
Stories = list[list[tuple[datetime, dict[str, Any]]]]


def drawn(number: int, stretches: tuple[int, ...], seed: int) -> list[Standing]:
    """Ana's conversation, with every stretch on some side of some day that the policy names."""
    draw, found = random.Random(seed), []
    says = ("allow", "refuse", "noticed", "unasked", "??")
    for place in range(number):
        times = sorted(draw.choices(MOMENTS, k=draw.choice(stretches) + 1))
        now, heard = draw.choice(PLACES), {purpose: draw.choice(says) for purpose in POLICY.purposes}
        parts = tuple(
            Stretch(
                first=turn, last=turn, began_at=draw.choice((began, ended)), ended_at=ended, account=draw.choice(("ana", "ana", "bo")),
                tier=draw.choice(("pro", "free")), tier_now="pro", region=draw.choice((now, draw.choice(PLACES))), region_now=now,
                contract="none", surface="chat", origin="typed", say={purpose: draw.choice(says) for purpose in POLICY.purposes},
            )
            for turn, (began, ended) in enumerate(pairwise(times))
        )  # fmt: skip
        found.append(
            Standing(
                conversation=f"c{place}", account="ana", at=times[-1], stretches=parts, say_now=heard, last_turn_at=times[-1],
                refused_at={purpose: times[-1] for purpose, said in heard.items() if said == "refuse"},
                deleted_at=draw.choice((None, None, times[-1])), holds=draw.choice(((), (), ("order",))),
            )
        )  # fmt: skip
    return found


def test_the_policy_says_what_it_is_here_for() -> None:
    assert check_text(TEXT, name="mine.toml").problems == ()
    assert any(len(POLICY.binding(at, at)) == 3 for at in MOMENTS)
    asked = [(one, at) for one in drawn(500, (1, 2, 3), 1) for at in MOMENTS if at >= one.at]
    decided = {because.row for one, at in asked for ruled in decide(POLICY, one, at).use.values() for because in ruled.because}
    wanted = {"objected", "agreed", "rests", "else", "torn", "no", "yes", "last", "unknown-basis", "conflict-basis_now", "no-terms"}
    assert wanted <= decided
    assert max(len(versions) for one, at in asked if POLICY.position(at) >= 0 for versions in binding(POLICY, one, at)) >= 3


@settings(max_examples=60, deadline=None, suppress_health_check=HEALTH)
@given(STORIES, st.sampled_from([at for at in MOMENTS if at > datetime(2025, 4, 30, tzinfo=UTC)]))
def test_a_ruling_from_a_plan_is_the_one_put_together_anew_while_notice_runs_and_after_a_basis_changed(
    stories: Stories, at: datetime
) -> None:
    for one in told(stories, at):
        assert repr(decide(POLICY, one, at)) == repr(reference(POLICY, one, at)), one


def test_a_ruling_from_a_plan_is_the_one_put_together_anew_on_every_side_of_every_day_named() -> None:
    compared = 0
    for one in drawn(800, (1, 1, 2, 3), 2):
        for at in MOMENTS:
            if at >= one.at:
                assert repr(decide(POLICY, one, at)) == repr(reference(POLICY, one, at)), (one, at)
                compared += 1
    assert compared > 3000


@settings(max_examples=4, deadline=None, suppress_health_check=HEALTH)
@given(STORIES, st.sampled_from([at for at in MOMENTS if at > datetime(2025, 6, 1, tzinfo=UTC)]))
def test_every_engine_says_the_same_of_any_history_under_notice_and_bases(ask: Ask, stories: Stories, at: datetime) -> None:
    asked = told(stories, at)
    for one in ENGINES:
        if "rows" not in one.lacks:
            assert agree(ask(one.name), POLICY, asked, at) == len(stories), one.name


@pytest.mark.parametrize("at", [at for at in MOMENTS if POLICY.position(at) >= 0], ids=str)
def test_the_pass_says_what_is_said_of_each_alone_under_notice_and_bases(at: datetime) -> None:
    assert passed(POLICY, drawn(400, (1,), 3), at) > 0


def test_the_pass_puts_stretches_together_as_alone_under_notice_and_bases() -> None:
    asked = drawn(600, (1, 2, 3), 5)
    ruled = [passed(TURN_BY_TURN, asked, at) for at in MOMENTS[::4] if TURN_BY_TURN.position(at) >= 0]
    assert sum(ruled) > 1000


def test_a_policy_with_more_cases_than_one_number_holds_is_refused_by_the_pass_and_ruled_alone() -> None:
    many = ", ".join(f'"p{letter}"' for letter in "abcdefghijkl")
    text = TEXT.replace('["model_training", "ads"]', f'["model_training", "ads", {many}]', 1)
    asked = text.replace('id = "yes"\npurpose = "model_training"\n', 'id = "yes"\n')
    assert asked != text
    assert codes(parse(text, name="more.toml")).sql()  # purposes whose answers no row asks for tell nothing apart
    policy = parse(asked, name="many.toml")
    one = drawn(1, (1,), 4)[0]
    assert decide(policy, one, one.at) == reference(policy, one, one.at)
    with pytest.raises(Unfit, match="tells too many cases apart for one number; rule its conversations one by one"):
        passed(policy, [one], one.at)

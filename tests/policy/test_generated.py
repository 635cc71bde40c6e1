"""The functions that are generated for a policy say what the closures say, and nothing that somebody wrote is ever run."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sayso.facts.instants import LAST, add_calendar
from sayso.facts.standings import Standing, Stretch
from sayso.policy import Policy, clock, decide, flat, generated, keys, load, parse
from sayso.policy.asking import decide_by
from sayso.policy.closures import closure
from sayso.policy.compiling import compiled
from sayso.policy.generated import outcome_function, row_function
from sayso.policy.keys import key_function, needed
from sayso.policy.tree import And, AtLeast, Case, Col, Greatest, In, Known, Later, Least, Lit, Node, Or

WORDS = ("pro", "team", "unknown", "o'max", '"', "\\", "__import__('os').abort()", "", None, True, False)
COUNTS = (None, 0, 1, 86_400_000_000, clock.micros(datetime(2024, 2, 29, tzinfo=UTC)), clock.END - 5)
NAMES = ("tier", "say_a b", "x); raise SystemExit(", "k0", "v1", "row")
TIMES = ("at", "began_\n", "at_least")

WORD = st.sampled_from(NAMES).map(Col)
TIME = st.recursive(
    st.one_of(st.sampled_from(TIMES).map(Col), st.sampled_from(COUNTS).map(Lit)),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(tuple).map(Greatest),
        st.lists(inner, min_size=1, max_size=3).map(tuple).map(Least),
        st.builds(Later, inner, st.integers(0, 70), st.integers(0, 400)),
    ),
    max_leaves=4,
)
ASKS = st.builds(In, WORD, st.lists(st.sampled_from(WORDS), max_size=3, unique_by=repr).map(tuple))
FITS = st.recursive(
    st.one_of(ASKS, st.builds(Known, WORD), st.builds(AtLeast, TIME, TIME)),
    lambda inner: st.one_of(st.lists(inner, max_size=3).map(tuple).map(And), st.lists(inner, max_size=3).map(tuple).map(Or)),
    max_leaves=5,
)
ROWS = st.lists(st.one_of(FITS, ASKS, ASKS.map(lambda one: And((one,)))), max_size=9).map(
    lambda found: Case(tuple((when, Lit(place)) for place, when in enumerate(found)), Lit(len(found)))
)
FLAT = st.fixed_dictionaries({**dict.fromkeys(NAMES, st.sampled_from(WORDS)), **dict.fromkeys(TIMES, st.sampled_from(COUNTS))})


@settings(max_examples=300, deadline=None)
@given(ROWS, FITS, TIME, FLAT)
def test_a_generated_function_says_what_closures_say_of_any_tree_and_row(
    rows: Node, fits: Node, end: Node, row: dict[str, Any]
) -> None:
    assert row_function((), rows)(row) == closure(rows)(row)
    staged = (
        ("made", Case(((fits, Lit("pro")),), Lit("team"))),
        ("more", Case(((In(Col("made"), ("pro",)), Lit("x")),), Col("tier"))),
    )
    known = {**row, "made": closure(staged[0][1])(row)}
    known["more"] = closure(staged[1][1])(known)
    asked = And((In(Col("more"), ("x",)), fits))
    found = outcome_function(staged, [rows], [(asked, end)], [], ends=True)(row)
    assert found == ((closure(rows)(row),), (closure(end)(row) if closure(asked)(known) else None,), ())
    assert outcome_function(staged, [], [(asked, end)], [(fits, end)], ends=False)(row) == (
        (),
        (closure(asked)(known),),
        (closure(fits)(row),),
    )


def test_a_choice_among_thousands_of_rows_is_no_deeper_than_one_among_two() -> None:
    rows = Case(tuple((In(Col("tier"), (f"t{place}",)), Lit(place)) for place in range(5000)), Lit(5000))
    mixed = Case(tuple((And((In(Col("tier"), (f"t{place}",)), Known(Col("at")))), Lit(place)) for place in range(5000)), Lit(5000))
    for node in (rows, mixed):
        asked = row_function((), node)
        assert [asked({"tier": tier, "at": 1}) for tier in ("t0", "t4999", "pro")] == [0, 4999, 5000]


HOSTILE = """
title = "hostile"
purposes = ["p_one", "p_two"]
[facts]
tier = ["free", "'; raise SystemExit(2)  #", "\\\\"]
contract = ["none"]
surface = ["chat"]
origin = ["typed"]
[sources]
A1 = "the terms"
[[version]]
id = "one"
from = 2025-01-01
because = "b"
source = "A1"
[[use]]
id = "yes"
when = { say = "allow", tier = "'; raise SystemExit(2)  #" }
use = "allow"
because = "b"
source = "A1"
[[use]]
id = "rest"
when = {}
use = "deny"
because = "b"
source = "A1"
[[keep]]
id = "kept"
reason = "product"
anchor = "last_turn"
days = 30
when = {}
because = "b"
source = "A1"
"""


def test_what_a_profile_says_is_a_value_and_never_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every source that is compiled for a hostile profile holds none of its words, and rules by them all the same."""
    seen: list[str] = []
    for module in (generated, keys):
        monkeypatch.setattr(module, "compile", lambda text, *rest: seen.append(text) or compile(text, *rest), raising=False)
    policy = parse(HOSTILE, name="hostile.toml")
    purpose, tier = policy.purposes[0], "'; raise SystemExit(2)  #"
    when = datetime(2025, 6, 1, tzinfo=UTC)
    said = Stretch(
        first=0, last=0, began_at=when, ended_at=when, account="ana", tier=tier, tier_now=tier, region="US", region_now="US", say={purpose: "allow"}
    )  # fmt: skip
    ana = Standing(conversation="c", account="ana", at=when, stretches=(said,), say_now={purpose: "allow"}, last_turn_at=when)
    ruling = decide(policy, ana, when)
    assert [one.use for one in ruling.use.values()] == ["allow", "deny"]  # one said yes to, one nobody heard of
    assert len(seen) == 2  # the key, and the one version
    assert not any(word in text for text in seen for word in ("raise", "SystemExit", "free", "p_one", "chat", "2025"))


@given(st.integers(0, clock.END), st.integers(0, 2400), st.integers(0, 73_200))
def test_instants_as_numbers_move_as_the_calendar_moves_them(count: int, months: int, days: int) -> None:
    assert clock.later(count, months, days) == clock.micros(add_calendar(clock.instant(count), months=months, days=days))


def test_the_calendar_ends_for_numbers_where_it_ends_for_instants() -> None:
    last = clock.micros(LAST)
    assert [clock.later(last, *way) for way in ((0, 0), (0, 1), (1, 0), (0, 73_200), (2400, 0))] == [last] * 5
    leap = clock.micros(datetime(9996, 2, 29, 23, 59, tzinfo=UTC))
    assert clock.instant(clock.later(leap, 36, 0)) == datetime(9999, 2, 28, 23, 59, tzinfo=UTC)


def cut(policy: Policy, draw: random.Random, at: datetime) -> Standing:
    """A conversation of one or two stretches, each fact of which is one of two values that no row of *policy* tells apart, or not."""
    days = [day for day in policy.instants if day < at]

    def stretch(place: int) -> Stretch:
        began = draw.choice(days) + timedelta(days=draw.choice((0, 3)))
        return Stretch(
            first=place, last=place, began_at=began, ended_at=began, account=draw.choice(("ana", "bo")), tier=draw.choice(("pro", "max")), tier_now="pro",
            region="US", region_now="US", model=draw.choice(("m1", "m2")), organisation=draw.choice(("none", "acme", "other")),
            contract=draw.choice(("none", "dpp")), say={"model_training": draw.choice(("allow", "refuse"))},
        )  # fmt: skip

    stretches = tuple(stretch(place) for place in range(draw.randint(1, 2)))
    last = max(one.ended_at for one in stretches)
    return Standing(
        conversation="c", account="ana", at=last, stretches=stretches, say_now={"model_training": "allow"}, last_turn_at=last
    )


@pytest.mark.parametrize("profile", ["anthropic-consumer", "as-first-reported", "protective"])
def test_standings_of_one_key_share_their_uses_reasons_and_caps(profile: str) -> None:
    """A fact that a row asks for is in the key; so two standings with one key differ in nothing that a plan decides."""
    policy, draw, at = load(profile), random.Random(7), datetime(2026, 9, 1, tzinfo=UTC)
    key, first, shared = key_function(policy), {}, 0
    for _ in range(1500):
        one = cut(policy, draw, at)
        ruled = decide_by(policy, one, at, lambda _stretch, version, _at, row: compiled(policy)[version].slowly(row))
        said = {purpose: (ruling.use, ruling.turns, ruling.because) for purpose, ruling in ruled.use.items()}
        names = {reason.because.row for reason in ruled.reasons if reason.until is None}
        other = first.setdefault(key(one), (one, said, names))
        shared += other[0] != one
        assert other[1:] == (said, names), (one, other[0])
    assert shared > 100


def test_a_key_leaves_out_what_no_row_asks_for_and_keeps_what_one_does() -> None:
    policy = load("anthropic-consumer")
    assert "raw_model" not in needed(policy)
    assert {"raw_tier", "raw_region_now", "raw_say_model_training", "at_deleted", "at_last_turn"} <= needed(policy)
    assert needed(policy) <= {name for name, _ in flat.columns(policy.purposes)}
    when, key = datetime(2026, 1, 1, tzinfo=UTC), key_function(policy)
    one = Stretch(first=0, last=0, began_at=when, ended_at=when, account="ana", tier="pro")
    ana = Standing(conversation="c", account="ana", at=when, stretches=(one,), last_turn_at=when)
    assert key(ana) == key(replace(ana, conversation="d", stretches=(replace(one, model="m2", account="bo"),)))
    assert key(ana) != key(replace(ana, stretches=(replace(one, tier="team"),)))
    assert key(ana) != key(replace(ana, deleted_at=when))
    assert key(ana) != key(replace(ana, holds=("order",)))

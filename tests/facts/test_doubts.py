"""What is not known, or was said in two ways: it is held, it opens nothing, and a yes that was taken back stays taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from sayso.facts.events import Scope, parse_event
from sayso.facts.history import History
from sayso.facts.instants import parse_instant
from sayso.facts.scopes import Told, reaches
from sayso.facts.standings import Standing
from sayso.facts.words import AccountId, ConversationId

AT = "2026-06-01"
MAY = parse_instant("2026-05-01")
YES = {"type": "choice", "account": "ana", "say": "allow"}
NO = {"type": "choice", "account": "ana", "say": "refuse"}


def turn(region: str = "US", tier: str = "pro", contract: str = "none") -> Told:
    return Told(frozenset({AccountId("ana")}), region, tier, ConversationId("c"), MAY, contract)


def known(*events: dict[str, Any], at: str = AT) -> Standing:
    """Ana's chat of 1 March, after *events*."""
    opening = [
        {"at": "2026-01-01", "type": "account", "account": "ana", "tier": "pro", "region": "US"},
        {"at": "2026-03-01", "type": "turn", "account": "ana", "conversation": "c"},
    ]
    told = sorted([*opening, *events], key=lambda one: str(one["at"]))
    return History([parse_event(one) for one in told], parse_instant(at)).standing("c")


def said(*answers: tuple[str, dict[str, Any]]) -> tuple[str, str, datetime | None]:
    """What covers Ana's turn, what she says now, and since when a no counts."""
    standing = known(*({"at": at, **answer} for at, answer in answers))
    purpose = "model_training"
    return standing.stretches[0].say[purpose], standing.say_now[purpose], standing.refused_at.get(purpose)


SOMEWHERE = st.sampled_from(["US", "DE", "EU", "GB", "UK", "CH"])
NOWHERE = st.sampled_from(["??", "us", "", "unknown", "XX", "Germany"])
PLAN = st.sampled_from(["pro", "free", "enterprise"])
CONTRACT = st.sampled_from(["none", "commercial"])
SCOPES = st.recursive(
    st.builds(
        Scope,
        regions=st.none() | st.lists(SOMEWHERE, max_size=2).map(tuple),
        tiers=st.none() | st.lists(PLAN, max_size=2).map(tuple),
        contracts=st.just(UNSET) | st.lists(CONTRACT, max_size=2).map(tuple),
        accounts=st.sampled_from([None, (AccountId("ana"),), (AccountId("bo"),)]),
    ),
    lambda inner: st.builds(
        Scope,
        regions=st.none() | st.lists(SOMEWHERE, max_size=2).map(tuple),
        tiers=st.none() | st.lists(PLAN, max_size=2).map(tuple),
        exempt=inner | st.lists(inner, max_size=2).map(tuple),
    ),
    max_leaves=3,
)


@settings(max_examples=300, deadline=None)
@given(SCOPES, SOMEWHERE, NOWHERE, PLAN, CONTRACT)
def test_forgetting_where_ana_lives_or_what_she_pays_never_ends_an_order(
    scope: Scope, place: str, nowhere: str, plan: str, contract: str
) -> None:
    if reaches(scope, turn(place, plan, contract)):
        assert reaches(scope, turn(nowhere, plan, contract))
        assert reaches(scope, turn(place, "unknown", contract))
        assert reaches(scope, turn(place, plan, "unknown"))
        assert reaches(scope, turn(nowhere, "unknown", "unknown"))


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        (Scope(regions=("DE",)), False),
        (Scope(regions=("US",)), True),
        (Scope(tiers=("free",)), False),
        (Scope(tiers=(" PRO",)), True),
        (Scope(exempt=Scope(regions=("US",))), False),
        (Scope(exempt=Scope(tiers=("PRO",))), True),
        (Scope(regions=()), False),
        (Scope(contracts=("commercial",)), False),
        (Scope(contracts=("None ",)), True),
        (Scope(exempt=Scope(contracts=("none",))), False),
        (Scope(exempt=(Scope(contracts=("commercial",)), Scope(tiers=("free",)))), True),
        (Scope(exempt=(Scope(contracts=("commercial",)), Scope(tiers=("pro",)))), False),
        (Scope(exempt=Scope(exempt=(Scope(regions=("DE",)), Scope(regions=("US",))))), True),
        (Scope(exempt=()), True),
    ],
)
def test_what_is_known_of_ana_is_compared_and_only_doubt_widens_an_order(scope: Scope, held: bool) -> None:
    assert reaches(scope, turn()) is held


def test_a_person_of_the_union_may_be_in_any_of_its_countries_and_in_none_elsewhere() -> None:
    assert reaches(Scope(regions=("DE",)), turn("EU"))
    assert reaches(Scope(regions=("EEA",)), turn("EU"))
    assert not reaches(Scope(regions=("CH",)), turn("EU"))
    assert reaches(Scope(exempt=Scope(regions=("DE",))), turn("EU"))


def test_yes_no_and_yes_again_leaves_what_was_written_under_the_first_yes_withdrawn() -> None:
    before, no, again = ("2026-02-01", YES), ("2026-04-01", NO), ("2026-05-01", YES)
    assert said(before) == ("allow", "allow", None)
    assert said(before, no) == ("allow", "refuse", parse_instant("2026-04-01"))
    assert said(before, no, again) == ("withdrawn", "allow", parse_instant("2026-04-01"))
    assert said(before, no, ("2026-05-01", {**YES, "covers": "stored"})) == ("allow", "allow", None)
    assert said(no, again) == ("unasked", "allow", None)
    assert said(("2026-02-01", NO), again) == ("refuse", "allow", None)


def test_a_no_before_the_first_turn_takes_back_nothing() -> None:
    assert said(("2026-01-10", YES), ("2026-01-20", NO), ("2026-02-01", YES)) == ("allow", "allow", None)


def test_of_two_noes_the_last_one_counts_and_one_said_twice_counts_from_its_first() -> None:
    answers = [
        ("2026-02-01", YES),
        ("2026-03-10", NO),
        ("2026-03-20", YES),
        ("2026-04-01", NO),
        ("2026-04-05", NO),
        ("2026-05-01", YES),
    ]
    assert said(*answers) == ("withdrawn", "allow", parse_instant("2026-04-01"))


@pytest.mark.parametrize(
    ("years", "age"),
    [
        ([1985], "adult"),
        ([2012, 1985], "conflict"),
        ([1985, 2012], "minor"),
        ([1985, 2012, 1985], "conflict"),
        ([1985, 1990], "adult"),
        ([2012, "soon"], "conflict"),
        (["soon", 1985], "conflict"),
        ([2012, 2012], "minor"),
    ],
)
def test_a_second_year_of_birth_never_makes_an_adult_of_a_child(years: list[int | str], age: str) -> None:
    told = [
        {"at": f"2026-01-1{day}", "type": "account", "account": "ana", "tier": "pro", "region": "US", "birth_year": year}
        for day, year in enumerate(years)
    ]
    standing = known(*told)
    assert (standing.age_now, standing.stretches[0].age) == (age, age)

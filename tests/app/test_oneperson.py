"""Olga has a link here and an account at her organisation: what takes two people is refused to her two names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sayso.app import profiles
from sayso.app.clock import StoryClock
from sayso.app.grants import Grants
from sayso.app.house import House, create
from sayso.app.jobs import approving, enforce
from sayso.app.oneperson import apart
from sayso.app.settings import Settings
from sayso.facts.errors import Refused, Unfit
from sayso.facts.instants import parse_instant

AT_WORK, OTTO_AT_WORK, ELSEWHERE = "oidc-" + "1" * 16, "oidc-" + "2" * 16, "oidc-" + "3" * 16
HERE, THERE = "https://login.example/tenant", "https://other.example"
EVERYTHING = ("read", "operate", "approve")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock = StoryClock(parse_instant("2026-11-02"))
    with create(Settings(data=tmp_path / "d", keys=tmp_path / "k"), clock=clock, policy="anthropic-consumer") as made:
        grants = Grants(made.settings.keys)
        grants.name_officer("olga", EVERYTHING, clock.now())
        for name, issuer in ((AT_WORK, HERE), (OTTO_AT_WORK, HERE), (ELSEWHERE, THERE)):
            grants.sign_in(name, "x", EVERYTHING, clock.now(), issuer)
        yield made


@pytest.fixture
def grants(house: House) -> Grants:
    return Grants(house.settings.keys)


def later(house: House) -> None:
    house.clock.set(house.clock.now() + timedelta(minutes=1))  # type: ignore[attr-defined]  # the clock of a story


def approved(house: House, one: str, other: str) -> None:
    made = approving.propose(house, profiles.source("protective"), "protective", by=one, why="stricter")
    approving.approve(house, made.number, by=other, why="read it")


def test_while_nobody_said_who_is_who_a_link_and_an_account_are_not_two_either_way(house: House, grants: Grants) -> None:
    with pytest.raises(Refused, match=f"not known here; .*sayso officer bind {AT_WORK} NAME"):
        approved(house, "olga", AT_WORK)
    assert house.policy_in_force().name == "anthropic-consumer"
    approving.end(house, None, by="olga", why="anew")
    with pytest.raises(Refused, match="not known here"):
        approved(house, AT_WORK, "olga")
    assert house.policy_in_force().name == "anthropic-consumer"


def test_bound_to_her_the_account_is_hers_and_she_does_not_approve_her_own(house: House, grants: Grants) -> None:
    grants.bind(AT_WORK, "olga", house.now())
    for one, other in (("olga", AT_WORK), (AT_WORK, "olga")):
        with pytest.raises(Refused, match="two names of one person"):
            approved(house, one, other)
        approving.end(house, None, by=one, why="anew")
    approved(house, AT_WORK, OTTO_AT_WORK)
    assert house.policy_in_force().name == "protective"


def test_otto_is_bound_to_nobody_and_approves_what_olga_proposed(house: House, grants: Grants) -> None:
    grants.bind(OTTO_AT_WORK, "", house.now())
    approved(house, "olga", OTTO_AT_WORK)
    assert house.policy_in_force().name == "protective"


def test_who_was_nobody_is_not_known_of_an_officer_who_is_named_later(house: House, grants: Grants) -> None:
    grants.bind(OTTO_AT_WORK, "", house.now())
    later(house)
    grants.name_officer("otto", EVERYTHING, house.now())
    grants.name_officer("olga", ["approve", "operate", "hold"], house.now())
    state = grants.state()
    assert apart(state, "otto", OTTO_AT_WORK) == "unknown"
    assert apart(state, "olga", OTTO_AT_WORK) == "two", "other roles are no other person"
    grants.end_officer("olga", house.now())
    assert apart(grants.state(), "olga", OTTO_AT_WORK) == "unknown", "who that was is not known any more"
    grants.bind(OTTO_AT_WORK, "otto", house.now())
    assert apart(grants.state(), "otto", OTTO_AT_WORK) == "one"
    assert apart(grants.state(), "olga", OTTO_AT_WORK) == "two"


def test_two_accounts_are_two_people_at_one_provider_and_not_at_two(grants: Grants, house: House) -> None:
    state = grants.state()
    assert apart(state, AT_WORK, OTTO_AT_WORK) == "two"
    assert apart(state, AT_WORK, ELSEWHERE) == "unknown"
    assert apart(state, AT_WORK, "oidc-" + "9" * 16) == "unknown"
    for name in (AT_WORK, ELSEWHERE):
        grants.bind(name, "olga", house.now())
    assert apart(grants.state(), AT_WORK, ELSEWHERE) == "one"


def test_it_takes_two_people_to_let_one_decide_alone(house: House, grants: Grants) -> None:
    grants.bind(AT_WORK, "olga", house.now())
    with pytest.raises(Refused, match="nobody else has the role"):
        approving.set_persons(house, 2, by=AT_WORK, why="nobody alone")
    grants.name_officer("otto", EVERYTHING, house.now())
    approving.set_persons(house, 2, by=AT_WORK, why="nobody alone")
    with pytest.raises(Refused, match="two names of one person"):
        approving.set_persons(house, 1, by="olga", agreed=AT_WORK, why="quicker")
    approving.set_persons(house, 1, by="olga", agreed="otto", why="quicker")


def test_what_is_said_meanwhile_counts_when_it_comes_into_force(
    house: House, grants: Grants, monkeypatch: pytest.MonkeyPatch
) -> None:
    grants.bind(AT_WORK, "", house.now())
    before = enforce.effect_of

    def slow(*given: object) -> object:
        grants.bind(AT_WORK, "olga", house.now())
        return before(*given)  # type: ignore[arg-type]  # whatever it is given

    made = approving.propose(house, profiles.source("protective"), "protective", by="olga", why="stricter")
    monkeypatch.setattr(enforce, "effect_of", slow)
    with pytest.raises(Refused, match="two names of one person"):
        approving.approve(house, made.number, by=AT_WORK, why="read it")
    assert house.policy_in_force().name == "anthropic-consumer"


def test_only_a_name_of_a_provider_is_bound_and_only_to_somebody_who_is_named(grants: Grants, house: House) -> None:
    for name, officer in (("olga", "olga"), ("oidc-short", "olga"), (AT_WORK, "nobody"), (AT_WORK, OTTO_AT_WORK)):
        with pytest.raises(Unfit):
            grants.bind(name, officer, house.now())
    assert not grants.state().bound

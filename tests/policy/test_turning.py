"""What would have to be otherwise: the facts that mattered to a ruling, and the least change of them that turns it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sayso.facts.events import parse_event
from sayso.facts.history import History
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing, Stretch
from sayso.policy import Policy, decide, load, shelf, vocabulary
from sayso.policy.trying import Otherwise
from sayso.policy.turning import explained, mattered, turn

AT = datetime(2025, 11, 1, tzinfo=UTC)
POLICY = load("anthropic-consumer")
ANA = {"at": "2025-08-01", "type": "account", "account": "ana", "tier": "pro", "region": "US"}
YES = {"at": "2025-09-10", "type": "choice", "account": "ana", "say": "allow"}
NO = {**YES, "say": "refuse"}
TURN = {"at": "2025-10-12", "type": "turn", "account": "ana", "conversation": "c"}


def ruled(*events: dict[str, Any]) -> tuple[Standing, Ruling]:
    past = History([parse_event(one) for one in events], AT, purposes=POLICY.purposes, cuts=POLICY.instants)
    standing = past.standing("c")  # type: ignore[arg-type]
    return standing, decide(POLICY, standing, AT)


def least(*events: dict[str, Any]) -> str:
    return turn(POLICY, *ruled(*events), "model_training").said


def test_ana_said_nothing_and_a_yes_before_her_first_turn_would_turn_it() -> None:
    assert least(ANA, TURN) == "For model training it could be used if the person had said yes before 12 October 2025."
    _, ruling = ruled(ANA, YES, TURN)
    assert ruling.may("model_training")  # and so it does


def test_ana_took_her_yes_back_so_only_a_yes_to_what_is_stored_would_do() -> None:
    back = {"at": "2025-10-20", "type": "choice", "account": "ana", "say": "refuse"}
    assert (
        least(ANA, YES, TURN, back) == "For model training it could be used if the person said yes now to what is stored already."
    )
    anew = {"at": "2025-10-22", "type": "choice", "account": "ana", "say": "allow"}
    assert not ruled(ANA, YES, TURN, back, anew)[1].may("model_training")  # a yes alone does not
    assert (
        least(ANA, YES, TURN, back, anew)
        == "For model training it could be used if the person said yes now to what is stored already."
    )
    assert ruled(ANA, YES, TURN, back, {**anew, "covers": "stored"})[1].may("model_training")  # and so it does


def test_where_bo_took_part_everyone_must_say_yes_and_one_no_is_enough() -> None:
    bo = {"at": "2025-08-01", "type": "account", "account": "bo", "tier": "free", "region": "DE"}
    both = [{**TURN}, {**TURN, "account": "bo", "at": "2025-10-13"}]
    said = least(ANA, bo, YES, *both)
    assert said == "For model training it could be used if everyone who took part said yes now."
    silent = least(ANA, bo, *both)
    assert silent == "For model training it could be used if everyone who took part had said yes before 12 October 2025."
    yes = {**YES, "account": "bo"}
    assert least(ANA, bo, YES, yes, *both) == "For model training it could not be used if someone who took part said no."


@pytest.mark.parametrize(
    ("fact", "if_"),
    [
        ({**TURN, "incognito": True}, "it were not incognito"),
        ({"at": "2025-10-14", "type": "deleted", "conversation": "c"}, "it were not deleted"),
        ({"at": "2025-10-14", "type": "hold_placed", "hold": "one"}, "no legal order held it"),
    ],
)
def test_one_fact_stands_in_the_way_of_ana_s_yes(fact: dict[str, Any], if_: str) -> None:
    events = [ANA, YES, fact] if fact["type"] == "turn" else [ANA, YES, TURN, fact]
    assert least(*events) == f"For model training it could be used if {if_}."


def test_two_facts_stand_in_the_way_and_both_are_named() -> None:
    deleted = {"at": "2025-10-14", "type": "deleted", "conversation": "c"}
    standing, ruling = ruled(ANA, YES, {**TURN, "incognito": True}, deleted)
    found = turn(POLICY, standing, ruling, "model_training")
    assert [one.fact for one in found.changes] == ["private", "deleted"]
    assert found.said == "For model training it could be used if it were not incognito and it were not deleted."


def test_three_facts_stand_in_the_way_and_all_are_named() -> None:
    deleted = {"at": "2025-10-14", "type": "deleted", "conversation": "c"}
    held = {"at": "2025-10-14", "type": "hold_placed", "hold": "one"}
    standing, ruling = ruled(ANA, YES, {**TURN, "incognito": True}, deleted, held)
    found = turn(POLICY, standing, ruling, "model_training")
    assert [one.fact for one in found.changes] == ["private", "deleted", "held"]


def test_where_no_row_allows_nothing_would_turn_it_and_it_says_so() -> None:
    policy = load("openai-business")
    events = [parse_event(one) for one in ({**ANA, "tier": "business"}, TURN)]
    standing = History(events, AT, purposes=policy.purposes, cuts=policy.instants).standing("c")  # type: ignore[arg-type]
    purpose = next(one for one in policy.purposes if not any(row.use == "allow" for v in policy.versions for row in v.use[one]))
    found = turn(policy, standing, decide(policy, standing, AT), purpose)
    assert (found.found, found.changes) == ("never", ())
    assert found.said.endswith("nothing that is known of it would turn it, were it otherwise.")


def test_an_unknown_region_mattered_and_a_known_one_would_turn_it() -> None:
    standing, ruling = ruled({**ANA, "region": "??"}, YES, TURN)
    assert set(mattered(POLICY, standing, ruling, "model_training")) <= {"region", "region_now"}
    assert "region" in turn(POLICY, standing, ruling, "model_training").said


def test_what_mattered_is_what_the_deciding_row_asked_for() -> None:
    assert mattered(POLICY, *ruled(ANA, NO, TURN), "model_training") == {"say_now": ["refuse"]}
    assert mattered(POLICY, *ruled(ANA, YES, TURN), "model_training") == {"say": ["allow"], "say_now": ["allow"]}


def test_where_only_the_last_row_was_left_what_was_missing_mattered() -> None:
    found = mattered(POLICY, *ruled(ANA, YES, TURN), "human_review")
    assert found["flagged"] == ["no"]
    assert found["feedback"] == ["no"]


def test_the_same_question_has_the_same_answer() -> None:
    standing, ruling = ruled(ANA, NO, TURN)
    assert explained(POLICY, standing, ruling, "model_training") == explained(POLICY, standing, ruling, "model_training")
    assert explained(POLICY, standing, ruling, "model_training")[0] == "What mattered for model training: the answer now is no."


# ------------------------------------------------ what it says is tried out, by other code than that which found it, in every profile

PROFILES: dict[str, Policy] = {name: load(name) for name in shelf.shipped()}
LATE = datetime(2026, 11, 1, tzinfo=UTC)
OF_TURNS = ("tier", "region", "contract", "organisation", "surface", "origin", "age", "imported", "model")
WHEN = {"deleted": "deleted_at", "flagged": "flagged_at", "feedback": "feedback_at"}


def raw(fact: str, value: str) -> Any:
    if fact.startswith("organisation"):
        return "none" if value == "none" else "acme"
    return value == "yes" if fact == "imported" else value


def set_to(standing: Standing, purpose: str, fact: str, value: str) -> Standing:
    """The standing in which one fact is otherwise."""
    if fact == "say_now":
        since = {} if value == "allow" else {purpose: LATE}
        return replace(standing, say_now={**standing.say_now, purpose: value}, refused_at=since)
    if fact == "say":
        turned = tuple(replace(one, say={**one.say, purpose: value}) for one in standing.stretches)
        return replace(standing, stretches=turned)
    if fact == "private":
        return replace(standing, private=value == "yes")
    if fact == "held":
        return replace(standing, holds=("one",) if value == "yes" else ())
    if fact in WHEN:
        return replace(standing, **{WHEN[fact]: LATE if value == "yes" else None})
    if fact == "age_now":
        return replace(standing, age_now=value)  # type: ignore[arg-type]  # one of four words
    return replace(standing, stretches=tuple(replace(one, **{fact: raw(fact, value)}) for one in standing.stretches))


def otherwise(standing: Standing, purpose: str, changes: tuple[Otherwise, ...]) -> Standing:
    for one in changes:
        standing = set_to(standing, purpose, one.fact, one.would)
        standing = set_to(standing, purpose, one.also, one.would) if one.also else standing
    return standing


def single(policy: Policy, standing: Standing, purpose: str) -> Iterator[Standing]:
    """Every standing in which one fact is otherwise, now, then or both; not one of each kind."""
    for fact in ("private", *WHEN):
        yield from (set_to(standing, purpose, fact, value) for value in ("yes", "no"))
    yield set_to(standing, purpose, "held", "no")
    yield from (set_to(standing, purpose, "say_now", value) for value in ("allow", "refuse"))
    yield set_to(set_to(standing, purpose, "say", "allow"), purpose, "say_now", "allow")
    for fact in OF_TURNS:
        values = vocabulary.values(fact, dict(policy.declared)) or ()
        for value in values if len(values) < 60 else [*values[::20], "US", "DE", "EU", "EEA", "UK"]:
            then = set_to(standing, purpose, fact, value)
            yield then
            if f"{fact}_now" in vocabulary.known_facts(dict(policy.declared)):
                yield set_to(standing, purpose, f"{fact}_now", value)
                yield set_to(then, purpose, f"{fact}_now", value)


@st.composite
def somebody(draw: st.DrawFn, policy: Policy) -> Standing:
    """A standing under one of the shipped profiles: mostly what its product knows, and some of it unknown."""
    rarely = st.sampled_from([False] * 7 + [True])
    says = st.sampled_from(["allow", "allow", "refuse", "unasked", "deferred"])

    def value(fact: str) -> Any:
        known = vocabulary.values(fact, dict(policy.declared)) or ("",)
        near = [one for one in ("US", "DE", "none", "no", "adult", "typed") if one in known]
        return raw(fact, "unknown" if draw(rarely) else draw(st.sampled_from([*near, *near, *known])))

    stretches = []
    for place in range(draw(st.integers(1, 2))):
        fields = {fact: value(fact) for fact in OF_TURNS} | {
            f"{fact}_now": value(fact) for fact in ("tier", "region", "organisation")
        }
        began = LATE - timedelta(days=draw(st.integers(1, 500)))
        say = {one: draw(says) for one in policy.purposes}
        stretches.append(Stretch(first=place, last=place, began_at=began, ended_at=began, account="ana", say=say, **fields))  # type: ignore[arg-type]
    some = st.one_of(st.none(), st.none(), st.none(), st.just(LATE - timedelta(days=1)))
    return Standing(
        conversation="c", account="ana", at=LATE, stretches=tuple(stretches), say_now={one: draw(says) for one in policy.purposes},  # type: ignore[arg-type]
        private=draw(st.sampled_from([False, False, False, True, None])), last_turn_at=max(one.ended_at for one in stretches),
        flagged_at=draw(some), feedback_at=draw(some), deleted_at=draw(some), holds=draw(st.sampled_from([(), (), (), ("one",)])),
        age_now=draw(st.sampled_from(["adult", "adult", "undeclared", "minor"])),
    )  # fmt: skip


SEEN: set[tuple[str, str, int]] = set()


@pytest.mark.parametrize("name", sorted(PROFILES))
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_what_would_turn_a_ruling_turns_it_and_nothing_less_does(name: str, data: st.DataObject) -> None:
    policy = PROFILES[name]
    standing = data.draw(somebody(policy))
    ruling = decide(policy, standing, LATE)
    for purpose in policy.purposes:
        found = turn(policy, standing, ruling, purpose)
        may = ruling.may(purpose)
        SEEN.add((policy.name, found.found, len(found.changes)))
        assert (found.found == "turned") == bool(found.changes)
        if found.changes:
            assert decide(policy, otherwise(standing, purpose, found.changes), LATE).may(purpose) is not may, found.said
        if len(found.changes) != 1:
            others = single(policy, standing, purpose)
            assert all(decide(policy, one, LATE).may(purpose) is may for one in others), (purpose, found.said)


def test_that_property_has_seen_rulings_turn_by_one_by_several_and_never() -> None:
    if not SEEN:
        pytest.fail("the property above was not asked; run this file whole")
    assert {("turned", 1), ("turned", 2), ("never", 0)} <= {(found, min(count, 2)) for _, found, count in SEEN}
    assert {name for name, _, _ in SEEN} == {*PROFILES}

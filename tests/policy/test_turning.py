"""What would have to be otherwise: the facts that mattered to a ruling, and the least change of them that turns it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sayso.facts.events import parse_event
from sayso.facts.history import History
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.policy import decide, load
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


def test_three_facts_in_the_way_are_more_than_it_looks_for_and_it_says_so() -> None:
    deleted = {"at": "2025-10-14", "type": "deleted", "conversation": "c"}
    held = {"at": "2025-10-14", "type": "hold_placed", "hold": "one"}
    standing, ruling = ruled(ANA, YES, {**TURN, "incognito": True}, deleted, held)
    found = turn(POLICY, standing, ruling, "model_training")
    assert found.changes == ()
    assert found.said == "For model training no change of one or two facts would turn it."


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

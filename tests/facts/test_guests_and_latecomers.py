"""Bo wrote in Ana's chat, things are heard late or under an old name: whoever took part counts, and doubt never permits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sayso.facts.events import (
    AccountOpened,
    ChoiceMade,
    Deleted,
    Event,
    Flagged,
    HoldPlaced,
    Merged,
    Scope,
    TierChanged,
    TurnTaken,
    parse_event,
)
from sayso.facts.history import History
from sayso.facts.standings import Standing

AT = datetime(2025, 10, 1, tzinfo=UTC)


def day(count: float) -> datetime:
    return AT + timedelta(days=count)


def seen(*events: Event, conversation: str = "c") -> Standing:
    return History(events, day(30)).standing(conversation)


def turn(when: float, account: str = "ana", **more: Any) -> TurnTaken:
    return TurnTaken(at=day(when), account=account, conversation="c", **more)


BOTH: tuple[Event, ...] = (ChoiceMade(at=day(0), account="ana", say="allow"), ChoiceMade(at=day(0), account="bo", say="allow"))


def test_a_guest_who_deletes_their_account_allows_nothing_any_more_and_the_chat_stays_its_owners():
    standing = seen(*BOTH, turn(1), turn(2, "bo"), Deleted(at=day(3), account="bo"))
    assert standing.say_now["model_training"] == "refuse"
    assert standing.refused_at["model_training"] == day(3)
    assert standing.deleted_at is None


@pytest.mark.parametrize("role", ["user", "assistant", "tool", "USER "])
def test_whoever_a_turn_belongs_to_takes_part_whatever_its_role(role):
    no = ChoiceMade(at=day(3), account="bo", say="refuse")
    assert seen(*BOTH, turn(1), turn(2, "bo", role=role), no).say_now["model_training"] == "refuse"


@pytest.mark.parametrize(("account", "into"), [("ana", "bo"), ("bo", "ana")])
def test_a_refusal_that_a_merger_brings_reaches_the_other_chats_from_the_merger_on(account, into):
    no = ChoiceMade(at=day(0), account="bo", say="refuse")
    standing = seen(BOTH[0], no, turn(1), Merged(at=day(5), account=account, into=into))
    assert standing.say_now["model_training"] == "refuse"
    assert standing.refused_at["model_training"] == day(5)


def test_a_no_under_a_name_that_was_merged_away_is_the_same_persons():
    events = (*BOTH, turn(1, "bo"), Merged(at=day(2), account="bo", into="ana"))
    assert seen(*events).say_now["model_training"] == "allow"
    assert seen(*events, ChoiceMade(at=day(3), account="bo", say="refuse")).say_now["model_training"] == "refuse"
    assert seen(*events, ChoiceMade(at=day(3), account="bo", say="allow")).say_now["model_training"] == "allow"


def test_a_deletion_and_a_childs_year_count_wherever_in_a_chain_of_mergers_they_stand():
    chain = (Merged(at=day(2), account="bo", into="ana"), Merged(at=day(4), account="ana", into="cy"))
    assert seen(turn(1, "bo"), chain[0], Deleted(at=day(3), account="ana"), chain[1]).deleted_at == day(3)
    child = AccountOpened(at=day(0), account="ana", birth_year=2015)
    assert seen(child, turn(1, "bo"), *chain).age_now == "minor"
    stored = ChoiceMade(at=day(3), account="ana", say="allow", covers="stored")
    assert seen(turn(1, "bo"), chain[0], stored, chain[1]).stretches[0].say["model_training"] == "allow"


def test_a_turn_that_arrives_after_its_conversation_was_deleted_is_deleted():
    assert seen(Deleted(at=day(1), conversation="c"), turn(1)).deleted_at == day(1)
    assert seen(Deleted(at=day(1), conversation="d"), turn(1)).deleted_at is None


def test_a_second_flag_with_an_earlier_clock_shortens_nothing():
    assert seen(turn(1), Flagged(at=day(3), conversation="c"), Flagged(at=day(2), conversation="c")).flagged_at == day(3)


def test_a_turn_has_the_plan_that_was_heard_before_it_in_its_very_instant():
    opened = AccountOpened(at=day(0), account="ana", tier="team", region="US")
    pro = TierChanged(at=day(1), account="ana", tier="pro")
    assert seen(opened, turn(1), pro).stretches[0].tier == "team"
    assert seen(opened, pro, turn(1)).stretches[0].tier == "pro"
    hold = HoldPlaced(at=day(2), hold="h", scope=Scope(tiers=("team",)))
    assert seen(opened, turn(1), pro, hold).holds == ("h",)
    assert seen(opened, pro, turn(1), hold).holds == ()


@pytest.mark.parametrize("value", [None, 5, True, 1.5, ["pro"], {"tier": "pro"}])
def test_a_fact_told_as_null_or_as_something_else_than_text_is_not_known(value):
    told = parse_event({"at": "2025-10-01", "type": "account", "account": "ana", "tier": value, "region": value, "contract": value})
    assert (told.tier, told.region, told.contract) == ("unknown", "unknown", "unknown")
    assert parse_event({"at": "2025-10-01", "type": "moved", "account": "ana", "organisation": value}).organisation == "unknown"
    said = {"at": "2025-10-01", "type": "turn", "account": "ana", "conversation": "c"}
    assert parse_event({**said, "surface": value, "origin": value}).origin == "unknown"


@pytest.mark.parametrize(("value", "private"), [(None, None), ("yes", None), (1, None), (0, None), (False, False), (True, True)])
def test_what_is_neither_true_nor_false_does_not_say_whether_a_chat_was_incognito(value, private):
    told = {"at": "2025-10-01", "type": "turn", "account": "ana", "conversation": "c", "incognito": value}
    assert History([parse_event(told)], day(30)).standing("c").private is private


@pytest.mark.parametrize("year", [True, 1990.0, [1990], "1990", 0, 2090, 10**30])
def test_a_year_that_is_no_year_leaves_the_age_unknown(year):
    account = parse_event({"at": "2025-10-01", "type": "account", "account": "ana", "birth_year": year})
    assert seen(account, turn(1)).age_now == "unknown"


@pytest.mark.parametrize(("via", "taken"), [("popup", "notice"), ("admin", "administrator"), ("signup", "signup")])
def test_two_other_names_for_where_an_answer_came_from_are_taken(via, taken):
    assert parse_event({"at": "2025-10-01", "type": "choice", "account": "ana", "say": "allow", "via": via}).via == taken

"""Where somebody lives, told by two: what the lines of the ledger make of it, in whatever order they come."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.events import ChoiceMade, parse_event
from sayso.facts.history import History
from sayso.facts.instants import parse_instant
from sayso.facts.rulings import Ruling
from sayso.facts.words import AccountId, ConversationId
from sayso.policy import decide, load, shipped

ANA, CHAT, MAIN = AccountId("ana"), ConversationId("c"), "model_training"
BEGIN = parse_instant("2026-01-01")
OPENED = {"type": "account", "account": "ana", "tier": "pro", "region": "US", "birth_year": 1980}
TURN = {"type": "turn", "account": "ana", "conversation": "c"}
KNOWN = ("operator", "host", "unknown")


def yes(by: str | None, say: str = "allow", **more: Any) -> dict[str, Any]:
    region = "US" if by == "operator" else "unknown"
    under = {} if by is None else {"under": {"path": "/me/choice", "tier": "pro", "region": region, "region_by": by}}
    return {"type": "choice", "account": "ana", "say": say, **under, **more}


def past(*told: dict[str, Any]) -> History:
    """What the ledger says a day after the last line, a line a day."""
    events = [parse_event({"at": (BEGIN + timedelta(days=day)).isoformat(), **one}) for day, one in enumerate(told)]
    return History(events, BEGIN + timedelta(days=len(told)))


def ruled(policy: str, *told: dict[str, Any]) -> Ruling:
    known = past(*told)
    return decide(load(policy), known.standing(CHAT), BEGIN + timedelta(days=len(told)))


def region(*told: dict[str, Any]) -> str:
    return past(*told).tier_and_region(ANA)[1]


def test_two_that_disagree_leave_the_region_unknown_and_one_alone_changes_nothing() -> None:
    assert region(OPENED, yes("conflict")) == "unknown"
    for by in (None, *KNOWN):
        assert region(OPENED, yes(by)) == "US"


def test_a_no_on_which_they_disagree_leaves_it_unknown_as_well_and_putting_off_leaves_it() -> None:
    assert region(OPENED, yes("conflict", say="refuse")) == "unknown"
    put_off = {**yes("conflict"), "type": "deferred"}
    assert region(OPENED, {name: value for name, value in put_off.items() if name != "say"}) == "US"


def test_only_agreement_or_the_operators_new_word_ends_the_doubt() -> None:
    moved = {"type": "region", "account": "ana", "region": "DE"}
    assert [region(OPENED, yes("conflict"), yes(by)) for by in (None, *KNOWN)] == ["unknown", "US", "unknown", "unknown"]
    assert region(OPENED, yes("conflict"), yes("conflict"), yes("operator")) == "US"
    assert region(OPENED, yes("conflict"), moved) == "DE"
    assert region(OPENED, yes("conflict"), moved, yes("operator")) == "DE"
    assert region(OPENED, yes("conflict"), {**OPENED, "region": "FR"}) == "FR"
    assert past(OPENED, yes("conflict")).tier_and_region(ANA, told=True)[1] == "US"


def test_what_was_collected_before_keeps_its_region_and_what_comes_in_doubt_has_none() -> None:
    told = past(OPENED, TURN, yes("conflict"), TURN).standing(CHAT)
    assert [one.region for one in told.stretches] == ["US", "unknown"]
    assert {one.region_now for one in told.stretches} == {"unknown"}


def test_the_past_reads_as_it_did() -> None:
    events = [OPENED, TURN, yes("conflict")]
    told = past(*events)
    assert told.tier_and_region(ANA)[1] == "unknown"
    assert past(*events[:2]).tier_and_region(ANA)[1] == "US"


@pytest.mark.parametrize("policy", shipped())
def test_in_no_policy_does_disagreement_use_what_would_not_be_used(policy: str) -> None:
    for say in ("allow", "refuse"):
        sure = ruled(policy, OPENED, yes("operator", say), TURN, yes("operator", say, covers="stored"))
        torn = ruled(policy, OPENED, yes("operator", say), TURN, yes("conflict", say, covers="stored"))
        for purpose, found in torn.use.items():
            assert found.use != "allow" or sure.use[purpose].use == "allow"
        assert torn.use[MAIN].use != "allow"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["operator", "host", "unknown", "conflict", "moved", "turn", None]), max_size=8))
def test_the_region_is_the_operators_word_or_unknown_and_never_the_hosts(told: list[str | None]) -> None:
    events = [OPENED]
    word, doubt = "US", False
    for one in told:
        if one == "moved":
            events.append({"type": "region", "account": "ana", "region": "DE"})
            word, doubt = "DE", False
        elif one == "turn":
            events.append(TURN)
        else:
            events.append(yes(one))
            doubt = one == "conflict" or (doubt and one != "operator")
    assert region(*events) == ("unknown" if doubt else word)


# ------------------------------------------------------------------------------------------------------- the person's own word


def says(where: str | None) -> dict[str, Any]:
    return {"type": "region_stated", "account": "ana", "region": where}


def test_anas_word_brings_doubt_where_it_differs_and_gives_nothing_where_the_operator_told_none() -> None:
    assert region(OPENED, says("US")) == "US"
    assert region(OPENED, says("DE")) == "unknown"
    assert region({**OPENED, "region": "unknown"}, says("US")) == "unknown"
    assert past(OPENED, says("DE")).stated_region(ANA) == "DE"


def test_ana_says_it_anew_or_takes_it_back_and_the_doubt_she_brought_ends() -> None:
    assert region(OPENED, says("DE"), says("FR")) == "unknown"
    assert region(OPENED, says("DE"), says("US")) == "US"
    assert region(OPENED, says("DE"), says(None)) == "US"
    assert past(OPENED, says("DE"), says(None)).stated_region(ANA) is None


def test_her_word_ends_no_doubt_that_her_host_brought() -> None:
    for own in (says("US"), says(None)):
        assert region(OPENED, yes("conflict"), own) == "unknown"
        assert region(OPENED, says("DE"), yes("conflict"), own) == "unknown"
    hers = yes("conflict")
    hers["under"] = {**hers["under"], "region_against": ["person"]}
    assert region(OPENED, says("DE"), hers, says(None)) == "US", "her host never disagreed"


def test_the_operators_new_word_ends_her_doubt_only_where_it_is_hers() -> None:
    def moved(where: str) -> dict[str, Any]:
        return {"type": "region", "account": "ana", "region": where}

    assert region(OPENED, says("DE"), moved("FR")) == "unknown"
    assert region(OPENED, says("DE"), moved("DE")) == "DE"


def test_what_was_collected_before_and_the_past_read_as_they_did() -> None:
    events = [OPENED, TURN, says("DE"), TURN, says(None), TURN]
    assert [one.region for one in past(*events).standing(CHAT).stretches] == ["US", "unknown", "US"]
    assert [past(*events[:many]).tier_and_region(ANA)[1] for many in (2, 3, 5)] == ["US", "unknown", "US"]


def test_her_word_goes_along_into_the_account_hers_becomes_part_of() -> None:
    other = {"type": "account", "account": "ann", "tier": "pro", "region": "US"}
    merged = {"type": "merged", "account": "ana", "into": "ann"}
    for its, found in ((None, "unknown"), ("US", "unknown"), ("FR", "unknown")):
        told = past(OPENED, other, says("DE"), {**says(its), "account": "ann"}, merged)
        assert told.tier_and_region(AccountId("ann"))[1] == found
    assert past(OPENED, other, says("US"), merged).tier_and_region(AccountId("ann"))[1] == "US"


WORDS: tuple[str | None, ...] = ("US", "DE", "EU", None)


@pytest.mark.parametrize("policy", shipped())
def test_in_no_policy_does_anything_ana_says_of_it_use_what_would_not_be_used_without_her_word(policy: str) -> None:
    for first, second, say in itertools.product(WORDS, WORDS, ("allow", "refuse")):
        answers = [yes("operator", say), TURN, yes("operator", say, covers="stored"), TURN]
        without = ruled(policy, OPENED, *answers[:2], *answers[2:])
        told = ruled(policy, OPENED, says(first), *answers[:2], says(second), *answers[2:])
        for purpose, found in told.use.items():
            assert found.use != "allow" or without.use[purpose].use == "allow", (first, second, say, purpose)
        if second == "DE":
            assert told.use[MAIN].use != "allow", "two words that differ are none"


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(["operator", "host", "conflict", "moved", "US", "DE", "back", "turn"]), max_size=9))
def test_the_region_is_the_operators_word_or_unknown_whatever_is_said_in_whatever_order(told: list[str]) -> None:
    events = [OPENED]
    word, doubt, own = "US", False, None
    for one in told:
        match one:
            case "moved":
                events.append({"type": "region", "account": "ana", "region": "DE"})
                word, doubt = "DE", False
            case "turn":
                events.append(TURN)
            case "US" | "DE" | "back":
                own = None if one == "back" else one
                events.append(says(own))
            case _:
                events.append(yes(one))
                doubt = one == "conflict" or (doubt and one != "operator")
    assert region(*events) == ("unknown" if doubt or own not in (None, word) else word)


def test_lines_of_before_keep_every_byte() -> None:
    """A line that was written when only the operator's word was known reads as it did, and is spelt as it was."""
    raw = (
        '{"account":"ana","at":"2025-10-08T12:01:00Z","covers":"from_now","locale":"en","notice":null,"pressed":"Allow training",'
        '"purpose":"model_training","say":"allow","type":"choice","under":{"age":"adult","basis":"consent","deadline":null,'
        '"gpc":false,"path":"/me/choice","region":"DE","region_by":"operator","tier":"pro"},"via":"notice"}'
    )
    line = msgspec.json.decode(raw, type=ChoiceMade)
    assert msgspec.json.encode(msgspec.to_builtins(line), order="sorted").decode() == raw
    assert datetime(2025, 10, 8) == line.at.replace(tzinfo=None, hour=0, minute=0)  # noqa: DTZ001  # the day alone

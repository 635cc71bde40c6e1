"""Where somebody lives, told by two: what the lines of the ledger make of it, in whatever order they come."""

from __future__ import annotations

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

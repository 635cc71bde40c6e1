"""What the shipped policies promise, whatever happened: Ana, Bo and Cy share a conversation, and anything may come to pass."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sayso.facts.events import AnyEvent, parse_event
from sayso.facts.history import History
from sayso.facts.instants import LAST
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.policy import decide, load, shipped

START = datetime(2025, 4, 1, tzinfo=UTC)
SPAN = 520 * 24
POLICIES = st.sampled_from(shipped())
WHO = st.sampled_from(["ana", "ana", "bo", "cy"])
WHEN = st.integers(0, SPAN).map(lambda hours: START + timedelta(hours=hours))
CHAT = st.just("c")

AT = st.one_of(WHEN, *[st.integers(165 * 24, SPAN * 2).map(lambda hours: START + timedelta(hours=hours))] * 3)
"""The instant that is asked about: mostly when there was something to say yes to."""


def event(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"at": WHEN, "type": st.just(kind), **fields})


TURN = event(
    "turn",
    account=WHO,
    conversation=CHAT,
    origin=st.sampled_from(["typed", "typed", "copied", "connector", "recalled", "Typed"]),
    surface=st.sampled_from(["chat", "chat", "code", "api"]),
    imported=st.sampled_from([False, False, False, True]),
    incognito=st.sampled_from([False, False, False, False, True, None]),
)
CHOICE = event(
    "choice",
    account=WHO,
    say=st.sampled_from(["allow", "allow", "allow", "refuse"]),
    covers=st.sampled_from(["from_now", "stored"]),
)
REFUSAL = event("choice", account=WHO, say=st.just("refuse"))
DELETION = st.one_of(event("deleted", conversation=CHAT), event("deleted", account=WHO))
FLAG = event("flagged", conversation=CHAT)
HOLD = event("hold_placed", hold=st.sampled_from(["one", "two"]))
OTHER = st.one_of(
    event("deferred", account=WHO),
    event("notice_shown", account=WHO),
    event("tier", account=WHO, tier=st.sampled_from(["free", "pro", "team", "pro ", "unknown"])),
    event("region", account=WHO, region=st.sampled_from(["US", "DE", "??"])),
    event("feedback", conversation=CHAT),
    event("feedback_withdrawn", conversation=CHAT),
    event("flag_cleared", conversation=CHAT),
    event("hold_ended", hold=st.sampled_from(["one", "two"])),
    event("merged", account=st.just("bo"), into=st.just("cy")),
    event("moved", account=WHO, organisation=st.just("acme")),
    event("account", account=WHO, tier=st.just("enterprise"), region=st.just("US"), contract=st.just("dpp")),
)
YES = [{"at": START + timedelta(days=152), "type": "choice", "account": who, "say": "allow"} for who in ("ana", "bo", "cy")]
WROTE = {"at": START + timedelta(days=160), "type": "turn", "account": "ana", "conversation": "c"}
RATED = {"at": START + timedelta(days=161), "type": "feedback", "conversation": "c"}
PARTNER = {
    "at": START + timedelta(days=150),
    "type": "account",
    "account": "ana",
    "tier": "team",
    "region": "US",
    "contract": "dpp",
}
BEGINNINGS = [[], [*YES, WROTE], [*YES, WROTE], [WROTE, RATED], [PARTNER, {**WROTE, "surface": "code"}]]
"""Nobody said anything; everyone said yes and Ana wrote; she rated it without an answer; she codes in the partner program."""

HAPPENINGS = st.lists(st.one_of(TURN, TURN, CHOICE, CHOICE, DELETION, FLAG, HOLD, OTHER, OTHER), max_size=4)
STORY = st.builds(lambda beginning, more: [*beginning, *more], st.sampled_from(BEGINNINGS), HAPPENINGS)
FEW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def told(story: list[dict[str, Any]], *more: dict[str, Any]) -> list[AnyEvent]:
    """The story in order of time, after three accounts opened and Ana's first turn; no two things happen at one instant.

    Ties are ruled by the list's order and are asked about by name in test_cases.
    """
    apart = [{**one, "at": one["at"] + timedelta(seconds=place)} for place, one in enumerate([*story, *more], start=1)]
    opening = [
        {"at": START, "type": "account", "account": who, "tier": "pro", "region": "US", "birth_year": 1980}
        for who in ("ana", "bo", "cy")
    ]
    opening.append({"at": START, "type": "turn", "account": "ana", "conversation": "c"})
    return [parse_event(one) for one in [*opening, *sorted(apart, key=lambda one: one["at"])]]


def ruled(name: str, events: list[AnyEvent], at: datetime) -> Ruling:
    return decide(load(name), History(events, at, cuts=load(name).instants).standing("c"), at)


def turns(ruling: Ruling, purpose: str = "model_training") -> set[int]:
    return {turn for first, last in ruling.use[purpose].turns for turn in range(first, last + 1)}


def far(until: datetime | None) -> datetime:
    return until or LAST


def words(ruling: Ruling) -> Ruling:
    """A ruling without the instants at which it was asked and at which it changes."""
    return replace(ruling, at=START, next_change_at=None)


@FEW
@given(POLICIES, STORY, st.one_of(REFUSAL, DELETION, FLAG, HOLD), AT)
def test_a_refusal_a_deletion_a_flag_or_a_hold_never_turns_a_no_into_a_yes(
    name: str, story: list[Any], more: Any, at: datetime
) -> None:
    assert turns(ruled(name, told(story, more), at)) <= turns(ruled(name, told(story), at))


UNKNOWN = {
    "tier": "unknown", "tier_now": "??", "region": "unknown", "region_now": "conflict", "contract": "unknown", "organisation": "unknown",
    "organisation_now": "", "surface": "unknown", "origin": "unknown", "age": "unknown", "say": {}, "imported": None,
}  # fmt: skip
UNKNOWN_OF_ALL = {"private": None, "say_now": {}, "age_now": "unknown"}


def blurred(standing: Standing, fact: str) -> Standing:
    """The standing with one fact no longer known."""
    if fact in UNKNOWN_OF_ALL:
        return replace(standing, **{fact: UNKNOWN_OF_ALL[fact]})
    return replace(standing, stretches=tuple(replace(one, **{fact: UNKNOWN[fact]}) for one in standing.stretches))


@FEW
@given(POLICIES, STORY, st.sampled_from([*UNKNOWN, *UNKNOWN_OF_ALL]), AT)
def test_a_fact_that_becomes_unknown_never_turns_a_no_into_a_yes(name: str, story: list[Any], fact: str, at: datetime) -> None:
    standing = History(told(story), at, cuts=load(name).instants).standing("c")
    policy = load(name)
    clear, unclear = decide(policy, standing, at), decide(policy, blurred(standing, fact), at)
    for purpose in policy.purposes:
        assert turns(unclear, purpose) <= turns(clear, purpose)


@pytest.mark.parametrize(
    "fact",
    ["tier", "tier_now", "region", "region_now", "contract", "surface", "origin", "age", "say", "private", "say_now", "age_now"],
)
def test_ana_says_yes_but_what_is_not_known_of_her_denies_and_says_so(fact: str) -> None:
    yes = {"at": "2025-10-01", "type": "choice", "account": "ana", "say": "allow"}
    turn = {"at": "2025-10-02", "type": "turn", "account": "ana", "conversation": "mine"}
    events = [*told([]), parse_event(yes), parse_event(turn)]
    at = datetime(2025, 11, 1, tzinfo=UTC)
    standing = History(events, at).standing("mine")
    policy = load("anthropic-consumer")
    assert decide(policy, standing, at).may("model_training")
    ruling = decide(policy, blurred(standing, fact), at)
    assert ruling.use["model_training"].use == "deny"
    assert ruling.use["model_training"].because[0].row in (f"unknown-{fact}", f"conflict-{fact}")


@FEW
@given(POLICIES, STORY, HOLD, AT)
def test_keep_until_never_falls_when_a_hold_is_added(name: str, story: list[Any], hold: Any, at: datetime) -> None:
    with_hold, without = (ruled(name, told(story, *more), at) for more in ([hold], []))
    assert far(with_hold.keep_until) >= far(without.keep_until)
    assert not {one.name for one in without.reasons} - {one.name for one in with_hold.reasons}


@FEW
@given(POLICIES, STORY, st.one_of(REFUSAL, DELETION), AT)
def test_a_refusal_or_a_deletion_never_keeps_anything_longer(name: str, story: list[Any], more: Any, at: datetime) -> None:
    assert far(ruled(name, told(story, more), at).keep_until) <= far(ruled(name, told(story), at).keep_until)


@FEW
@given(POLICIES, STORY, STORY, AT)
def test_a_ruling_depends_on_nothing_that_came_after_it(name: str, story: list[Any], later: list[Any], at: datetime) -> None:
    past = [one for one in story if one["at"] <= at]
    future = [one for one in later if one["at"] > at]
    assert ruled(name, told(past, *future), at) == ruled(name, told(past), at)


@FEW
@given(POLICIES, STORY, AT, st.floats(0, 1))
def test_the_next_change_is_the_first_instant_at_which_anything_changes(
    name: str, story: list[Any], at: datetime, part: float
) -> None:
    policy, standing = load(name), History(told(story), at, cuts=load(name).instants).standing("c")
    ruling = decide(policy, standing, at)
    change = ruling.next_change_at
    end = change or datetime(2500, 1, 1, tzinfo=UTC)
    assert end > at
    for before in (at + (end - at) * part, end - timedelta(microseconds=1)):
        if at <= before < end:
            assert words(decide(policy, standing, before)) == words(ruling)
    if change is not None:
        assert words(decide(policy, standing, change)) != words(ruling)


@FEW
@given(STORY, AT)
def test_nothing_trains_without_a_yes_but_feedback_and_the_partner_program(story: list[Any], at: datetime) -> None:
    standing = History(told(story), at).standing("c")
    trains = turns(decide(load("anthropic-consumer"), standing, at))
    for stretch in standing.stretches:
        if trains & set(range(stretch.first, stretch.last + 1)):
            said = stretch.say["model_training"] == standing.say_now["model_training"] == "allow"
            assert said or standing.feedback_at is not None or stretch.contract == "dpp"


@FEW
@given(POLICIES, STORY, AT)
def test_nothing_private_deleted_held_or_under_commercial_terms_trains(name: str, story: list[Any], at: datetime) -> None:
    standing = History(told(story), at, cuts=load(name).instants).standing("c")
    trains = turns(decide(load(name), standing, at))
    if standing.private is not False or standing.deleted_at or standing.holds:
        assert not trains
    for stretch in standing.stretches:
        if "team" in (stretch.tier, stretch.tier_now) and standing.feedback_at is None and stretch.contract != "dpp":
            assert not trains & set(range(stretch.first, stretch.last + 1))


@FEW
@given(POLICIES, STORY, AT)
def test_every_use_and_every_reason_names_the_row_that_decided(name: str, story: list[Any], at: datetime) -> None:
    assume(load(name).version(at) is not None)  # before the first version no end of keeping is known
    ruling = ruled(name, told(story), at)
    for ruled_purpose in ruling.use.values():
        assert ruled_purpose.because
        assert (ruled_purpose.use == "allow") == bool(ruled_purpose.turns)
    ends = [one.until for one in ruling.reasons if one.of == "conversation"]
    if ends:
        assert far(ruling.keep_until) == max(far(end) for end in ends)
    elif load(name).version(at) is None:
        assert ruling.keep_until is None  # no text was in force yet: nothing permits, and nothing says until when
    else:
        assert ruling.due(at)


@FEW
@given(POLICIES, STORY, AT)
def test_a_deleted_conversation_is_gone_in_thirty_days_but_for_flags_feedback_and_orders(
    name: str, story: list[Any], at: datetime
) -> None:
    standing = History(told(story), at, cuts=load(name).instants).standing("c")
    assume(standing.deleted_at is not None and not (standing.flagged_at or standing.feedback_at or standing.holds))
    assume(load(name).version(at) is not None)  # before the first version no end of keeping is known
    ruling = decide(load(name), standing, at)
    assert standing.deleted_at is not None
    assert far(ruling.keep_until) <= standing.deleted_at + timedelta(days=30)

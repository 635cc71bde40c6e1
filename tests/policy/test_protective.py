"""The protective profile, whatever happened: nothing without a yes for it that still stands, and nothing kept longer than a yes gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sayso.facts.events import AnyEvent, parse_event
from sayso.facts.history import History
from sayso.facts.instants import LAST, add_calendar
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.policy import decide, load

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 500
WHEN = st.integers(0, DAYS * 24).map(lambda hours: START + timedelta(hours=hours))
AT = st.integers(0, 2 * DAYS * 24).map(lambda hours: START + timedelta(hours=hours))
WHO = st.sampled_from(["ana", "ana", "bo", "cy"])
PURPOSES = ("model_training", "safety_training", "human_review")
PURPOSE = st.sampled_from(PURPOSES)
CHAT = st.just("c")
Told = list[dict[str, Any]]


def event(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"at": WHEN, "type": st.just(kind), **fields})


CHOICE = event(
    "choice",
    account=WHO,
    purpose=PURPOSE,
    say=st.sampled_from(["allow", "allow", "allow", "refuse"]),
    covers=st.sampled_from(["from_now", "stored"]),
)
TURN = event(
    "turn",
    account=WHO,
    conversation=CHAT,
    origin=st.sampled_from(["typed", "typed", "copied", "connector", "Typed"]),
    surface=st.sampled_from(["chat", "chat", "code", "api"]),
    imported=st.sampled_from([False, False, True]),
    incognito=st.sampled_from([False, False, False, False, True, None]),
)
OTHER = st.one_of(
    event("deferred", account=WHO, purpose=PURPOSE),
    event("notice_shown", account=WHO, purpose=PURPOSE),
    event("flagged", conversation=CHAT),
    event("flag_cleared", conversation=CHAT),
    event("feedback", conversation=CHAT),
    event("deleted", conversation=CHAT),
    event("deleted", account=WHO),
    event("hold_placed", hold=st.just("order")),
    event("hold_ended", hold=st.just("order")),
    event("tier", account=WHO, tier=st.sampled_from(["free", "team", "pro ", "max"])),
    event("region", account=WHO, region=st.sampled_from(["DE", "??"])),
    event("moved", account=WHO, organisation=st.just("acme")),
    event("merged", account=st.just("bo"), into=st.just("cy")),
)
YES = [
    {"at": START, "type": "choice", "account": who, "purpose": purpose, "say": "allow"}
    for who in ("ana", "bo", "cy")
    for purpose in PURPOSES
]
NO = [{**one, "at": START - timedelta(hours=2), "say": "refuse"} for one in YES]
WROTE = {"at": START + timedelta(hours=2), "type": "turn", "account": "ana", "conversation": "c"}
REFUSAL = event("choice", account=st.just("ana"), purpose=st.just("model_training"), say=st.just("refuse"))
STORY = st.builds(
    lambda beginning, more: [*beginning, *more],
    st.sampled_from([[], YES, [*YES, WROTE], [*YES, WROTE]]),
    st.lists(st.one_of(TURN, TURN, CHOICE, CHOICE, REFUSAL, OTHER), max_size=6),
)
MANY = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def told(story: Sequence[dict[str, Any]]) -> list[AnyEvent]:
    """The story in order of time after three accounts opened, with a turn of Ana's; no two things happen at one instant."""
    apart = [{**one, "at": one["at"] + timedelta(seconds=place)} for place, one in enumerate(story, start=1)]
    opening: Told = [
        {"at": START - timedelta(days=1), "type": "account", "account": who, "tier": "pro", "region": "US", "birth_year": 1980}
        for who in ("ana", "bo", "cy")
    ]
    wrote = {"at": START - timedelta(hours=1), "type": "turn", "account": "ana", "conversation": "c"}
    return [parse_event(one) for one in [*opening, wrote, *sorted(apart, key=lambda one: one["at"])]]


def ruled(story: Sequence[dict[str, Any]], at: datetime) -> tuple[Standing, Ruling]:
    policy = load("protective")
    standing = History(told(story), at, purposes=policy.purposes, cuts=policy.instants).standing("c")
    return standing, decide(policy, standing, at)


def refusing(story: Sequence[dict[str, Any]]) -> Told:
    """The twin: the same story, but everyone says no before it begins, and every answer in it is a no."""
    return NO + [{**one, "say": "refuse"} if one["type"] == "choice" else one for one in story]


def far(until: datetime | None) -> datetime:
    return until or LAST


@MANY
@given(STORY, AT)
def test_nothing_is_used_without_a_yes_for_it_that_covers_the_turns_and_still_stands(story: Told, at: datetime) -> None:
    standing, ruling = ruled(story, at)
    assert set(ruling.use) == set(PURPOSES)
    for purpose, found in ruling.use.items():
        if purpose == "human_review" and standing.flagged_at is not None:
            continue  # the one use without a yes, tested below
        used = {turn for first, last in found.turns for turn in range(first, last + 1)}
        for stretch in standing.stretches:
            if used & set(range(stretch.first, stretch.last + 1)):
                assert stretch.say[purpose] == standing.say_now[purpose] == "allow"
        if found.use != "allow":
            assert found.use == "deny", "our own profile leaves nothing open"


@MANY
@given(STORY, AT)
def test_who_only_ever_refuses_is_used_for_nothing_but_the_review_of_a_flag(story: Told, at: datetime) -> None:
    standing, ruling = ruled(refusing(story), at)
    assert not ruling.may("model_training")
    assert not ruling.may("safety_training")
    assert ruling.may("human_review") <= (standing.flagged_at is not None and not standing.holds)


LATE = {"at": START + timedelta(days=350), "type": "choice", "account": "ana", "say": "refuse"}


@MANY
@given(STORY, AT)
@example([*YES, WROTE, LATE], START + timedelta(days=351))
def test_nothing_is_kept_longer_than_a_refusal_keeps_it_and_a_yes_adds_one_year_from_the_last_turn(
    story: Told, at: datetime
) -> None:
    standing, ruling = ruled(story, at)
    _, refused = ruled(refusing(story), at)
    assert standing.last_turn_at is not None
    said_yes = any(one["type"] == "choice" and one["say"] == "allow" and one["purpose"] == "model_training" for one in story)
    yes_gives = add_calendar(standing.last_turn_at, months=12, days=0) if said_yes else standing.last_turn_at
    assert far(ruling.keep_until) <= max(far(refused.keep_until), yes_gives)


@MANY
@given(STORY, AT)
def test_a_rating_and_a_question_put_off_change_no_use(story: Told, at: datetime) -> None:
    silent = [one for one in story if one["type"] not in ("feedback", "deferred", "notice_shown")]
    spoken = {purpose for purpose in PURPOSES if ruled(story, at)[1].may(purpose)}
    assert spoken <= {purpose for purpose in PURPOSES if ruled(silent, at)[1].may(purpose)}


def test_the_stories_reach_a_yes_a_year_and_a_flag_so_the_promises_are_not_empty() -> None:
    wrote = {"at": START + timedelta(days=2), "type": "turn", "account": "ana", "conversation": "c"}
    at = START + timedelta(days=9)
    _, ruling = ruled([*YES, wrote], at)
    assert all(ruling.may(purpose) for purpose in PURPOSES)
    assert far(ruling.keep_until) > START + timedelta(days=360)
    _, flagged = ruled([wrote, {"at": START + timedelta(days=3), "type": "flagged", "conversation": "c"}], at)
    assert [purpose for purpose in PURPOSES if flagged.may(purpose)] == ["human_review"]
    assert load("protective").withdrawal("model_training", at) == "everything"


def test_a_no_keeps_what_came_over_a_connector_no_longer_than_the_yes_before_it_did() -> None:
    """Nothing of it may be used whatever Ana says, so there is no yes for a no to undo."""
    opened = {"at": "2026-01-01", "type": "account", "account": "ana", "tier": "pro", "region": "US", "birth_year": 1980}
    yes = {"at": "2026-01-02", "type": "choice", "account": "ana", "say": "allow"}
    turn = {"at": "2026-01-03", "type": "turn", "account": "ana", "conversation": "c", "origin": "connector"}
    told = [opened, yes, turn, {**yes, "at": "2026-01-28", "say": "refuse"}]
    at = datetime(2026, 1, 29, tzinfo=UTC)
    policy = load("protective")
    before, after = (
        decide(policy, History([parse_event(one) for one in some], at).standing("c"), at) for some in (told[:-1], told)
    )  # type: ignore[arg-type]  # the id of the chat
    assert before.keep_until == after.keep_until == datetime(2026, 2, 2, tzinfo=UTC)

"""What is known of a conversation at an instant is folded from the events up to it, and from nothing after."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.facts.deeds import Forgotten, Swept
from sayso.facts.errors import Unfit
from sayso.facts.events import (
    AccountOpened,
    ChoiceMade,
    Deferred,
    Deleted,
    FeedbackGiven,
    FeedbackWithdrawn,
    FlagCleared,
    Flagged,
    HoldEnded,
    HoldPlaced,
    Merged,
    Moved,
    NoticeShown,
    RegionChanged,
    Scope,
    TierChanged,
    TurnTaken,
)
from sayso.facts.history import History, standings
from sayso.facts.words import PURPOSES

AT = datetime(2025, 10, 1, tzinfo=UTC)


def day(count: float) -> datetime:
    return AT + timedelta(days=count)


def turn(at: float, who: str = "ana", chat: str = "c", **more) -> TurnTaken:
    return TurnTaken(at=day(at), account=who, conversation=chat, **more)


def said(at: float, say: str, who: str = "ana", **more) -> ChoiceMade:
    return ChoiceMade(at=day(at), account=who, say=say, **more)


def seen(events, at: float, chat: str = "c"):
    return History(events, day(at)).standing(chat)


def covered(events, at: float = 90) -> list[tuple[int, int, str]]:
    return [(one.first, one.last, one.say["model_training"]) for one in seen(events, at).stretches]


def test_terms_bind_turns_as_they_were_collected():
    events = [
        AccountOpened(at=day(0), account="ana", tier="pro", region="US"),
        turn(1),
        said(2, "allow"),
        turn(3),
        turn(4),
        said(5, "refuse"),
        turn(6),
    ]
    assert covered(events) == [(0, 0, "unasked"), (1, 2, "allow"), (3, 3, "refuse")]
    standing = seen(events, 90)
    assert standing.say_now["model_training"] == "refuse"
    assert standing.refused_at == {"model_training": day(5)}
    assert standing.last_turn_at == day(6)


def test_a_tier_or_region_that_changes_begins_a_new_stretch():
    events = [
        AccountOpened(at=day(0), account="ana", tier="free", region="US"), turn(1), TierChanged(at=day(2), account="ana", tier="pro"), turn(3),
        RegionChanged(at=day(4), account="ana", region="DE"), turn(5), turn(6, model="m2"),
    ]  # fmt: skip
    stretches = seen(events, 9).stretches
    assert [(one.tier, one.region, one.model) for one in stretches] == [
        ("free", "US", ""),
        ("pro", "US", ""),
        ("pro", "DE", ""),
        ("pro", "DE", "m2"),
    ]
    assert {(one.tier_now, one.region_now) for one in stretches} == {("pro", "DE")}
    assert seen(events, 3).stretches[0].region_now == "US"


def test_nobody_was_asked_and_nothing_is_known_of_an_account_never_opened():
    standing = seen([turn(1, "cy")], 2)
    assert standing.say_now == dict.fromkeys(PURPOSES, "unasked")
    assert (standing.stretches[0].tier, standing.stretches[0].region, standing.age_now) == ("unknown", "unknown", "undeclared")


def test_one_of_two_contributors_who_refuses_speaks_for_both():
    events = [said(0, "allow"), said(0, "refuse", "bo"), turn(1), turn(2, "bo"), turn(3)]
    standing = seen(events, 9)
    assert standing.account == "ana"
    assert standing.say_now["model_training"] == "refuse"
    assert [(one.account, one.say["model_training"]) for one in standing.stretches] == [
        ("ana", "allow"),
        ("bo", "refuse"),
        ("ana", "allow"),
    ]
    later = seen([*events, said(4, "allow", "bo"), said(5, "refuse")], 9)
    assert later.refused_at["model_training"] == day(5)


def test_a_contributor_who_was_never_asked_has_not_allowed():
    assert seen([said(0, "allow"), turn(1), turn(2, "cy")], 9).say_now["model_training"] == "unasked"


def test_imported_turns_are_covered_only_by_a_permission_for_what_is_stored():
    events = [said(0, "allow"), turn(1, imported=True), turn(2)]
    assert covered(events) == [(0, 0, "unasked"), (1, 1, "allow")]
    assert [say for _, _, say in covered([*events, said(3, "allow", covers="stored")])] == ["allow", "allow"]
    assert covered([*events, said(3, "allow", covers="stored"), said(4, "refuse")])[0] == (0, 0, "unasked")


def test_of_two_merged_accounts_the_stricter_answer_counts_until_a_new_one():
    events = [said(0, "allow"), said(0, "refuse", "bo"), turn(1), turn(1.5, "bo", "d"), Merged(at=day(2), account="bo", into="ana")]
    assert seen(events, 3).say_now["model_training"] == "refuse"
    assert seen(events, 3, "d").say_now["model_training"] == "refuse"
    assert seen(events, 1.8).say_now["model_training"] == "allow"
    assert seen([*events, said(4, "allow")], 5).say_now["model_training"] == "allow"
    both = [said(0, "allow"), said(0, "allow", "bo"), turn(1), Merged(at=day(2), account="bo", into="ana")]
    assert seen(both, 3).say_now["model_training"] == "allow"


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        (Scope(), True), (Scope(accounts=("ana",)), True), (Scope(accounts=("bo",)), False), (Scope(accounts=()), False),
        (Scope(regions=("US",)), True), (Scope(regions=("DE",)), False), (Scope(tiers=("pro",)), True), (Scope(tiers=("free",)), False),
        (Scope(conversations=("c",)), True), (Scope(conversations=("d",)), False), (Scope(since=day(1)), True), (Scope(since=day(1.1)), False),
        (Scope(until=day(1)), True), (Scope(until=day(0.9)), False), (Scope(accounts=("ana",), regions=("DE",)), False),
        (Scope(exempt=Scope(accounts=("ana",))), False), (Scope(exempt=Scope(accounts=("bo",))), True),
        (Scope(exempt=Scope(accounts=("ana",), exempt=Scope(conversations=("c",)))), True), (Scope(regions=("US",), exempt=Scope(tiers=("pro",))), False),
    ],
)  # fmt: skip
def test_a_hold_reaches_what_its_scope_says_and_no_more(scope, held):
    events = [
        AccountOpened(at=day(0), account="ana", tier="pro", region="US"),
        turn(1),
        HoldPlaced(at=day(2), hold="h", scope=scope),
    ]
    assert seen(events, 3).holds == (("h",) if held else ())
    assert seen(events, 1.5).holds == ()
    assert seen([*events, HoldEnded(at=day(4), hold="h")], 5).holds == ()
    assert seen([*events, HoldEnded(at=day(4), hold="another")], 5).holds == (("h",) if held else ())


def test_one_turn_in_scope_holds_the_whole_conversation_and_holds_add_up():
    events = [
        turn(1),
        turn(8, "bo"),
        HoldPlaced(at=day(9), hold="b", scope=Scope(accounts=("bo",))),
        HoldPlaced(at=day(9), hold="a", scope=Scope(until=day(2))),
    ]
    assert seen(events, 10).holds == ("a", "b")


@pytest.mark.parametrize(
    ("year", "age"),
    [
        (None, "undeclared"),
        (1990, "adult"),
        (2006, "adult"),
        (2007, "unknown"),
        (2008, "minor"),
        (2025, "minor"),
        (2026, "unknown"),
        (1800, "unknown"),
        ("1990", "unknown"),
        ("", "unknown"),
    ],
)
def test_whoever_might_still_be_a_minor_is_not_taken_for_an_adult(year, age):
    assert seen([AccountOpened(at=day(0), account="ana", birth_year=year), turn(1)], 2).age_now == age


def test_a_birth_year_once_told_is_not_lost_when_the_account_is_known_anew():
    events = [
        AccountOpened(at=day(0), account="ana", birth_year=2010),
        AccountOpened(at=day(1), account="ana", tier="pro"),
        turn(2),
    ]
    assert seen(events, 3).age_now == "minor"


def test_a_private_conversation_stays_private_and_doubt_is_kept():
    assert seen([turn(1, incognito=True), turn(2, incognito=False)], 3).private is True
    assert seen([turn(1), turn(2, incognito=True), turn(3, incognito=None)], 4).private is True
    assert seen([turn(1), turn(2, incognito=None), turn(3)], 4).private is None
    assert seen([turn(1)], 4).private is False


def test_flags_feedback_and_deletions_are_told_from_their_instant():
    events = [
        turn(1), Flagged(at=day(2), conversation="c", score=0.9), Flagged(at=day(3), conversation="c"), FeedbackGiven(at=day(3), conversation="c"),
        Deleted(at=day(4), conversation="c"), FlagCleared(at=day(5), conversation="c"), FeedbackWithdrawn(at=day(5), conversation="c"),
        Deleted(at=day(6), account="ana"),
    ]  # fmt: skip
    assert (seen(events, 3).flagged_at, seen(events, 3).feedback_at, seen(events, 3).deleted_at) == (day(3), day(3), None)
    assert (seen(events, 5).flagged_at, seen(events, 5).feedback_at, seen(events, 5).deleted_at) == (None, None, day(4))
    assert seen(events, 9).deleted_at == day(4)
    assert seen([turn(1), Deleted(at=day(6), account="ana")], 9).deleted_at == day(6)


def test_events_about_a_conversation_nobody_knows_change_nothing():
    events = [
        Flagged(at=day(1), conversation="x"),
        FeedbackGiven(at=day(1), conversation="x"),
        Deleted(at=day(1), conversation="x"),
        turn(2),
    ]
    assert list(History(events, day(3)).conversations()) == ["c"]
    with pytest.raises(Unfit, match="no conversation `x`"):
        seen(events, 3, "x")
    with pytest.raises(Unfit, match="name the instant"):
        History([])._now()


def test_a_move_to_an_organisation_counts_for_later_turns():
    stretches = seen([turn(1), Moved(at=day(2), account="ana", organisation="acme"), turn(3)], 4).stretches
    assert [(one.organisation, one.organisation_now) for one in stretches] == [("none", "acme"), ("acme", "acme")]


def test_deeds_change_no_standing():
    events = [said(0, "allow"), turn(1)]
    assert seen([*events, Swept(at=day(2), due=1, shredded=1, kept=0), Forgotten(at=day(2), account="ana")], 3) == seen(events, 3)


def test_turns_keep_the_place_at_which_they_were_collected():
    """A clock that jumps changes what covers a turn, never its number: the vault counts as they arrived."""
    events = [turn(5, model="a"), turn(1, model="b"), turn(3, model="c")]
    assert [(one.first, one.model) for one in seen(events, 9).stretches] == [(0, "a"), (1, "b"), (2, "c")]
    assert [(one.first, one.model) for one in seen(events, 3).stretches] == [(1, "b"), (2, "c")]


people = st.sampled_from(["ana", "bo", "cy"])
chats = st.sampled_from(["c", "d"])
when = st.integers(0, 8).map(day)
purposes = st.sampled_from(["model_training", "human_review"])
events = st.one_of(
    st.builds(
        AccountOpened,
        at=when,
        account=people,
        tier=st.sampled_from(["free", "pro"]),
        region=st.sampled_from(["US", "DE"]),
        birth_year=st.sampled_from([None, 1990, 2010]),
    ),
    st.builds(TierChanged, at=when, account=people, tier=st.sampled_from(["free", "max"])),
    st.builds(
        ChoiceMade,
        at=when,
        account=people,
        say=st.sampled_from(["allow", "refuse"]),
        purpose=purposes,
        covers=st.sampled_from(["from_now", "stored"]),
    ),
    st.builds(NoticeShown, at=when, account=people),
    st.builds(Deferred, at=when, account=people),
    st.builds(
        TurnTaken,
        at=when,
        account=people,
        conversation=chats,
        imported=st.booleans(),
        incognito=st.sampled_from([False, True, None]),
    ),
    st.builds(Flagged, at=when, conversation=chats),
    st.builds(FlagCleared, at=when, conversation=chats),
    st.builds(FeedbackGiven, at=when, conversation=chats),
    st.builds(Deleted, at=when, account=people),
    st.builds(Deleted, at=when, conversation=chats),
    st.builds(
        HoldPlaced,
        at=when,
        hold=st.sampled_from(["h", "i"]),
        scope=st.builds(Scope, accounts=st.none() | st.tuples(people), until=st.none() | when),
    ),
    st.builds(HoldEnded, at=when, hold=st.sampled_from(["h", "i"])),
    st.builds(Merged, at=when, account=people, into=people),
)
pasts = st.lists(events, max_size=14)


def all_of(told, at):
    return {one.conversation: one for one in standings(told, at)}


@given(pasts, pasts, when)
def test_what_happens_later_never_changes_what_was_known_before(told, more, at):
    future = [one for one in more if one.at > at]
    assert all_of([*told, *future], at) == all_of(told, at)


@given(pasts, when)
def test_an_instant_sees_the_same_whether_or_not_it_is_told_of_the_future(told, at):
    """Later turns alone matter, and only by the place they take."""
    assert all_of(told, at) == all_of([one for one in told if one.at <= at or isinstance(one, TurnTaken)], at)


@given(pasts, when, people)
def test_a_refusal_now_is_a_refusal_now_whatever_came_before(told, at, who):
    past = History([*told, ChoiceMade(at=day(8), account=who, say="refuse")], day(9))
    for chat in past.conversations():
        standing = past.standing(chat)
        if any(one.account == who for one in standing.stretches):
            assert standing.say_now["model_training"] == "refuse"
            assert "model_training" in standing.refused_at


@given(pasts)
def test_folding_in_two_goes_is_folding_in_one(told):
    whole, halves = History(told, day(8)), History(told[: len(told) // 2], day(8))
    halves.extend(told[len(told) // 2 :])
    assert [whole.standing(chat) for chat in whole.conversations()] == [halves.standing(chat) for chat in halves.conversations()]


@given(pasts)
def test_the_turns_of_a_standing_are_all_there_once(told):
    turns = [one for one in told if isinstance(one, TurnTaken)]
    for standing in standings(told, day(9)):
        places = [place for one in standing.stretches for place in range(one.first, one.last + 1)]
        assert places == list(range(sum(one.conversation == standing.conversation for one in turns)))


def test_a_history_goes_forward_only():
    past = History([turn(1)], day(2))
    past.advance(day(3))
    assert past.standing("c").at == day(3)
    with pytest.raises(Unfit, match="cannot go back"):
        past.advance(day(2))


def test_moving_on_reaches_what_was_told_ahead_of_time():
    told = [said(1, "allow"), turn(2), said(5, "refuse")]
    past = History(told, day(3))
    past.advance(day(9))
    assert past.answer("ana", "model_training") == History(told, day(9)).answer("ana", "model_training") == "refuse"

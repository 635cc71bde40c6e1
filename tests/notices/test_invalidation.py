"""A notice is found unfair later: what was said yes to on it was never said, and what was said no to stays a no."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import stories

from sayso.facts.events import AnyEvent, ChoiceMade, NoticeShown, parse_event
from sayso.facts.history import History
from sayso.facts.instants import parse_instant
from sayso.facts.standings import Standing
from sayso.policy import decide, load, shipped

BAD, GOOD = "b" * 64, "a" * 64
MAIN = "model_training"


def at(day: int, hour: int = 0) -> datetime:
    return parse_instant("2025-10-01") + timedelta(days=day, hours=hour)


def said(day: int, say: str, notice: str | None, who: str = "ana", **more: Any) -> AnyEvent:
    return parse_event({"at": at(day).isoformat(), "type": "choice", "account": who, "say": say, "notice": notice, **more})


def turn(day: int, who: str = "ana", chat: str = "c") -> AnyEvent:
    return parse_event({"at": at(day).isoformat(), "type": "turn", "account": who, "conversation": chat})


def unfair(day: int, notice: str = BAD) -> AnyEvent:
    return parse_event({"at": at(day).isoformat(), "type": "notice_invalidated", "notice": notice, "why": "the no was hidden"})


def standing(*events: AnyEvent, day: int = 90) -> Standing:
    return History(events, at(day)).standing("c")  # type: ignore[arg-type]  # a plain text serves as an id here


def test_anas_yes_on_an_unfair_notice_was_never_given():
    after = standing(said(1, "allow", BAD), turn(2), unfair(5))
    assert after.say_now[MAIN] == "unasked"
    assert after.stretches[0].say[MAIN] == "unasked"


def test_before_it_was_found_unfair_the_past_reads_as_it_did():
    events = [said(1, "allow", BAD), turn(2), unfair(5)]
    assert standing(*events, day=4).stretches[0].say[MAIN] == "allow"
    past = History(events, at(4))
    past.advance(at(6))
    assert past.standing("c").stretches[0].say[MAIN] == "unasked"  # type: ignore[arg-type]


def test_bos_no_on_an_unfair_notice_stays_a_no_and_so_does_taking_back_a_yes():
    assert standing(said(1, "refuse", BAD), turn(2), unfair(5)).say_now[MAIN] == "refuse"
    assert standing(said(1, "allow", GOOD), turn(2), said(3, "refuse", BAD, via="withdrawal"), unfair(5)).say_now[MAIN] == "refuse"


def test_an_earlier_fair_answer_is_what_counts_again():
    assert standing(said(1, "allow", GOOD), turn(2), said(3, "allow", BAD), unfair(5)).say_now[MAIN] == "allow"
    back = standing(said(0, "refuse", GOOD), said(1, "allow", BAD), turn(2), unfair(5))
    assert (back.say_now[MAIN], back.stretches[0].say[MAIN]) == ("refuse", "refuse")


def test_a_yes_on_other_words_given_later_counts_and_one_on_the_unfair_words_never_again():
    assert standing(said(1, "allow", BAD), unfair(5), said(6, "allow", GOOD), turn(7)).stretches[0].say[MAIN] == "allow"
    assert standing(unfair(5), said(6, "allow", BAD), turn(7)).stretches[0].say[MAIN] == "unasked"
    assert standing(unfair(5), said(6, "refuse", BAD), turn(7)).stretches[0].say[MAIN] == "refuse"


def test_a_permission_for_stored_chats_on_an_unfair_notice_reaches_none():
    assert standing(turn(0), said(1, "allow", GOOD), said(2, "allow", BAD, covers="stored"), unfair(5)).stretches[0].say[MAIN] == (
        "unasked"
    )


def test_putting_the_question_off_counts_where_the_yes_before_it_was_none():
    later = parse_event({"at": at(3).isoformat(), "type": "deferred", "account": "ana", "notice": GOOD})
    assert standing(said(1, "allow", BAD), turn(2), later, unfair(5)).say_now[MAIN] == "deferred"


def test_a_no_that_a_yes_had_covered_up_reaches_the_account_that_stays():
    """Bo refused, said yes on an unfair notice, and became part of Ana's account, which had said yes."""
    merged = parse_event({"at": at(4).isoformat(), "type": "merged", "account": "bo", "into": "ana"})
    events = [
        said(0, "allow", GOOD),
        said(0, "refuse", GOOD, "bo"),
        said(1, "allow", BAD, "bo"),
        turn(2),
        turn(3, "bo", "c-bo"),
        merged,
    ]
    assert History([*events], at(90)).standing("c").say_now[MAIN] == "allow"  # type: ignore[arg-type]
    assert History([*events, unfair(5)], at(90)).standing("c").say_now[MAIN] == "refuse"  # type: ignore[arg-type]
    # Through a second merger too, and Ana's fair yes after it stands.
    more = parse_event({"at": at(4, 5).isoformat(), "type": "merged", "account": "ana", "into": "cy"})
    assert History([*events, more, said(0, "allow", GOOD, "cy"), unfair(5)], at(90)).standing("c").say_now[MAIN] == "refuse"  # type: ignore[arg-type]
    assert History([*events, more, unfair(5), said(6, "allow", GOOD, "cy")], at(90)).standing("c").say_now[MAIN] == "allow"  # type: ignore[arg-type]


SAID = st.lists(
    st.tuples(st.sampled_from(["ana", "bo"]), st.sampled_from(["allow", "allow", "refuse"]), st.sampled_from([BAD, GOOD, None])),
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(SAID, st.integers(0, 8))
def test_it_is_as_if_the_yeses_had_never_been_given(answers, when):
    """Against the plainest reading: the same line of events without them. Everything at an instant of its own."""
    line: list[AnyEvent] = [turn(0), turn(1, "bo")]
    line += [said(2 + place, say, notice, who) for place, (who, say, notice) in enumerate(answers)]
    line += [turn(12)]
    with_it = [*line, unfair(20)]
    kept = [one for one in line if not (isinstance(one, ChoiceMade | NoticeShown) and one.notice == BAD and _yes(one))]
    assert standing(*with_it) == standing(*kept)
    # Wherever it stands in the line, the present is the same.
    early = sorted([*line, unfair(2 + when)], key=lambda one: one.at)
    assert standing(*early) == standing(*kept)


def _yes(one: Any) -> bool:
    return getattr(one, "say", "noticed") != "refuse"


@pytest.mark.parametrize("profile", shipped())
def test_an_invalidation_never_permits_what_was_not_permitted(profile):
    policy = load(profile)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(stories.stories(profile), stories.instants(profile), st.randoms(use_true_random=False))
    def tell(story, instant, draw):
        asked = [
            {**one, "notice": draw.choice([BAD, GOOD])} if one["type"] in ("choice", "notice_shown", "deferred") else one
            for one in story
        ]
        events = stories.told(asked)
        before = History(events, instant, cuts=policy.instants).standing("c")
        gone = [*events, parse_event({"at": instant.isoformat(), "type": "notice_invalidated", "notice": BAD})]
        after = History(gone, instant, cuts=policy.instants).standing("c")
        was, now = (decide(policy, one, instant) for one in (before, after))
        for purpose in policy.purposes:
            allowed = turns(was.use[purpose].turns)
            assert turns(now.use[purpose].turns) <= allowed, (purpose, was.use[purpose], now.use[purpose])

    tell()


def turns(ranges: Any) -> set[int]:
    return {one for first, last in ranges for one in range(first, last + 1)}

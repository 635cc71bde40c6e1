"""Ana's line of answers: the last word counts, a tie refuses, and silence is never a yes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.facts.answers import Answers, strictest
from sayso.facts.words import SAYS

AT = datetime(2025, 10, 8, tzinfo=UTC)


def hour(count: float) -> datetime:
    return AT + timedelta(hours=count)


def line(*said: tuple[float, str] | tuple[float, str, str]) -> Answers:
    made = Answers()
    for at, *rest in said:
        made.add(hour(at), *rest)
    return made


def test_the_last_answer_counts_from_its_instant_on():
    ana = line((1, "allow"), (3, "refuse"), (5, "allow"))
    assert [ana.at(hour(at)) for at in (0, 1, 2, 3, 4, 5, 9)] == ["unasked", "allow", "allow", "refuse", "refuse", "allow", "allow"]


@pytest.mark.parametrize(
    "order", [("allow", "refuse"), ("refuse", "allow"), ("refuse", "allow", "allow"), ("allow", "refuse", "allow")]
)
def test_two_answers_at_one_instant_refuse_in_either_order(order):
    assert line(*((1, say) for say in order)).at(hour(1)) == "refuse"


def test_the_same_answer_twice_is_no_tie():
    assert line((1, "allow"), (1, "allow")).at(hour(1)) == "allow"


def test_an_answer_that_comes_late_counts_from_the_last_one_on():
    late_no = line((5, "allow"), (1, "refuse"))
    assert (late_no.at(hour(2)), late_no.at(hour(5))) == ("unasked", "refuse")
    assert line((5, "refuse"), (1, "allow")).at(hour(5)) == "refuse"


@pytest.mark.parametrize("say", ["noticed", "deferred"])
def test_putting_off_or_showing_again_never_replaces_an_answer(say):
    assert line((1, "refuse"), (2, say)).at(hour(3)) == "refuse"
    assert line((1, "allow"), (2, say)).at(hour(3)) == "allow"
    assert line((1, say), (2, "allow")).at(hour(1)) == say


def test_an_answer_at_the_instant_of_its_notice_is_no_tie():
    assert line((1, "noticed"), (1, "allow")).at(hour(1)) == "allow"
    assert line((1, "deferred"), (1, "refuse")).at(hour(1)) == "refuse"


def test_a_permission_for_what_is_stored_reaches_back_and_a_plain_one_does_not():
    assert line((2, "allow")).covering(hour(1), hour(3), imported=False) == "unasked"
    assert line((2, "allow", "stored")).covering(hour(1), hour(3), imported=False) == "allow"
    assert line((2, "allow", "stored")).covering(hour(1), hour(1.5), imported=False) == "unasked"
    assert line((1, "refuse"), (3, "allow", "stored")).covering(hour(2), hour(4), imported=False) == "allow"


def test_a_refusal_after_the_permission_for_stored_takes_it_back_and_a_plain_yes_does_not_bring_it_again():
    taken_back = line((2, "allow", "stored"), (3, "refuse"))
    assert taken_back.covering(hour(1), hour(4), imported=False) == "unasked"
    assert taken_back.covering(hour(1), hour(2.5), imported=False) == "allow"
    again = line((2, "allow", "stored"), (3, "refuse"), (4, "allow"))
    assert again.covering(hour(1), hour(5), imported=False) == "unasked"
    assert again.covering(hour(4.5), hour(5), imported=False) == "allow"


def test_a_permission_for_what_is_stored_at_the_instant_of_a_plain_one_reaches_only_as_far_as_that():
    assert line((2, "allow", "from_now"), (2, "allow", "stored")).covering(hour(1), hour(3), imported=False) == "unasked"


def test_what_was_imported_is_covered_only_by_a_permission_for_what_is_stored():
    assert line((1, "allow")).covering(hour(2), hour(3), imported=True) == "unasked"
    assert line((1, "allow"), (2.5, "allow", "stored")).covering(hour(2), hour(3), imported=True) == "allow"
    assert line((1, "allow", "stored")).covering(hour(2), hour(3), imported=True) == "unasked"


def test_since_when_a_refusal_stands_is_its_first_instant():
    assert line((1, "refuse"), (2, "refuse"), (3, "refuse")).refused_since(hour(4)) == hour(1)
    assert line((1, "refuse"), (2, "allow"), (3, "refuse")).refused_since(hour(4)) == hour(3)
    assert line((1, "refuse"), (2, "allow")).refused_since(hour(4)) is None
    assert line((2, "refuse")).refused_since(hour(1)) is None
    assert Answers().refused_since(hour(1)) is None


sayings = st.lists(
    st.tuples(
        st.integers(0, 6), st.sampled_from(["allow", "refuse", "noticed", "deferred"]), st.sampled_from(["from_now", "stored"])
    ),
    max_size=8,
)


@given(sayings, st.integers(0, 6))
def test_nobody_who_never_allowed_is_taken_to_allow(said, now):
    told = [one for one in said if one[1] != "allow"]
    made = line(*told)
    assert made.at(hour(now)) != "allow"
    assert made.covering(hour(0), hour(now), imported=False) != "allow"


@given(sayings, st.integers(0, 6), st.integers(0, 6), st.booleans())
def test_adding_a_no_never_turns_it_into_a_yes(said, when, collected, imported):
    before, after = line(*said), line(*said, (when, "refuse"))
    assert after.at(hour(9)) == "refuse"
    if before.covering(hour(collected), hour(9), imported=imported) != "allow":
        assert after.covering(hour(collected), hour(9), imported=imported) != "allow"


@given(st.lists(st.sampled_from(SAYS)))
def test_the_strictest_of_many_is_allow_only_if_all_allow(says):
    assert (strictest(says) == "allow") == (bool(says) and set(says) == {"allow"})
    if "refuse" in says:
        assert strictest(says) == "refuse"

"""Bo's account became part of Ana's. From then on she speaks, deletes and is held for what was his, and is as old as she is."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sayso.facts.events import AccountOpened, ChoiceMade, Deleted, Event, HoldPlaced, Merged, Scope, TurnTaken
from sayso.facts.history import History
from sayso.facts.standings import Standing

AT = datetime(2025, 10, 1, tzinfo=UTC)


def day(count: float) -> datetime:
    return AT + timedelta(days=count)


BEFORE: list[Event] = [
    ChoiceMade(at=day(0), account="ana", say="allow"),
    ChoiceMade(at=day(0), account="bo", say="allow"),
    TurnTaken(at=day(1), account="bo", conversation="d"),
    Merged(at=day(2), account="bo", into="ana"),
]


def after(*events: Event) -> Standing:
    return History([*BEFORE, *events], day(9)).standing("d")


def test_two_who_both_allowed_still_allow():
    assert after().say_now["model_training"] == "allow"


def test_a_refusal_after_the_merger_reaches_what_was_written_before_it():
    standing = after(ChoiceMade(at=day(3), account="ana", say="refuse"))
    assert standing.say_now["model_training"] == "refuse"
    assert standing.refused_at["model_training"] == day(3)


def test_a_no_that_comes_under_the_old_name_after_the_merger_is_heard_and_a_later_yes_of_the_new_name_counts():
    no = ChoiceMade(at=day(3), account="bo", say="refuse")
    assert after(no).say_now["model_training"] == "refuse"
    assert after(no).refused_at["model_training"] == day(3)
    assert after(no, ChoiceMade(at=day(4), account="ana", say="allow")).say_now["model_training"] == "allow"


def test_deleting_the_account_after_the_merger_deletes_what_was_written_before_it():
    assert after(Deleted(at=day(3), account="ana")).deleted_at == day(3)


def test_a_hold_on_the_account_that_stays_keeps_what_came_with_the_other():
    assert after(HoldPlaced(at=day(3), hold="h", scope=Scope(accounts=("ana",)))).holds == ("h",)


def test_a_minor_is_a_minor_also_for_what_came_with_the_other_account():
    assert after(AccountOpened(at=day(0), account="ana", birth_year=2015)).age_now == "minor"


def test_the_account_that_stays_owns_what_came_with_the_other():
    assert History(BEFORE, day(9)).of_account("ana") == ["d"]


def test_an_account_merged_twice_is_the_last_one():
    further = [Merged(at=day(4), account="ana", into="cy"), AccountOpened(at=day(0), account="cy", tier="pro", region="US")]
    assert after(*further).stretches[0].tier_now == "pro"


NAMES = st.sampled_from(["ana", "bo", "cy", "dee"])
HAPPENED = st.one_of(
    st.builds(lambda one, chat: TurnTaken(at=AT, account=one, conversation=chat), NAMES, st.sampled_from("abcdefg")),
    st.builds(lambda one, into: Merged(at=AT, account=one, into=into), NAMES, NAMES),
)


@given(st.lists(HAPPENED, max_size=14))
def test_who_owns_what_is_told_as_if_every_conversation_were_asked(happened):
    past = History(happened, day(1))
    for one in ("ana", "bo", "cy", "dee"):
        assert past.of_account(one) == [chat for chat in past.conversations() if past.owner(chat) == one]
        assert past.knows(one) == (one in set(past.accounts()))

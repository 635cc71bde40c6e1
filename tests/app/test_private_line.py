"""What a page says of a private chat is what the policy in force says of one: of every profile, and not of one that was at hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sayso.app.clock import StoryClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House
from sayso.app.jobs import holds, people
from sayso.app.views import PrivateView
from sayso.facts.events import Scope
from sayso.facts.words import AccountId, ConversationId
from sayso.policy import decide, shipped

Talk = Callable[..., None]


def ruled(house: House, account: AccountId, conversation: ConversationId) -> tuple[bool, int | None]:
    standing = holds.seen_by_person(house, house.present().standing(conversation))
    found = decide(house.policy_in_force(), standing, standing.at)
    days = None if found.keep_until is None else -((standing.at - found.keep_until) // timedelta(days=1))
    return found.may("model_training"), days


def test_under_every_profile_the_line_says_what_a_private_chat_held_now_is_ruled(
    house: House, clock: StoryClock, talk: Talk
) -> None:
    desk, seen = FrontDesk(house), dict[str, PrivateView]()
    for name in shipped():
        with house.writing() as work:
            house.set_policy(work, name)
        clock.set(clock.now() + timedelta(days=40))
        for who in ("ana", "bo", "cy"):
            account = people.account_of(house, who)
            if name == "openai-chatgpt" and who != "cy":
                people.choose(house, account, "model_training", "allow" if who == "ana" else "refuse", via="settings")
            told = desk.private_chat(account, "model_training")
            before = set(house.present().of_account(account))
            talk(who, f"{who}-{name}", private=True)
            (new,) = set(house.present().of_account(account)) - before
            used, days = ruled(house, account, new)
            assert told.days == days, (name, who)
            assert told.used or not used, f"{name}: {who} is told that it is not used, and it is"
        seen[name] = told
    assert seen["anthropic-consumer"] == PrivateView(used=False, days=30)
    assert seen["google-gemini"].days != 30, "a line that says thirty days is true of one profile only"


def test_the_line_imagines_a_chat_and_writes_none(house: House) -> None:
    ana = people.account_of(house, "ana")
    with house.reading() as conn:
        before = house.ledger.size(conn)
    FrontDesk(house).private_chat(ana, "model_training")
    with house.reading() as conn:
        assert house.ledger.size(conn) == before
    assert house.present().of_account(ana) == []


def test_an_order_that_forbids_telling_does_not_show_through_the_days(house: House, talk: Talk) -> None:
    ana, bo = people.account_of(house, "ana"), people.account_of(house, "bo")
    desk = FrontDesk(house)
    holds.place(house, "silent", Scope(accounts=(ana,)), matter="case 1", silent=True, future=True)
    holds.place(house, "told", Scope(accounts=(bo,)), matter="case 2", future=True)
    assert desk.private_chat(ana, "model_training").days == 30
    assert desk.private_chat(bo, "model_training").days is None

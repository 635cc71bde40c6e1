"""What a person says reaches all they have by one row; whoever asks for what is due finds it as if each chat had been looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from sayso.app.clock import StoryClock
from sayso.app.console.orders import Sweeps
from sayso.app.fair import FairLock
from sayso.app.house import House, Work, create, open_house
from sayso.app.jobs import deletion, evidence, people, retention, rule, stale, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.app.upgrading import move
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.deeds import Announced, Shredded
from sayso.facts.errors import Refused, Unfit
from sayso.facts.events import Merged, TierChanged, TurnTaken
from sayso.facts.history import History
from sayso.facts.words import AccountId, ConversationId

Talk = Callable[..., None]
DAY = timedelta(days=1)
START = datetime(2025, 9, 1, 12, tzinfo=UTC)


def stale_now(house: House) -> list[str]:
    with house.reading() as conn:
        return [one.account for one in house.vault.stale.listed(conn)]


def planned(house: House) -> dict[ConversationId, datetime | None]:
    with house.reading() as conn:
        return {one.conversation: one.next_change_at for one in house.vault.rows(conn, states=("live", "hidden"))}


def looks(house: House) -> dict[ConversationId, datetime | None]:
    """When each conversation is to be looked at by all the facts there are."""
    past, policy = house.present(), house.policy_in_force()
    there = [one for one in past.conversations() if one not in past.shredded]
    return {
        one: rule.next_look(past, past.standing(one), rule.decide(policy, past.standing(one), past.standing(one).at), policy)
        for one in there
    }


def statements(house: House, doing: Callable[[], object]) -> int:
    """How many statements, each counted as often as it has rows to write."""
    made: list[int] = []

    def count(_c: object, _cu: object, _s: str, given: object, _x: object, many: bool) -> None:
        made.append(len(given) if many and isinstance(given, list) else 1)

    event.listen(house.engine, "before_cursor_execute", count)
    try:
        doing()
    finally:
        event.remove(house.engine, "before_cursor_execute", count)
    return sum(made)


def test_an_answer_of_who_has_forty_chats_costs_what_it_costs_who_has_one(house: House, talk: Talk) -> None:
    talk("ana", "only")
    for number in range(40):
        talk("bo", f"b{number}")
    ana, bo = (people.account_of(house, name) for name in ("ana", "bo"))
    people.choose(house, ana, "model_training", "allow")
    people.choose(house, bo, "model_training", "allow")
    few = statements(house, lambda: people.choose(house, ana, "model_training", "refuse"))
    many = statements(house, lambda: people.choose(house, bo, "model_training", "refuse"))
    assert few == many
    assert stale_now(house) == sorted([ana, bo])


def test_every_look_is_right_before_anybody_goes_by_it(house: House, talk: Talk, clock: StoryClock) -> None:
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "allow")
    clock.set(clock.now() + DAY)
    for number in range(3):
        talk("ana", f"a{number}")
    clock.set(clock.now() + 90 * DAY)
    before = planned(house)
    people.choose(house, ana, "model_training", "refuse")
    assert planned(house) == before != looks(house), "one row was written"
    assert evidence.audit(house) == [], "it is known to be stale"
    assert stale.settle_all(house)
    assert planned(house) == looks(house)
    assert stale_now(house) == []


def test_a_preview_and_an_officers_page_know_what_ana_just_ended(house: House, talk: Talk, clock: StoryClock) -> None:
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "allow")
    clock.set(clock.now() + DAY)
    talk("ana", "one")
    people.choose(house, ana, "model_training", "refuse")
    clock.set(clock.now() + 31 * DAY)
    assert sweep.preview(house).due == 1
    assert stale_now(house) == [ana], "a preview writes nothing"
    assert Sweeps(house, FairLock()).view("officer").due == 1
    assert sweep.sweep(house).shredded == 1


def test_what_a_guest_refuses_ends_what_they_took_part_in(house: House, talk: Talk, clock: StoryClock) -> None:
    ana, bo = (people.account_of(house, name) for name in ("ana", "bo"))
    for one in (ana, bo):
        people.choose(house, one, "model_training", "allow")
    clock.set(clock.now() + DAY)
    talk("ana", "one")
    (chat,) = house.past.of_account(ana)
    with house.writing() as work:
        work.record([TurnTaken(at=work.at, account=bo, conversation=chat)])
        rule.reschedule(house, work, [chat], work.policy())
    people.choose(house, bo, "model_training", "refuse")
    assert stale.settle_all(house)
    assert planned(house) == looks(house)


def test_the_look_of_somebody_who_leaves_is_forgotten_with_them(house: House, talk: Talk, clock: StoryClock) -> None:
    talk("ana", "one")
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "refuse")
    deletion.delete_account(house, ana)
    clock.set(clock.now() + 60 * DAY)
    sweep.sweep(house)
    assert ana in house.past.forgotten
    assert stale_now(house) == []
    assert evidence.audit(house) == []


def test_who_takes_the_row_out_is_found_by_an_audit(house: House, talk: Talk, clock: StoryClock) -> None:
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "allow")
    clock.set(clock.now() + DAY)
    talk("ana", "one")
    clock.set(clock.now() + 90 * DAY)
    sweep.sweep(house)  # so that the next look lies ahead
    people.choose(house, ana, "model_training", "refuse")
    with house.engine.begin() as conn:
        conn.execute(text("DELETE FROM vault_stale"))
    assert [found.kind for found in evidence.audit(house)] == ["schedule"]


def test_a_changed_row_is_named_and_gone_by_for_nothing(house: House, talk: Talk) -> None:
    talk("ana", "one")
    people.choose(house, people.account_of(house, "ana"), "model_training", "refuse")
    with house.engine.begin() as conn:
        conn.execute(text("UPDATE vault_stale SET upto = 'c_zzzzzzzzzzzzzzzzzzzzzzzzzz'"))
    with pytest.raises(Exception, match=r"`vault_stale` row .* was changed"):
        sweep.sweep(house)


def test_a_version_that_knows_no_stale_looks_gets_right_ones(
    settings: Settings, house: House, talk: Talk, clock: StoryClock
) -> None:
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "allow")
    clock.set(clock.now() + DAY)
    talk("ana", "one")
    people.choose(house, ana, "model_training", "refuse")
    due = looks(house)
    house.close()
    move(settings, "0011")
    move(settings, "0012")
    with open_house(settings, clock=clock) as again:
        assert planned(again) == due


# -- equal to looking at each at once

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["allow", "refuse", "tier", "talk", "delete", "leave", "join", "sweep", "notice", "wait", "wait", "crash"]),
        st.integers(0, 3),
    ),
    min_size=4,
    max_size=14,
)
NAMES = ("ana", "bo", "cy", "dee")


class Town:
    """A house and what was said in it: *eager* looks at each conversation there is with every change."""

    def __init__(self, folder: Path, *, eager: bool) -> None:
        self.eager = eager
        self.clock = StoryClock(START)
        self.house = create(Settings(data=folder / "data", keys=folder / "keys"), clock=self.clock, policy="anthropic-consumer")
        self.talks = 0
        with self.house.writing() as work:
            self.who = [people.enrol(self.house, work, name, tier="pro", region="US") for name in NAMES]
        for number in range(6):
            self.talk(number % 4)

    def talk(self, which: int) -> None:
        self.talks += 1
        turn = Turn(id=f"t{self.talks}", role="user", parts=(Text("Hello"),), at=self.clock.now())
        chat = Conversation(id=f"c{self.talks}", source="test", account=NAMES[which], title="", turns=(turn,))
        collect_all(self.house, "test", [chat], Arrival(own=True))

    def marked(self, house: House, work: Work, past: History, accounts: list[AccountId]) -> None:
        there = [one for one in past.conversations() if one not in past.shredded]
        rule.reschedule(house, work, there, work.policy())

    def take(self, what: str, which: int) -> None:
        house, one = self.house, self.who[which]
        match what:
            case "allow" | "refuse":
                people.choose(house, one, "model_training", "allow" if what == "allow" else "refuse")
            case "tier":
                self.fact(TierChanged(at=house.now(), account=one, tier=("free", "team")[which % 2]), [one])
            case "join":
                into = self.who[which - 1]
                if house.past.living(into) != one:
                    self.fact(Merged(at=house.now(), account=one, into=into), [one, into])
            case "talk":
                self.talk(which)
            case "delete":
                deletion.delete(house, conversation=list(house.past.conversations())[which])
            case "leave":
                deletion.delete_account(house, one)
            case "sweep":
                sweep.sweep(house)
            case "notice":
                retention.put_retention(house, notice=(0, 3, 14, 0)[which])
            case "crash":
                self.crash(which)
            case _:
                self.clock.set(self.clock.now() + (1, 9, 31, 200)[which] * DAY)

    def fact(self, line: TierChanged | Merged, accounts: list[AccountId]) -> None:
        with self.house.writing() as work:
            work.record([line])
            stale.mark(self.house, work, self.house.present(), accounts)

    def crash(self, which: int) -> None:
        """Stop while looks are brought up to date, after some transactions of it; what they wrote stays."""
        stale.settle_all(self.house, most=which)
        with contextlib.suppress(RuntimeError), self.house.writing() as work:
            stale.settle(self.house, work)
            raise RuntimeError("killed")

    def ends(self) -> list[tuple[object, ...]]:
        """What was announced and destroyed, when, and why."""
        order = {one: number for number, one in enumerate(self.house.past.conversations())}
        with self.house.reading() as conn:
            lines = [one.line for one in self.house.ledger.of_kind(conn, Announced, Shredded)]
        return sorted(
            (order[one.conversation], one.at, str(getattr(one, "until", "")), one.why)
            for one in lines
            if isinstance(one, Announced | Shredded)
        )


@given(steps=STEPS)
@hypothesis_settings(max_examples=8, deadline=None)
def test_each_chat_ends_on_the_same_day_for_the_same_reason_as_if_looked_at_at_once(
    steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("two")
    told, batch, marking = [], stale.BATCH, stale.mark
    for eager in (False, True):
        town = Town(folder / str(eager), eager=eager)
        try:
            stale.BATCH, stale.mark = 2, town.marked if eager else marking  # type: ignore[assignment]  # the way it was
            for what, which in [*steps, ("notice", 0), ("wait", 3), ("sweep", 0)]:
                with contextlib.suppress(Refused, Unfit):
                    town.take(what, which)
            told.append(town.ends())
            assert stale_now(town.house) == []
            assert planned(town.house) == looks(town.house) or not eager
            assert evidence.audit(town.house) == []
        finally:
            stale.BATCH, stale.mark = batch, marking
            town.house.close()
    assert told[0] == told[1]

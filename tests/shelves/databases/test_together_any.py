"""Whatever a person does may share a commit with what others do: each is answered after it, and for nobody else's mistake."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import event

from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House, Work, create, open_house
from sayso.app.jobs import evidence, people
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.errors import Broken, Refused, SaysoError
from sayso.facts.words import AccountId, ConversationId

PEOPLE = 6


def chat(name: str, *words: str) -> Conversation:
    turns = tuple(Turn(id=f"{name}-{at}", role="user", parts=(Text(one),)) for at, one in enumerate(words))
    return Conversation(id=name, source="api", turns=turns)


class Scene:
    """A desk with people who have a chat each, and what they do at the same moment."""

    def __init__(self, house: House) -> None:
        self.house, self.desk = house, FrontDesk(house)
        self.digest = self.desk.notice("settings")[1]
        with house.writing() as work:
            self.who = [people.enrol(house, work, f"person {one}", tier="pro", region="US") for one in range(PEOPLE)]
        self.chats = [self.desk.hosts.append(one, chat("first", "hello"))[0] for one in self.who]

    def at_once(self, doing: list[Callable[[], object]]) -> list[object]:
        """What each of *doing* gave or was told; all of them wait by the time the desk is free."""
        answers: list[object] = [None] * len(doing)

        def one(place: int) -> None:
            try:
                answers[place] = doing[place]()
            except SaysoError as error:
                answers[place] = error

        threads = [threading.Thread(target=one, args=(place,)) for place in range(len(doing))]
        with self.desk.one:
            for thread in threads:
                thread.start()
            while len(self.desk.together._waiting) < len(doing):
                threading.Event().wait(0.005)
        for thread in threads:
            thread.join()
        return answers

    def erase(self, account: AccountId, conversation: ConversationId) -> object:
        """What the page's button does, without the reading of the page that comes before it."""
        from sayso.app.jobs import deletion

        return self.desk.together.do(lambda work: deletion.delete_in(self.house, work, [conversation])[0].new)

    def press(self, account: AccountId, say: Any) -> int:
        return self.desk.choose(account, "model_training", say, via="settings", notice=self.digest, locale="en", pressed="x")


@pytest.fixture
def scene(settings: Settings) -> Iterator[Scene]:
    with create(settings, policy="anthropic-consumer") as house:
        yield Scene(house)


@pytest.fixture
def waits(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """In which order the commits and the waits for a segment or the folder of keys came."""
    seen: list[str] = []
    event.listen(scene.house.engine, "commit", lambda _: seen.append("commit"))
    real = os.fsync

    def waited(handle: int) -> None:
        seen.append("segment" if os.readlink(f"/proc/self/fd/{handle}").endswith(".seg") else "keys")
        real(handle)

    monkeypatch.setattr(os, "fsync", waited)
    return seen


def test_a_deletion_a_turn_a_plan_and_a_choice_share_signature_and_commit(scene: Scene, waits: list[str]) -> None:
    house, desk, who = scene.house, scene.desk, scene.who
    with house.reading() as conn:
        before = len(house.ledger.checkpoints(conn))
    answers = scene.at_once(
        [
            lambda: scene.erase(who[0], scene.chats[0]),
            lambda: desk.hosts.append(who[1], chat("second", "one", "two")),
            lambda: desk.hosts.append(who[2], chat("first", "hello", "again")),
            lambda: desk.hosts.tell(who[3], tier="team", region="DE"),
            lambda: scene.press(who[4], "refuse"),
            lambda: desk.defer(who[5], "model_training", scene.digest),
        ]
    )
    assert not [one for one in answers if isinstance(one, BaseException)]
    assert waits == ["segment", "commit", "keys"], "one wait for all blocks, before the one commit, and one for what is remembered"
    with house.reading() as conn:
        assert len(house.ledger.checkpoints(conn)) == before + 1
        assert [len(house.vault.open(conn, one)) for one in (scene.chats[2], answers[1][0])] == [2, 1]  # type: ignore[index]
        with pytest.raises(Refused):
            house.vault.open(conn, scene.chats[0])
    assert house.past.tier_and_region(who[3]) == ("team", "DE")
    assert evidence.audit(house) == []


def test_one_that_is_refused_takes_nothing_of_the_others_with_it(scene: Scene, waits: list[str]) -> None:
    house, desk, who = scene.house, scene.desk, scene.who
    folded = house.past
    answers = scene.at_once(
        [
            lambda: scene.press(who[0], "allow"),
            lambda: desk.hosts.tell(AccountId("nobody"), tier="team", region="DE"),
            lambda: scene.erase(who[1], ConversationId("c_" + "x" * 26)),
            lambda: desk.hosts.append(who[2], chat("second", "words")),
            lambda: desk.undo(who[3], scene.chats[4]),
        ]
    )
    assert [isinstance(one, SaysoError) for one in answers] == [False, True, True, False, True]
    assert waits.count("commit") == 1
    assert house.past is folded, "nothing that was recorded was taken back, so nothing has to be read anew"
    assert house.past.answer(who[0], "model_training") == "allow"
    assert evidence.audit(house) == []


def test_a_refusal_alone_does_not_make_the_house_read_its_history_anew(scene: Scene) -> None:
    folded = scene.house.present()
    with pytest.raises(Refused):
        scene.desk.hosts.tell(AccountId("nobody"), tier="team", region="DE")
    assert scene.house.past is folded


def test_what_was_written_before_somebody_was_refused_is_taken_back_with_it(scene: Scene) -> None:
    """In a savepoint of its own: the row that it wrote is gone, the rows of the others are not."""
    house, who = scene.house, scene.who

    def writes_and_is_refused(work: Work) -> None:
        house.vault.stale.mark(work.conn, [who[0]])
        raise Refused("no")

    answers = scene.at_once(
        [
            lambda: scene.desk.hosts.tell(who[1], tier="team", region="DE"),
            lambda: scene.desk.together.do(writes_and_is_refused),
            lambda: scene.desk.hosts.tell(who[2], tier="team", region="DE"),
        ]
    )
    assert isinstance(answers[1], Refused)
    with house.reading() as conn:
        assert {one.account for one in house.vault.stale.listed(conn)} == {who[1], who[2]}
    assert evidence.audit(house) == []


def test_a_database_that_dies_in_the_middle_loses_nobody_who_was_answered(scene: Scene, settings: Settings) -> None:
    house, desk, who = scene.house, scene.desk, scene.who

    def dies(work: Work) -> None:
        work.conn.connection.driver_connection.close()  # type: ignore[union-attr]  # as if it were gone
        house.vault.stale.mark(work.conn, [who[0]])

    answers = scene.at_once(
        [
            lambda: scene.press(who[1], "refuse"),
            lambda: desk.hosts.append(who[2], chat("second", "words")),
            lambda: desk.together.do(dies),
            lambda: scene.erase(who[3], scene.chats[3]),
        ]
    )
    assert isinstance(answers[2], Broken)
    house.close()
    with open_house(settings) as again:
        assert [isinstance(one, SaysoError) for one in answers] == [False, False, True, False], "the others were made again, alone"
        assert again.past.answer(who[1], "model_training") == "refuse"
        assert again.past.standing(scene.chats[3]).deleted_at is not None
        with again.reading() as conn:
            assert again.vault.open(conn, answers[1][0])  # type: ignore[index]
        assert evidence.audit(again) == []


def test_a_segment_that_cannot_be_made_durable_is_told_to_all_and_no_row_names_its_block(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, who = scene.house, scene.who
    with house.reading() as conn:
        before = house.vault.stats(conn).blocks, house.ledger.size(conn)
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(5, "Input/output error")))
        answers = scene.at_once(
            [lambda: scene.press(who[0], "allow"), lambda: scene.desk.hosts.append(who[1], chat("second", "words"))]
        )
    assert [type(one) for one in answers] == [Broken, Broken]
    with house.reading() as conn:
        assert (house.vault.stats(conn).blocks, house.ledger.size(conn)) == before
    assert scene.desk.hosts.append(who[1], chat("second", "words"))[1] == 1
    assert evidence.audit(house) == []


deeds = st.lists(
    st.tuples(st.integers(0, PEOPLE - 1), st.sampled_from(["allow", "refuse", "plan", "turn", "erase", "undo", "stranger"])),
    min_size=4,
    max_size=14,
)


@examples(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds)
def test_people_at_the_same_moment_end_as_if_they_had_come_one_after_the_other(scene: Scene, told: list[tuple[int, str]]) -> None:
    """Each keeps the order of what they did themselves, whoever else was written with it."""
    house, desk, who = scene.house, scene.desk, scene.who
    says = {one: house.past.answer(who[one], "model_training") for one in range(PEOPLE)}
    tiers = {one: house.past.tier_and_region(who[one])[0] for one in range(PEOPLE)}
    gone = {one: house.past.standing(scene.chats[one]).deleted_at is not None for one in range(PEOPLE)}
    turns = dict.fromkeys(range(PEOPLE), 0)
    refused: list[str] = []
    plans = ("free", "pro", "team")

    def mine(person: int) -> None:
        for place, (one, deed) in enumerate(told):
            if one != person:
                continue
            try:
                match deed:
                    case "allow" | "refuse":
                        scene.press(who[one], deed)
                        says[one] = deed  # type: ignore[assignment]
                    case "plan":
                        desk.hosts.tell(who[one], tier=plans[place % 3], region="US")
                        tiers[one] = plans[place % 3]
                    case "turn":
                        turns[one] += desk.hosts.append(who[one], chat(f"{len(told)}.{place}.{os.urandom(4).hex()}", "words"))[1]
                    case "erase":
                        scene.erase(who[one], scene.chats[one])
                        gone[one] = True
                    case "undo":
                        desk.undo(who[one], scene.chats[one])
                        gone[one] = False
                    case _:
                        desk.undo(who[one], scene.chats[one - 1])
            except Refused:
                refused.append(deed)

    with house.reading() as conn:
        before = house.vault.stats(conn).blocks
    threads = [threading.Thread(target=mine, args=(one,)) for one in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["stranger"] * sum(deed == "stranger" for _, deed in told)
    assert {one: house.past.answer(who[one], "model_training") for one in range(PEOPLE)} == says
    assert {one: house.past.tier_and_region(who[one])[0] for one in range(PEOPLE)} == tiers
    assert {one: house.past.standing(scene.chats[one]).deleted_at is not None for one in range(PEOPLE)} == gone
    with house.reading() as conn:
        assert house.vault.stats(conn).blocks - before == sum(turns.values())
    assert evidence.audit(house) == []

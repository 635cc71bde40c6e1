"""A policy comes into force, or a release is recalled, while Ana presses: she is answered, and nothing goes by the looser of two policies."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sayso.app import profiles
from sayso.app.clock import StoryClock
from sayso.app.fair import FairLock
from sayso.app.grants import Grants
from sayso.app.house import House, create, open_house
from sayso.app.jobs import approving, beforehand, build, deletion, enforce, evidence, holds, people, rule, stale, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.jobs.recall import folder_of, lineage_of
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.events import ChoiceMade, Merged, Scope, TierChanged
from sayso.facts.instants import parse_instant
from sayso.facts.words import AccountId, ConversationId
from sayso.release import revoked

STRICT = "protective"
PEOPLE = ("ana", "bo", "cy", "di")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Four people who all allowed, each with a chat that is in the release `r1`, and two officers."""
    clock = StoryClock(parse_instant("2026-11-02"))
    settings = Settings(data=tmp_path / "d", keys=tmp_path / "k")
    with create(settings, clock=clock, policy="anthropic-consumer") as made:
        grants = Grants(settings.keys)
        for name in ("olga", "otto"):
            grants.name_officer(name, ("operate", "approve"), clock.now())
        for name in PEOPLE:
            with made.writing() as work:
                people.enrol(made, work, name, tier="pro", region="US")
            people.choose(made, account(made, name), "model_training", "allow")
        clock.set(clock.now() + timedelta(minutes=1))
        for name in PEOPLE:
            talk(made, name, "one")
        assert build.build(made, "r1", "model_training").manifest.rows == len(PEOPLE)
        yield made


def account(house: House, name: str) -> AccountId:
    return people.account_of(house, name)


def talk(house: House, name: str, key: str) -> None:
    turns = tuple(Turn(id=f"{key}{n}", role=role, parts=(Text(f"bread {name}"),)) for n, role in enumerate(("user", "assistant")))  # type: ignore[arg-type]  # two of the roles
    item = Conversation(id=f"{name}-{key}", source="t", account=name, title="t", turns=turns)
    assert collect_all(house, "t", [item], Arrival(own=True)).conversations == 1


def masked(house: House) -> set[str]:
    """The people whose row is masked."""
    gone = set(revoked(folder_of(house, "r1")).ids)
    names = {account(house, name): name for name in PEOPLE}
    return {names[house.past.owner(one.conversation)] for one in lineage_of(house, "r1") if one.id in gone}  # type: ignore[arg-type]  # a name


def may_train(house: House) -> set[str]:
    return {
        one.conversation for one, ruled in rule.rulings(house.present(), house.policy_in_force()) if ruled.may("model_training")
    }


def meanwhile(monkeypatch: pytest.MonkeyPatch, lock: FairLock, press: Callable[[], Any], times: int = 1) -> list[Any]:
    """Have somebody in another thread *press* while rows are ruled on, under the desk's lock; give what they were answered."""
    answered: list[Any] = []
    before = beforehand.foresee

    def slow(*given: Any, **more: Any) -> Any:
        found = before(*given, **more)
        if len(answered) < times:

            def in_turn() -> None:
                with lock:
                    answered.append(press())

            other = threading.Thread(target=in_turn)
            other.start()
            other.join(30)
            assert not other.is_alive(), "she waits for what nobody has to wait for"
        return found

    for place in (enforce, beforehand):
        monkeypatch.setattr(place, "foresee", slow)
    return answered


def approve(house: House, lock: FairLock) -> enforce.Enforced:
    given = house.now()  # it lets some things be kept for whoever writes next
    made = approving.propose(house, profiles.source(STRICT), STRICT, by="olga", why="w", notice_given=given, lock=lock)
    return approving.approve(house, made.number, by="otto", why="read it", lock=lock)[1]


def test_ana_refuses_while_a_stricter_policy_comes_in_and_is_answered_and_masked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = FairLock()
    answered = meanwhile(
        monkeypatch, lock, lambda: people.choose(house, account(house, "ana"), "model_training", "refuse") or masked(house)
    )
    done = approve(house, lock)
    assert answered, "she was answered before it came into force"
    assert masked(house) >= {"ana"}
    assert done.name == house.policy_in_force().name == STRICT
    assert evidence.audit(house) == []


def test_what_the_new_policy_forbids_is_masked_with_it_and_not_a_moment_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, set[str]]] = []
    settle = stale.settle

    def look(inner: House, work: Any) -> int:
        seen.append((inner.policy_at(work.conn, None).name, masked(inner)))
        return settle(inner, work)

    monkeypatch.setattr(stale, "settle", look)
    monkeypatch.setattr(beforehand, "AHEAD", timedelta(hours=1))
    house.clock.set(house.clock.now() + timedelta(days=400))  # type: ignore[attr-defined]  # past the year for which a yes counts there
    done = approve(house, FairLock())
    assert done.withdrawn == len(PEOPLE)
    assert seen
    assert seen[0] == (STRICT, set(PEOPLE)), "by the first look after it, nothing of the looser one is left"
    assert may_train(house) == set()


@pytest.mark.parametrize("what", ["writes", "deletes", "comes new"])
def test_whatever_is_said_meanwhile_is_ruled_by_what_comes_into_force(
    house: House, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    lock, ana = FairLock(), account(house, "ana")

    def newcomer() -> None:
        with house.writing() as work:
            people.enrol(house, work, "eve", tier="pro", region="US")
        talk(house, "eve", "one")

    does: dict[str, Callable[[], Any]] = {
        "writes": lambda: talk(house, "ana", "two"),
        "deletes": lambda: deletion.delete_all(house, house.past.of_account(ana)),
        "comes new": newcomer,
    }
    answered = meanwhile(monkeypatch, lock, does[what])
    approve(house, lock)
    assert len(answered) == 1
    assert ("ana" in masked(house)) == (what == "deletes")
    assert evidence.audit(house) == []
    sweep.sweep(house)
    assert evidence.audit(house) == []


def test_an_order_that_reaches_everybody_has_it_worked_out_anew_and_then_it_ends(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, count = FairLock(), iter(range(100))
    answered = meanwhile(
        monkeypatch, lock,
        lambda: holds.place(house, f"order-{next(count)}", Scope(accounts=(account(house, "bo"),)), "a matter"), times=50,
    )  # fmt: skip
    done = approve(house, lock)
    assert len(answered) == beforehand.TRIES + 1, "nobody waits for ever for the others to be quiet"
    assert done.name == STRICT
    assert "bo" in masked(house)
    assert evidence.audit(house) == []


def test_a_recall_by_hand_keeps_nobody_waiting_and_takes_in_what_is_said_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sayso.app.console.releases import ReleaseDesk

    lock = FairLock()
    answered = meanwhile(
        monkeypatch, lock, lambda: people.choose(house, account(house, "di"), "model_training", "refuse") or "answered"
    )
    ReleaseDesk(house, lock).recall("olga", "r1", "to be sure")
    assert len(answered) == 1
    assert masked(house) == {"di"}
    assert evidence.audit(house) == []


def test_killed_right_after_it_came_into_force_it_is_in_force_and_the_looks_follow(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: Any, **__: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(enforce, "settle_all", dies)
        with pytest.raises(KeyboardInterrupt):
            approve(house, FairLock())
    house.close()
    with open_house(house.settings, clock=house.clock) as again:
        assert again.policy_in_force().name == STRICT
        assert evidence.audit(again) == []
        with again.reading() as conn:
            assert again.vault.stale.count(conn) == len(PEOPLE)
        sweep.sweep(again)
        with again.reading() as conn:
            assert again.vault.stale.count(conn) == 0
        assert evidence.audit(again) == []


def test_what_changes_for_the_person_an_account_became_part_of_reaches_what_that_account_had(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bo = account(house, "ana"), account(house, "bo")
    with house.writing() as work:
        work.record([Merged(at=work.at, account=bo, into=ana)])

    def leaves() -> None:
        with house.writing() as work:
            work.record([TierChanged(at=work.at, account=ana, tier="team")])

    answered = meanwhile(monkeypatch, FairLock(), leaves)
    approve(house, FairLock())
    assert len(answered) == 1
    assert evidence.audit(house) == []
    assert ana not in {house.past.owner(ConversationId(one)) for one in may_train(house)}, (
        "the stricter policy forbids what her new plan covers"
    )
    assert len(set(revoked(folder_of(house, "r1")).ids)) == 2


def test_who_writes_for_the_first_time_while_a_policy_comes_in_is_looked_at_by_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.writing() as work:
        people.enrol(house, work, "eve", tier="pro", region="US")
    answered = meanwhile(monkeypatch, FairLock(), lambda: talk(house, "eve", "one"))
    marked: list[set[str]] = []
    mark = house.vault.stale.mark
    monkeypatch.setattr(house.vault.stale, "mark", lambda conn, people: (marked.append(set(people)), mark(conn, people))[1])
    approve(house, FairLock())
    assert len(answered) == 1
    assert marked[-1] == {account(house, name) for name in (*PEOPLE, "eve")}
    assert evidence.audit(house) == []


def test_who_answered_and_has_no_chat_costs_a_policy_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.writing() as work:
        gus = people.enrol(house, work, "gus", tier="pro", region="US")
        work.record([ChoiceMade(at=work.at, account=AccountId("told by another program"), say="refuse", via="api")])
    people.choose(house, gus, "model_training", "refuse")
    marked: list[set[str]] = []
    mark = house.vault.stale.mark
    monkeypatch.setattr(house.vault.stale, "mark", lambda conn, people: (marked.append(set(people)), mark(conn, people))[1])
    assert approve(house, FairLock()).name == STRICT
    assert gus not in marked[-1]

"""Many choices under one commit are as many choices one by one; and the lock they wait at lets in whoever came first."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sayso.app.clock import StoryClock
from sayso.app.fair import FairLock
from sayso.app.house import House, create
from sayso.app.jobs import deletion, evidence, people
from sayso.app.memory import Deed, Memory, Seen
from sayso.app.settings import Settings
from sayso.app.views import Press
from sayso.facts.errors import SaysoError, Unfit
from sayso.facts.events import ChoiceMade
from sayso.facts.instants import parse_instant
from sayso.facts.words import AccountId, Digest
from sayso.ledger import Entry, Request

START = parse_instant("2026-03-01T12:00:00Z")


class Ticking(StoryClock):
    """A clock that goes on by a second whenever it is looked at, as a real one does by less."""

    def now(self) -> Any:
        self.set(super().now() + timedelta(seconds=1))
        return super().now()


def house_in(folder: Path) -> House:
    return create(Settings(data=folder / "data", keys=folder / "keys"), clock=Ticking(START), policy="anthropic-consumer")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    with house_in(tmp_path_factory.mktemp("one")) as one, house_in(tmp_path_factory.mktemp("all")) as many:
        yield one, many


def press(accounts: dict[str, AccountId], told: tuple[str, str, str, str, int, bool]) -> Press:
    who, say, purpose, covers, key, other = told
    request = None
    if key:
        asked = "no" * 32 if other else (say + purpose + covers + who).encode().hex().ljust(64, "0")[:64]
        request = Request(key=f"{accounts['ana']}{key}".encode().ljust(32, b".")[-32:], asked=Digest(asked))
    return Press(
        account=accounts[who],
        purpose=purpose,
        say="allow" if say == "allow" else "refuse",
        via="settings",
        withdraws="withdrawal",
        covers="stored" if covers == "stored" else "from_now",
        request=request,
    )


told = st.tuples(
    st.sampled_from(["ana", "bo", "cy", "gone", "nobody"]),
    st.sampled_from(["allow", "refuse"]),
    st.sampled_from(["model_training", "model_training", "model_training", "no_such_purpose"]),
    st.sampled_from(["from_now", "stored"]),
    st.sampled_from([0, 0, 0, 1, 2]),
    st.booleans(),
)


def outcome(found: Entry | SaysoError, first: int) -> object:
    """What came of a press, without what differs from house to house: an error in words, or the line and its place."""
    if not isinstance(found, Entry):
        return type(found).__name__, str(found)[:40]
    line = found.line
    assert isinstance(line, ChoiceMade)
    return found.seq - first, line.purpose, line.say, line.via, line.covers


@examples(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(told, min_size=1, max_size=7), min_size=1, max_size=3))
def test_choices_under_one_commit_come_out_as_one_by_one(pair: tuple[House, House], groups: list[list[Any]]) -> None:
    outcomes: list[list[object]] = []
    answers: list[list[object]] = []
    for house, together in zip(pair, (False, True), strict=True):
        with house.writing() as work:
            accounts = {name: people.enrol(house, work, f"{name} {work.at}") for name in ("ana", "bo", "cy", "gone")}
            first = house.ledger.size(work.conn)
        deletion.delete_account(house, accounts["gone"])
        accounts["nobody"] = AccountId("0" * 32)
        found: list[object] = []
        for group in groups:
            presses = [press(accounts, one) for one in group]
            for some in [presses] if together else [[one] for one in presses]:
                with house.writing() as work:
                    found += [outcome(one, first) for one in people.choose_all(house, work, some)]
        outcomes.append(found)
        answers.append([house.past.answer(accounts[name], "model_training") for name in ("ana", "bo", "cy")])
    assert outcomes[0] == outcomes[1]
    assert answers[0] == answers[1]


def test_after_all_of_them_the_ledgers_are_in_order(pair: tuple[House, House]) -> None:
    for house in pair:
        assert evidence.audit(house) == []


def test_two_presses_of_one_person_under_one_commit_do_not_refuse_each_other(tmp_path: Path) -> None:
    with house_in(tmp_path) as house:
        with house.writing() as work:
            ana = people.enrol(house, work, "ana")
        with house.writing() as work:
            no, yes = people.choose_all(
                house, work, [Press(account=ana, purpose="model_training", say=say) for say in ("refuse", "allow")]
            )
        assert isinstance(no, Entry)
        assert isinstance(yes, Entry)
        assert no.line.at < yes.line.at
        assert no.recorded == no.line.at
        assert house.past.answer(ana, "model_training") == "allow"


def test_the_lock_goes_to_whoever_came_first_and_a_busy_thread_waits_its_turn() -> None:
    lock, came = FairLock(), list[int]()
    ready = [threading.Event() for _ in range(8)]

    def one(place: int) -> None:
        ready[place].set()
        with lock:
            came.append(place)

    threads = [threading.Thread(target=one, args=(place,)) for place in range(8)]
    with lock:
        for place, thread in enumerate(threads):
            thread.start()
            ready[place].wait()
            while len(lock._waiting) <= place:
                threading.Event().wait(0.001)
    with lock:  # asked for again at once, and yet after everybody who waited
        assert came == list(range(8))
    for thread in threads:
        thread.join()


def test_the_lock_can_be_taken_twice_and_is_given_back_by_its_holder_only() -> None:
    lock = FairLock()
    with lock, lock:
        assert lock.held()
    assert not lock.held()
    with pytest.raises(RuntimeError):
        lock.release()


def deed(seq: int) -> Deed:
    return Deed(seq, ChoiceMade(at=START, account=AccountId("ana"), say="refuse"))


def seen(size: int) -> Seen:
    return Seen(size=size, root=Digest("ab" * 32))


def test_what_is_handed_in_is_written_together_and_in_the_order_of_the_commits(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.hand_in(seen(3), [deed(3)])
    memory.hand_in(seen(5), [deed(4), deed(5)])
    assert memory.unsettled()
    assert memory.seen() is None
    memory.settle()
    assert not memory.unsettled()
    assert [one.seq for one in memory.deeds()] == [3, 4, 5]
    assert memory.seen() == seen(5)


def test_what_could_not_be_written_is_not_lost_to_a_later_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the later one would be seen, and at the next start nobody would look for the earlier."""
    memory = Memory(tmp_path)
    memory.note(seen(2), [deed(2)])
    with monkeypatch.context() as full:
        full.setattr(Memory, "_append", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        memory.note(seen(3), [deed(3)])
        assert memory.seen() == seen(2)
        assert memory.unsettled()
    memory.note(seen(4), [deed(4)])
    assert [one.seq for one in memory.deeds()] == [2, 3, 4]
    assert memory.seen() == seen(4)


def test_who_says_no_waits_for_the_folder_of_keys_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory, waits = Memory(tmp_path), list[int]()
    memory.note(seen(2), [deed(2)])
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (waits.append(handle), real(handle)))
    memory.note(seen(4), [deed(3), deed(4)])
    assert len(waits) == 1
    assert memory.seen() == Memory(tmp_path).seen() == seen(4)


@pytest.mark.parametrize("many", [1, 400])
def test_half_of_what_was_written_last_tells_nothing_and_hides_nothing_of_before(tmp_path: Path, many: int) -> None:
    """However long the lines are that a crash cut off, what was acknowledged before them is still seen."""
    memory = Memory(tmp_path)
    memory.note(seen(1), [deed(1)])
    memory.note(seen(2), [deed(2)])
    path = tmp_path / "deeds.jsonl"
    whole = path.read_bytes()
    memory.note(seen(2 + many), [deed(3 + one) for one in range(many)])
    path.write_bytes(path.read_bytes()[:-20])
    assert Memory(tmp_path).seen() == seen(2)
    assert path.read_bytes().startswith(whole)


def test_what_was_seen_of_a_past_that_was_left_says_nothing_of_this_one(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.note(seen(8), [deed(1)])
    memory.note(seen(90), [deed(8)])
    memory.note(seen(5), [], anew=True)
    assert memory.seen() == Seen(size=5, root=Digest("ab" * 32), past=1)
    memory.note(seen(7), [deed(7)])
    assert Memory(tmp_path).seen() == Seen(size=7, root=Digest("ab" * 32), past=1)
    assert [one.seq for one in memory.deeds()] == [1, 8, 7]


def test_a_process_that_is_behind_does_not_take_back_what_another_has_seen(tmp_path: Path) -> None:
    ahead, behind = Memory(tmp_path), Memory(tmp_path)
    ahead.note(seen(2), [deed(2)])
    behind.hand_in(seen(4), [deed(4)])
    ahead.note(seen(9), [deed(9)])
    behind.settle()
    assert Memory(tmp_path).seen() == seen(9)
    behind.note(seen(6), [])
    assert Memory(tmp_path).seen() == seen(9)


def test_a_folder_of_keys_of_the_version_before_is_gone_on_with_and_back(tmp_path: Path) -> None:
    """Then a file said how far the ledger was each time, and the lines said nothing of it."""
    memory = Memory(tmp_path)
    memory.note(seen(2), [deed(2)])
    path = tmp_path / "deeds.jsonl"
    path.write_bytes(path.read_bytes().replace(path.read_bytes()[path.read_bytes().index(b',"seen"') : -2], b""))
    assert b"seen" not in path.read_bytes()
    assert memory.seen() == seen(2)
    memory.note(seen(3), [deed(3)])
    assert memory.seen() == seen(3)
    assert [(one["seq"], one["line"]["account"]) for one in map(json.loads, path.read_bytes().splitlines())] == [
        (2, "ana"),
        (3, "ana"),
    ]


def test_a_no_that_the_disk_took_half_of_is_not_taken_for_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(tmp_path)
    memory.note(seen(2), [deed(2)])
    real = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda handle, raw: real(handle, raw[:30]))
        memory.note(seen(3), [deed(3)])
    assert memory.unsettled()
    memory.settle()
    assert [one.seq for one in memory.deeds()] == [2, 3]
    assert memory.seen() == seen(3)


def test_a_no_is_beside_the_keys_before_anybody_is_answered(tmp_path: Path) -> None:
    from sayso.app.frontdesk import FrontDesk

    with house_in(tmp_path) as house:
        with house.writing() as work:
            accounts = [people.enrol(house, work, f"person {number}") for number in range(6)]
        desk, missing = FrontDesk(house), list[int]()
        deeds = tmp_path / "keys" / "deeds.jsonl"

        def one(account: AccountId) -> None:
            for _ in range(5):
                seq = desk.choose(
                    account, "model_training", "refuse", via="settings", notice=Digest("a" * 64), locale="en", pressed="No"
                )
                if seq not in [json.loads(line)["seq"] for line in deeds.read_bytes().splitlines()]:
                    missing.append(seq)

        threads = [threading.Thread(target=one, args=(account,)) for account in accounts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert missing == []
        assert len(house.memory.deeds()) == 31, "thirty refusals, and the policy"
        with house.reading() as conn:
            assert house.memory.seen() == Seen(size=house.ledger.head(conn).size, root=house.ledger.head(conn).root)


def test_a_key_that_came_twice_in_one_group_is_one_line_and_another_request_under_it_is_refused(tmp_path: Path) -> None:
    with house_in(tmp_path) as house:
        with house.writing() as work:
            ana = people.enrol(house, work, "ana")
        same = [Request(key=b"k" * 32, asked=Digest(asked * 64)) for asked in "aab"]
        with house.writing() as work:
            found = people.choose_all(
                house, work, [Press(account=ana, purpose="model_training", say="allow", request=one) for one in same]
            )
        assert isinstance(found[0], Entry)
        assert found[0] == found[1]
        assert isinstance(found[2], Unfit)
        assert evidence.audit(house) == []

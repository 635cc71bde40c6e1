"""Several sweeps at once, each a process of its own: what is due is shared out, and ends once, whoever dies in between."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sayso.app.clock import StoryClock
from sayso.app.house import create, open_house
from sayso.app.jobs import evidence, people, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.deeds import Shredded
from sayso.facts.events import Scope

ROOT = Path(__file__).resolve().parents[3]
CHATS = 20
MONTH = timedelta(days=31)
WORKER = """
import json, os, signal, sys
from datetime import datetime
from pathlib import Path
from sayso.app.clock import StoryClock
from sayso.app.house import House, open_house
from sayso.app.jobs import sweep
from sayso.app.settings import Settings
data, database, at, dies = json.loads(sys.argv[1])
sweep.BATCH = 4
if dies:
    House.past_of = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
settings = Settings(data=Path(data), keys=Path(data + ".keys"), database=database)
with open_house(settings, clock=StoryClock(datetime.fromisoformat(at)), sharing=True) as house:
    print("open", flush=True)
    sys.stdin.readline()
    done = sweep.sweep(house)
print(json.dumps([done.due, done.shredded, done.kept]))
"""


class Worker:
    def __init__(self, settings: Settings, at: datetime, *, dies: bool = False) -> None:
        asked = json.dumps([str(settings.data), settings.database, at.isoformat(), dies])
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._running = subprocess.Popen([sys.executable, "-c", WORKER, asked], cwd=ROOT, **pipes)
        assert self._running.stdout is not None
        assert self._running.stdout.readline() == "open\n"

    def go(self) -> None:
        assert self._running.stdin is not None
        self._running.stdin.write("go\n")
        self._running.stdin.flush()

    def end(self) -> list[int] | None:
        told, _ = self._running.communicate(timeout=120)
        return list(json.loads(told)) if told else None


def filled(settings: Settings, clock: StoryClock) -> None:
    """Bo has chats, all due in a month."""
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        with house.writing() as work:
            people.enrol(house, work, "bo", tier="pro", region="US")
        turn = Turn(id="1", role="user", parts=(Text("Hello"),), at=clock.now())
        chats = [Conversation(id=f"c{number}", source="test", account="bo", title="", turns=(turn,)) for number in range(CHATS)]
        assert collect_all(house, "test", chats, Arrival(own=True)).conversations == CHATS
    clock.set(clock.now() + MONTH)


def ended(settings: Settings, clock: StoryClock) -> list[str]:
    with open_house(settings, clock=clock, write=False) as house:
        with house.reading() as conn:
            assert house.vault.leased(conn) == 0
            lines = [entry.line.conversation for entry in house.ledger.of_kind(conn, Shredded)]  # type: ignore[union-attr]  # filtered by kind
        assert evidence.audit(house) == []
    return lines


def test_two_sweeps_share_what_is_due_and_each_chat_ends_once(settings: Settings, clock: StoryClock) -> None:
    filled(settings, clock)
    workers = [Worker(settings, clock.now()) for _ in range(2)]
    for worker in workers:
        worker.go()
    told = [worker.end() for worker in workers]
    done = [one for one in told if one is not None]
    assert len(done) == 2
    lines = ended(settings, clock)
    assert len(lines) == len(set(lines)) == CHATS
    assert sum(shredded for _, shredded, _ in done) == CHATS


def test_what_a_killed_sweep_had_taken_is_left_alone_until_its_claim_is_over(settings: Settings, clock: StoryClock) -> None:
    filled(settings, clock)
    killed = Worker(settings, clock.now(), dies=True)
    killed.go()
    assert killed.end() is None
    other = Worker(settings, clock.now())
    other.go()
    assert other.end() == [CHATS - 4, CHATS - 4, 0]
    clock.set(clock.now() + sweep.LEASE)
    last = Worker(settings, clock.now())
    last.go()
    assert last.end() == [4, 4, 0]
    lines = ended(settings, clock)
    assert len(lines) == len(set(lines)) == CHATS


def test_what_is_said_while_a_sweep_reads_counts_in_what_it_does(settings: Settings, clock: StoryClock, monkeypatch: Any) -> None:
    """An order comes between reading what decides and destroying; it holds all that is not gone yet."""
    from sayso.app.house import House
    from sayso.app.jobs import holds

    filled(settings, clock)
    monkeypatch.setattr(sweep, "BATCH", 4)
    real, seen = House.past_of, list[int]()

    def interrupted(house: House, *given: Any, **more: Any) -> Any:
        found = real(house, *given, **more)
        if not seen and house._work is None:
            seen.append(1)
            with open_house(settings, clock=clock, sharing=True) as other:
                holds.place(other, "order", Scope(accounts=(people.account_of(other, "bo"),)), "a matter")
        return found

    monkeypatch.setattr(House, "past_of", interrupted)
    with open_house(settings, clock=clock, sharing=True) as house:
        done = sweep.sweep(house)
    assert seen
    assert done.shredded == 0
    assert ended(settings, clock) == []

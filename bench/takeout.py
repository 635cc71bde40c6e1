"""How much memory and time a take-out takes, by the number of conversations: run it as `python bench/takeout.py 100 1000 10000`."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sayso.app.clock import StoryClock
from sayso.app.house import House, create, open_house
from sayso.app.jobs import people, takeout
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn

AT = datetime(2026, 1, 5, tzinfo=UTC)
WORDS = "the same few words over and over, as long as an answer is. " * 30


def make(folder: Path, count: int) -> None:
    with create(Settings(data=folder / "data", keys=folder / "keys"), clock=StoryClock(AT)) as house:
        with house.writing() as work:
            people.enrol(house, work, "ana", tier="pro", region="US")
        turns = tuple(Turn(id=str(n), role="user" if n % 2 == 0 else "assistant", parts=(Text(WORDS),), at=AT) for n in range(4))
        chats = (Conversation(id=str(n), source="bench", account="ana", title=f"Chat {n}", turns=turns) for n in range(count))
        collect_all(house, "bench", chats, Arrival(own=True))


def take(house: House) -> None:
    taking = takeout.begin(house, takeout.of_name(house, "ana"), by="operator", operator="bench")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    size = sum(map(len, takeout.written(house, taking, "en")))
    took, peak = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{len(taking.conversations)} conversations: {size / 1e6:.1f} MB zip, {took:.1f} CPU s, peak {peak / 1024:.0f} MB, "
          f"of which {(peak - before) / 1024:.0f} MB came while it was written")  # fmt: skip


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("chats", nargs="+", help="how many conversations Ana has, one run for each number, such as 1000 10000")
    given = options.parse_args()
    if given.chats[0] == "take":
        place = Path(given.chats[1])
        with open_house(Settings(data=place / "data", keys=place / "keys"), clock=StoryClock(AT)) as opened:
            take(opened)
    else:
        for many in given.chats:
            with tempfile.TemporaryDirectory() as made:
                make(Path(made), int(many))
                subprocess.run([sys.executable, __file__, "take", made], check=True)

"""Weighing a release of a million turns: memory and CPU time beside writing it without; --write FILE keeps the table.

The talks are made: words drawn by Zipf's law from 60,000, accounts of one to many
conversations, a code word of its own for each. Each arm runs in a process of its own, so that its peak is its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sayso.facts.words import ConversationId, Digest
from sayso.release import Message, Plan, Risk, Row, Scrubbed, identifying, write

VOCABULARY = 60_000
TURNS = 6
"""Messages of a conversation."""
WORDS = 40
"""Words of a message, at the mean."""


def rows(conversations: int) -> Iterator[Row]:
    """Yield as many conversations, the same each time."""
    chance = random.Random(11)  # a corpus, not a secret
    known = ["".join(chance.choices("abcdefghijklmnoprstuvwy", k=chance.randint(2, 11))) for _ in range(VOCABULARY)]
    weights = [1 / (rank + 3) for rank in range(VOCABULARY)]
    bag = chance.choices(known, weights, k=3_000_000)
    for number in range(conversations):
        account = int(conversations * chance.random() ** 2 / 5)
        said = []
        for turn in range(TURNS):
            at, length = chance.randrange(len(bag) - 200), chance.randint(5, 2 * WORDS - 5)
            words = " ".join(bag[at : at + length])
            if turn == 0 and number % 20 == 0:
                words = f"I am {20 + number % 50}. I live in {chance.choice(known).title()}. {words}. I am a nurse."
            if turn == 2:
                words += f" project{account:x}"
            said.append(Message("user" if turn % 2 == 0 else "assistant", words))
        name = hashlib.sha256(b"%d" % number).hexdigest()
        yield Row(
            id=name,
            messages=tuple(said),
            tier="pro" if account % 3 else "free",
            conversation=ConversationId(f"c{number}"),
            account=hashlib.sha256(b"a%d" % account).hexdigest(),
            region=("US", "DE", "GB")[account % 3],
        )


def arm(conversations: int, weigh: bool) -> dict[str, float]:
    """Write the release once in this process and return what it cost."""
    plan = Plan(name="r", purpose="model_training", policy="p", policy_digest=Digest("ab" * 32), pin=1, at=datetime(2026, 1, 1, tzinfo=UTC), scrub=Scrubbed(engine="re2", table="t"))  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        letters, took = 0, [0.0]

        def streamed() -> Iterator[Row]:
            nonlocal letters
            made = iter(rows(conversations))
            while True:
                begun = time.process_time()
                row = next(made, None)
                took[0] += time.process_time() - begun
                if row is None:
                    return
                letters += sum(len(one.content) for one in row.messages)
                yield row

        begun = time.process_time()
        manifest = write(Path(folder), plan, streamed(), risk=Risk() if weigh else None)
        spent = time.process_time() - begun - took[0]
        told = identifying(Path(folder) / "r")
    return {
        "mb": letters / 1e6,
        "seconds": spent,
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "messages": float(manifest.messages),
        "left_out": float(sum(told.left_out.values())) if told else 0.0,
        "missed": told.missed / 10 if told else 0.0,
    }


def main() -> None:
    """Run both arms, print the table, and keep it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--arm", choices=["plain", "weighed"])
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    if given.arm:
        print(json.dumps(arm(given.turns[0] // TURNS, given.arm == "weighed")))  # the answer
        return
    lines = ["| messages | text, MB | write, CPU s | write and weigh, CPU s | weighing, MB/s | peak memory without, MB | with, MB | left out | places taken, % |", "|" + "---:|" * 9]  # fmt: skip
    for turns in given.turns:
        ends = []
        for one in ("plain", "weighed"):
            done = subprocess.run([sys.executable, __file__, "--arm", one, "--turns", str(turns)], capture_output=True, text=True, check=True)  # fmt: skip
            ends.append(json.loads(done.stdout))
        plain, weighed = ends
        speed = weighed["mb"] / (weighed["seconds"] - plain["seconds"])
        lines.append(
            f"| {plain['messages']:,.0f} | {plain['mb']:.0f} | {plain['seconds']:.0f} | {weighed['seconds']:.0f} | {speed:.1f} | "
            f"{plain['rss']:.0f} | {weighed['rss']:.0f} | {weighed['left_out']:.0f} | {weighed['missed']:.1f} |"
        )
    table = "\n".join([*lines, "", f"Python {platform.python_version()}, `python bench/weighing.py`; memory is the peak of the whole process."])  # fmt: skip
    print(table)  # the answer
    if given.write:
        text = given.write.read_text("utf-8")
        marked = f"<!-- weighing:begin -->\n{table}\n<!-- weighing:end -->"
        given.write.write_text(
            re.sub(r"<!-- weighing:begin -->.*?<!-- weighing:end -->", lambda _: marked, text, flags=re.DOTALL), "utf-8"
        )


if __name__ == "__main__":
    main()

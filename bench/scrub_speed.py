"""How fast `sayso.scrub` reads, in CPU seconds of one core: chats at once, one by one, in long texts, and with names.

    python bench/scrub_speed.py CORPUS [--megabytes 3] [--write docs/scrub.md]

CORPUS is made by ../shared/bench/gen_scrub_corpus.py: `clean` has nothing put in, `text` has. Low density takes `text` for
one conversation in four. All ways take turns over the whole, a thousand conversations at a time (about what
`find_many` reads together), six times, and the best time of each thousand counts: the machine is shared. They do not take turns over
each, or what the model of names leaves in the processor's cache would be charged to whichever way comes next. The first pass, in which automata are built, is not in it but for
one column: the second half of the chats, at once and for the first time, after the first half.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

from sayso.scrub import Persons, find, find_many, use
from sayso.scrub.gates import Plain, available

BEGIN, END = "<!-- scrub-speed:begin -->\n", "<!-- scrub-speed:end -->"
AT_ONCE, TIMES, NEW = 1000, 6, "new"


def speeds(texts: list[str], ways: dict[str, Callable[[list[str]], object]]) -> dict[str, float]:
    """Megabytes a second of each way, and of the first where texts are met for the first time."""
    chunks = [texts[at : at + AT_ONCE] for at in range(0, len(texts), AT_ONCE)]
    best: dict[tuple[str, int], float] = {}
    new: list[tuple[float, float]] = []
    for turn in range(TIMES + 1):
        for name, way in ways.items():
            for number, chunk in enumerate(chunks):
                start = time.process_time()
                way(chunk)
                took = time.process_time() - start
                if turn:
                    best[name, number] = min(best.get((name, number), took), took)
                elif name == next(iter(ways)) and 2 * number + 1 >= len(chunks):
                    new.append((sum(len(text.encode()) for text in chunk) / 1e6, took))
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    got = {name: megabytes / sum(took for (whose, _), took in best.items() if whose == name) for name in ways}
    return got | {NEW: sum(size for size, _ in new) / sum(took for _, took in new)}


def one_by_one(texts: list[str]) -> object:
    """What `find` finds in each."""
    return [find(text) for text in texts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--megabytes", type=float, default=3)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    rng = random.Random(1)
    texts: dict[str, list[str]] = {"clean": [], "low": [], "dense": []}
    size = 0
    with given.corpus.open(encoding="utf-8") as handle:
        for line in handle:
            row = json.loads(line)
            texts["clean"].append(row["clean"])
            texts["dense"].append(row["text"])
            texts["low"].append(row["text"] if rng.random() < 0.25 else row["clean"])
            size += len(row["text"])
            if size > given.megabytes * 1e6:
                break
    names = Persons()
    out = [
        "| engine | text | hits per KB | at once | one by one | 100 KB at a time | at once, first time | names alone |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for tools in available():
        if isinstance(tools, Plain):
            continue
        for density, some in texts.items():
            use(Plain.name)
            use(tools.name)  # automata anew, since many chats are the same at every density
            got = speeds(some, {"at once": find_many, "one by one": one_by_one, "names": names.find})
            long = speeds(joined(some), {"long": one_by_one})["long"]
            hits = sum(map(len, find_many(some))) / sum(len(text.encode()) for text in some) * 1000
            cells = f"{got['at once']:.1f} | {got['one by one']:.1f} | {long:.1f} | {got[NEW]:.1f} | {got['names']:.2f}"
            out.append(f"| {tools.name} | {density} | {hits:.2f} | {cells} |")
            print(out[-1], flush=True)
    load = f"Load of the machine when it ended: {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores."
    made = "\n".join(out) + f"\n\nMB/s. {load}\n"
    print(made)
    if given.write:
        before, _, rest = given.write.read_text(encoding="utf-8").partition(BEGIN)
        given.write.write_text(before + BEGIN + made + END + rest.partition(END)[2], encoding="utf-8")


def joined(texts: list[str]) -> list[str]:
    """The same texts, a hundred thousand characters to a text."""
    whole = "\n\n".join(texts)
    return [whole[at : at + 100_000] for at in range(0, len(whole), 100_000)]


if __name__ == "__main__":
    main()

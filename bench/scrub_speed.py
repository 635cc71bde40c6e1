"""How fast `sayso.scrub.find` reads, in CPU seconds of one core: chats one by one, and one long text.

    python bench/scrub_speed.py CORPUS [--megabytes 3] [--markdown FILE]

CORPUS is made by ../shared/bench/gen_scrub_corpus.py: `clean` has nothing put in, `text` has. Low density takes `text` for
one conversation in four. The first pass warms the automaton and is told apart. Best of three, since the machine is shared.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

from sayso.scrub import find, use
from sayso.scrub.gates import Plain, available


def seconds(texts: list[str]) -> float:
    """CPU seconds to search these texts."""
    start = time.process_time()
    for text in texts:
        find(text)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--megabytes", type=float, default=3)
    parser.add_argument("--markdown", type=Path)
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
    texts |= {f"{name}, 100 KB at a time": joined(texts[name]) for name in ("clean", "low", "dense")}
    out = ["| engine | text | hits per KB | first pass, MB/s | warm, MB/s |", "|---|---|---|---|---|"]
    for tools in available():
        if isinstance(tools, Plain):
            continue
        use(tools.name)
        for name, some in texts.items():
            megabytes = sum(len(text.encode()) for text in some) / 1e6
            first = seconds(some)
            best = min(seconds(some) for _ in range(3))
            hits = sum(len(find(text)) for text in some) / megabytes / 1000
            out.append(f"| {tools.name} | {name} | {hits:.2f} | {megabytes / first:.0f} | {megabytes / best:.0f} |")
    table = "\n".join(out) + "\n"
    print(table)
    if given.markdown:
        given.markdown.write_text(table, encoding="utf-8")


def joined(texts: list[str]) -> list[str]:
    """The same texts, a hundred thousand characters to a text."""
    whole = "\n\n".join(texts)
    return [whole[at : at + 100_000] for at in range(0, len(whole), 100_000)]


if __name__ == "__main__":
    main()

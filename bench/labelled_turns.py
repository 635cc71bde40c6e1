"""The turns that were labelled by hand: how they were drawn, and how one is found again in the shared data.

A reference is `file#where`: for chats of hh-rlhf the row and the turn in it, for trees of OpenAssistant the message, for coding
sessions the line. The draw is seeded and by stratum: turns with a capital inside a sentence, a digit or an `@` are drawn more
often than others, since little could stand in those.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

SEED = 20
STRATA = {"hh-rlhf": (85, 20), "open-assistant": (45, 10), "session": (40, 0)}
"""How many turns of each source: with a capital, digit or `@` inside, and without."""
CHATS, TREES = "conversations/hh-rlhf.jsonl.gz", "conversations/open-assistant-trees.jsonl.gz"
SESSIONS = "exports/claude-code-samples"
_RICH = re.compile(r"[a-z,] [A-Z][a-z]|\d|@")
_LONGEST = 3000


def turns(data: Path) -> Iterator[tuple[str, str, str]]:
    """Yield source, reference and text of every turn there is to draw from."""
    with gzip.open(data / CHATS, "rt", encoding="utf-8") as lines:
        for row, line in enumerate(lines):
            spoken = re.split(r"\n\n(?:Human|Assistant): ?", json.loads(line)["chosen"])[1:]
            for number, text in enumerate(spoken):
                yield "hh-rlhf", f"{CHATS}#{row}/{number}", text
    with gzip.open(data / TREES, "rt", encoding="utf-8") as lines:
        for line in lines:
            open_ = [json.loads(line)["prompt"]]
            while open_:
                message = open_.pop(0)
                yield "open-assistant", f"{TREES}#{message['message_id']}", message["text"]
                open_ = [*message["replies"], *open_]
    for path in sorted((data / SESSIONS).glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            yield "session", f"{SESSIONS}/{path.name}#{number}", line


def drawn(data: Path) -> dict[str, str]:
    """Return the drawn turns, by reference, in a fixed order."""
    piles: dict[tuple[str, bool], list[tuple[str, str]]] = {}
    for source, reference, text in turns(data):
        if 20 <= len(text) <= _LONGEST:
            rich = source == "session" or _RICH.search(text) is not None
            piles.setdefault((source, rich), []).append((reference, text))
    rng = random.Random(SEED)
    out: dict[str, str] = {}
    for source, (rich, plain) in STRATA.items():
        for wanted, is_rich in ((rich, True), (plain, False)):
            pile = piles.get((source, is_rich), [])
            out.update(rng.sample(pile, min(wanted, len(pile))))
    return out


def fingerprint(text: str) -> str:
    """Return what tells that a text is no longer the one that was labelled."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

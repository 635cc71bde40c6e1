"""How many pieces of raw chats and code the finder of persons' names masks that are no person's name, per megabyte, as judged by reading.

    python bench/scrub_persons_read.py [--data FOLDER] [--write docs/scrub.md] [--unread]

The texts of bench/scrub_raw.py and the coding sessions. Of what `Persons` finds in each, the places with the smallest hashes are
read. The judgements lie in person_hits.json, by file, place and a digest of the piece, without a word of it. Right is a name of a
person, living, dead or of a story, also in code, and `derek` or `alice` as a user in a test; wrong is a firm, a place, a program, a
word, or a piece that takes in more words than the name. What nobody has read counts as wrong, and is said.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import peers
from labelled_turns import turns
from scrub_raw import Hit, _around, chats, library, windows

from sayso.scrub import Persons

ROOT = Path(__file__).resolve().parent.parent
JUDGED = ROOT / "bench" / "person_hits.json"
READ = 120
"""How many hits of each source are read."""
SHOWN = {
    "chats": "chats (hh-rlhf, OpenAssistant)",
    "sessions": "lines of Claude Code sessions",
    "windows": "code around secrets (lego, nats-server)",
    "library": "code (Python's library, half of its files)",
}


def sessions(data: Path) -> Iterator[tuple[str, str]]:
    """Yield the lines of the coding sessions, with where they stand."""
    for source, at, text in turns(data):
        if source == "session":
            yield at, text


def table(data: Path, unread: bool) -> str:
    """Return the table, as it stands in docs/scrub.md."""
    known = dict(json.loads(JUDGED.read_text(encoding="utf-8"))) if JUDGED.exists() else {}
    names = Persons()
    out = ["| text | MB | masked | read | wrong | wrong per MB | 95 % |", "|---|---|---|---|---|---|---|"]
    missing = 0
    sources = {"chats": chats(data), "sessions": sessions(data), "windows": windows(data), "library": library(True)}
    for name, texts in sources.items():
        size, hits, shown = 0, [], {}
        for at, text in texts:
            size += len(text.encode("utf-8", "replace"))
            for span in names.find([text])[0]:
                hit = Hit(at, span.start, span.end, span.kind, text[span.start : span.end])
                hits.append(hit)
                shown[hit.key] = _around(text, span)
        some = sorted(hits, key=lambda hit: hit.order)[:READ]
        fresh = [hit for hit in some if hit.key not in known]
        missing += len(fresh)
        for hit in fresh if unread else ():
            print(json.dumps([hit.key, shown[hit.key]], ensure_ascii=False))
        wrong = sum(not known.get(hit.key, False) for hit in some)
        per = len(hits) / size * 1e6
        low, high = peers.wilson(wrong, len(some))
        bounds = f"{low * per:.0f} to {high * per:.0f}" if len(hits) > len(some) else "all were read"
        out.append(
            f"| {SHOWN[name]} | {size / 1e6:.2f} | {len(hits)} | {len(some)} | {wrong} | {wrong / max(1, len(some)) * per:.0f} | {bounds} |"
        )
    out += [
        "",
        f"Model {names.model.digest[:16]}, Python {sys.version.split()[0]}; {missing} of these nobody has read, counted as wrong.",
    ]
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SAYSO_DATA", ROOT.parent / "shared" / "data")))
    parser.add_argument("--write", type=Path)
    parser.add_argument("--unread", action="store_true")
    given = parser.parse_args()
    block = table(given.data, given.unread)
    print(block)
    if given.write:
        peers.written(given.write, "persons-read", block)


if __name__ == "__main__":
    main()

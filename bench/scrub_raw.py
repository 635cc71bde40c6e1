"""How many pieces of raw chats and code are masked by patterns that are nothing of the kind, per megabyte, as judged by reading.

    python bench/scrub_raw.py [--data FOLDER] [--write docs/scrub.md] [--unread]

Chats: hh-rlhf and the trees of OpenAssistant. Code: the windows of lego and nats-server that CredData labels, which are full of
secrets and of what looks like them; and the library of the Python that runs this, which nobody chose for that. Of the hits in each,
those whose place has the smallest hashes are read: a draw that stays the same when a rule changes elsewhere. The judgements lie in
raw_hits.json, by file, place, kind and a digest of the piece, without a word of it. Right is what a reader would call this kind of
thing: an address of mail, whoever's; a password in a test. Wrong is a number, a word or code that is none. What nobody has read
counts as wrong, and is said. Names by the model are not in it. `--unread` prints what is to be read.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import peers
from labelled_turns import turns

from sayso.scrub import Span, find

ROOT = Path(__file__).resolve().parent.parent
JUDGED = ROOT / "bench" / "raw_hits.json"
READ = 800
"""How many hits of each source are read."""
LIBRARY = 400
"""So many files of Python's library, by the hash of their names, were read while rows were mended; the others only afterwards."""
SHOWN = {
    "chats": "chats (hh-rlhf, OpenAssistant)",
    "windows": "code around secrets (lego, nats-server)",
    "library": "code (Python's library)",
    "fresh": "code (Python's library, other files)",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A masked piece: the source's reference, its place there in code points, its kind, and a digest of the piece."""

    at: str
    start: int
    end: int
    kind: str
    piece: str

    @property
    def order(self) -> str:
        return _digest(f"{self.at}:{self.start}")

    @property
    def key(self) -> str:
        return f"{self.at}:{self.start}-{self.end} {self.kind} {_digest(self.piece)[:12]}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def chats(data: Path) -> Iterator[tuple[str, str]]:
    for source, at, text in turns(data):
        if source != "session":
            yield at, text


def windows(data: Path) -> Iterator[tuple[str, str]]:
    for name in ("lego", "nats-server"):
        path = f"secrets/creddata-{name}.jsonl.gz"
        with gzip.open(data / path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                yield f"{path}#{number}", json.loads(line)["text"]


def library(fresh: bool) -> Iterator[tuple[str, str]]:
    folder = Path(sysconfig.get_paths()["stdlib"])
    files = [path for path in folder.rglob("*.py") if not {"test", "tests", "site-packages"} & set(path.parts)]
    names = sorted((path.relative_to(folder).as_posix() for path in files), key=_digest)
    for name in names[LIBRARY:] if fresh else names[:LIBRARY]:
        yield f"library/{name}", (folder / name).read_text(encoding="utf-8", errors="replace")


def read(texts: Iterator[tuple[str, str]]) -> tuple[float, list[Hit], dict[str, str]]:
    """Return the megabytes of these texts, their hits, and around each hit what a reader needs."""
    size, hits, shown = 0, [], {}
    for at, text in texts:
        size += len(text.encode("utf-8", "replace"))
        for span in find(text):
            hit = Hit(at, span.start, span.end, span.kind, text[span.start : span.end])
            hits.append(hit)
            shown[hit.key] = _around(text, span)
    return size / 1e6, sorted(hits, key=lambda hit: hit.order), shown


def _around(text: str, span: Span) -> str:
    before, after = text[max(0, span.start - 60) : span.start], text[span.end : span.end + 25]
    return repr(before)[1:-1] + "«" + repr(text[span.start : span.end][:70])[1:-1] + "»" + repr(after)[1:-1]


def judged() -> dict[str, bool]:
    return dict(json.loads(JUDGED.read_text(encoding="utf-8"))) if JUDGED.exists() else {}


def table(data: Path, unread: bool) -> str:
    """Return the table, as it stands in docs/scrub.md."""
    known = judged()
    out = ["| text | MB | hits | read | wrong | wrong per MB | 95 % |", "|---|---|---|---|---|---|---|"]
    kinds: Counter[str] = Counter()
    missing = 0
    sources = {"chats": chats(data), "windows": windows(data), "library": library(False), "fresh": library(True)}
    for name, texts in sources.items():
        size, hits, shown = read(texts)
        some = hits[:READ]
        wrong = [hit for hit in some if not known.get(hit.key, False)]
        fresh = [hit for hit in some if hit.key not in known]
        missing += len(fresh)
        for hit in fresh if unread else ():
            print(json.dumps([hit.key, hit.kind, shown[hit.key]], ensure_ascii=False))
        kinds.update(hit.kind for hit in wrong)
        per = len(hits) / size
        low, high = peers.wilson(len(wrong), len(some)) if len(hits) > len(some) else (len(wrong) / max(1, len(some)),) * 2
        share = len(wrong) / max(1, len(some))
        bounds = f"{low * per:.1f} to {high * per:.1f}" if len(hits) > len(some) else "all were read"
        out.append(f"| {SHOWN[name]} | {size:.2f} | {len(hits)} | {len(some)} | {len(wrong)} | {share * per:.1f} | {bounds} |")
    said = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()) or "none"
    out += [
        "",
        f"Wrong by kind: {said}. Python {sys.version.split()[0]}; {missing} of these hits nobody has read, counted as wrong.",
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
        peers.written(given.write, "raw", block)


if __name__ == "__main__":
    main()

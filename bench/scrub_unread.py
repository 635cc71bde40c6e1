"""How many wrong hits a megabyte stand in texts that nobody had read before the rows were fixed: read once, and not mended after.

    python bench/scrub_unread.py [--chats FILE] [--write docs/scrub.md] [--unread]

Packages: files of the packages installed beside this Python, drawn by the hash of their names; those of earlier draws, by which rows
were mended, are left out. Messages: what the programs of this machine say in other languages than English, drawn by the hash of the
names of their catalogues; the first 44 megabytes are left out for the same reason. Prompts and chats: what the shared data holds of
them and scrub_raw.py does not read; those hits were read two drafts of the rows earlier, and nothing was mended for them. Chats:
FILE is another part of hh-rlhf (`harmless-base/test.jsonl.gz` of its repository), without the conversations that the shared data holds.
Judged as in scrub_raw.py, into the same file, by place and digest and without a word of the
texts. Where packages of other versions are installed, most hits are unread and count as wrong: the figure belongs to the versions
that were read. Intervals are exact ones of Poisson for what was counted, 95 %.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import struct
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import peers
from labelled_turns import turns
from scrub_raw import ROOT, Hit, _digest, judged, read

CODE = ("py", "pyi")
OTHER = ("js", "ts", "tsx", "css", "html", "json", "md", "rst", "txt", "toml", "yaml", "yml", "sql", "sh", "c", "h", "METADATA")
LEARNED = (
    ("a", CODE, 12.0),
    ("a", OTHER, 4.0),
    ("b", ("py",), 14.0),
    ("b", OTHER[:8] + OTHER[9:16], 5.0),
    *((draw, endings, size) for draw in ("c", "d", "e") for endings, size in ((CODE, 9.0), (OTHER, 5.4))),
    ("f", CODE, 12.0),
    ("f", OTHER, 7.2),
    ("g", CODE, 14.0),
    ("g", OTHER, 9.0),
    ("h", CODE, 18.0),
    ("h", OTHER, 14.0),
    ("i", CODE, 20.0),
    ("i", OTHER, 20.0),
)
"""The draws by which rows were mended."""
FRESH = {"packages: Python": ("j", CODE, 20.0), "packages: scripts, styles, pages, data": ("j", OTHER, 90.0)}
MESSAGES = "messages of programs, in many languages"
CATALOGUES = Path("/usr/share/locale")
LEARNED_MESSAGES, FRESH_MESSAGES = 44.0, 8.0
CHATS = "chats (hh-rlhf, harmless-base, test part)"
TALK = "prompts and chats (moderation, OpenAssistant, answers not chosen)"


def drawn(folder: Path, salt: str, endings: tuple[str, ...], megabytes: float) -> list[str]:
    """The first files by the hash of their names, up to so many megabytes."""
    files = [path for path in folder.rglob("*") if path.suffix.lstrip(".") in endings or path.name in endings]
    named = {path.relative_to(folder).as_posix(): path for path in files if path.is_file() and not path.is_symlink()}
    names, size = [], 0
    for name in sorted(named, key=lambda name: _digest(salt + name)):
        if size > megabytes * 1e6:
            break
        raw = named[name].read_bytes()
        if len(raw) <= 400_000 and b"\0" not in raw[:2000]:
            names.append(name)
            size += len(raw)
    return names


def packages(which: str) -> Iterator[tuple[str, str]]:
    folder = Path(sysconfig.get_paths()["purelib"])
    read_before = {name for draw in LEARNED for name in drawn(folder, *draw)}
    for name in drawn(folder, *FRESH[which]):
        if name not in read_before and not name.startswith("sayso/"):
            yield f"packages/{name}", (folder / name).read_text(encoding="utf-8", errors="replace")


def talk(data: Path) -> Iterator[tuple[str, str]]:
    """Yield what the shared data holds of prompts and chats and scrub_raw.py does not read."""
    seen = {text for _, _, text in turns(data)}
    prompts = "harm/openai-moderation.jsonl.gz"
    with gzip.open(data / prompts, "rt", encoding="utf-8") as lines:
        for row, line in enumerate(lines):
            yield f"{prompts}#{row}", json.loads(line)["prompt"]
    seeds = "conversations/open-assistant-seed.json"
    for row, message in enumerate(_messages(json.loads((data / seeds).read_text(encoding="utf-8")))):
        if message not in seen:
            yield f"{seeds}#{row}", message
    answers = "conversations/hh-rlhf.jsonl.gz"
    with gzip.open(data / answers, "rt", encoding="utf-8") as lines:
        for row, line in enumerate(lines):
            last = json.loads(line)["rejected"].rpartition("\n\nAssistant: ")[2]
            if last not in seen:
                yield f"{answers}#{row}/rejected", last


def _messages(tree: object) -> Iterator[str]:
    """Yield every text of a tree of messages, in its order."""
    for held in tree if isinstance(tree, list) else [tree]:
        if isinstance(held, dict):
            if isinstance(held.get("text"), str):
                yield held["text"]
            yield from _messages([value for value in held.values() if isinstance(value, dict | list)])
        elif isinstance(held, list):
            yield from _messages(held)


def messages() -> Iterator[tuple[str, str]]:
    """Yield the translated messages of the second ten megabytes of catalogues, a catalogue at a time."""
    paths = {path.relative_to(CATALOGUES).as_posix(): path for path in CATALOGUES.glob("*/LC_MESSAGES/*.mo")}
    size = 0.0
    for name in sorted(paths, key=_digest):
        try:
            text = "\n\n".join(said(paths[name].read_bytes()))
        except (UnicodeDecodeError, struct.error):
            continue
        size += len(text.encode()) / 1e6
        if size > LEARNED_MESSAGES + FRESH_MESSAGES:
            return
        if size > LEARNED_MESSAGES:
            yield "messages/" + name.replace("@", "-"), text


def said(catalogue: bytes) -> list[str]:
    """Return the translations of a catalogue of GNU gettext, without its heading."""
    count, _, table = struct.unpack("<III", catalogue[8:20])
    places = [struct.unpack("<II", catalogue[table + 8 * at : table + 8 * at + 8]) for at in range(1, count)]
    return [catalogue[start : start + length].decode() for length, start in places]


def chats(path: Path, data: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(data / "conversations/hh-rlhf.jsonl.gz", "rt", encoding="utf-8") as lines:
        known = {json.loads(line)["chosen"] for line in lines}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row, line in enumerate(lines):
            text = json.loads(line)["chosen"]
            if text not in known:
                yield f"hh-rlhf/harmless-base/test#{row}", text


def poisson(count: int) -> tuple[float, float]:
    """The exact 95 % interval of a count.

    >>> tuple(round(bound, 2) for bound in poisson(3))
    (0.62, 8.77)
    """

    def below(mean: float, most: int) -> float:
        return sum(math.exp(-mean + n * math.log(mean) - math.lgamma(n + 1)) for n in range(most + 1))

    def solved(most: int, share: float) -> float:
        low, high = 1e-9, count * 2 + 20.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if below(middle, most) > share else (low, middle)
        return high

    return (solved(count - 1, 0.975) if count else 0.0, solved(count, 0.025))


def table(data: Path, path: Path | None, unread: bool) -> str:
    """The table, as it stands in docs/scrub.md."""
    known = judged()
    sources = (
        {which: packages(which) for which in FRESH}
        | {MESSAGES: messages(), TALK: talk(data)}
        | ({CHATS: chats(path, data)} if path else {})
    )
    out = ["| text | MB | hits | wrong | wrong per MB | 95 % |", "|---|---|---|---|---|---|"]
    kinds: Counter[str] = Counter()
    all_size, all_wrong, all_hits, new = 0.0, 0, 0, 0
    for name, texts in sources.items():
        size, hits, shown = read(texts)
        wrong: list[Hit] = [hit for hit in hits if not known.get(hit.key, False)]
        for hit in hits:
            if hit.key not in known:
                new += 1
                if unread:
                    print(json.dumps([hit.key, hit.kind, shown[hit.key]], ensure_ascii=False))
        kinds.update(hit.kind for hit in wrong)
        all_size, all_wrong, all_hits = all_size + size, all_wrong + len(wrong), all_hits + len(hits)
        out.append(row(name, size, len(hits), len(wrong)))
    out.append(row("together", all_size, all_hits, all_wrong))
    said = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()) or "none"
    return "\n".join([*out, "", f"Wrong by kind: {said}. {new} of these hits nobody has read, counted as wrong."])


def row(name: str, size: float, hits: int, wrong: int) -> str:
    low, high = poisson(wrong)
    return f"| {name} | {size:.2f} | {hits} | {wrong} | {wrong / size:.1f} | {low / size:.1f} to {high / size:.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SAYSO_DATA", ROOT.parent / "shared" / "data")))
    parser.add_argument("--chats", type=Path)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--unread", action="store_true")
    given = parser.parse_args()
    block = table(given.data, given.chats, given.unread)
    print(block)
    if given.write:
        peers.written(given.write, "unread", block)


if __name__ == "__main__":
    main()

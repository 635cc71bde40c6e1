"""How many names of persons are fully covered, how much is masked that is none, and how fast, by register.

    python bench/scrub_persons.py FOLDER [--write docs/scrub.md]

FOLDER as in scripts/persons_data.py and scripts/persons_foreign.py; what is held out there is measured, and presidio-synth of the
shared data, of which nothing was trained on. Covered: every letter and digit of the labelled name is masked. Precision: of the blank-separated pieces of text
that are masked, how many touch a label. Intervals: 95 %, from a thousand draws of whole texts. Propagation is within a text.
`model` is `Persons` alone; `all` is what `sayso scrub` masks as a name: model, patterns, and what was told elsewhere in the text.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import persons_foreign  # noqa: E402 - it lies in scripts
from persons_data import Labelled, held_out, tokens  # noqa: E402 - it lies in scripts

from sayso.scrub import Marks, Persons, Span, find, mask_texts  # noqa: E402 - after the path is set
from sayso.scrub.masking import mark_of  # noqa: E402 - after the path is set

BEGIN, END = "<!-- persons:begin -->", "<!-- persons:end -->"
REGISTERS = {
    "wnut17": "noisy: forum posts, tweets, comments (WNUT17, test part)",
    "btc": "noisy: tweets (Broad Twitter Corpus, section F)",
    "noisy": "the two noisy ones together",
    "litbank": "well-formed: novels (LitBank, 27 books)",
    "presidio": "well-formed: made-up sentences (presidio-synth)",
    "formed": "the two well-formed ones together",
    "german": "German: news and encyclopedia (GermEval 2014, test part)",
    "german2": "German: news, tweets, notices of traffic (SmartData, test part; another source than any trained on)",
    "french": "French: newspapers of 1906 with errors of reading (Europeana, last quarter)",
    "spanish": "Spanish: made-up hospital reports (MEDDOCAN, 100 of the test part)",
}


@dataclass(frozen=True, slots=True)
class Count:
    """Of one text: labelled names, those fully covered, pieces masked, those that touch a label, pieces in all."""

    labelled: int
    covered: int
    masked: int
    right: int
    pieces: int


def count(one: Labelled, spans: Sequence[Span]) -> Count:
    hit, gold = bytearray(len(one.text)), bytearray(len(one.text))
    for span in spans:
        hit[span.start : span.end] = b"\1" * (span.end - span.start)
    for start, end in one.spans:
        gold[start:end] = b"\1" * (end - start)
    covered = sum(all(hit[at] for at in range(start, end) if one.text[at].isalnum()) for start, end in one.spans)
    pieces = list(tokens(one.text))
    masked = [(start, end) for start, end in pieces if any(hit[start:end])]
    return Count(len(one.spans), covered, len(masked), sum(any(gold[start:end]) for start, end in masked), len(pieces))


def shares(counts: Sequence[Count]) -> tuple[float, float, float]:
    """Coverage, precision, and wrongly masked pieces in a thousand."""
    labelled, covered = sum(one.labelled for one in counts), sum(one.covered for one in counts)
    masked, right = sum(one.masked for one in counts), sum(one.right for one in counts)
    return covered / max(1, labelled), right / max(1, masked), 1000 * (masked - right) / max(1, sum(one.pieces for one in counts))


def interval(counts: Sequence[Count], which: int) -> str:
    rng = random.Random(1)
    drawn = sorted(shares(rng.choices(counts, k=len(counts)))[which] for _ in range(1000))
    return f"{drawn[25]:.2f} to {drawn[974]:.2f}"


def presidio(data: Path) -> list[Labelled]:
    with gzip.open(data / "personal/presidio-synth-v2.jsonl.gz", "rt", encoding="utf-8") as handle:
        rows = [json.loads(line) for line in handle]
    return [
        Labelled(
            row["full_text"],
            tuple(sorted((s["start_position"], s["end_position"]) for s in row["spans"] if s["entity_type"] == "PERSON")),
        )
        for row in rows
    ]


def everything(text: str) -> list[Span]:
    found = mask_texts([text], Marks(), recognizers=[Persons()])[0].spans
    return [span for span in found if mark_of(span.kind) == "NAME"]


def patterns(text: str) -> list[Span]:
    return [span for span in find(text) if mark_of(span.kind) == "NAME"]


def speed(texts: Sequence[str]) -> dict[str, float]:
    """Megabytes per CPU second: the patterns alone, the model alone, all together; best of three, after a first pass."""
    names = Persons()
    size = sum(len(text.encode()) for text in texts) / 1e6
    ways: dict[str, Callable[[str], object]] = {
        "patterns alone": find,
        "model alone": lambda text: names.find([text]),
        "both": lambda text: find(text, recognizers=[names]),
        "both, told names everywhere": lambda text: mask_texts([text], Marks(), recognizers=[names]),
    }
    best: dict[str, float] = {}
    for _ in range(4):
        for way, run in ways.items():
            began = time.process_time()
            for text in texts:
                run(text)
            best[way] = max(best.get(way, 0.0), size / (time.process_time() - began))
    return best


def tables(folder: Path, data: Path) -> str:
    names = Persons()
    texts = {**held_out(folder), **persons_foreign.held_out(folder), "presidio": presidio(data)}
    ways: dict[str, Callable[[str], Sequence[Span]]] = {
        "patterns": patterns,
        "model": lambda text: names.find([text])[0],
        "all": everything,
    }
    out = [
        "| register | names | by | fully covered | 95 % | precision | 95 % | wrong pieces in 1,000 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    counted = {
        (source, way): [count(one, run(one.text)) for one in some] for source, some in texts.items() for way, run in ways.items()
    }
    for way in ways:
        counted["noisy", way] = counted["wnut17", way] + counted["btc", way]
        counted["formed", way] = counted["litbank", way] + counted["presidio", way]
    for source, register in REGISTERS.items():
        for way in ways:
            counts = counted[source, way]
            covered, precision, wrong = shares(counts)
            labelled = sum(one.labelled for one in counts)
            out.append(
                f"| {register} | {labelled} | {way} | {covered:.2f} | {interval(counts, 0)} | {precision:.2f} | {interval(counts, 1)} | {wrong:.1f} |"
            )
    with gzip.open(data / "conversations/hh-rlhf.jsonl.gz", "rt", encoding="utf-8") as handle:
        chats = [json.loads(line)["chosen"] for line in handle]
    out += ["", "| real chats (hh-rlhf, one core, machine shared) | MB per CPU second |", "|---|---|"]
    out += [f"| {way} | {rate:.1f} |" for way, rate in speed(chats).items()]
    spans = [(chat, span) for chat in chats for span in names.find([chat])[0]]
    kept = sum(len(found) for found in Persons(keep_figures=True).find(chats))
    size = sum(len(chat.encode()) for chat in chats) / 1e6
    out += [
        "",
        f"On {size:.2f} MB of these chats, which nobody labelled, the model names {len(spans)} pieces, {kept} without listed figures.",
    ]
    out.append(
        f"Model {names.model.digest[:16]}, all together {names.digest[:16]}, thresholds {names.thresholds[0]} for short, {names.thresholds[1]} for long texts, {names.thresholds[2]} for code."
    )
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SAYSO_DATA", ROOT.parent / "shared" / "data")))
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    table = tables(given.folder, given.data)
    print(table)
    if given.write:
        page = given.write.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        given.write.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()

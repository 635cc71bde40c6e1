"""How much of labelled data `sayso.scrub` finds, and how much it masks that it should not.

    python bench/scrub_quality.py [--data FOLDER] [--peers PYTHON] [--write docs/scrub.md] [--misses N]

Recall: a labelled span counts as found when at least half of it is masked, as fully covered when all of it is.
Precision is over what is masked outside every label. Lines of code with secrets: bench/scrub_secrets.py.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import peers

from sayso.scrub import Span, find
from sayso.scrub.table import BY_KIND

ROOT = Path(__file__).resolve().parent.parent
PERSONAL = (
    "EMAIL_ADDRESS",
    "PHONE_NUMBER",
    "CREDIT_CARD",
    "IBAN_CODE",
    "US_SSN",
    "US_DRIVER_LICENSE",
    "IP_ADDRESS",
    "STREET_ADDRESS",
    "ZIP_CODE",
    "PERSON",
)


@dataclass
class Tally:
    labelled: int = 0
    found: int = 0
    whole: int = 0
    missed: list[str] = field(default_factory=list)

    def add(self, share: float, shown: str) -> None:
        self.labelled += 1
        self.found += share >= 0.5
        self.whole += share >= 1
        if share < 0.5:
            self.missed.append(shown)


def lines(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            yield json.loads(line)


def share(spans: list[Span], start: int, end: int) -> float:
    return sum(max(0, min(end, span.end) - max(start, span.start)) for span in spans) / max(1, end - start)


def around(text: str, start: int, end: int) -> str:
    return repr(text[max(0, start - 50) : start])[1:-1] + "«" + repr(text[start:end])[1:-1] + "»" + repr(text[end : end + 20])[1:-1]


def personal(data: Path) -> tuple[dict[str, Tally], dict[str, Tally]]:
    """Recall per label, and per kind how many spans lie inside some label."""
    recall: dict[str, Tally] = defaultdict(Tally)
    precision: dict[str, Tally] = defaultdict(Tally)
    for row in lines(data / "personal/presidio-synth-v2.jsonl.gz"):
        text = row["full_text"]
        spans = find(text)
        for label in row["spans"]:
            start, end = label["start_position"], label["end_position"]
            if label["entity_type"] in PERSONAL:
                recall[label["entity_type"]].add(share(spans, start, end), around(text, start, end))
        for span in spans:
            inside = any(label["start_position"] < span.end and span.start < label["end_position"] for label in row["spans"])
            precision[span.kind].add(float(inside), around(text, span.start, span.end))
    return recall, precision


def secrets(data: Path) -> dict[str, Tally]:
    """Of lines with a real secret, how many are masked; of the others, how many are (wrongly) called a secret.

    A hash or an address that is masked as a hash or an address is not called a secret.
    """
    tallies: dict[str, Tally] = defaultdict(Tally)
    for name in ("lego", "nats-server"):
        for row in lines(data / f"secrets/creddata-{name}.jsonl.gz"):
            text = row["text"]
            spans = find(text)
            for label in row["spans"]:
                if label["start"] is None:
                    continue
                start, end = label["start"], label["end"]
                hit = (
                    share(spans, start, end)
                    if label["label"] == "T"
                    else float(any(s.start < end and start < s.end and BY_KIND[s.kind].mark == "SECRET" for s in spans))
                )
                tallies[f"creddata {name} {label['label']}"].add(
                    hit, label["category"] + " " + around(text, start, min(end, start + 80))
                )
    for row in lines(data / "secrets/gitleaks-examples.jsonl.gz"):
        if "text" in row:
            tallies[f"gitleaks {'positive' if row['positive'] else 'negative'}"].add(
                float(bool(find(row["text"]))), row["rule"] + " " + repr(row["text"][:120])
            )
    return tallies


def chats(data: Path) -> tuple[int, Counter[str], dict[str, list[str]]]:
    """What is masked in real chats that nobody labelled, to be read by eye."""
    size, counts, shown = 0, Counter[str](), defaultdict(list)
    for row in lines(data / "conversations/hh-rlhf.jsonl.gz"):
        size += len(row["chosen"])
        for span in find(row["chosen"]):
            counts[span.kind] += 1
            shown[span.kind].append(around(row["chosen"], span.start, span.end))
    return size, counts, shown


PRESIDIO = {
    "CREDIT_CARD": {"CREDIT_CARD"},
    "EMAIL_ADDRESS": {"EMAIL_ADDRESS"},
    "IBAN_CODE": {"IBAN_CODE"},
    "IP_ADDRESS": {"IP_ADDRESS"},
    "PHONE_NUMBER": {"PHONE_NUMBER"},
    "US_DRIVER_LICENSE": {"US_DRIVER_LICENSE"},
    "US_SSN": {"US_SSN"},
}
"""What Presidio calls what is labelled; it has no recognizer of streets and postcodes without a model."""


def theirs(data: Path, python: Path) -> tuple[dict[str, Tally], Tally]:
    """Return Presidio's recall per label, counted as ours is, and how many of its hits of these kinds touch a label."""
    rows = list(lines(data / "personal/presidio-synth-v2.jsonl.gz"))
    recall: dict[str, Tally] = defaultdict(Tally)
    inside = Tally()
    wanted = {kind for kinds in PRESIDIO.values() for kind in kinds}
    for row, hits in zip(rows, peers.hits(python, "presidio", [("x.txt", row["full_text"]) for row in rows]), strict=True):
        spans = [Span(start, end, kind) for start, end, kind in hits]
        for label in row["spans"]:
            if label["entity_type"] in PERSONAL:
                recall[label["entity_type"]].add(share(spans, label["start_position"], label["end_position"]), "")
        for span in spans:
            if span.kind in wanted:
                hit = any(label["start_position"] < span.end and span.start < label["end_position"] for label in row["spans"])
                inside.add(float(hit), around(row["full_text"], span.start, span.end))
    return recall, inside


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SAYSO_DATA", ROOT.parent / "shared" / "data")))
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--misses", type=int, default=0)
    given = parser.parse_args()
    recall, precision = personal(given.data)
    other, inside = theirs(given.data, given.peers) if given.peers else ({}, Tally())
    out = [
        "| label | labelled | found | 95 % | fully covered |" + (" Presidio found |" if other else ""),
        "|---|---|---|---|---|" + "---|" * bool(other),
    ]
    for label, tally in sorted(recall.items()):
        line = f"| {label} | {tally.labelled} | {peers.shown(tally.found, tally.labelled)} | {tally.whole / tally.labelled:.3f} |"
        out.append(line + (f" {other[label].found / other[label].labelled:.3f} |" if other else ""))
        for missed in tally.missed[: given.misses]:
            print("  missed", label, missed)
    hits = sum(tally.labelled for tally in precision.values())
    right = sum(tally.found for tally in precision.values())
    low, high = peers.wilson(right, hits)
    out += [
        "",
        f"Of {hits} pieces masked in these sentences {right} touch a label ({right / hits:.3f}, 95 %: {low:.3f} to {high:.3f}).",
    ]
    if other:
        out[-1] += (
            f" Of {inside.labelled} hits of Presidio of those seven kinds {inside.found} do ({inside.found / inside.labelled:.3f})."
        )
        out.append(f"With {peers.versions(given.peers, ['presidio'])} over a blank pipeline, at a score of 0.3.")
    for kind, tally in sorted(precision.items()):
        for missed in tally.missed[: given.misses]:
            print("  outside", kind, missed)
    out += ["", "| literals of gitleaks | count | masked |", "|---|---|---|"]
    for label, tally in sorted(secrets(given.data).items()):
        if label.startswith("gitleaks"):
            out.append(f"| {label.removeprefix('gitleaks ')} | {tally.labelled} | {tally.found / tally.labelled:.3f} |")
    size, counts, shown = chats(given.data)
    out += [
        "",
        f"Real chats nobody labelled: {size / 1e6:.2f} MB, {sum(counts.values())} pieces masked by patterns: "
        + ", ".join(f"{kind} {n}" for kind, n in counts.most_common())
        + ".",
    ]
    for kind, examples in shown.items() if given.misses else ():
        for line in examples[: given.misses]:
            print("  chat", kind, line)
    block = "\n".join(out)
    print(block)
    if given.write:
        peers.written(given.write, "quality", block)


if __name__ == "__main__":
    main()

"""How much of labelled data `sayso.scrub` finds, and how much it masks that it should not.

    python bench/scrub_quality.py [--data FOLDER] [--markdown FILE] [--misses N]

Recall: a labelled span counts as found when at least half of it is masked, as fully covered when all of it is.
Precision for secrets is over labelled false and template lines; for personal data, over what is masked outside every label.
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SAYSO_DATA", ROOT.parent / "shared" / "data")))
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--misses", type=int, default=0)
    given = parser.parse_args()
    out = ["| data | label | labelled | found | fully covered |", "|---|---|---|---|---|"]
    recall, precision = personal(given.data)
    for source, tallies in (("presidio-synth", recall), ("secrets", secrets(given.data))):
        for label, tally in sorted(tallies.items()):
            out.append(
                f"| {source} | {label} | {tally.labelled} | {tally.found / tally.labelled:.2f} | {tally.whole / tally.labelled:.2f} |"
            )
            wrong = label.endswith((" F", " X", "negative"))
            for line in [] if wrong else tally.missed[: given.misses]:
                print("  missed", label, line)
    out += ["", "| kind | spans in presidio-synth | inside a label |", "|---|---|---|"]
    for kind, tally in sorted(precision.items()):
        out.append(f"| {kind} | {tally.labelled} | {tally.found / tally.labelled:.2f} |")
        for line in tally.missed[: given.misses]:
            print("  outside", kind, line)
    size, counts, shown = chats(given.data)
    out += [
        "",
        f"Real chats nobody labelled: {size / 1e6:.2f} MB, {sum(counts.values())} spans: "
        + ", ".join(f"{kind} {n}" for kind, n in counts.most_common()),
    ]
    for kind, examples in shown.items() if given.misses else ():
        for line in examples[: given.misses]:
            print("  chat", kind, line)
    table = "\n".join(out) + "\n"
    print(table)
    if given.markdown:
        given.markdown.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()

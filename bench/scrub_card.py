"""Measure what a release's card says of masking, and write src/sayso/scrub/measured.json with the digests it holds for.

    python bench/scrub_card.py [--data FOLDER] [--write]

Patterns: per label of presidio-synth, and the labelled lines of code. Names: the 200 turns of chats and sessions labelled by hand, and
presidio-synth. A card of a release carries these only where its table and its finder of names are the ones measured here.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path

import scrub_labelled
from scrub_quality import PERSONAL, lines, personal, share
from scrub_secrets import SOURCES, Window, flagged

from sayso.app.jobs.build import table_digest
from sayso.scrub import Persons, find
from sayso.scrub.measured import PATH

ROOT = Path(__file__).resolve().parent.parent
_UNTOLD = {"PERSON"}  # patterns find names only by words around them; the finder of names is measured by itself


def patterns(data: Path) -> Iterator[dict[str, object]]:
    recall, _ = personal(data)
    for label in sorted(set(PERSONAL) - _UNTOLD):
        tally = recall[label]
        what = label.lower().replace("_", " ")
        yield {"what": what, "on": "presidio-synth v2", "labelled": tally.labelled, "found": tally.found}
    windows = [Window(one) for name in SOURCES for one in lines(data / f"secrets/creddata-{name}.jsonl.gz")]
    spans = [find(window.text) for window in windows]
    true = [
        share(some, start, end) >= 0.5
        for window, some in zip(windows, spans, strict=True)
        for start, end, label in window.labels
        if label == "T"
    ]
    yield {
        "what": "secrets in code",
        "on": "CredData, lego and nats-server",
        "labelled": len(true),
        "found": sum(true),
        "others": sum(len(window.false) for window in windows),
        "flagged": sum(len(window.false & flagged(window, some, secret=True)) for window, some in zip(windows, spans, strict=True)),
    }


def names(data: Path) -> Iterator[dict[str, object]]:
    tallies, _ = scrub_labelled.count(scrub_labelled.labelled(data), figures=False)
    tally = tallies["NAME"]
    yield {
        "what": "names of persons",
        "on": "200 turns of real chats and coding sessions",
        "labelled": tally.labelled,
        "found": tally.covered,
        "masked": tally.masked,
        "right": tally.right,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SAYSO_DATA", ROOT.parent / "shared" / "data")))
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    held = {
        "table": str(table_digest()),
        "finder": Persons().digest,
        "patterns": list(patterns(given.data)),
        "names": list(names(given.data)),
    }
    raw = json.dumps(held, indent=1) + "\n"
    print(raw)
    if given.write:
        PATH.write_text(raw, encoding="utf-8")


if __name__ == "__main__":
    main()

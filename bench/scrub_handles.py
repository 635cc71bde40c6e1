"""How many handles such as `@ana` are masked in tweets, comments and posts, by whether somebody labelled them a person.

    python bench/scrub_handles.py FOLDER [--write docs/scrub.md]

FOLDER as in scripts/persons_data.py; only what is held out there is measured. The row was written with the training parts in view.
The two sources label differently: in WNUT17 most handles bear no label at all, in the Broad Twitter Corpus most are persons. So
`others` are firms, shows and products, and in WNUT17 persons too.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import peers

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from persons_data import handled  # noqa: E402 - it lies in scripts

from sayso.scrub import find  # noqa: E402 - after the path is set

HELD_OUT = {
    "WNUT17, test part": "emerging_entities_17/emerging.test.annotated",
    "Broad Twitter Corpus, section F": "broad_twitter_corpus/f.conll",
}


def table(folder: Path) -> str:
    """Return the table, as it stands in docs/scrub.md."""
    out = [
        "| source | handles of persons | masked | 95 % | other handles | masked | 95 % | other text masked as one |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for source, path in HELD_OUT.items():
        counts = {True: [0, 0], False: [0, 0]}
        stray = 0
        for text, places in handled(folder / path):
            spans = [span for span in find(text) if span.kind == "handle"]
            for start, end, person in places:
                counts[person][0] += any(span.start <= start + 1 and span.end >= end - 1 for span in spans)
                counts[person][1] += 1
            stray += sum(not any(start < span.end and span.start < end for start, end, _ in places) for span in spans)
        persons, others = counts[True], counts[False]
        out.append(f"| {source} | {persons[1]} | {peers.shown(*persons)} | {others[1]} | {peers.shown(*others)} | {stray} |")
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    block = table(given.folder)
    print(block)
    if given.write:
        peers.written(given.write, "handles", block)


if __name__ == "__main__":
    main()

"""Labelled texts in German, French and Spanish: what is for training and what is not.

FOLDER holds clones, or the same files, of
    ner-corpora     EuropeanaNewspapers/ner-corpora     6bf838d23112c255fd81431b1187ab30ef6c2d90    CC0
    meddocan        PlanTL-GOB-ES/SPACCC_MEDDOCAN       783a6df385c975b328c99bcffb54196a9ba4078a    CC BY 4.0
    smartdata       DFKI-NLP/smartdata-corpus           796c8b8f5d76fcdeb7f2458c4f8df5711e2115af    CC BY 4.0
and the files of GermEval 2014, CC BY 4.0, of which a copy lies in
    germeval2014    viniciusrpb/cloud_image_classification    48fd5685a974f4e6fb457e178ebceb2862605545
Trained on: the development part of GermEval, the first three quarters of the newspapers (of the French a third of those), the
development part of MEDDOCAN. Held out: the test part of GermEval, the rest of the newspapers, the test part of MEDDOCAN, and all of
SmartData, whose test part is measured.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from persons_data import Labelled, joined

NEWSPAPERS = {"german papers": ("enp_DE.lft.bio", 1), "french papers": ("enp_FR.bnf.bio", 3)}
"""The files, and every how many pieces one is read: there is four times as much in French."""
LEAST = 400
"""How many tokens a piece of a newspaper has at least; the files say nothing of where an article ends."""


def training(folder: Path) -> dict[str, list[Labelled]]:
    """Return what a model may learn from, by source."""
    out = {"german": list(germeval(folder / "germeval2014" / "NER-de-dev.tsv")), "spanish": list(brat(folder, "dev"))}
    for source, (name, every) in NEWSPAPERS.items():
        texts = list(newspaper(folder, name))
        out[source] = texts[: 3 * len(texts) // 4 : every]
    return out


def held_out(folder: Path) -> dict[str, list[Labelled]]:
    """Return what no model was trained on, by source."""
    papers = list(newspaper(folder, NEWSPAPERS["french papers"][0]))
    return {
        "german": list(germeval(folder / "germeval2014" / "NER-de-test.tsv")),
        "german2": list(smartdata(folder / "smartdata" / "v3_20200302" / "test.json.gz")),
        "french": papers[3 * len(papers) // 4 :],
        "spanish": list(brat(folder, "test"))[:100],
    }


def germeval(path: Path) -> Iterator[Labelled]:
    """Yield the sentences; of two layers of labels the outer one counts, and only whole names (not `PERderiv`, `PERpart`)."""
    tokens: list[tuple[str, bool, bool]] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("#"):
            continue
        if line.strip():
            _, token, label, *_ = line.split("\t")
            tokens.append((token, label.endswith("-PER"), label.startswith("B")))
        elif tokens:
            yield joined(tokens)
            tokens = []


def newspaper(folder: Path, name: str) -> Iterator[Labelled]:
    """Yield pieces of newspapers of a hundred years ago, read by machine and full of its errors."""
    tokens: list[tuple[str, bool, bool]] = []
    for line in (folder / "ner-corpora" / name / name).read_text(encoding="utf-8").splitlines():
        token, _, label = line.strip().rpartition(" ")
        if token:
            tokens.append((token, label.upper().endswith("PER"), label.startswith("B")))
        if token == "." and len(tokens) >= LEAST:  # noqa: S105 - a full stop, no password
            yield joined(tokens)
            tokens = []


def brat(folder: Path, part: str) -> Iterator[Labelled]:
    """Yield made-up reports of Spanish hospitals, with the names of patients and of those who treat them."""
    for path in sorted((folder / "meddocan" / "corpus" / part / "brat").glob("*.txt")):
        spans = []
        for line in path.with_suffix(".ann").read_text(encoding="utf-8").splitlines():
            _, label, _ = line.split("\t")
            if label.startswith("NOMBRE_"):
                _, start, end = label.split(" ")
                spans.append((int(start), int(end)))
        yield Labelled(path.read_text(encoding="utf-8"), tuple(sorted(spans)))


def smartdata(path: Path) -> Iterator[Labelled]:
    """Yield German news, tweets and notices of traffic."""
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        raw = handle.read()
    at, decoder = 0, json.JSONDecoder()
    while at < len(raw.rstrip()):
        one, at = decoder.raw_decode(raw, at)
        while at < len(raw) and raw[at] in " \r\n\t":
            at += 1
        text = one["text"]["string"]
        spans = {(m["span"]["start"], m["span"]["end"]) for m in one["conceptMentions"]["array"] if m["type"] == "PERSON"}
        yield Labelled(text, tuple(sorted(span for span in spans if text[span[0]] != "@")))  # a handle is no name here

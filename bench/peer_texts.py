"""The texts on which scrubbers are compared, with what is known to stand in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from peer_counts import Case, Piece
from scrub_labelled import labelled
from scrub_quality import lines
from scrub_raw import chats

SYNTH = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "IP_ADDRESS": "IP",
    "CREDIT_CARD": "CARD",
    "IBAN_CODE": "IBAN",
    "US_SSN": "ID",
    "US_DRIVER_LICENSE": "ID",
    "STREET_ADDRESS": "ADDRESS",
    "ZIP_CODE": "POSTCODE",
    "PERSON": "NAME",
}
MADE = {"SSN": "ID", "PERSON": "NAME"} | {one: one for one in ("EMAIL", "PHONE", "IP", "CARD", "IBAN", "ADDRESS", "SECRET")}
MARKS = {one: one for one in ("ADDRESS", "NAME", "PHONE", "EMAIL", "SECRET")}


def sentences(data: Path) -> Iterator[Case]:
    """Yield presidio-synth; what it labels besides (towns, dates, firms) is right to hit and not asked for."""
    for row in lines(data / "personal/presidio-synth-v2.jsonl.gz"):
        spans = [(one["start_position"], one["end_position"], SYNTH.get(one["entity_type"], "")) for one in row["spans"]]
        yield Case(row["full_text"], tuple(Piece(*span) for span in spans))


def windows(data: Path) -> Iterator[Case]:
    """Yield the windows of code with their true secrets; templates and unsure labels are unknown."""
    for name in ("lego", "nats-server"):
        for row in lines(data / f"secrets/creddata-{name}.jsonl.gz"):
            spans = [one for one in row["spans"] if one["start"] is not None]
            true = tuple(Piece(one["start"], one["end"], "SECRET") for one in spans if one["label"] == "T")
            yield Case(row["text"], true, tuple(Piece(one["start"], one["end"], "") for one in spans if one["label"] == "X"))


def literals(data: Path) -> Iterator[Case]:
    """Yield the literals of gitleaks: of one that is a secret, all of it is labelled."""
    for row in lines(data / "secrets/gitleaks-examples.jsonl.gz"):
        if "text" in row:
            text = row["text"]
            yield Case(text, (Piece(0, len(text), "SECRET"),) if row["positive"] else ())


def made(corpus: Path, megabytes: float) -> Iterator[Case]:
    """Yield the first so many megabytes of what gen_scrub_corpus.py made; what its crude look at the chats themselves met is unknown."""
    size = 0.0
    with corpus.open(encoding="utf-8") as rows:
        for line in rows:
            row = json.loads(line)
            spans = {kind: [one for one in row["spans"] if one["kind"] == kind] for kind in ("gold", "nat", "neg")}
            gold = tuple(Piece(one["s"], one["e"], MADE[one["t"]]) for one in spans["gold"])
            unknown, decoys = (tuple(Piece(one["s"], one["e"], "") for one in spans[kind]) for kind in ("nat", "neg"))
            yield Case(row["text"], gold, unknown, decoys)
            size += len(row["text"].encode()) / 1e6
            if size > megabytes:
                return


def turns(data: Path) -> Iterator[Case]:
    """Yield the 200 labelled turns of chats and sessions."""
    for turn in labelled(data):
        yield Case(turn.text, tuple(Piece(one.start, one.end, MARKS.get(one.kind, "")) for one in turn.labels))


def raw(data: Path) -> list[tuple[str, str]]:
    """Return the chats nobody labelled, each with its reference."""
    return list(chats(data))

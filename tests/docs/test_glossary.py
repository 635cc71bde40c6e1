"""Words of the code and words of the glossary are the same words."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROOMS = ("notices", "ledger", "vault", "release", "audit", "policy", "scrub", "proofs", "intake", "darkpatterns")

# Words of the trade rather than of privacy: whoever reads the code knows them.
PLAIN = {
    "Gliner",
    "Presidio",
    "Spacy",
    "Text",
    "Unsealed",
    "Written",
    "Event",
    "TierChanged",
    "RegionChanged",
    "Fold",
    "RegionStated",
    "Merged",
    "Moved",
    "HouseMoved",
    "Spread",
    "Opened",
    "Believed",
    "CosigningKeySet",
    "SaysoError",
    "Refused",
    "Unfit",
    "Broken",
    "History",
    "Taken",
    "Told",
    "Stored",
    "State",
    "Stats",
    "Settled",
    "Message",
    "Fact",
    "FileOf",
    "Controller",
    "Control",
    "Request",
    "Part",
    "Owned",
    "Terms",
    "Spoken",
    "Shown",
    "Behind",
    "Kind",
    "Print",
    "Format",
    "Limits",
    "SigningKey",
    "VerifierKey",
    "Compacted",
    "Words",
    "Note",
    "Reach",
    "Membership",
    "Finding",
    "Evidence",
    "Examined",
    "Extent",
    "Judged",
    "Report",
    "Outcome",
    "Layout",
    "Deeds",
    "Path",
    "Rule",
    "Looked",
    "Snapshot",
    "Node",
}
IRREGULAR = {"forgotten": "forget", "taken": "take-out", "held": "hold", "swept": "sweep", "flag": "flagged"}


def terms() -> set[str]:
    """Every word that has a line of its own."""
    found: set[str] = set()
    for line in (DOCS / "glossary.md").read_text("utf-8").splitlines():
        if match := re.match(r"\| ([^|]+) \| .+ \|$", line):
            found |= {term.strip() for term in match[1].split(",")}
    return found - {"word", "---"}


def public_classes() -> Iterator[tuple[str, str]]:
    import sayso.facts as facts

    for module in pkgutil.iter_modules(facts.__path__):
        members = inspect.getmembers(importlib.import_module(f"sayso.facts.{module.name}"), inspect.isclass)
        for name, kind in members:
            if kind.__module__ == f"sayso.facts.{module.name}" and not name.startswith("_"):
                yield f"facts.{module.name}", name
    for room in ROOMS:
        try:
            opened = importlib.import_module(f"sayso.{room}")
        except ImportError as missing:  # a room that needs an extra which is not installed here
            pytest.skip(f"room {room} cannot be opened: {missing.name}")
        for name in getattr(opened, "__all__", ()):
            if inspect.isclass(getattr(opened, name)):
                yield room, name


def known(name: str, words: set[str]) -> bool:
    """Whether one of the words that *name* is made of is in the glossary, in some form (`Sealed` under `seal`)."""
    parts = [part.lower() for part in re.findall(r"[A-Z][a-z]+", name)]
    stems = {word.rstrip("ey") for word in words if len(word) > 3}
    return any(part in words or IRREGULAR.get(part) in words or part.startswith(stem) for part in parts for stem in stems)


def test_every_public_class_is_named_by_a_word_of_the_glossary() -> None:
    words = {piece for term in terms() for piece in re.split(r"[\s_]+", term.lower())}
    unexplained = [f"{where}.{name}" for where, name in public_classes() if name not in PLAIN and not known(name, words)]
    assert unexplained == [], "give these words a line in docs/glossary.md"


def test_the_words_of_the_design_have_a_line() -> None:
    words = "account conversation turn choice purpose notice standing ruling because keep_until stretch hold seal shred epoch release recall receipt"
    assert set(words.split()) <= terms()


def test_the_glossary_is_in_alphabetical_order_and_each_line_is_a_sentence() -> None:
    lines = [line for line in (DOCS / "glossary.md").read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    heads = [line.split("|")[1].strip().split(",")[0].lower() for line in lines]
    assert heads == sorted(heads, key=lambda head: head.replace("_", " "))
    assert all(line.split("|")[2].strip().endswith((".", "?")) for line in lines)


def test_an_unexplained_word_would_be_found() -> None:
    assert not known("Flibbertigibbet", {"seal", "choice"})
    assert known("SealedBlock", {"seal"})

"""How much is found in 200 turns of real chats and coding sessions that were labelled by hand, and how much is masked that is nobody's.

    python bench/scrub_labelled.py [--data FOLDER] [--write docs/scrub.md] [--misses]

The labels lie in labelled_turns.json: where in which turn something stands, of what kind, and a digest of the turn, but not a word
of it. They were made by reading, before anything was searched. A name is a name of a person, living, dead or of a story, also in
code; not the name of a work, a firm, a band or an illness after one, nor of the assistant. Covered: every letter and digit of the
label is masked, as whatever kind. Precision: of what is masked as a kind, how much touches a label of it. Intervals: Wilson, 95 %.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import peers
from labelled_turns import drawn, fingerprint

from sayso.scrub import Marks, Persons, Span, mask_texts
from sayso.scrub.masking import mark_of

ROOT = Path(__file__).resolve().parent.parent
LABELS = ROOT / "bench" / "labelled_turns.json"


@dataclass(frozen=True)
class Label:
    """A piece of a turn that is somebody's: start and end in code points, and the mark it should get."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Turn:
    """A labelled turn with its text."""

    reference: str
    text: str
    labels: tuple[Label, ...]

    @property
    def source(self) -> str:
        return "sessions" if self.reference.startswith("exports/") else "chats"


@dataclass
class Tally:
    """What was counted of one kind, and what was missed or wrong, by reference and place."""

    labelled: int = 0
    covered: int = 0
    masked: int = 0
    right: int = 0
    shown: list[str] = field(default_factory=list)


def labelled(data: Path) -> Iterator[Turn]:
    """Yield the labelled turns; raises ValueError where the data is no longer what was labelled."""
    texts = drawn(data)
    for row in json.loads(LABELS.read_text(encoding="utf-8")):
        text = texts.get(row["turn"])
        if text is None or fingerprint(text) != row["sha256"]:
            raise ValueError(f"`{row['turn']}` is not the text that was labelled; label it anew")
        yield Turn(row["turn"], text, tuple(Label(*span) for span in row["spans"]))


def count(turns: Iterable[Turn], figures: bool) -> tuple[dict[str, Tally], Counter[str]]:
    """Return tallies per kind, and of the turns: how many hold something, how many of those were covered, and so on."""
    tallies: dict[str, Tally] = {}
    of_turns: Counter[str] = Counter()
    finder = Persons(keep_figures=figures)
    for turn in turns:
        spans = mask_texts([turn.text], Marks(), recognizers=[finder])[0].spans
        whole = [_covered(turn.text, label, spans) for label in turn.labels]
        for label, hit in zip(turn.labels, whole, strict=True):
            tally = tallies.setdefault(label.kind, Tally())
            tally.labelled += 1
            tally.covered += hit
            tally.shown += [] if hit else [f"missed {turn.reference} {label.start}-{label.end}"]
        for span in spans:
            kind = mark_of(span.kind)
            right = any(label.kind == kind and label.start < span.end and span.start < label.end for label in turn.labels)
            tally = tallies.setdefault(kind, Tally())
            tally.masked += 1
            tally.right += right
            tally.shown += [] if right else [f"wrong {turn.reference} {span.start}-{span.end} {span.kind}"]
        held = "held" if turn.labels else "empty"
        of_turns.update({held: 1, f"{held} right": all(whole) if turn.labels else not spans})
    return tallies, of_turns


def _covered(text: str, label: Label, spans: Sequence[Span]) -> bool:
    return all(any(span.start <= at < span.end for span in spans) for at in range(label.start, label.end) if text[at].isalnum())


def table(turns: Sequence[Turn]) -> str:
    """Return the tables, as they stand in docs/scrub.md."""
    tallies, of_turns = count(turns, figures=False)
    out = ["| kind | labelled | covered | 95 % | masked | of those right | 95 % |", "|---|---|---|---|---|---|---|"]
    for kind, tally in sorted(tallies.items()):
        out.append(
            f"| {kind} | {tally.labelled} | {peers.shown(tally.covered, tally.labelled)} | {tally.masked} | {peers.shown(tally.right, tally.masked)} |"
        )
    size = sum(len(turn.text) for turn in turns)
    others = [tally for kind, tally in tallies.items() if kind != "NAME"]
    held, empty = of_turns["held"], of_turns["empty"]
    low, high = peers.wilson(of_turns["held right"], held)
    right = of_turns["held right"]
    wrong = sum(tally.masked - tally.right for tally in others)
    out += [
        "",
        f"Of {held} turns that hold something, all of it is masked in {right} ({right / held:.2f}, 95 %: {low:.2f} to {high:.2f});",
    ]
    out += [
        f"of {empty} that hold nothing, {of_turns['empty right']} stay as they are. Besides names, {wrong} wrong hits in {size} characters."
    ]
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SAYSO_DATA", ROOT.parent / "shared" / "data")))
    parser.add_argument("--write", type=Path)
    parser.add_argument("--misses", action="store_true")
    given = parser.parse_args()
    turns = list(labelled(given.data))
    print(table(turns))
    if given.misses:
        for tally in count(turns, figures=False)[0].values():
            print(*tally.shown, sep="\n")
    if given.write:
        peers.written(given.write, "labelled", table(turns))


if __name__ == "__main__":
    main()

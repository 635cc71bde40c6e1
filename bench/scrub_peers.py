"""Six other scrubbers beside sayso on the same texts: what each finds, how often it is right, and what it takes for something that is nothing.

    python bench/scrub_peers.py VENVS --corpus FILE [--data FOLDER] [--megabytes 2] [--write docs/scrub.md] [--unread]

VENVS is a folder of interpreters; what is not there is installed by pip (peer_venvs.py says what). FILE is made by
../shared/bench/gen_scrub_corpus.py. A piece counts as found where half of it is masked, as whatever; a hit is right where it touches a
labelled piece of any kind. `-` stands where a tool has no kind for such pieces. Hits in raw chats were judged by reading, in
peer_hits.json, by place and digest; what nobody has read counts as wrong. `--unread` prints those.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import peer_texts
import peers
from peer_counts import ALL, GROUPS, SHOWN, Asked, Case, Counts, count, f1
from peer_kinds import LEASTS, NAMES, PATTERNS, WAYS, Answers, Way, hits_of
from peer_raw import RAW, raw_table
from peer_venvs import Peer, installed, versions

ROOT = Path(__file__).resolve().parent.parent
MADE = "made"
SMALL = ("literals", "turns")
"""Sources of less than a tenth of a megabyte, of which nobody should ask how many a whole one holds."""


def corpora(data: Path, corpus: Path, megabytes: float) -> dict[str, list[Case]]:
    """Return all texts, by the name of their source."""
    return {
        "sentences": list(peer_texts.sentences(data)),
        MADE: list(peer_texts.made(corpus, megabytes)),
        "windows": list(peer_texts.windows(data)),
        "literals": list(peer_texts.literals(data)),
        "turns": list(peer_texts.turns(data)),
        RAW: [Case(text, ()) for _, text in peer_texts.raw(data)],
    }


def asked(folder: Path, texts: Mapping[str, Sequence[Case]]) -> dict[tuple[str, str], list]:
    """Return what each process finds in each source."""
    found: dict[tuple[str, str], list] = {}
    for process in dict.fromkeys(process for way in WAYS for process in way.processes):
        with Peer(folder, process) as peer:
            for source, cases in texts.items():
                found[process, source] = peer.asked([case.text for case in cases])
    return found


def best_score(way: Way, cases: Sequence[Case], answers: Answers) -> float:
    """Return the score from which a way does best on these very texts, by the harmonic mean of recall and precision."""
    if not way.scored:
        return 0.0
    return max(LEASTS, key=lambda least: f1(count(cases, hits_of(way, MADE, answers, least), way.looks_for, SOURCES[MADE][1])))


def cell(right: int, of: int) -> str:
    low, high = peers.wilson(right, of)
    return f"{right / of:.2f} ({low:.2f} to {high:.2f})" if of else "-"


def _named(group: str) -> str:
    return SHOWN.get(group, group)


def table(told: Mapping[str, Counts], spread: bool = True) -> list[str]:
    """Return how much each way finds, by group, how many of its hits are right, the highest share in bold; *spread*: and wrong ones per MB."""
    shown = [group for group in GROUPS if any(made.pieces[group] for made in told.values())]
    most = {group: max(made.pieces[group] for made in told.values()) for group in shown}
    heads = [f"{_named(group)} ({most[group]})" for group in shown]
    heads += ["of its hits right", *(["wrong per MB"] if spread else [])]
    out = ["| tool | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
    for name, made in told.items():
        if made.pieces.total():
            cells = [_bold(told, group, made.found, made.pieces, "found", "pieces") for group in shown]
            hits, right = made.hits.total(), made.right.total()
            cells += [
                f"{cell(right, hits)} of {hits}" if hits else "-",
                *([f"{made.wrong / made.size * 1e6:.1f}"] if spread else []),
            ]
            out.append(f"| {name} | " + " | ".join(cells) + " |")
    return out


def precise(told: Mapping[str, Counts]) -> list[str]:
    """Return how many of each way's hits of a group are right; the highest share in bold."""
    shown = [group for group in GROUPS if any(made.hits[group] for made in told.values())]
    out = ["| right of the hits called | " + " | ".join(map(_named, shown)) + " |", "|---|" + "---|" * len(shown)]
    for name, made in told.items():
        if made.pieces.total():
            cells = [_bold(told, group, made.right, made.hits, "right", "hits") for group in shown]
            out.append(f"| {name} | " + " | ".join(cells) + " |")
    return out


def _bold(told: Mapping[str, Counts], group: str, part: Mapping[str, int], of: Mapping[str, int], *names: str) -> str:
    """Return a cell, bold where no way has a higher share."""
    if not of[group]:
        return "-"
    others = [(getattr(made, names[0])[group], getattr(made, names[1])[group]) for made in told.values()]
    top = all(part[group] * whole >= some * of[group] for some, whole in others)
    said = cell(part[group], of[group])
    return f"**{said}**" if top else said


def better(told: Mapping[str, Counts]) -> Iterator[str]:
    """Yield where a tool finds more than sayso does, or is right more often on the kinds it looks for."""
    for name, made in told.items():
        if name in (PATTERNS, NAMES):
            continue
        for group in GROUPS:
            own = told[NAMES if group == "NAME" else PATTERNS]
            if made.pieces[group] and made.found[group] * own.pieces[group] > own.found[group] * made.pieces[group]:
                mine = own.found[group] / own.pieces[group]
                yield f"{name} finds {made.found[group] / made.pieces[group]:.3f} of {SHOWN.get(group, group)}, sayso {mine:.3f}"
            own = told[PATTERNS]
            if made.hits[group] and made.right[group] * own.hits[group] > own.right[group] * made.hits[group]:
                mine = own.right[group] / own.hits[group]
                share = f"{made.right[group] / made.hits[group]:.3f} of {made.hits[group]} hits"
                yield f"{name} is right in {share} called {SHOWN.get(group, group)}, sayso in {mine:.3f} of {own.hits[group]}"


SOURCES = {
    "sentences": ("Sentences with personal data (presidio-synth)", ALL),
    MADE: (
        "Chats in which things were put and things that look so (gen_scrub_corpus.py), {size:.1f} MB",
        Asked(untold=("NAME", "ADDRESS")),
    ),
    "windows": ("Code with labelled secrets (CredData: lego, nats-server), by place", Asked(groups=("SECRET",))),
    "literals": ("Literals of gitleaks: a hit anywhere in a true one, hits in all", Asked(groups=("SECRET",), least=0)),
    "turns": ("200 labelled turns of chats and sessions, {size:.2f} MB, in which little but names stands", ALL),
}
"""The title of each source, and what is asked of it. Chats hold names and streets of their own, which the maker did not label."""


def block(given: argparse.Namespace) -> str:
    """Return all tables, as they stand in docs/scrub.md."""
    texts = corpora(given.data, given.corpus, given.megabytes)
    answers = asked(given.venvs, texts)
    leasts = {way.name: best_score(way, texts[MADE], answers) for way in WAYS}
    out, ahead = [], []
    for source, (title, wanted) in SOURCES.items():
        told = {
            way.name: count(texts[source], hits_of(way, source, answers, leasts[way.name]), way.looks_for, wanted) for way in WAYS
        }
        size = next(iter(told.values())).size / 1e6
        out += [
            f"*{title.format(size=size)}:*",
            "",
            *table(told, source not in SMALL),
            "",
            *([*precise(told), ""] if source == MADE else []),
        ]
        ahead += [f"- {re.split(' [(]|[:,]', title)[0]}: {line}." for line in better(told)]
    out += ["*Raw chats (hh-rlhf, OpenAssistant), which nobody labelled; every hit was judged by reading:*", ""]
    out += [*raw_table(given.data, answers, leasts, given.unread), ""]
    out += ["*Where another tool is ahead of sayso, by share:*", "", *(ahead or ["- nowhere."]), ""]
    fell = {process: sum(one is None for one in found) for (process, source), found in answers.items()}
    loose = {process: _loose(answers, process) for process in fell}
    scores = ", ".join(f"{leasts[way.name]:g} ({way.name})" for way in WAYS if way.scored)
    out += [
        f"With {versions(given.venvs)}. Scores from which hits count: {scores}. Pieces whose place is not sure: "
        + (", ".join(f"{process} {count}" for process, count in loose.items() if count) or "none")
        + "; texts over which a tool fell: "
        + (", ".join(f"{process} {count}" for process, count in fell.items() if count) or "none")
        + "."
    ]
    return "\n".join(out)


def _loose(answers: Answers, process: str) -> int:
    said = {
        (source, number): int(some[0][4].removeprefix("loose "))
        for (name, source), found in answers.items()
        if name == process
        for number, some in enumerate(found)
        if some and some[0][4].startswith("loose ")
    }
    return sum(said.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("venvs", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SAYSO_DATA", ROOT.parent / "shared" / "data")))
    parser.add_argument("--megabytes", type=float, default=2)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--unread", action="store_true")
    given = parser.parse_args()
    installed(given.venvs)
    made = block(given)
    print(made)
    if given.write:
        peers.written(given.write, "peers", made)


if __name__ == "__main__":
    main()

"""Train the model that finds names of persons, and write src/sayso/scrub/persons/model.txt.

    python scripts/train_persons.py FOLDER [--check]

FOLDER holds the labelled texts that scripts/persons_data.py and scripts/persons_foreign.py name and the programs of
scripts/persons_code.py; the rest is made up by scripts/persons_made.py. A chain with two states over the words that could be part
of a name, trained by gradient steps (AdaGrad) on its log-likelihood, each time without half of the features, drawn anew, so that
none relies on the others; weights then rounded to whole numbers. Plain Python and no library of numbers: the same texts and seed
give the same file, byte for byte; `--check` trains and compares. Takes a minute or two of one core.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from pathlib import Path

import persons_foreign
from persons_code import coded
from persons_data import Labelled, training
from persons_groups import Groups, groups
from persons_made import Names, made_up, varied

from sayso.scrub.persons.model import PATH, SCALE, escaped, marginals
from sayso.scrub.persons.text import AROUND, Reader, Text

SEED = 7
ROUNDS = 8
RATE = 0.06
RIDGE = 2e-6
DROPPED = 0.5
"""How many features are left out of each step."""
SEEN = 4
"""How often a feature is met at least; one that is rarer gets no weight."""
FAR = ("w", "l", "g")
"""Which clues of a word count two places away."""


@dataclass(slots=True)
class Run:
    """Neighbouring words that could be part of a name: for each its features and whether it is."""

    features: list[array]
    labels: list[bool]


def features(text: Text, n: int, alike: Groups | None = None) -> Iterable[str]:
    """Yield the features of a place, as the file names them: `0`..`4` and a clue, or a pair; with *alike* groups of words too."""
    for offset in range(-AROUND, AROUND + 1):
        for clue in text.words[n + offset].clues:
            if abs(offset) < 2 or clue[0] in FAR:
                yield f"{offset + AROUND}{clue}"
            if alike and clue.startswith("w="):
                for group in alike.clues(clue[2:]):
                    yield f"{offset + AROUND}{group}"
    yield from text.pairs(n)


def runs(texts: Iterable[Labelled], numbers: dict[str, int], reader: Reader, alike: Groups) -> list[Run]:
    """Return the runs of these texts; features get their numbers as they are met."""
    out: list[Run] = []
    for one in texts:
        text = Text(one.text, reader)
        places = iter(one.spans)
        start, end = next(places, (len(one.text), len(one.text)))
        last = -9
        for n in text.candidates():
            low, high = text.at(n)
            while end <= low:
                start, end = next(places, (len(one.text) + 1, len(one.text) + 1))
            if n != last + 1:
                out.append(Run([], []))
            out[-1].features.append(array("i", (numbers.setdefault(name, len(numbers)) for name in features(text, n, alike))))
            out[-1].labels.append(start < high and low < end)
            last = n
    return out


def thinned(found: list[Run], numbers: dict[str, int]) -> list[str]:
    """Leave out of the runs what is seen too seldom, and return the names of what stays."""
    seen = Counter[int]()
    for run in found:
        for held in run.features:
            seen.update(held)
    names = list(numbers)
    stay = [n for n in range(len(names)) if seen[n] >= SEEN]
    fresh = {n: place for place, n in enumerate(stay)}
    for run in found:
        run.features = [array("i", (fresh[n] for n in held if n in fresh)) for held in run.features]
    return [names[n] for n in stay]


def learn(found: list[Run], size: int, rounds: int, seed: int) -> tuple[list[float], list[float]]:
    """Return the weights of features and of the chain (begin, stay, end), averaged over the last half of the rounds."""
    rng = random.Random(seed)  # noqa: S311 - the same draws each time, no secret
    draw = rng.random
    weights, squares = [0.0] * size, [1e-3] * size
    chain, chain_squares = [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]
    total, counted = [0.0] * size, 0
    order = list(range(len(found)))
    for turn in range(rounds):
        rng.shuffle(order)
        for number in order:
            run = found[number]
            kept = [[n for n in held if draw() >= DROPPED] for held in run.features]
            odds = [exp(max(-15.0, min(15.0, sum([weights[n] for n in held])))) for held in kept]
            start, stay, back = (exp(weight) for weight in chain)
            chances = marginals(odds, start, stay, back)
            for held, label, chance in zip(kept, run.labels, chances, strict=True):
                slope = label - chance
                if -0.002 < slope < 0.002:
                    continue
                square = slope * slope
                for n in held:
                    squares[n] += square
                    weights[n] += RATE * slope / sqrt(squares[n]) - RIDGE * weights[n]
            slopes = chain_slopes(run.labels, odds, chances, start, stay, back)
            for n, slope in enumerate(slopes):
                chain_squares[n] += slope * slope
                chain[n] += RATE * slope / sqrt(chain_squares[n])
        if turn >= rounds // 2:
            counted += 1
            for n, weight in enumerate(weights):
                total[n] += weight
        print(f"round {turn + 1}: chain {[round(weight, 2) for weight in chain]}", file=sys.stderr)
    # all features count at once when the model is used, so each by so much less
    return [weight * (1 - DROPPED) / counted for weight in total], chain


def chain_slopes(
    labels: Sequence[bool], odds: Sequence[float], chances: Sequence[float], start: float, stay: float, back: float
) -> tuple[float, float, float]:
    """Return how far begin, stay and end fall short of what the labels show; for neighbours, from their chances."""
    begins = stays = ends = 0.0
    for n, label in enumerate(labels):
        before = labels[n - 1] if n else False
        before_chance = chances[n - 1] if n else 0.0
        # the chance of both, as if the chain said no more than the two: exact for runs of two, near enough for longer ones
        no, yes = 1 - before_chance, before_chance
        odd = odds[n]
        here = {(False, True): no * start * odd, (True, True): yes * stay * odd, (True, False): yes * back, (False, False): no}
        whole = sum(here.values())
        begins += (label and not before) - here[False, True] / whole
        stays += (label and before) - here[True, True] / whole
        ends += (before and not label) - here[True, False] / whole
    return begins, stays, ends


def packed(names: Sequence[str], weights: Sequence[float], chain: Sequence[float]) -> str:
    """Return the file: a line of what it is, the chain, then clues with five weights and pairs with one; zeros are left out."""
    clues: dict[str, list[int]] = {}
    pairs: dict[str, int] = {}
    for name, weight in zip(names, weights, strict=True):
        whole = round(weight * SCALE)
        if name[0].isdigit():
            clues.setdefault(name[1:], [0] * 5)[int(name[0])] = whole
        elif abs(whole) > 1:
            pairs[name] = whole
    lines = ["# weights of names of persons; written by scripts/train_persons.py, see licences.md\t0"]
    lines.append("~\t" + " ".join(str(round(weight * SCALE)) for weight in chain))
    lines += [f"0{escaped(name)}\t{' '.join(map(str, held))}" for name, held in sorted(clues.items()) if max(map(abs, held)) > 1]
    lines += [f"{escaped(name)}\t{whole}" for name, whole in sorted(pairs.items())]
    return "\n".join(lines) + "\n"


def train(texts: Sequence[Labelled], rounds: int = ROUNDS, seed: int = SEED, alike: Groups | None = None) -> str:
    """Return the model's file for these texts; *alike* says which words stand in like places."""
    numbers: dict[str, int] = {}
    alike = alike or Groups()
    found = runs(texts, numbers, Reader(), alike)
    names = thinned(found, numbers)
    print(f"{len(texts)} texts, {sum(len(run.labels) for run in found)} words, {len(names)} features", file=sys.stderr)
    weights, chain = learn(found, len(names), rounds, seed)
    return packed(*alike.folded(names, weights), chain)


def texts_of(sources: Mapping[str, Sequence[Labelled]], folder: Path) -> list[Labelled]:
    """Return all texts to learn from: these in English, and the foreign ones, the programs and the sentences of our own."""
    names = Names(random.Random(SEED + 3))  # noqa: S311 - the same draws each time, no secret
    foreign = varied(persons_foreign.training(folder), SEED + 4)
    return [*varied(sources, SEED), *made_up(SEED), *coded(folder, SEED, names), *foreign]


def main() -> None:
    """Train, and write or compare the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--out", type=Path, default=PATH)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    began = time.process_time()
    raw = train(texts_of(training(given.folder), given.folder), given.rounds, alike=groups(given.folder))
    print(f"{time.process_time() - began:.0f} s, {len(raw)} characters", file=sys.stderr)
    if given.check:
        same = raw == given.out.read_text(encoding="utf-8")
        print("the same, byte for byte" if same else "another model than the one in the repository")
        sys.exit(not same)
    given.out.write_text(raw, encoding="utf-8")


if __name__ == "__main__":
    main()

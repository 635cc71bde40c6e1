"""The model can be made again: the same texts give the same bytes, and what is trained is what is asked at run time."""

from __future__ import annotations

import hashlib
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from math import exp
from pathlib import Path
from types import ModuleType

import pytest

from sayso.scrub.persons import lexicon
from sayso.scrub.persons.model import PATH, SCALE, Model, marginals, standard
from sayso.scrub.persons.text import Reader, Text

ROOT = Path(__file__).resolve().parents[2]
SMALL = """
import hashlib, itertools, sys
sys.path.insert(0, "scripts")
import persons_made, train_persons
texts = list(itertools.islice(persons_made.made_up(3), 150))
print(hashlib.sha256(train_persons.train(texts, rounds=2).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def training() -> Iterator[ModuleType]:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        yield importlib.import_module("train_persons")
    finally:
        sys.path.remove(str(ROOT / "scripts"))


def test_the_same_texts_give_the_same_model_byte_for_byte():
    said = {
        subprocess.run(
            [sys.executable, "-c", SMALL],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_a_small_model_learns_what_it_is_shown(training: ModuleType):
    made = [training.Labelled(f"ask {name} now", ((4, 4 + len(name)),)) for name in ("Ana", "Bo", "Cyd", "Okoro")] * 5
    made += [training.Labelled(f"the {word} now", ()) for word in ("House", "Report", "Tower", "Plan")] * 5
    model = Model(training.train(made, rounds=6))
    said = {
        word: chance
        for word, text in (("Lima", "ask Lima now"), ("Lamp", "the Lamp now"))
        for _, chance in model.chances(model.read(text))
    }
    assert said["Lima"] > 0.5
    assert said.get("Lamp", 0.0) < 0.5


@pytest.mark.parametrize(
    "text", ["I told Ana Lima and Bo de la Cruz, of Lagos.", "alicia keys met mark", "Mr. Bennet\nElizabeth's sister"]
)
def test_run_time_adds_up_the_very_features_that_were_trained(training: ModuleType, text: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sayso.scrub.persons.model._HOPELESS", -(10**6))  # else hopeless neighbours are not read to the end
    weights: dict[str, int] = {}
    chain = (0, 0, 0)
    for line in PATH.read_text(encoding="utf-8").splitlines()[1:]:
        name, _, rest = line.replace("\\n", "\n").rpartition("\t")
        if name == "~":
            chain = tuple(map(int, rest.split()))
        elif name[0] == "0":
            weights |= {f"{place}{name[1:]}": int(weight) for place, weight in enumerate(rest.split())}
        else:
            weights[name] = int(rest)
    words = Text(text, Reader())
    numbers = words.candidates()
    expected: dict[int, float] = {}
    for run in runs_of(numbers):
        totals = [sum(weights.get(feature, 0) for feature in training.features(words, n)) for n in run]
        chances = marginals([exp(total / SCALE) for total in totals], *(exp(weight / SCALE) for weight in chain))
        expected |= dict(zip(run, chances, strict=True))
    model = standard()
    found = dict(model.chances(model.read(text)))
    assert found
    for n, chance in found.items():
        assert chance == pytest.approx(expected[n])


def runs_of(numbers: list[int]) -> Iterator[list[int]]:
    run = numbers[:1]
    for before, here in pairwise(numbers):
        if here != before + 1:
            yield run
            run = []
        run.append(here)
    yield run


def test_the_files_hold_no_sentence_and_are_a_few_megabytes():
    raw = PATH.read_bytes()
    assert len(raw) + lexicon.PATH.stat().st_size < 4_000_000
    assert standard().digest == hashlib.sha256(raw).hexdigest()
    pairs = [line for line in raw.decode().splitlines()[2:] if not line.startswith("0")]
    assert max(line.count("|") for line in pairs) <= 4


def test_every_source_has_its_licence_beside_the_files():
    said = (PATH.parent / "licences.md").read_text(encoding="utf-8")
    assert all(source in said for source in ("Faker", "mimesis", "SCOWL", "WNUT17", "Broad Twitter Corpus", "LitBank", "CC BY 4.0"))
    used = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "scripts").glob("*persons*.py"))
    assert "names_dataset" not in used

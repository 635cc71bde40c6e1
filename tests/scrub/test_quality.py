"""Floors on data other people labelled, a little under what was measured, so that a change for the worse is seen."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from sayso.app.jobs.build import table_digest
from sayso.facts.kinds import KINDS
from sayso.scrub import ROWS, Persons
from sayso.scrub.describe import table
from sayso.scrub.measured import PATH, measured

ROOT = Path(__file__).resolve().parents[2]


def imported(name: str) -> Iterator[ModuleType]:
    """Yield a module of bench, which is no package."""
    sys.path.insert(0, str(ROOT / "bench"))
    try:
        yield importlib.import_module(name)
    finally:
        sys.path.remove(str(ROOT / "bench"))


@pytest.fixture(scope="module")
def bench() -> Iterator[ModuleType]:
    yield from imported("scrub_quality")


@pytest.fixture(scope="module")
def labels() -> Iterator[ModuleType]:
    yield from imported("scrub_labelled")


@pytest.fixture(scope="module")
def raw() -> Iterator[ModuleType]:
    yield from imported("scrub_raw")


@pytest.fixture(scope="module")
def places() -> Iterator[ModuleType]:
    yield from imported("scrub_places")


@pytest.fixture(scope="module")
def lines_of_code() -> Iterator[ModuleType]:
    yield from imported("scrub_secrets")


@pytest.mark.realdata
def test_personal_data_in_sentences_is_found(bench, shared_data: Path):
    recall, precision = bench.personal(shared_data)
    floors = {
        "EMAIL_ADDRESS": 0.98,
        "CREDIT_CARD": 0.96,
        "IBAN_CODE": 0.98,
        "US_SSN": 0.98,
        "IP_ADDRESS": 0.98,
        "PHONE_NUMBER": 0.98,
        "STREET_ADDRESS": 0.975,
        "ZIP_CODE": 0.97,
    }
    shares = {label: recall[label].found / recall[label].labelled for label in floors}
    assert {label: share for label, share in shares.items() if share < floors[label]} == {}
    spans = sum(tally.labelled for tally in precision.values())
    assert sum(tally.found for tally in precision.values()) / spans > 0.95


@pytest.mark.realdata
def test_secrets_in_code_are_found_and_other_lines_left(bench, shared_data: Path):
    tallies = bench.secrets(shared_data)
    shares = {name: tally.found / tally.labelled for name, tally in tallies.items()}
    assert min(shares["creddata lego T"], shares["creddata nats-server T"]) > 0.6
    assert max(shares["creddata lego F"], shares["creddata nats-server F"]) < 0.1
    assert shares["gitleaks positive"] > 0.88


@pytest.mark.realdata
def test_real_chats_are_mostly_left_as_they_are(bench, shared_data: Path):
    size, counts, _ = bench.chats(shared_data)
    assert 10 < sum(counts.values()) < 80 * size / 1e6


@pytest.mark.realdata
def test_of_the_pieces_masked_in_raw_chats_a_reader_calls_few_wrong(raw: ModuleType, shared_data: Path):
    known = raw.judged()
    size, hits, _ = raw.read(raw.chats(shared_data))
    assert len(hits) > 20
    assert sum(not known.get(hit.key, False) for hit in hits) <= 5 * size  # what nobody has read counts as wrong


@pytest.mark.realdata
def test_lines_that_hold_no_secret_are_flagged_at_most_three_times_in_a_hundred(lines_of_code: ModuleType, shared_data: Path):
    false = flagged = true = found = 0
    for name in lines_of_code.SOURCES:
        for row in lines_of_code.lines(shared_data / f"secrets/creddata-{name}.jsonl.gz"):
            window = lines_of_code.Window(row)
            spans = lines_of_code.find(window.text)
            false += len(window.false)
            flagged += len(window.false & lines_of_code.flagged(window, spans, secret=False))
            for start, end, label in window.labels:
                true += label == "T"
                found += label == "T" and lines_of_code.share(spans, start, end) >= 0.5
    assert flagged <= 0.03 * false
    assert found >= 0.85 * true > 0


def test_the_judgements_say_where_and_what_and_no_word_of_it(raw: ModuleType):
    known = json.loads(raw.JUDGED.read_text(encoding="utf-8"))
    assert len(known) >= 200
    for key, right in known.items():
        assert re.fullmatch(r"[\w./-]+(?:#[\w/-]+)?:\d+-\d+ [a-z0-9-]+ [0-9a-f]{12}", key), key
        assert isinstance(right, bool)


def test_addresses_in_the_shapes_of_many_countries_are_found_and_numbers_left(places: ModuleType):
    said = places.table()
    total = next(line for line in said.splitlines() if line.startswith("| all |")).split(" | ")
    assert float(total[2]) >= 0.98
    assert said.endswith("0 are masked as one.")


def test_the_documentation_lists_every_kind_as_it_is():
    page = (ROOT / "docs" / "scrub.md").read_text(encoding="utf-8")
    assert page.partition("<!-- kinds -->\n")[2].partition("\n<!-- /kinds -->")[0] == table(ROWS)


def test_the_labels_say_where_and_what_and_no_word_of_it(labels: ModuleType):
    rows = json.loads(labels.LABELS.read_text(encoding="utf-8"))
    assert len(rows) == len({row["turn"] for row in rows}) == 200
    for row in rows:
        assert set(row) == {"turn", "sha256", "spans"}
        assert re.fullmatch(r"[\w./-]+#[\w/-]+", row["turn"])
        assert re.fullmatch(r"[0-9a-f]{64}", row["sha256"])
        assert all(0 <= start < end and kind.lower() in KINDS for start, end, kind in row["spans"])
        assert all(left[1] <= right[0] for left, right in zip(row["spans"], row["spans"][1:], strict=False))


@pytest.mark.realdata
def test_the_labels_still_fit_their_texts(labels: ModuleType, shared_data: Path):
    turns = list(labels.labelled(shared_data))
    assert len(turns) == 200
    for turn in turns:
        for label in turn.labels:
            piece = turn.text[label.start : label.end]
            assert piece == piece.strip()
            assert piece[0].isalnum() or piece[0] in "+@("
            assert not turn.text[label.end : label.end + 1].isalnum()


@pytest.mark.realdata
def test_a_source_that_changed_is_told(labels: ModuleType, shared_data: Path, monkeypatch: pytest.MonkeyPatch):
    texts = labels.drawn(shared_data)
    first = next(iter(texts))
    monkeypatch.setattr(labels, "drawn", lambda data: {**texts, first: texts[first] + "."})
    with pytest.raises(ValueError, match="is not the text that was labelled"):
        list(labels.labelled(shared_data))


@pytest.mark.realdata
def test_what_somebody_labelled_in_real_turns_is_masked_and_little_else(labels: ModuleType, shared_data: Path):
    tallies, of_turns = labels.count(labels.labelled(shared_data), figures=False)
    names = tallies.pop("NAME")
    assert names.covered / names.labelled > 0.88
    assert names.right / names.masked > 0.6
    assert all(tally.covered == tally.labelled for tally in tallies.values())
    assert sum(tally.masked - tally.right for tally in tallies.values()) <= 1
    assert of_turns["empty right"] / of_turns["empty"] > 0.88


def test_the_figures_of_a_card_are_of_this_table_and_this_model():
    held = json.loads(PATH.read_text(encoding="utf-8"))
    again = "run `python bench/scrub_card.py --write`, and `make quality` for the page"
    assert held["table"] == table_digest(), again
    assert held["finder"] == Persons().digest, again
    assert len(measured(table_digest(), Persons().digest)) > len(measured(table_digest(), Persons(keep_figures=True).digest)) > 0
    assert measured("another table", Persons().digest) == []

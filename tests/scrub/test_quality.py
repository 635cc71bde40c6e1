"""Floors on data other people labelled, a little under what was measured, so that a change for the worse is seen."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from sayso.scrub import ROWS
from sayso.scrub.describe import table

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("scrub_quality", ROOT / "bench" / "scrub_quality.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["scrub_quality"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["scrub_quality"]


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
        "STREET_ADDRESS": 0.58,
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


def test_the_documentation_lists_every_kind_as_it_is():
    page = (ROOT / "docs" / "scrub.md").read_text(encoding="utf-8")
    assert page.partition("<!-- kinds -->\n")[2].partition("\n<!-- /kinds -->")[0] == table(ROWS)

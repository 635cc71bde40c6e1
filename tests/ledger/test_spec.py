"""The pages in `spec/` open with examples that hold, and say what the code does."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from sayso.facts.instants import parse_instant
from sayso.ledger.entries import columns_of, leaf_of, line_of, spell
from sayso.ledger.tables import metadata
from sayso.proofs import blind, commitment, verify

from .conftest import KEY

SPEC = Path(__file__).resolve().parents[2] / "spec"
PAGES = ("receipt", "log", "ledger")


def page(name: str) -> str:
    return (SPEC / f"{name}.md").read_text(encoding="utf-8")


def example(name: str) -> str:
    found = re.search(r"\A# [^\n]+\n\n```json\n(.*?)\n```", page(name), re.S)
    assert found is not None, f"spec/{name}.md does not open with an example"
    return found[1]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_short(name):
    assert len(page(name).splitlines()) < 100


@pytest.mark.parametrize("name", ["receipt", "log"])
def test_the_example_holds_under_the_key_the_page_names(name, tmp_path):
    assert KEY.vkey() in page(name)
    (tmp_path / "file.json").write_text(example(name), encoding="utf-8")
    verdict = verify(tmp_path / "file.json", KEY.vkey())
    assert verdict.ok, verdict
    (tmp_path / "file.json").write_text(example(name).replace("allow", "allaw"), encoding="utf-8")
    assert not verify(tmp_path / "file.json", KEY.vkey()).ok


def test_the_row_of_the_ledger_page_is_a_row_the_ledger_would_write():
    row = json.loads(example("ledger"))
    recorded = parse_instant(row["recorded"])
    line = line_of(row["body"].encode(), row["seq"])
    assert spell(recorded) == row["recorded"]
    assert columns_of(line) == {name: row[name] for name in ("at", "type", "account", "conversation")}
    assert leaf_of(bytes.fromhex(row["salt"]), row["seq"], recorded, row["body"].encode()).hex() == row["leaf"]


def test_the_numbers_of_the_log_page_come_out():
    ids = [blind(bytes(32), "r1", f"c{at}") for at in range(3)]
    assert ids[0] in page("log")
    assert commitment(ids).root.hex() in page("log")
    # By hand, from the words of the page alone: one bucket, its ids ascending, as one leaf.
    told = b"sayso/blind/v1" + bytes(32) + hashlib.sha256(b"r1").digest()
    by_hand = sorted(hashlib.sha256(told + chat).digest()[:16] for chat in (b"c0", b"c1", b"c2"))
    assert hashlib.sha256(b"\0" + b"".join(by_hand)).hexdigest() in page("log")


def test_the_ledger_page_names_every_table_and_deed():
    from typing import get_args

    from sayso.facts.deeds import AnyDeed

    for name in metadata.tables:
        assert f"| `{name}` |" in page("ledger")
    for kind in get_args(AnyDeed):
        assert f"`{kind.__struct_config__.tag}`" in page("ledger")

"""Ana's exports hold somebody's data in every field there is: none of it stands in a release, its papers or a line that is printed."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace
from tests.app.canaries import Canaries
from tests.app.exports import FORMATS

from sayso import intake
from sayso.app.clock import StoryClock
from sayso.app.house import House
from sayso.app.jobs import build, people
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.facts.conversation import Attachment, Conversation, Text, Turn
from sayso.facts.lines import Left
from sayso.facts.words import Purpose
from sayso.scrub import Marks, mask_turn
from sayso.scrub.labels import label

TRAINING: Purpose = "model_training"
BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


def words_of(path: Path) -> str:
    """Return all that a file says: its bytes, rows that were packed, JSON without its escapes, and base64 as what it stands for."""
    text = path.read_bytes().decode("latin-1")
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        text += json.dumps(table.to_pylist()) + str(table.schema.metadata) + str(pq.read_metadata(path).metadata)
    text += re.sub(r"\\u([0-9a-f]{4})", lambda one: chr(int(one[1], 16)), text)
    return text + "\n".join(decoded(one) for one in BASE64.findall(text))


def decoded(piece: str) -> str:
    try:
        return b64decode(f"{piece.rstrip('=')}==").decode("latin-1")
    except Error:
        return ""


def exported(folder: Path, canaries: Canaries) -> Iterator[tuple[str, Path]]:
    for name, made in FORMATS.items():
        records = made(lambda field, name=name: canaries(f"{name}: {field}"))
        path = folder / name / ("s-1.jsonl" if name == "claude_code" else "x.jsonl")
        path.parent.mkdir(parents=True)
        path.write_text("\n".join(map(json.dumps, records)), "utf-8")
        yield name, path


@pytest.fixture
def allowed(house: House, clock: StoryClock) -> House:
    people.choose(house, people.account_of(house, "ana"), TRAINING, "allow")
    clock.set(clock.now() + timedelta(hours=2))
    return house


def test_no_field_of_any_format_goes_unmasked_into_a_release_or_a_printed_line(allowed: House, tmp_path: Path) -> None:
    canaries, printed = Canaries(), ""
    for name, path in exported(tmp_path / "exports", canaries):
        # All are taken for chats: what the policy says of other surfaces is not what is asked here.
        items = [one if isinstance(one, Left) else replace(one, surface="chat") for one in intake.read(path)]
        tally = collect_all(allowed, name, items, Arrival(account="ana", own=True))
        assert tally.conversations > 0, name
        printed += "\n".join(left.line() for left in tally.left)
    made = build.build(allowed, "r1", TRAINING).manifest
    assert sorted(made.plan.sources) == sorted(FORMATS), "each format is in the release"
    assert len(canaries.fields) > 1000
    assert canaries.found_in(printed) == {}
    places = [path for folder in ("releases", "lineage") for path in (allowed.folder / folder).rglob("*") if path.is_file()]
    assert {path.suffix for path in places} == {".parquet", ".jsonl", ".json", ".html", ".md", ".txt"}
    found = {path.name: told for path in places if (told := canaries.found_in(words_of(path)))}
    assert found == {}
    (shared,) = (path for path in places if path.suffix == ".jsonl" and path.parent.name == "jsonl")
    assert all(mark in shared.read_text("utf-8") for mark in ("[EMAIL_1]", "[IBAN_1]", "[SECRET_1]", "[NAME_1]", "[PASSPORT_1]"))


def test_the_search_for_canaries_finds_them_packed_escaped_and_encoded(tmp_path: Path) -> None:
    canaries = Canaries()
    said = canaries("here")
    for raw in (said, json.dumps({"a": said}), "".join(f"\\u{ord(char):04x}" for char in said)):
        (tmp_path / "x.json").write_text(raw, "utf-8")
        assert len(canaries.found_in(words_of(tmp_path / "x.json"))["here"]) == 11


def test_a_surface_a_tier_and_a_model_are_told_by_name_and_nothing_else() -> None:
    cases = {
        "claude-3-5-sonnet@20240620": "claude-3-5-sonnet@20240620",
        "us.anthropic.claude-3-5-sonnet-20241022-v2:0": "us.anthropic.claude-3-5-sonnet-20241022-v2:0",
        "accounts/fireworks/models/llama-v3p1-405b": "llama-v3p1-405b",
        "/home/ana/models/tiny.gguf": "tiny.gguf",
        "C:\\Users\\ana\\tiny.gguf": "tiny.gguf",
        "davinci:ft-acme-2023": "davinci:ft",
        "ft:gpt-4o-mini:acme:for-ana-lima:x1": "ft:gpt-4o-mini",
        "<synthetic>": "other",
        "ana.lima@kanarien.de's model": "other",
        "model\nof Ana": "other",
        "a" * 81: "other",
        "/": "other",
        "": "",
    }
    assert {name: label(name) for name in cases} == cases


def test_what_a_file_is_said_to_be_is_masked_like_its_name() -> None:
    said = "text/plain; name=ana.lima@kanarien.de"
    part = Attachment(name="ana.lima@kanarien.de", media_type=said, text=None)
    (masked,) = mask_turn(Turn(id="1", role="user", parts=(part,)), Marks(b"k"))[0].parts
    assert masked == Attachment(name="[EMAIL_1]", media_type="text/plain; name=[EMAIL_1]", text=None)


def test_a_model_named_after_a_person_is_not_on_the_card(allowed: House, clock: StoryClock) -> None:
    turns = tuple(
        Turn(id=role, role=role, parts=(Text("Hello there"),), at=clock.now(), model=model)  # type: ignore[arg-type]  # both are roles
        for role, model in (("user", ""), ("assistant", "ft:gpt-4o:acme:ana-lima:x1"))
    )
    assert collect_all(allowed, "t", [Conversation(id="1", source="t", account="ana", turns=turns)], Arrival(own=True)).turns == 2
    clock.set(clock.now() + timedelta(minutes=1))
    assert build.build(allowed, "r1", TRAINING).manifest.plan.models == ("ft:gpt-4o",)
    assert "ana-lima" not in (allowed.folder / "releases" / "r1" / "README.md").read_text("utf-8")

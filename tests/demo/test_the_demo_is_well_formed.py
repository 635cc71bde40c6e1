"""The bundled demo: its time line parses, its files exist and are read, and everything personal in it is invented."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sayso import intake
from sayso.facts.conversation import Conversation
from sayso.facts.events import parse_event
from sayso.facts.history import History
from sayso.facts.instants import parse_instant
from sayso.facts.lines import Left

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo"
STORY: list[dict[str, Any]] = json.loads((DEMO / "story.json").read_text("utf-8"))
EXPECTED: list[dict[str, Any]] = json.loads((DEMO / "expected.json").read_text("utf-8"))
PEOPLE = {"ana", "bo", "cy", "dee", "eli", "pia", "fay", "gus", "hana", "ivo", "jo", "kim", "lu", "mo", "nia"}
HANDOVERS = ("collect", "import")
TEXTS = sorted(path for path in DEMO.rglob("*") if path.suffix in (".txt", ".json", ".jsonl", ".md"))


@cache
def maker(name: str = "make") -> ModuleType:
    """A module of the demo's own folder, which is no package."""
    sys.path.insert(0, str(DEMO))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(DEMO))


def events() -> Iterator[dict[str, Any]]:
    """The steps that are events, spelled as `facts.events` spells them, conversations by their id in the export."""
    for step in STORY:
        if step["do"] in (*HANDOVERS, "mark"):
            continue
        event = {key: value for key, value in step.items() if key != "do"} | {"type": step["do"]}
        if "conversation" in event:
            event["conversation"] = event["conversation"]["id"]
        if "conversations" in event.get("scope", {}):
            event["scope"] = {**event["scope"], "conversations": [one["id"] for one in event["scope"]["conversations"]]}
        yield event


@cache
def read(file: str) -> tuple[tuple[Conversation, ...], tuple[Left, ...]]:
    things = list(intake.read(DEMO / file))
    return tuple(one for one in things if isinstance(one, Conversation)), tuple(one for one in things if isinstance(one, Left))


def files() -> list[str]:
    return sorted({step["file"] for step in STORY if step["do"] in HANDOVERS})


def test_the_committed_files_are_what_the_authoring_text_makes() -> None:
    made = maker().made()
    assert [name for name, text in made.items() if (DEMO / name).read_text("utf-8") != text] == []
    committed = {
        str(path.relative_to(DEMO))
        for top in ("claude", "claude-code", "chatgpt", "openai-jsonl")
        for path in (DEMO / top).rglob("*.json*")
    }
    assert committed == set(made) - {"story.json", "expected.json"}


def test_every_event_of_the_time_line_parses() -> None:
    for number, event in enumerate(events()):
        parse_event(event, where=f"story event {number}")


def test_the_time_line_ascends_and_ends_before_the_demo_does() -> None:
    instants = [parse_instant(step["at"]) for step in STORY]
    assert instants == sorted(instants)
    assert instants[0] >= parse_instant("2025-05-01")
    assert instants[-1] == parse_instant("2026-11-20T12:00:00Z")


def test_every_person_opens_an_account_before_anything_else_happens_to_them() -> None:
    known: set[str] = set()
    for step in STORY:
        if step["do"] == "account":
            known.add(step["account"])
        named = {step["account"]} if "account" in step else set(step.get("accounts", {}).values())
        assert named <= known, step
    assert known == PEOPLE


def test_a_conversation_is_handed_over_before_something_happens_to_it() -> None:
    """A flag, a rating or a deletion needs turns to act on; a mark must come before them."""
    began = {talk.id: talk.pieces[0].at for source in sources() for talk in source.talks}
    collected: dict[str, list[str]] = {}
    for step in STORY:
        if step["do"] in HANDOVERS:
            collected.setdefault(step["file"], []).append(step["at"])
        elif "conversation" in step:
            place = step["conversation"]
            handed = any(parse_instant(at) >= began[place["id"]] for at in collected.get(place["file"], []))
            assert handed == (step["do"] != "mark"), step


def test_every_turn_is_handed_over_once_and_soon() -> None:
    for source in sources():
        if source.format not in ("claude", "claude-code"):
            continue
        collects = [parse_instant(step["at"]) for step in STORY if step.get("file") == source.file]
        for talk in source.talks:
            for piece in talk.pieces:
                after = min(at for at in collects if at >= piece.at)
                assert (after - piece.at).total_seconds() < 3600, talk.slug


def test_every_expected_outcome_names_a_conversation_an_instant_and_a_reason() -> None:
    ids = {(source.file, talk.id) for source in sources() for talk in source.talks}
    for case in EXPECTED:
        assert (case["conversation"]["file"], case["conversation"]["id"]) in ids, case["name"]
        assert parse_instant(case["at"]) <= parse_instant("2026-11-20T12:00:00Z")
        assert case["because"].endswith(".")
        assert case["expect"]
        assert set(case["expect"]) <= {"use", "may", "keep_until", "gone", "turns"}


def test_there_are_sixty_conversations_of_two_to_twelve_turns_in_more_than_one_language() -> None:
    talks = [talk for source in sources() for talk in source.talks]
    assert len(talks) == len({talk.id for talk in talks}) == 60
    for talk in talks:
        assert 2 <= len(list(maker("book").turns(talk))) <= 12, talk.slug
    german = [
        talk
        for talk in talks
        if re.search(r"\b(ich|nicht|und|isch|oder|gern)\b", " ".join(piece.text for piece in talk.pieces).lower())
    ]
    assert 10 <= len(german) <= 30


def test_the_story_holds_every_turn_of_fortune_it_promises() -> None:
    happened = {step["do"] for step in STORY}
    assert happened >= {
        "choice",
        "notice_shown",
        "deferred",
        "flagged",
        "feedback",
        "deleted",
        "hold_placed",
        "hold_ended",
        "tier",
        "mark",
        "import",
    }
    asked = {step["account"] for step in STORY if step["do"] in ("choice", "notice_shown", "deferred")}
    assert {"cy", "eli", "pia"} & asked == set(), "Cy is never asked, and those under a contract are not either"
    says = [step["say"] for step in STORY if step["do"] == "choice" and step["account"] == "dee"]
    assert says == ["allow", "refuse", "allow"]
    marks = {piece.mark for source in sources() for talk in source.talks for piece in talk.pieces}
    assert marks == set("UATCREFS")


def test_mo_is_a_minor_throughout() -> None:
    past = History([parse_event(event) for event in events()], parse_instant("2026-11-20"))
    assert past.answer("mo", "model_training") == "allow", "Mo pressed allow; it is the age that says no"
    born = next(step["birth_year"] for step in STORY if step["do"] == "account" and step["account"] == "mo")
    assert 2026 - born < 18


# ---- read by the real reader ---------------------------------------------------------------------------------------------------


def sources() -> list[Any]:
    return [maker("book").parse(path.read_text("utf-8")) for path in sorted((DEMO / "authoring").glob("*.txt"))]


@pytest.mark.parametrize("file", files())
def test_the_reader_takes_every_conversation_and_leaves_nothing(file: str) -> None:
    conversations, left = read(file)
    # What an export holds besides conversations is named too; nothing else may be left.
    assert [one.line() for one in left if not one.record.startswith(("users.json", "user.json", "message_feedback.json"))] == []
    (source,) = [source for source in sources() if source.file == file]
    assert len(conversations) == len(source.talks)
    if source.format != "openai-jsonl":  # a format without ids
        assert {one.id for one in conversations} == {talk.id for talk in source.talks}


@pytest.mark.parametrize("file", [name for name in files() if name.startswith("claude/")])
def test_every_account_of_an_export_is_somebody_in_the_story(file: str) -> None:
    accounts = next(step["accounts"] for step in STORY if step.get("file") == file)
    assert {one.account for one in read(file)[0]} <= set(accounts)


def test_the_reader_sees_the_turns_in_order_with_their_times_tools_and_attachments() -> None:
    every = {talk.id: talk for source in sources() if source.format != "openai-jsonl" for talk in source.talks}
    parts: set[str] = set()
    for file in files():
        if file.startswith("openai-jsonl"):
            continue
        for one in read(file)[0]:
            seen = [turn for turn in one.path() if not turn.hidden]
            times = [turn.at for turn in seen if turn.at is not None]
            assert len(times) == len(seen), one.id
            assert times == sorted(times), one.id
            assert seen[0].text == every[one.id].pieces[0].text
            parts |= {type(part).__name__ for turn in seen for part in turn.parts}
    assert parts >= {"Text", "Thinking", "ToolCall", "ToolResult", "Attachment"}


# ---- everything personal is invented -------------------------------------------------------------------------------------------

RESERVED = re.compile(r"(?:^|\.)(?:example\.(?:com|org|net)|example|test|invalid|localhost)$")
FICTIONAL = (
    r"\+1 \d{3}-555-01\d\d",  # North America
    r"312-555-01\d\d",
    r"\+44 20 7946 0\d{3}",  # Ofcom, London
    r"\+44 7700 900\d{3}",  # Ofcom, mobile
    r"(?:\+49 |0)30 23125 \d{3}",  # Bundesnetzagentur, Berlin
    r"\+33 1 99 00 \d\d \d\d",  # Arcep
    r"86 095 742 719",  # the tax office's own example of an identification number
)
IBAN = r"\b[A-Z]{2}\d{2}(?: [0-9A-Z]{4}){3,}(?: [0-9A-Z]{1,3})?\b"
CARDS = {"4111111111111111", "4242424242424242", "5555555555554444"}
IBANS = {"DE89370400440532013000", "FR1420041010050500013M02606", "GB29NWBK60161331926819"}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(DEMO)))
def test_no_address_number_or_host_could_be_somebodys(path: Path) -> None:
    text = path.read_text("utf-8")
    for host in re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", text):
        assert RESERVED.search(host.lower().rstrip(".")), f"a mail address or login at {host}"
    for host in re.findall(r"https?://([\w.-]+)", text):
        assert RESERVED.search(host.lower()), f"a link to {host}"
    bare = re.sub(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "", text)
    for iban in re.findall(IBAN, bare):
        assert iban.replace(" ", "") in IBANS, "a bank account that is no published example"
    bare = re.sub(IBAN, "", bare)
    for pattern in FICTIONAL:
        bare = re.sub(pattern, "", bare)
    assert re.findall(r"\+\d{1,3}[ -]\(?\d[\d ()/-]{5,}", bare) == []
    assert re.findall(r"\b\d{3}-\d{3}-\d{4}\b", bare) == []
    assert re.findall(r"\b0\d{2,4}[ /-]\d{3,}(?:[ -]?\d+)*", bare) == []
    for digits in re.findall(r"\b\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}\b", bare):
        assert re.sub(r"\D", "", digits) in CARDS, "a card number that is no published test value"
    for ip in re.findall(r"\b(?:\d{1,3}\.){3}\d{1,3}\b", bare):
        assert re.match(r"192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|127\.|10\.", ip), "an address outside the documentation ranges"


def test_the_check_is_able_to_find_a_real_looking_number(tmp_path: Path) -> None:
    for text in ("ring +1 202-456-1111", "+44 20 7219 3000", "030 90264444", "jo@mail.de", "4929 1234 5678 9012", "8.8.8.8"):
        path = tmp_path / "text.txt"
        path.write_text(text)
        with pytest.raises(AssertionError):
            test_no_address_number_or_host_could_be_somebodys(path)


def test_the_secrets_have_the_shape_of_real_ones() -> None:
    text = "".join(path.read_text("utf-8") for path in (DEMO / "claude-code").rglob("*.jsonl"))
    for shape in (
        r"AKIA[A-Z0-9]{16}\b",
        r"ghp_\w{36}\b",
        r"sk-ant-api03-[\w-]{93}AA\b",
        r"sk_live_\w{24}\b",
        r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{43}\b",
        r"-----BEGIN EC PRIVATE KEY-----",
    ):
        assert re.search(shape, text), shape


PLANTED = (
    "+1 202-555-0143", "ana.whitfield@example.com", "DE89 3704 0044 0532 0130 00", "FR14 2004 1010 0505 0001 3M02 606", "86 095 742 719",
    "030 23125 014", "943 476 5919", "123.456.789-09", "312-555-0177", "4111 1111 1111 1111", "AKIAZQ3DEMOKEY7INVNT",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "ghp_EXAMPLE1invented2demo3value4Zy7Qk9Lm", "sk_live_EXAMPLEdemoEXAMPLEdemo42",
    "sk-ant-api03-EXAMPLE-demo-invented-value", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "notAkeyEXAMPLEdemo", "kunde.schulz@example.de.test",
)  # fmt: skip


@pytest.mark.parametrize("value", PLANTED)
def test_what_was_planted_is_masked(value: str) -> None:
    from sayso import scrub

    pieces = [piece.text for source in sources() for talk in source.talks for piece in talk.pieces if value in piece.text]
    assert pieces, "it is not in the demo any more"
    for text in pieces:
        assert value not in scrub.mask(text, scrub.Marks()).text

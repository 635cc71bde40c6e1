"""Officers look at samples of scrubbed words: with the right, for a reason, in the ledger, and only what is needed."""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from msgspec.structs import replace
from sqlalchemy import select

from sayso.app.cli import cli
from sayso.app.clock import StoryClock
from sayso.app.grants import Grants
from sayso.app.house import House
from sayso.app.jobs import build, deletion, evidence, people, reviewing, stretches, sweep, takeout_facts
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.facts.conversation import Conversation, Text, ToolResult, Turn
from sayso.facts.deeds import Reviewed
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.vault.remarks import REMARKS
from sayso.vault.tables import row_digest

Come = Callable[[str], TestClient]
SENT = {"origin": "null", "sec-fetch-site": "same-origin"}
FAR = "faraway"
TEXT = f"{FAR} once upon a time there was a long story that nobody needs to see here and then write to bo.lima@bank.de or ask the zyxgate at noon because"


@pytest.fixture
def built(house: House) -> Iterator[House]:
    """Release r1 of one conversation of Ana; Ava audits, Rita reads."""
    clock = house.clock
    assert isinstance(clock, StoryClock)
    people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    turns = (
        Turn(id="u", role="user", parts=(Text(TEXT),), at=clock.now()),
        Turn(id="a", role="assistant", parts=(Text("<b>Good</b> to hear"),), at=clock.now(), origin="generated"),
    )
    item = Conversation(id="new", source="test", account="ana", title="T", turns=turns)
    assert collect_all(house, "test", [item], Arrival(own=True)).conversations == 1
    build.build(house, "r1", "model_training")
    Grants(house.settings.keys).name_officer("ava", ["audit"], clock.now())
    yield house


def press(officer: TestClient, **fields: str) -> Any:
    found = re.findall(r'name="token" value="([^"]+)"', officer.get("/officer/review").text)
    return officer.post("/officer/review", data={"token": found[0], "release": "r1", "only": "", **fields}, headers=SENT)


def forms(page: str) -> list[dict[str, str]]:
    made = re.findall(r'<form method="post" action="/officer/review".*?</form>', page, re.DOTALL)
    return [
        {name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', one)}
        for one in made
    ]


def reviewed(house: House) -> list[tuple[str, str, str, int]]:
    with house.reading() as conn:
        lines = [entry.line for entry in house.ledger.of_kind(conn, Reviewed)]
    return [(one.by, one.did, one.why, one.size) for one in lines if isinstance(one, Reviewed)]


def remarks(house: House) -> list[dict[str, Any]]:
    with house.reading() as conn:
        return [json.loads(one) for name in house.vault.remarks.conversations(conn) for one in house.vault.remarks.of(conn, name)]


def test_the_stretch_around_a_hit_is_shown_and_the_rest_of_the_turn_is_not(built: House, come: Come) -> None:
    page = press(come("ava"), why="monthly sample").text
    assert "bo.lima@bank.de" in page
    assert "[EMAIL_1]" in page
    assert "ask the zyxgate at noon" in page
    assert FAR not in page
    assert "once upon" not in page
    assert "<b>Good" not in page
    assert "&lt;b&gt;Good" in page
    assert reviewed(built) == [("ava", "looked", "monthly sample", 2)]


def test_who_does_not_audit_is_kept_out_of_both(built: House, come: Come) -> None:
    for name in ("rita", "otto"):
        officer = come(name)
        assert officer.get("/officer/review").status_code == 403
        token = re.findall(r'name="token" value="([^"]+)"', officer.get("/officer").text)[0]
        fields = {"token": token, "release": "r1", "why": "curious"}
        assert officer.post("/officer/review", data=fields, headers=SENT).status_code == 403
        assert "/officer/review" not in officer.get("/officer").text
    assert reviewed(built) == []


def test_without_a_reason_nothing_is_shown_and_nothing_recorded(built: House, come: Come) -> None:
    page = press(come("ava"), why="  ")
    assert page.status_code == 409
    assert "bank.de" not in page.text
    assert reviewed(built) == []
    assert come("ava").get("/officer/review").text.count("bank.de") == 0


def test_a_wrong_span_and_a_missed_word_are_kept_as_places_once(built: House, come: Come) -> None:
    ava = come("ava")
    page = press(ava, why="sample").text
    wrong = next(one for one in forms(page) if one.get("said") == "wrong")
    came = ava.post("/officer/review", data=wrong, headers=SENT)
    assert "The remark is kept" in came.text
    assert "remarked before" in ava.post("/officer/review", data=wrong, headers=SENT).text
    missed = next(one for one in forms(page) if one.get("said") == "missed" and one["turn"] == "0")
    at = TEXT.index("zyxgate")
    kept = ava.post("/officer/review", data={**missed, "first": str(at), "last": str(at + 7), "kind": "name"}, headers=SENT)
    assert "The remark is kept" in kept.text
    start = TEXT.index("bo.lima")
    assert [(one["said"], one["kind"], one["start"], one["end"]) for one in remarks(built)] == [
        ("wrong", "email", start, start + 15),
        ("missed", "name", at, at + 7),
    ]
    assert [did for _, did, _, _ in reviewed(built)].count("remarked") == 2
    with built.reading() as conn:
        raw = conn.execute(select(REMARKS.c.sealed)).scalars().all()
    assert all(b"email" not in one and b"missed" not in one for one in raw), "sealed"
    assert evidence.audit(built) == []


NO_PLACE = (
    {"first": "5", "last": "5"},
    {"last": "99999"},
    {"kind": "zebra"},
    {"row": "0" * 64},
    {"turn": "7"},
    {"part": "9"},
    {"said": "liked"},
    {"release": "r9"},
    {"why": ""},
)


def test_a_remark_on_no_place_of_the_release_is_refused(built: House, come: Come) -> None:
    ava = come("ava")
    wrong = next(one for one in forms(press(ava, why="sample").text) if one.get("said") == "wrong")
    codes = [ava.post("/officer/review", data={**wrong, **change}, headers=SENT).status_code for change in NO_PLACE]
    assert codes == [409] * len(NO_PLACE)
    for change in ({"from": "-1"}, {"turn": "1e3"}, {"only": "zebra"}, {"first": "x"}, {"release": "r" * 300}):
        assert ava.post("/officer/review", data={**wrong, **change}, headers=SENT).status_code in (404, 409), change
    assert ava.post("/officer/review", data={**wrong, "token": "x"}, headers=SENT).status_code == 403
    assert remarks(built) == []


def test_nothing_is_shown_of_who_refused_or_deleted_and_their_remarks_go(built: House, come: Come, tmp_path: Path) -> None:
    ava = come("ava")
    wrong = next(one for one in forms(press(ava, why="sample").text) if one.get("said") == "wrong")
    ava.post("/officer/review", data=wrong, headers=SENT)
    people.choose(built, people.account_of(built, "ana"), "model_training", "refuse")
    page = press(ava, why="again").text
    assert "bank.de" not in page
    assert "1 conversation of this page is not shown any more." in page
    assert ava.post("/officer/review", data=wrong, headers=SENT).status_code in (403, 409)
    with built.reading() as conn:
        name = built.vault.remarks.conversations(conn)[0]
    told = takeout_facts.conversation_record(built, name, [])
    assert [(one["said"], one["kind"]) for one in told["remarks"]] == [("wrong", "email")], "and Ana can read it in her export"
    deletion.delete(built, conversation=name)
    with built.reading() as conn, pytest.raises(Refused, match="deleted"):
        built.vault.remarks.of(conn, name)
    assert list(reviewing.exported(built, "ava", "w", None, with_text=True)) == []
    clock = built.clock
    assert isinstance(clock, StoryClock)
    clock.set(clock.now() + timedelta(days=400))
    sweep.sweep(built)
    with built.reading() as conn:
        assert conn.execute(select(REMARKS)).all() == []
    assert evidence.audit(built) == []


def test_a_changed_remark_is_found_and_one_moved_to_another_place_does_not_open(built: House, come: Come) -> None:
    ava = come("ava")
    wrong = next(one for one in forms(press(ava, why="sample").text) if one.get("said") == "wrong")
    ava.post("/officer/review", data=wrong, headers=SENT)
    with built.writing() as work:
        work.conn.execute(REMARKS.update().values(number=3))
    with built.reading() as conn, pytest.raises(Broken, match="changed"):
        built.vault.remarks.of(conn, built.vault.remarks.conversations(conn)[0])
    assert "vault_remarks" in str(evidence.audit(built))


def test_a_remark_that_was_taken_away_or_put_there_is_found_also_by_who_mended_its_sum(built: House, come: Come) -> None:
    ava = come("ava")
    for wrong in [one for one in forms(press(ava, why="sample").text) if one.get("said") == "wrong"][:1]:
        ava.post("/officer/review", data=wrong, headers=SENT)
    assert evidence.audit(built) == []
    with built.writing() as work:
        (row,) = [dict(one) for one in work.conn.execute(select(REMARKS)).mappings()]
        more = row | {"number": 1}
        work.conn.execute(REMARKS.insert().values(more | {"sum": row_digest(REMARKS, more)}))
    (found,) = evidence.audit(built)
    assert (found.kind, found.where) == ("unknown", f"remark `{row['conversation']}/1`")
    with built.writing() as work:
        work.conn.execute(REMARKS.delete())
    (found,) = evidence.audit(built)
    assert (found.kind, found.where) == ("lost", f"remark `{row['conversation']}/0`")


def test_remarks_are_written_out_as_cases_without_words_unless_for_a_reason(built: House, come: Come) -> None:
    ava = come("ava")
    wrong = next(one for one in forms(press(ava, why="sample").text) if one.get("said") == "wrong")
    ava.post("/officer/review", data=wrong, headers=SENT)
    (case,) = reviewing.exported(built, "ava", "", None, with_text=False)
    assert set(case) == {"release", "row", "turn", "part", "start", "end", "kind", "said", "sha256", "length"}
    assert (case["length"], case["kind"]) == (len(TEXT), "email")
    with pytest.raises(Unfit, match="say why"):
        list(reviewing.exported(built, "ava", " ", None, with_text=True))
    (case,) = reviewing.exported(built, "ava", "new cases", "r1", with_text=True)
    assert case["text"] == TEXT
    assert [one for one in reviewed(built) if one[1].startswith("exported")] == [
        ("ava", "exported", "", 1),
        ("ava", "exported with text", "new cases", 1),
    ]
    with built.reading() as conn:
        lines = takeout_facts.lines(built, people.account_of(built, "ana"), 0)[1]
        assert conn is not None
    told = [one["line"] for one in lines if one["line"]["type"] == "reviewed"]
    assert told
    assert all("by" not in one and "why" not in one for one in told), "that it was looked at is told, not by whom"


def test_the_command_asks_who_and_why_before_texts_leave(built: House, come: Come, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["review", "export", str(tmp_path / "c.jsonl"), "--with-text"])
    assert isinstance(done.exception, Unfit)
    assert not (tmp_path / "c.jsonl").exists()


def test_a_key_or_a_number_is_shown_by_its_ends_alone(built: House) -> None:
    from sayso.app.jobs.stretches import shown

    assert shown("SECRET", "sk-abcdefghijklmnop") == "sk-••••••••••••op"
    assert shown("CARD", "4111") == "••••"
    assert shown("NAME", "Bo Lima") == "Bo Lima"


def test_a_sample_shows_the_marks_and_the_names_that_stand_in_the_release(house: House) -> None:
    clock = house.clock
    assert isinstance(clock, StoryClock)
    people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    turns = (
        Turn(id="u", role="user", parts=(Text("who wrote this"),), at=clock.now()),
        Turn(id="t", role="tool", parts=(ToolResult("Author: Zofia Quillfeather <cy@bank.de>"),), at=clock.now()),
        Turn(id="a", role="assistant", parts=(Text("it was Quillfeather, and bo@bank.de agreed"),), at=clock.now()),
    )
    assert collect_all(house, "test", [Conversation(id="n", source="t", account="ana", turns=turns)], Arrival(own=True)).turns == 3
    build.build(house, "r1", "model_training")
    released = (house.folder / "releases" / "r1" / "jsonl" / "train-00000-of-00001.jsonl").read_text("utf-8")
    told = json.loads(released)["messages"][-1]["content"]
    seen = reviewing.samples(house, threading.Lock(), "ava", "r1", "why", 0, "")
    last = [one for one in seen.items if one.turn == 2]
    assert told == "it was [NAME_2], and [EMAIL_2] agreed"
    assert [one.found and one.found.text for one in last] == ["[NAME_2]", "[EMAIL_2]"]
    assert all(word.text in told for one in last for word in one.words)


def test_a_remark_is_taken_back_once_and_can_be_made_anew(built: House, come: Come, tmp_path: Path) -> None:
    ava = come("ava")
    wrong = next(one for one in forms(press(ava, why="sample").text) if one.get("said") == "wrong")

    def exported() -> list[dict[str, Any]]:
        return list(reviewing.exported(built, "ava", "", None, with_text=False))

    assert ava.post("/officer/review", data={**wrong, "back": "1"}, headers=SENT).status_code == 409, "there is none yet"
    for _ in range(2):
        page = ava.post("/officer/review", data=wrong, headers=SENT).text
        assert [(one["said"], one["kind"], sorted(one)) for one in exported()] == [
            ("wrong", "email", sorted(["end", "kind", "length", "part", "release", "row", "said", "sha256", "start", "turn"]))
        ]
        back = next(one for one in forms(page) if one.get("back"))
        assert "is taken back" in ava.post("/officer/review", data=back, headers=SENT).text
        assert exported() == []
        assert ava.post("/officer/review", data=back, headers=SENT).status_code == 409
    did = [one for _, one, _, _ in reviewed(built) if one in ("remarked", "took back")]
    assert did == ["remarked", "took back", "remarked", "took back"]
    assert evidence.audit(built) == []
    with built.reading() as conn:
        (name,) = built.vault.remarks.conversations(conn)
    assert [json.loads(raw).get("back", False) for raw in _raw(built, name)] == [False, True, False, True]


def _raw(house: House, name: str) -> list[bytes]:
    with house.reading() as conn:
        return house.vault.remarks.of(conn, name)


def test_two_officers_take_one_remark_back_and_the_second_is_told(built: House) -> None:
    row = next(one for one in reviewing.samples(built, threading.Lock(), "ava", "r1", "w", 0, "email").items)
    assert row.found is not None
    place = {"release": "r1", "row": row.row, "turn": row.turn, "part": row.part, "start": row.found.start, "end": row.found.end}
    said = reviewing.Remark(**place, kind="email", said="wrong")  # type: ignore[arg-type]  # each is of its field's type
    assert reviewing.remark(built, "ava", "w", said)
    assert not reviewing.remark(built, "ida", "w", said), "the same by another is known"
    taken = replace(said, back=True)
    assert reviewing.remark(built, "ida", "w", taken)
    with pytest.raises(Refused, match="was taken back before"):
        reviewing.remark(built, "ava", "w", taken)


def test_a_conversation_too_long_to_sample_is_counted_and_not_opened_to_anybody(
    built: House, come: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "LONGEST", len(TEXT))
    page = press(come("ava"), why="sample").text
    assert "1 conversation of this page is longer than can be sampled" in page
    assert "bank.de" not in page
    assert reviewed(built) == []

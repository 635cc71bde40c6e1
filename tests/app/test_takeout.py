"""Ana takes everything along: complete, readable, checkable, streamed; nobody else gets a byte of it."""

from __future__ import annotations

import io
import json
import secrets
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jsonschema", reason="the schema is checked with jsonschema; pip install jsonschema")
pytest.importorskip("fastapi", reason="the pages need the extra `serve`; pip install sayso[serve]")

import jsonschema
from fastapi.testclient import TestClient

from sayso import proofs
from sayso.app.cli import main
from sayso.app.clock import StoryClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House
from sayso.app.http import create_app, links
from sayso.app.jobs import build, deletion, evidence, holds, people, sweep, takeout
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.mark import read_mark
from sayso.facts.conversation import Attachment, Conversation, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.facts.deeds import TakenOut
from sayso.facts.errors import Refused, Unfit
from sayso.facts.events import RunStarted, Scope

ROOT = Path(__file__).resolve().parents[2]
Talk = Callable[..., None]
BASE = "http://testserver"


def taken(house: House, name: str = "ana", *, language: str = "en", by: str = "operator") -> zipfile.ZipFile:
    taking = takeout.begin(house, takeout.of_name(house, name), by=by, operator="Example Chat")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(takeout.written(house, taking, language))))
    assert archive.testzip() is None
    return archive


def records(archive: zipfile.ZipFile, name: str = "conversations.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(name).decode().splitlines()]


def pages(archive: zipfile.ZipFile) -> str:
    return "".join(archive.read(name).decode() for name in archive.namelist() if name.startswith("read/"))


def test_ana_takes_everything_along_and_it_says_what_it_is(house: House, clock: StoryClock, talk: Talk, tmp_path: Path) -> None:
    ana = people.account_of(house, "ana")
    with house.writing() as work:
        notice = people.show_notice(house, work, people.shipped_notice("training-choice"))
    people.choose(house, ana, "model_training", "allow", notice=notice, locale="en", pressed="Allow")
    clock.set(clock.now() + timedelta(minutes=1))
    for key in ("one", "two", "three"):
        talk("ana", key, text=f"words of {key}", title=f"Title {key}")
    talk("bo", "his", text="only Bo's words")
    built = build.build(house, "r1", "model_training").manifest
    with house.writing() as work:
        work.record([RunStarted(at=work.at, release="r1", run="run-7")])
    one, two, three = house.past.of_account(ana)
    clock.set(clock.now() + timedelta(days=1))
    deletion.delete(house, conversation=three)
    archive = taken(house)
    about = json.loads(archive.read("account.json"))
    assert (about["name"], about["conversations"], about["answers_now"]["model_training"]) == ("ana", 3, "allow")
    assert about["releases"][0] | {"built": ""} == {
        "release": "r1", "purpose": "model_training", "built": "", "rows": 3, "withdrawn": 1, "runs": [{"run": "run-7", "at": about["releases"][0]["runs"][0]["at"]}],
    }  # fmt: skip
    found = {record["conversation"]: record for record in records(archive)}
    assert set(found) == {one, two, three}
    assert "words of one" in json.dumps(found[one]["words"])
    assert found[one]["ruling"]["use"]["model_training"]["because"][0]["text"], "a ruling comes with its reasons in words"
    assert found[one]["releases"][0]["release"] == "r1"
    assert (found[three]["state"], found[three]["words"]) == ("deleted", None)
    assert found[three]["releases"][0]["withdrawn"] is not None, "the recall state of each row"
    assert "words of three" not in pages(archive) + archive.read("lines.jsonl").decode()
    assert "words of two" in pages(archive)
    assert "only Bo" not in "".join(archive.read(name).decode() for name in archive.namelist())
    lines = records(archive, "lines.jsonl")
    assert {line["line"]["type"] for line in lines} >= {"account", "choice", "turn", "sealed", "deleted", "taken_out"}
    assert built.rows == 3
    # Every receipt inside is accepted by the verifier with the key that the zip names, and nothing else.
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(archive.read(about["choices"][0]["receipt"]))
    assert proofs.verify(receipt, str(read_mark(house.folder)["log_key"])).ok
    assert about["made"]["log_key"] == read_mark(house.folder)["log_key"]
    assert archive.read(f"notices/{notice}.json")
    assert evidence.audit(house) == [], "taking out is recorded, and leaves nothing behind in the folder"


def test_each_file_is_of_the_documented_shape(house: House, clock: StoryClock, talk: Talk) -> None:
    people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    everything = (
        Text("t"), Thinking("h"), ToolCall("search", '{"q": 1}'), ToolResult("r"), Attachment(name="a.txt", text="inside"), Attachment(name="b.bin", size=9),
    )  # fmt: skip
    turns = (Turn(id="1", role="user", parts=everything, at=clock.now()),)
    collect_all(house, "test", [Conversation(id="x", source="test", account="ana", turns=turns)], Arrival(own=True))
    talk("ana", "gone")
    build.build(house, "r1", "model_training")
    deletion.delete(house, conversation=house.past.of_account(people.account_of(house, "ana"))[1])
    clock.set(clock.now() + timedelta(days=31))
    sweep.sweep(house)
    archive = taken(house)
    shape = json.loads((ROOT / "spec" / "takeout.schema.json").read_text("utf-8"))
    assert json.loads(archive.read("takeout.schema.json")) == shape
    check = jsonschema.Draft202012Validator(shape)
    check.validate(json.loads(archive.read("account.json")))
    for name in ("conversations.jsonl", "lines.jsonl"):
        for record in records(archive, name):
            check.validate(record)
    found = {record["state"]: record for record in records(archive)}
    assert set(found) == {"shown", "destroyed"}
    assert found["destroyed"]["destroyed"]["why"]
    assert "inside" in pages(archive), "attachments come along with the text they have"


class Strict(HTMLParser):
    """Reads a page and remembers every tag, and what any address points at."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.targets: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.targets += [value or "" for name, value in attrs if name in ("href", "src", "action", "data")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


@pytest.mark.parametrize("language", ["en", "de"])
def test_nothing_a_person_wrote_becomes_a_path_or_markup(house: House, clock: StoryClock, language: str) -> None:
    hostile = (
        "<script>alert(1)</script>\"' onload=x ../../../etc/passwd \u202e {{ 7*7 }} </style></title><img src=http://e.example/x>"
    )
    with house.writing() as work:
        people.enrol(house, work, hostile, tier="pro", region="US")
    turns = (
        Turn(id=hostile, role="user", author=hostile, parts=(Text(hostile), Attachment(name=hostile, media_type=hostile, text=hostile)), at=clock.now()),
        Turn(id="2", role="assistant", model=hostile, parts=(ToolCall(hostile, hostile), ToolResult(hostile)), at=clock.now()),
    )  # fmt: skip
    collect_all(
        house, "test", [Conversation(id=hostile, source="test", account=hostile, title=hostile, turns=turns)], Arrival(own=True)
    )
    archive = taken(house, hostile, language=language)
    assert all(name == name.lower() and ".." not in name and not name.startswith("/") for name in archive.namelist())
    for name in archive.namelist():
        if name.endswith(".html"):
            page, text = Strict(), archive.read(name).decode()
            page.feed(text)
            assert not page.tags & {"script", "img", "iframe", "object", "link", "base", "form"}
            assert page.handlers == []
            assert all(not target.startswith(("http", "//", "data:", "javascript:")) for target in page.targets), "opens offline"
            assert "default-src &#39;none&#39;" in text
            assert "49" not in text.split("etc/passwd")[-1][:40]
            assert f'<html lang="{language}">' in text


def test_the_same_facts_give_the_same_bytes(house: House, talk: Talk) -> None:
    for key in ("b", "a", "c"):
        talk("ana", key)
    taking = takeout.begin(house, people.account_of(house, "ana"), by="operator", operator="x")
    assert b"".join(takeout.written(house, taking, "en")) == b"".join(takeout.written(house, taking, "en"))


def test_a_stranger_a_deleted_and_a_forgotten_account_get_one_line_and_nothing(house: House, clock: StoryClock, talk: Talk) -> None:
    talk("ana", "one")
    with pytest.raises(Unfit, match="never enrolled here, or forgotten since"):
        takeout.of_name(house, "mallory")
    ana = takeout.of_name(house, "ana")
    deletion.delete(house, account=ana)
    with pytest.raises(Refused, match="was deleted"):
        takeout.begin(house, ana, by="operator", operator="x")
    clock.set(clock.now() + timedelta(days=31))
    sweep.sweep(house)
    with pytest.raises(Unfit, match="forgotten since"):
        takeout.of_name(house, "ana")
    with pytest.raises(Refused, match="forgotten since"):
        takeout.begin(house, ana, by="operator", operator="x")
    with house.reading() as conn:
        assert not list(house.ledger.of_kind(conn, TakenOut)), "nobody read anything, so nothing is recorded as read"


def test_what_is_destroyed_while_it_streams_is_told_as_destroyed_and_the_sweep_does_not_wait(
    house: House, clock: StoryClock, talk: Talk
) -> None:
    for number in range(3):
        talk("ana", f"k{number}", text=secrets.token_hex(40_000))
    ana = people.account_of(house, "ana")
    taking = takeout.begin(house, ana, by="operator", operator="x")
    stream = takeout.written(house, taking, "en")
    parts = [next(stream) for _ in range(3)]
    last = taking.conversations[-1]
    deletion.delete(house, conversation=last)
    clock.set(clock.now() + timedelta(days=31))
    sweep.sweep(house)
    assert house.vault.settle().log_empty, "a slow reader keeps no old state of the database alive"
    archive = zipfile.ZipFile(io.BytesIO(b"".join([*parts, *stream])))
    assert archive.testzip() is None
    assert records(archive)[-1]["state"] == "destroyed"


def test_memory_stays_flat_however_much_is_taken_out(house: House, clock: StoryClock) -> None:
    def many(name: str, count: int) -> None:
        turns = tuple(Turn(id=str(n), role="user", parts=(Text(secrets.token_hex(6_000)),), at=clock.now()) for n in range(3))
        collect_all(
            house, "test", [Conversation(id=f"{name}{n}", source="test", account=name, turns=turns) for n in range(count)], Arrival(own=True)
        )  # fmt: skip

    def peak(name: str) -> tuple[int, int]:
        taking = takeout.begin(house, people.account_of(house, name), by="operator", operator="x")
        tracemalloc.start()
        size = sum(map(len, takeout.written(house, taking, "en")))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size, most

    many("ana", 5)
    many("bo", 60)
    peak("cy")  # what is loaded once is not counted
    (small, first), (large, second) = peak("ana"), peak("bo")
    assert large > 6 * small
    assert second < first + large / 8, (first, second, large)


def test_one_damaged_conversation_does_not_take_the_others_with_it(house: House, talk: Talk) -> None:
    for key in ("one", "two"):
        talk("ana", key, text=f"words of {key}")
    segment = next((house.folder / "vault" / "segments").iterdir())
    raw = bytearray(segment.read_bytes())
    raw[-3] ^= 1
    segment.write_bytes(raw)
    found = records(taken(house))
    states = {one["state"]: one for one in found}
    assert set(states) == {"shown", "damaged"}
    assert "run `sayso audit`" in states["damaged"]["problem"]


def test_the_operator_is_told_of_words_that_could_not_be_read(
    house: House, talk: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    talk("ana", "one", text="words of one")
    next((house.folder / "vault" / "segments").iterdir()).unlink()
    house.close()
    assert run(["--data", str(tmp_path / "data"), "export", "ana", "-o", str(tmp_path / "ana.zip")]) == 1
    assert "the words of 1 of 1 conversations cannot be read" in capsys.readouterr().err
    assert (tmp_path / "ana.zip").exists(), "what there is can still be handed over"


def test_ana_is_told_of_an_order_she_may_know_of_and_not_of_one_she_may_not(house: House, clock: StoryClock, talk: Talk) -> None:
    talk("ana", "one")
    ana = people.account_of(house, "ana")
    quiet = taken(house).read("index.html").decode()
    holds.place(house, "secret", Scope(accounts=(ana,)), "sealed matter", by="legal", paper="order 1", silent=True)
    (record,) = records(archive := taken(house))
    assert not record["held"]
    assert not any(reason["name"] == "hold" for reason in record["ruling"]["reasons"])
    said = archive.read("index.html").decode()
    assert "sealed matter" not in said
    assert "Some orders forbid us to tell of them" in said
    assert "Some orders forbid us to tell of them" in quiet, "it is said to everybody, so that it tells nothing"
    holds.place(house, "open", Scope(accounts=(ana,)), "open matter", by="legal", paper="order 2")
    assert "open matter" in (said := taken(house).read("index.html").decode())
    assert "a legal order makes us keep 1 of your chats" in said
    assert records(taken(house))[0]["held"]


# ------------------------------------------------------------------------------------------------------------ over the pages


@pytest.fixture
def visit(house: House) -> Callable[[str], Any]:
    """Let a person in over the real desk."""
    app = create_app(FrontDesk(house), secret=house.keys.session, base_url=BASE, secure=False, operator="Example Chat")

    def enter(name: str) -> Any:
        client = TestClient(app, base_url=BASE, follow_redirects=False, raise_server_exceptions=False)
        link = links.mint(house.keys.session, people.account_of(house, name), "person", at=house.now(), base_url=BASE)
        fields = hidden(client.get(link.removeprefix(BASE)).text, "/enter")
        assert send(client, "/enter", fields).status_code == 303
        return client

    return enter


def hidden(page: str, action: str) -> dict[str, str]:
    import re

    form = re.findall(rf'<form[^>]*action="{re.escape(action)}"[^>]*>.*?</form>', page, re.DOTALL)[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))


def send(client: Any, path: str, fields: dict[str, str]) -> Any:
    return client.post(path, data=fields, headers={"origin": "null", "sec-fetch-site": "same-origin"})


def link_in(client: Any) -> str:
    import html
    import re

    page = send(client, "/me/takeout", hidden(client.get("/me/takeout").text, "/me/takeout")).text
    return html.unescape(re.findall(r'href="(/me/takeout/file\?t=[^"]+)"', page)[0])


def test_ana_fetches_her_file_and_it_is_recorded(house: House, talk: Talk, visit: Callable[[str], Any]) -> None:
    talk("ana", "one", text="words of one")
    client = visit("ana")
    got = client.get(link_in(client))
    assert (got.status_code, got.headers["content-type"]) == (200, "application/zip")
    assert got.headers["content-disposition"] == 'attachment; filename="sayso-2025-09-01.zip"'
    assert "no-store" in got.headers["cache-control"]
    assert "words of one" in pages(zipfile.ZipFile(io.BytesIO(got.content)))
    with house.reading() as conn:
        (line,) = [entry.line for entry in house.ledger.of_kind(conn, TakenOut)]
    assert isinstance(line, TakenOut)
    assert (line.account, line.by, line.size) == (people.account_of(house, "ana"), "person", 1)
    assert evidence.audit(house) == []


def test_a_link_is_dead_for_a_stranger_after_leaving_after_its_time_and_after_the_deletion(
    house: House, clock: StoryClock, talk: Talk, visit: Callable[[str], Any]
) -> None:
    talk("ana", "one", text="words of one")
    ana, bo = visit("ana"), visit("bo")
    link = link_in(ana)
    assert bo.get(link).status_code == 403, "Bo's visit does not open Ana's link"
    assert TestClient(ana.app, base_url=BASE).get(link).status_code == 401, "nor does nobody's"
    assert visit("ana").get(link).status_code == 403, "nor another visit of Ana's own"
    assert ana.get(link[:-4] + "AAAA").status_code == 403
    clock.set(clock.now() + timedelta(minutes=16))
    assert ana.get(link).status_code == 403, "it has ended"
    link = link_in(ana)
    assert send(ana, "/leave", hidden(ana.get("/me/takeout").text, "/leave")).status_code == 303
    assert ana.get(link).status_code == 401, "she has left"
    ana = visit("ana")
    link = link_in(ana)
    deletion.delete(house, account=people.account_of(house, "ana"))
    assert ana.get(link).status_code == 410
    with house.reading() as conn:
        assert not list(house.ledger.of_kind(conn, TakenOut))


def test_a_day_has_room_for_five_take_outs_of_one_person(
    house: House, clock: StoryClock, talk: Talk, visit: Callable[[str], Any]
) -> None:
    talk("ana", "one")
    ana, bo = visit("ana"), visit("bo")
    link = link_in(ana)
    assert [ana.get(link).status_code for _ in range(6)] == [200] * 5 + [429]
    assert bo.get(link_in(bo)).status_code == 200, "another person's are not counted"
    taken(house)
    clock.set(clock.now() + timedelta(days=1, minutes=1))
    assert visit("ana").get("/me/takeout").status_code == 200


# --------------------------------------------------------------------------------------------------------- on the command line


def run(words: list[str]) -> int:
    with pytest.raises(SystemExit) as left:
        main(words)
    return int(left.value.code or 0)


def test_the_operator_writes_it_to_a_file_of_their_own_and_not_into_the_data(
    house: House, talk: Talk, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    talk("ana", "one", text="words of one")
    house.close()
    base = ["--data", str(tmp_path / "data"), "export"]
    assert run([*base, "ana", "-o", str(tmp_path / "ana.zip")]) == 0
    assert (tmp_path / "ana.zip").stat().st_mode & 0o077 == 0
    assert "words of one" in pages(zipfile.ZipFile(tmp_path / "ana.zip"))
    capfdbinary.readouterr()
    assert run([*base, "ana", "-o", str(tmp_path / "data" / "ana.zip")]) == 2
    assert run([*base, "mallory", "-o", str(tmp_path / "m.zip")]) == 2
    assert run([*base, "ana", "-o", str(tmp_path / "no" / "where.zip")]) == 1
    said = capfdbinary.readouterr().err.decode().splitlines()
    assert len([line for line in said if "master key" not in line]) == 3, said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ana.zip", "data", "data.keys"], "nothing half written is left"
    assert run([*base, "ana", "-o", "-"]) == 0
    assert zipfile.ZipFile(io.BytesIO(capfdbinary.readouterr().out)).testzip() is None

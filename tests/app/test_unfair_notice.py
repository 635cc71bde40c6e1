"""The question was unfair. Ana's yes to it is no yes any more, wherever anybody looks; Bo's no stays one; Cy is asked in other words."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the pages need the extra `serve`; pip install sayso[serve]")

from fastapi.testclient import TestClient

from sayso import proofs
from sayso.app.cli import main
from sayso.app.clock import StoryClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House, create, open_house
from sayso.app.http import create_app, links
from sayso.app.jobs import build, evidence, notices, people, recall, restore, rule, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.pages import screen
from sayso.app.receipts import FORMS, written
from sayso.app.settings import Settings
from sayso.app.views import Where
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.errors import Refused, Unfit
from sayso.facts.events import ChoiceMade, Deferred, Lapsed
from sayso.facts.words import Digest
from sayso.notices import wording
from sayso.proofs.statement import signed

Talk = Callable[..., None]
MAIN = "model_training"
BASE = "http://testserver"
OTHER = wording._HERE / "training-choice.toml"


def asked(house: House, name: str = "training-choice") -> Digest:
    """The notice is published as the pages do."""
    return notices.asking(house, name, None, screen())[1]


def says(house: House, name: str, say: Any, notice: str, **more: Any) -> int:
    account = people.account_of(house, name)
    via = more.pop("via", "notice")
    return people.choose(house, account, MAIN, say, via=via, notice=notice, locale="en", where=Where(path="/me/choice"), **more).seq


@pytest.fixture
def unfair(house: House, clock: StoryClock, talk: Talk) -> tuple[Digest, dict[str, int]]:
    """Ana said yes and Bo no on one notice, both wrote, and a release was built of what was allowed."""
    clock.set(clock.now() + timedelta(days=60))  # the consumer terms that ask for an answer have begun
    notice = asked(house)
    seqs = {"ana": says(house, "ana", "allow", notice), "bo": says(house, "bo", "refuse", notice)}
    clock.set(clock.now() + timedelta(hours=1))
    talk("ana", "a1", text="my words")
    talk("bo", "b1", text="not mine to use")
    clock.set(clock.now() + timedelta(hours=1))
    assert build.build(house, "r1", MAIN).manifest.rows == 1
    return notice, seqs


def test_every_reader_agrees_that_anas_yes_was_never_given(
    house: House, clock: StoryClock, unfair: tuple[Digest, dict[str, int]], tmp_path: Path
) -> None:
    notice, seqs = unfair
    ana, bo = people.account_of(house, "ana"), people.account_of(house, "bo")
    chat = next(iter(house.past.of_account(ana)))
    before, key = clock.now(), house.keys.signing.vkey()
    old = {name: people.receipt_of(house, who, seqs[name]) for name, who in (("ana", ana), ("bo", bo))}
    clock.set(before + timedelta(days=1))
    told = notices.preview(house, notice)
    assert (told.yeses, told.nos, told.people, told.rows, told.line) == (1, 1, 1, 1, None)
    assert notices.find(house, notice).invalid is None, "a preview writes nothing"

    done = notices.invalidate(house, notice, "the no was hard to find")
    assert (done.yeses, done.nos, done.people, done.rows, done.due) == (told.yeses, told.nos, told.people, told.rows, told.due)

    # (1) The fold, the ruling, the present and the past, the releases, the audit.
    assert house.present().answer(ana, MAIN) == "unasked"
    assert house.present().answer(bo, MAIN) == "refuse"
    assert not rule.ruling(house, chat)[1].may(MAIN)
    assert rule.ruling(house, chat, before)[1].may(MAIN), "a past instant reads as it did then"
    [line] = recall.recall_all(house)
    assert (line.withdrawn, line.rows) == (1, 1)
    assert evidence.audit(house) == []
    with house.reading() as conn:
        part = house.past_of(conn, [chat], clock.now())
    assert part.standing(chat) == house.present().standing(chat), "what is read by index is what is read whole"

    # (2) What Ana holds: her old receipt still tells what she pressed, and newer evidence tells what became of it.
    proof = tmp_path / "unfair.tlog-proof"
    assert run(house, "notice", "show", notice[:12], "--proof", str(proof)) == 0
    for name, stands in (("ana", False), ("bo", True)):
        for form in FORMS:
            file = tmp_path / f"{name}.{form}"
            file.write_bytes(written(old[name], form, "de", house.keys.signing))
            assert proofs.verify(file, key).ok, form
            verdict = proofs.verify(file, key, newer=[proof])
            assert verdict.ok == stands, (form, verdict)
            assert any("a no stays a no" in one if stands else "as if never given" in one for one in verdict.lines)
            assert any("the no was hard to find" in one for one in verdict.lines)
    # (3) A receipt given out now says so itself, and holds.
    for name, who, state in (("ana", ana, "invalidated"), ("bo", bo, "refused")):
        fresh = people.receipt_of(house, who, seqs[name])
        assert fresh["event"]["state"] == state  # type: ignore[index]  # JSON data
        for form in FORMS:
            file = tmp_path / f"new-{name}.{form}"
            file.write_bytes(written(fresh, form, "en", house.keys.signing))
            verdict = proofs.verify(file, key)
            assert verdict.ok, (form, verdict)
            assert any("found unfair" in one for one in verdict.lines)
        bent = {**fresh, "event": {**fresh["event"], "state": "given"}}  # type: ignore[dict-item]  # JSON data
        file.write_bytes(written(signed(bent, house.keys.signing), "jsonld", "en", house.keys.signing))
        assert "state" in proofs.verify(file, key).lines[0]


def test_it_is_done_once_and_only_to_a_notice_that_there_is(house: House, unfair: tuple[Digest, dict[str, int]]) -> None:
    notice, _ = unfair
    for wrong in ("0" * 64, "5d8", "nothing@1", "../x", notice.upper()):
        with pytest.raises(Unfit, match="notice"):
            notices.invalidate(house, wrong, "why")
    for why in ("", " \n ", "x" * 201, "bell \a"):
        with pytest.raises(Unfit, match="the reason"):
            notices.invalidate(house, notice, why)
    notices.invalidate(house, "training-choice@2", "why")
    with pytest.raises(Unfit, match="unfair already"):
        notices.invalidate(house, notice, "why")
    assert sum(one.invalid is not None for one in notices.versions(house)) == 1


def test_no_yes_is_taken_on_it_any_more_and_every_no_is(house: House, unfair: tuple[Digest, dict[str, int]]) -> None:
    notice, _ = unfair
    notices.invalidate(house, notice, "why")
    with pytest.raises(Refused, match="found unfair"):
        says(house, "cy", "allow", notice)
    says(house, "cy", "refuse", notice)
    assert house.present().answer(people.account_of(house, "cy"), MAIN) == "refuse"


def test_an_older_copy_does_not_bring_the_yes_back(house: House, unfair: tuple[Digest, dict[str, int]], tmp_path: Path) -> None:
    notice, _ = unfair
    ana = people.account_of(house, "ana")
    house.vault.settle()
    shutil.copytree(house.folder, tmp_path / "backup")
    notices.invalidate(house, notice, "why")
    house.close()
    shutil.rmtree(house.folder)
    shutil.copytree(tmp_path / "backup", house.folder)
    with open_house(house.settings, clock=house.clock, older=True) as again:
        if house.settings.database is None:
            assert again.present().answer(ana, MAIN) == "allow"
            restore.restore(again)
        assert again.present().answer(ana, MAIN) == "unasked"
        assert recall.recall_all(again)[0].withdrawn == 1
        assert evidence.audit(again) == []


def test_the_operators_own_words_are_asked_where_they_are_newer_and_not_unfair(house: House, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    text = OTHER.read_text("utf-8")
    first = asked(house)
    for wrong, why in (
        (text, "take a version above 2"),
        (text.replace("version = 2", "version = 3").replace('"model_training"', '"ads"'), "asks something else"),
        (text.replace("version = 2", "version = 3").replace('name = "training-choice"', 'name = "other"'), "no notice `other`"),
        (text.replace("version = 2", "version = 3").replace("Refuse training", "OK"), "C16"),
        ("no toml [", "no TOML"),
    ):
        file.write_text(wrong, "utf-8")
        with pytest.raises(Unfit, match=why):
            notices.publish(house, file)
    file.write_text(text.replace("version = 2", "version = 3").replace("To train AI models.", "To train our AI models."), "utf-8")
    own, digest = notices.publish(house, file)
    shown, drawn = notices.asking(house, "training-choice", None, screen())
    assert shown.words("en").facts[2].text == "To train our AI models."
    assert own.screen is None
    assert drawn not in (digest, first), "what draws it is in the digest of what is shown"
    file.write_text(file.read_text("utf-8").replace("our AI models", "all our AI models"), "utf-8")
    with pytest.raises(Unfit, match="has a version 3 already"):
        notices.publish(house, file)
    # Either of its digests found unfair, the next best is asked with; where all are, the shipped one is still there for a no.
    notices.invalidate(house, drawn, "why")
    assert asked(house) == first
    notices.invalidate(house, first, "why")
    assert asked(house) == first


# ------------------------------------------------------------------------------------------------------------ over the pages


@pytest.fixture
def visit(house: House) -> Callable[[str], Any]:
    app = create_app(FrontDesk(house), secret=house.keys.session, base_url=BASE, secure=False, operator="Example Chat")

    def enter(name: str) -> Any:
        client = TestClient(app, base_url=BASE, follow_redirects=False, raise_server_exceptions=False)
        link = links.mint(house.keys.session, people.account_of(house, name), "person", at=house.now(), base_url=BASE)
        page = client.get(link.removeprefix(BASE)).text
        assert send(client, "/enter", hidden(page, "/enter")).status_code == 303
        return client

    return enter


def hidden(page: str, action: str) -> dict[str, str]:
    form = re.findall(rf'<form[^>]*action="{re.escape(action)}"[^>]*>.*?</form>', page, re.DOTALL)[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))


def send(client: Any, path: str, fields: dict[str, str], **headers: str) -> Any:
    return client.post(path, data=fields, headers={"origin": "null", "sec-fetch-site": "same-origin", **headers})


def press(client: Any, answer: str, **headers: str) -> Any:
    return send(client, "/me/choice", {**hidden(client.get("/me/choice").text, "/me/choice"), "answer": answer}, **headers)


def last(house: House, kind: type[Any]) -> Any:
    with house.reading() as conn:
        found = house.ledger.last_of(conn, kind)
    return None if found is None else found.line


def test_each_line_says_what_was_so_then_and_never_an_address_or_a_browsers_name(
    house: House, clock: StoryClock, visit: Callable[[str], Any]
) -> None:
    clock.set(clock.now() + timedelta(days=60))
    seen = {"user-agent": "Canarybrowser/7.7", "x-forwarded-for": "203.0.113.77", "forwarded": "for=203.0.113.78", "sec-gpc": "1"}
    ana = visit("ana")
    assert press(ana, "later", **seen).status_code == 303
    put_off = last(house, Deferred)
    assert (put_off.under.path, put_off.under.gpc, put_off.under.region) == ("/me/choice", True, "US")
    for answer, via, gpc in (("allow", "notice", True), ("refuse", "withdrawal", False), ("refuse", "settings", False)):
        clock.set(clock.now() + timedelta(minutes=1))
        assert press(ana, answer, **{**seen, "sec-gpc": "1" if gpc else "0"}).status_code == 303
        line = last(house, ChoiceMade)
        assert (line.say, line.via, line.locale) == (answer, via, "en")
        assert line.pressed.startswith(answer.title())
        under = line.under
        assert (under.tier, under.region, under.region_by, under.age) == ("pro", "US", "operator", "undeclared")
        assert (under.path, under.gpc, under.deadline) == ("/me/choice", gpc, None)
        assert under.basis == "unknown", "this profile names none, and none is guessed"
        assert line.notice == asked(house, "training-choice" if via == "notice" else "settings")
    house.close()
    held = b"".join(path.read_bytes() for path in house.folder.rglob("*") if path.is_file())
    assert not any(word in held for word in (b"Canarybrowser", b"203.0.113", b"testclient"))


def test_a_last_day_that_goes_by_without_an_answer_is_a_line_and_decides_nothing(
    house: House, clock: StoryClock, talk: Talk
) -> None:
    """The consumer terms gave until 8 October 2025 to answer; Ana did, Bo put it off, Cy was never seen."""
    people.choose(house, people.account_of(house, "ana"), MAIN, "allow")
    people.defer(house, people.account_of(house, "bo"), MAIN, None)
    talk("cy", "c1")
    sweep.sweep(house)
    assert last(house, Lapsed) is None, "the day has not come"
    clock.set(clock.now() + timedelta(days=60))
    with house.writing() as work:
        people.enrol(house, work, "late", tier="pro", region="US")
    before = {one: house.present().standing(one) for one in house.present().conversations()}
    for _ in range(2):
        sweep.sweep(house)
        with house.reading() as conn:
            lines = [entry.line for entry in house.ledger.of_kind(conn, Lapsed)]
        who = {line.account for line in lines if isinstance(line, Lapsed)}
        assert who == {people.account_of(house, name) for name in ("bo", "cy")}
        assert len(lines) == 2, "once each, however often it is swept"
    house.past.advance(house.now())
    after = {one: house.present().standing(one) for one in house.present().conversations()}
    assert {one: (two.say_now, two.stretches) for one, two in after.items()} == {
        one: (two.say_now, two.stretches) for one, two in before.items()
    }
    assert evidence.audit(house) == []


def test_ana_reads_that_her_yes_does_not_count_and_is_asked_anew(
    house: House, clock: StoryClock, unfair: tuple[Digest, dict[str, int]], visit: Callable[[str], Any], tmp_path: Path
) -> None:
    notice, seqs = unfair
    clock.set(clock.now() + timedelta(hours=1))
    notices.invalidate(house, notice, "the no was hard to find")
    ana = visit("ana")
    page = ana.get("/me/choice").text
    assert "found unfair" in page
    assert 'data-answer="refuse"' in page
    assert 'data-answer="allow"' not in page, "no yes is asked for on unfair words"
    fields = {**hidden(page, "/me/choice"), "answer": "allow"}
    assert send(ana, "/me/choice", fields).status_code == 409, "whoever kept the old page open is told, and nothing is recorded"
    assert house.present().answer(people.account_of(house, "ana"), MAIN) == "unasked"
    history = ana.get("/me/history").text
    assert 'data-counts="no"' in history
    assert 'data-counts="yes"' in visit("bo").get("/me/history").text
    assert "unfair" in ana.get("/me/history?lang=de").text

    # Other words come, and Ana is asked with them.
    file = tmp_path / "ours.toml"
    file.write_text(
        OTHER.read_text("utf-8").replace("version = 2", "version = 3").replace("To train AI", "To train our AI"), "utf-8"
    )
    notices.publish(house, file)
    clock.set(clock.now() + timedelta(hours=1))
    again = visit_anew(house, "ana")
    page = again.get("/me/choice").text
    assert "no longer counts" in page
    assert "To train our AI models." in page
    assert press(again, "allow").status_code == 303
    assert house.present().answer(people.account_of(house, "ana"), MAIN) == "allow"
    assert "unfair" not in again.get("/me/choice").text
    # What she takes home, in each form, from the page.
    for form, end in FORMS.items():
        got = again.get(f"/me/receipts/{seqs['ana']}?form={form}")
        assert got.headers["content-disposition"].endswith(f'receipt-{seqs["ana"]}.{end}"')
        (tmp_path / "taken").write_bytes(got.content)
        assert proofs.verify(tmp_path / "taken", house.keys.signing.vkey()).ok
    assert again.get(f"/me/receipts/{seqs['ana']}?form=exe").status_code == 404
    assert again.get(f"/me/receipts/{seqs['bo']}?form=html").status_code == 404, "another's receipt is as unknown as none"
    assert evidence.audit(house) == []


def visit_anew(house: House, name: str) -> Any:
    app = create_app(FrontDesk(house), secret=house.keys.session, base_url=BASE, secure=False, operator="Example Chat")
    client = TestClient(app, base_url=BASE, follow_redirects=False, raise_server_exceptions=False)
    link = links.mint(house.keys.session, people.account_of(house, name), "person", at=house.now(), base_url=BASE)
    assert send(client, "/enter", hidden(client.get(link.removeprefix(BASE)).text, "/enter")).status_code == 303
    return client


def run(house: House, *words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["--data", str(house.folder), *words])
    return int(left.value.code or 0)


def test_on_either_database_the_yes_falls_and_its_rows_are_recalled(tmp_path: Path, database: str | None) -> None:
    clock = StoryClock(datetime(2025, 11, 1, tzinfo=UTC))
    settings = Settings(data=tmp_path / "data", keys=tmp_path / "keys", database=database)
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        with house.writing() as work:
            for name in ("ana", "bo"):
                people.enrol(house, work, name, tier="pro", region="US")
        notice = asked(house)
        says(house, "ana", "allow", notice)
        says(house, "bo", "refuse", notice)
        clock.set(clock.now() + timedelta(hours=1))
        for name in ("ana", "bo"):
            turn = Turn(id="1", role="user", parts=(Text("How do I plant a pear tree?"),), at=clock.now())
            reply = Turn(id="2", role="assistant", parts=(Text("Dig a hole."),), at=clock.now(), origin="generated")
            chat = Conversation(id=f"{name}1", source="test", account=name, turns=(turn, reply))
            collect_all(house, "test", [chat], Arrival(own=True))
        assert build.build(house, "r1", MAIN).manifest.rows == 1
        clock.set(clock.now() + timedelta(days=1))
        done = notices.invalidate(house, notice, "the no was hard to find")
        assert (done.yeses, done.nos, done.rows) == (1, 1, 1)
        assert [(line.withdrawn, line.rows) for line in recall.recall_all(house)] == [(1, 1)]
        assert evidence.audit(house) == []
    with open_house(settings, clock=clock) as house:
        said = [house.present().answer(people.account_of(house, name), MAIN) for name in ("ana", "bo")]
        assert said == ["unasked", "refuse"]
        assert [(line.withdrawn, line.added) for line in recall.recall_all(house)] == [(1, 0)]

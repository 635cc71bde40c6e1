"""Releases on the officers' pages: what each number counts, what was withdrawn since, and who confirmed that runs leave it out."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from sayso.app.house import House
from sayso.app.jobs import build, people
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.deeds import Acted, Looked, RecallConfirmed
from sayso.facts.events import RunStarted

Come = Callable[[str], TestClient]
SENT = {"origin": "null", "sec-fetch-site": "same-origin"}


def press(officer: TestClient, action: str, **fields: str) -> Any:
    found = re.findall(r'name="token" value="([^"]+)"', officer.get("/officer").text)
    return officer.post(f"/officer/release/{action}", data={"token": found[0], **fields}, headers=SENT)


def lines(house: House, kind: Any) -> list[Any]:
    with house.reading() as conn:
        return [entry.line for entry in house.ledger.of_kind(conn, kind)]


@pytest.fixture
def built(house: House) -> House:
    """Ana allows what is stored, Bo refuses; a release was built of it."""
    clock: Any = house.clock
    for key in ("a", "b"):
        said = (Turn(id=f"{key}1", role="user", parts=(Text("secret words"),), at=clock.now()),
                Turn(id=f"{key}2", role="assistant", parts=(Text("Good to hear"),), at=clock.now(), origin="generated"))  # fmt: skip
        item = Conversation(id=key, source="test", account="ana", title="A title", turns=said)
        assert collect_all(house, "test", [item], Arrival(own=True)).conversations == 1
    clock.set(house.now() + timedelta(hours=1))
    for name, say in (("ana", "allow"), ("bo", "refuse")):
        people.choose(house, people.account_of(house, name), "model_training", say, covers="stored")
    clock.set(house.now() + timedelta(hours=1))
    build.build(house, "r1", "model_training")
    return house


def test_every_number_of_a_release_leads_to_as_many_as_it_says(built: House, come: Come) -> None:
    olga = come("olga")
    people.choose(built, people.account_of(built, "ana"), "model_training", "refuse")
    found = {}
    for page in ("/officer/releases", "/officer/release?of=r1"):
        found |= dict(re.findall(r'<a href="(/officer/release/[^"]+)">(\d+)</a>', olga.get(page).text))
    assert sorted(found.values()) == ["1", "2", "2"]
    for address, number in found.items():
        listed = olga.get(html.unescape(address)).text
        assert len(re.findall(r'<th scope="row"><code>', listed)) == int(number), address
        assert "secret words" not in listed
    looked = [one.what for one in lines(built, Looked)]
    assert "rows of r1 withdrawn" in looked
    assert any(one.startswith("left out of r1: ") for one in looked)


def test_a_recall_a_run_and_its_confirmation_each_have_a_name_and_a_reason(built: House, come: Come) -> None:
    olga = come("olga")
    for action, more in (("recall", {}), ("run", {"run": "summer-run"}), ("confirm", {"run": "summer-run"})):
        assert press(olga, action, of="r1", why=" ", **more).status_code == 409, action
    assert (lines(built, RunStarted), lines(built, Acted)) == ([], [])
    assert "The run is noted." in press(olga, "run", of="r1", run="summer-run", why="told by the team").text
    assert press(olga, "run", of="r1", run="summer-run", why="again").status_code == 409
    assert press(olga, "confirm", of="r1", run="summer-run", why="nothing to confirm").status_code == 409
    people.choose(built, people.account_of(built, "ana"), "model_training", "refuse")
    assert "Nobody confirmed" in olga.get("/officer/release?of=r1").text
    assert "1 of 1 not confirmed" in olga.get("/officer/releases").text
    assert "It is confirmed" in press(olga, "confirm", of="r1", run="summer-run", why="saw its log <b>").text
    page = olga.get("/officer/release?of=r1").text
    assert "olga confirmed revision 1" in page
    assert "saw its log &lt;b&gt;" in page
    (line,) = lines(built, RecallConfirmed)
    assert (line.run, line.revision, line.by) == ("summer-run", 1, "olga")
    assert "Every row was looked at anew." in press(olga, "recall", of="r1", why="a second look").text
    assert [(one.did, one.why) for one in lines(built, Acted)] == [("run_noted", "told by the team"), ("recalled", "a second look")]


def test_who_may_only_read_orders_nothing_and_what_is_not_there_is_not_found(built: House, come: Come) -> None:
    rita = come("rita")
    assert 'action="/officer/release/' not in rita.get("/officer/release?of=r1").text
    for action in ("recall", "run", "confirm"):
        assert press(rita, action, of="r1", run="r", why="w").status_code == 403
    for path in (
        "?of=zz",
        "",
        "/rows?of=zz",
        "/rows?of=r1&from=7",
        "/rows?of=r1&from=99999999999",
        "/left-out?of=r1&is=" + "a" * 300,
    ):
        assert rita.get(f"/officer/release{path}").status_code == 404, path
    assert press(come("olga"), "recall", of="../r1", why="w").status_code == 404


def test_a_release_that_was_changed_is_told_of_and_the_page_stands(built: House, come: Come) -> None:
    manifest = built.folder / "releases" / "r1" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b" ")
    page = come("rita").get("/officer/release?of=r1")
    assert page.status_code == 200
    assert "is not as it was written" in page.text


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_pages_of_releases_are_there_in_each_language(built: House, come: Come, language: str) -> None:
    for path in ("releases", "release?of=r1", "release/rows?of=r1", "release/left-out?of=r1&is=withdrawn"):
        assert come("rita").get(f"/officer/{path}{'&' if '?' in path else '?'}lang={language}").status_code == 200, path

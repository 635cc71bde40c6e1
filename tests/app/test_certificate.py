"""A certificate of deletion says what happened and no more, and holds before somebody who has only the file and the key."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.app.clock import StoryClock
from sayso.app.house import House
from sayso.app.jobs import build, certifying, deletion, epochs, holds, people, sweep, undoing
from sayso.app.pages.certificate import certificate_page
from sayso.app.whereabouts import Whereabouts
from sayso.facts.errors import Refused, Unfit
from sayso.facts.events import RunStarted, Scope
from sayso.proofs import certificate, verify
from sayso.proofs.notes import SigningKey

Talk = Callable[..., None]
DAY = timedelta(days=1)


@pytest.fixture
def left(house: House, clock: StoryClock, talk: Talk) -> str:
    """Ana allowed, was in a release that a run read, and left; everything is over. Return her pseudonym."""
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    for key in ("one", "two"):
        talk("ana", key, text=f"quixotically {key}", title="A secret title")
    build.build(house, "r1", "model_training")
    with house.writing() as work:
        work.record([RunStarted(at=work.at, release="r1", run="run-7")])
    deletion.delete(house, account=ana)
    clock.set(clock.now() + 31 * DAY)
    assert sweep.sweep(house).forgotten == 1
    epochs.turn(house)
    return ana


def judged(house: House, told: dict[str, Any], tmp_path: Path) -> Any:
    file = tmp_path / "certificate.json"
    file.write_text(json.dumps(told), "utf-8")
    return verify(file, house.keys.signing.vkey())


def test_the_certificate_of_a_deleted_account_is_final_once_no_older_copy_can_be_opened(
    house: House, left: str, tmp_path: Path
) -> None:
    told = certifying.certify(house, left)
    verdict = judged(house, told, tmp_path)
    assert verdict.ok, verdict.lines
    assert told["state"] == "final"
    assert told["waits_for"] == []
    assert told["destroyed"]["count"] == 2  # type: ignore[index]  # JSON data
    assert told["releases"] == [
        {"release": "r1", "purpose": "model_training", "rows": 2, "withdrawn": 2, "emptied": 2, "revision": 1}
    ]
    assert [run["run"] for run in told["runs"]] == ["run-7"]  # type: ignore[attr-defined]  # JSON data
    text = json.dumps(told)
    assert "ana" not in text.replace(left, ""), "no name"
    assert "quixotically" not in text
    assert "secret title" not in text
    said = "\n".join(verdict.lines)
    assert "final" in said
    assert "run-7" in said
    assert "copies that other people made" in said
    assert verify(tmp_path / "certificate.json", SigningKey("other", b"k" * 32).vkey()).ok is False


def test_a_certificate_does_not_tell_of_an_order_that_forbids_telling(house: House, clock: StoryClock, talk: Talk) -> None:
    talk("ana", "one")
    (one,) = house.past.of_account(people.account_of(house, "ana"))
    deletion.delete(house, conversation=one)
    before = certifying.certify(house, one)["waits_for"]
    holds.place(house, "quiet", Scope(conversations=(one,)), "a sealed matter", silent=True)
    assert certifying.certify(house, one)["waits_for"] == before
    clock.set(clock.now() + timedelta(days=31))
    assert sweep.sweep(house).shredded == 0
    told = certifying.certify(house, one)
    assert told["waits_for"] == [{"what": "sweep", "count": 1, "until": None}], "as for one whose day has just come"
    assert (told["state"], "quiet" in str(told), "sealed matter" in str(told)) == ("not yet final", False, False)


def test_until_then_it_says_what_it_waits_for_and_until_when(house: House, clock: StoryClock, talk: Talk, tmp_path: Path) -> None:
    talk("bo", "one")
    (conversation,) = house.past.of_account(people.account_of(house, "bo"))
    with pytest.raises(Refused, match="nothing to certify"):
        certifying.certify(house, conversation)

    def waits() -> list[tuple[str, bool]]:
        told = certifying.certify(house, conversation)
        assert told["state"] == "not yet final"
        assert told["unreadable_everywhere"] is None
        assert judged(house, told, tmp_path).ok
        assert "Not yet final" in certificate_page(told, "en", key="k")
        assert "Noch nicht endgültig" in certificate_page(told, "de", key="k")
        return [(one["what"], one["until"] is not None) for one in told["waits_for"]]  # type: ignore[attr-defined]  # JSON data

    deletion.delete(house, conversation=conversation)
    assert waits() == [("day", True)]
    holds.place(house, "order", Scope(accounts=(people.account_of(house, "bo"),)), "a matter")
    assert waits() == [("hold", False)]
    clock.set(clock.now() + 31 * DAY)
    holds.end(house, "order")
    assert waits() == [("sweep", False)]
    sweep.sweep(house)
    assert waits() == [("epoch", False)]
    epochs.turn(house)
    told = certifying.certify(house, conversation)
    assert told["state"] == "final"
    assert judged(house, told, tmp_path).ok
    assert "Final: since" in certificate_page(told, "en", key="k")
    with pytest.raises(Unfit, match="no language"):
        certificate_page(told, "xx", key="k")


def test_a_turn_of_the_epoch_before_the_destruction_makes_nothing_final(
    house: House, clock: StoryClock, talk: Talk, tmp_path: Path
) -> None:
    talk("bo", "one")
    (conversation,) = house.past.of_account(people.account_of(house, "bo"))
    deletion.delete(house, conversation=conversation)
    epochs.turn(house)
    clock.set(clock.now() + 31 * DAY)
    sweep.sweep(house)
    told = certifying.certify(house, conversation)
    assert told["state"] == "not yet final"
    assert judged(house, told, tmp_path).ok


def test_a_deletion_that_was_taken_back_is_not_certified_as_one(house: House, talk: Talk, tmp_path: Path) -> None:
    talk("ana", "one")
    (conversation,) = house.past.of_account(people.account_of(house, "ana"))
    deletion.delete(house, conversation=conversation)
    undoing.undo(house, conversation=conversation)
    with pytest.raises(Refused, match="nothing to certify"):
        certifying.certify(house, conversation)


def test_what_ended_by_itself_says_that_nobody_asked(house: House, clock: StoryClock, talk: Talk, tmp_path: Path) -> None:
    talk("bo", "one")
    (conversation,) = house.past.of_account(people.account_of(house, "bo"))
    clock.set(clock.now() + 31 * DAY)
    sweep.sweep(house)
    told = certifying.certify(house, conversation)
    assert told["asked"] is None
    assert "nobody asked" in judged(house, told, tmp_path).lines[0]
    assert "No one asked for it" in certificate_page(told, "en", key="k")


def test_any_changed_bit_is_refused(house: House, left: str, tmp_path: Path) -> None:
    raw = json.dumps(certifying.certify(house, left), separators=(",", ":")).encode()
    key, file = house.keys.signing.vkey(), tmp_path / "c.json"

    @settings(max_examples=150, deadline=None)
    @given(at=st.integers(0, len(raw) - 1), bit=st.integers(0, 7))
    def flipped(at: int, bit: int) -> None:
        file.write_bytes(raw[:at] + bytes([raw[at] ^ (1 << bit)]) + raw[at + 1 :])
        assert not verify(file, key).ok, (at, bit)

    flipped()
    file.write_bytes(raw)
    assert verify(file, key).ok


def test_whoever_signs_a_certificate_that_the_log_does_not_bear_out_is_refused(house: House, left: str, tmp_path: Path) -> None:
    """Even with the operator's own key, the plain fields must be what the lines in it say."""
    good = {name: value for name, value in certifying.certify(house, left).items() if name != "signature"}
    changes: dict[str, Any] = {
        "asked": "2020-01-01T00:00:00Z",
        "out_of_sight": None,
        "forgotten": None,
        "state": "not yet final",
        "unreadable_everywhere": "2025-09-01T12:00:00Z",
        "of": {"kind": "account", "id": "somebody else"},
        "destroyed": {**good["destroyed"], "shown": 1},  # type: ignore[dict-item]  # JSON data
        "epoch": {**good["epoch"], "destroyed": False},  # type: ignore[dict-item]  # JSON data
        "releases": [{**good["releases"][0], "release": "r9"}],  # type: ignore[index]  # JSON data
        "runs": [{"run": "run-8", "release": "r1", "started": good["runs"][0]["started"]}],  # type: ignore[index]  # JSON data
        "waits_for": [{"what": "good weather", "count": 1, "until": None}],
        "lines": good["lines"][1:],  # type: ignore[index]  # JSON data
        "extra": 1,
    }
    for name, value in changes.items():
        with pytest.raises(Unfit):
            certificate({**good, name: value}, house.keys.signing)
    for count in range(len(good["lines"])):  # type: ignore[arg-type]  # JSON data
        shorter = [one for at, one in enumerate(good["lines"]) if at != count]  # type: ignore[arg-type]  # JSON data
        with pytest.raises(Unfit):
            certificate({**good, "lines": shorter}, house.keys.signing)


def test_the_pseudonym_finds_it_when_the_name_no_longer_does(house: House, left: str) -> None:
    assert certifying.certify(house, left)["of"] == {"kind": "account", "id": left}
    with pytest.raises(Unfit, match="only its pseudonym"):
        certifying.certify(house, "ana")


def test_the_page_is_plain_and_complete_in_both_languages(house: House, left: str) -> None:
    told = certifying.certify(house, left)
    for language, words in (
        ("en", ("run-7", "Copies that other people made", "2 keys were destroyed")),
        ("de", ("run-7", "Kopien")),
    ):
        page = certificate_page(told, language, key="example.com/log+1+k")
        assert page.startswith("<!doctype html>")
        assert all(word in page for word in words)
        assert left in page
        assert "http" not in page, "it opens without a network"


def test_the_page_says_of_an_account_what_the_file_says_and_shows_no_proof(house: House, left: str) -> None:
    whole, brief = certifying.certify(house, left), certifying.certify(house, left, brief=Whereabouts(house))
    assert set(whole) - set(brief) >= {"lines", "checkpoint", "signature"}
    shown = {name: value for name, value in brief.items() if name != "destroyed"}
    assert shown == {name: whole[name] for name in shown}
    assert brief["destroyed"]["last"] == whole["destroyed"]["last"]  # type: ignore[index]  # JSON data


def test_of_very_many_chats_the_page_names_one_day_late_enough_for_all_and_no_order_that_may_not_be_told(
    house: House, clock: StoryClock, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = people.account_of(house, "ana")
    for key in ("one", "two", "three"):
        talk("ana", key)
        clock.set(clock.now() + DAY)
    holds.place(house, "quiet", Scope(conversations=(house.present().of_account(ana)[0],)), "a matter", silent=True)
    deletion.delete(house, account=ana)
    each = certifying.certify(house, ana, brief=Whereabouts(house))["waits_for"]
    monkeypatch.setattr(certifying, "MANY", 2)
    together = certifying.certify(house, ana, brief=Whereabouts(house))["waits_for"]
    days = [[one["until"] for one in told if one["what"] == "day"] for told in (each, together)]  # type: ignore[attr-defined]  # JSON data
    assert len(days[0]) == len(days[1]) == 1
    assert days[0][0] <= days[1][0]
    assert {one["what"] for one in together} == {one["what"] for one in each}  # type: ignore[attr-defined]  # JSON data
    holds.place(house, "told", Scope(conversations=(house.present().of_account(ana)[1],)), "another matter")
    after = certifying.certify(house, ana, brief=Whereabouts(house))["waits_for"]
    assert {"hold", "day"} <= {one["what"] for one in after}  # type: ignore[attr-defined]  # JSON data


def test_the_example_of_the_page_holds_under_the_key_it_names(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "spec" / "certificate.md").read_text("utf-8")
    assert len(text.splitlines()) < 100
    raw, key = text.split("```json\n")[1].split("\n```")[0], text.split("public key `")[1].split("`")[0]
    (tmp_path / "c.json").write_text(raw, "utf-8")
    verdict = verify(tmp_path / "c.json", key)
    assert verdict.ok, verdict.lines
    (tmp_path / "c.json").write_text(raw.replace("autumn-2025", "spring-2025"), "utf-8")
    assert not verify(tmp_path / "c.json", key).ok
    told = json.loads(raw)
    assert all(f"`{name}`" in text for name in told if name != "format")

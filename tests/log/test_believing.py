"""What is believed of Ana, Bo and Cy can be shown to each of them, and held against the receipt they keep."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.app.cli import main
from sayso.app.house import House
from sayso.app.jobs import believing, people
from sayso.app.jobs.evidence import audit
from sayso.app.jobs.mend import mend
from sayso.facts.errors import Broken, Unfit
from sayso.facts.events import ChoiceMade, Deferred, Event, Merged, NoticeShown
from sayso.facts.history import History
from sayso.facts.words import AccountId
from sayso.proofs import verify

START = datetime(2025, 9, 1, tzinfo=UTC)


def say(house: House, name: str, answer: str, **more: object) -> int:
    house.clock.set(house.clock.now() + timedelta(minutes=1))  # type: ignore[attr-defined]  # a clock of a story
    return people.choose(house, people.account_of(house, name), "model_training", answer, **more).seq  # type: ignore[arg-type]


@pytest.fixture
def kept(tmp_path: Path, house: House) -> Callable[..., Path]:
    def put(told: object, name: str = "told.json") -> Path:
        (tmp_path / name).write_bytes(msgspec.json.encode(told))
        return tmp_path / name

    return put


def judged(house: House, path: Path, receipt: Path | None = None):
    return verify(path, house.keys.signing.vkey(), receipt=receipt)


def test_each_is_shown_what_is_believed_of_them_and_cy_that_nothing_is(house, kept):
    line = say(house, "ana", "allow", covers="stored")
    say(house, "bo", "refuse")
    renewed = believing.renew(house)
    assert (renewed.accounts, renewed.new) == (2, True)
    verdict = judged(house, kept(believing.of_account(house, "ana")))
    assert verdict.ok
    assert "was believed to say `allow` for `model_training`" in verdict.lines[0]
    assert f"on stored conversations too; it is line {line}" in verdict.lines[0]
    assert "`refuse`" in judged(house, kept(believing.of_account(house, "bo"))).lines[0]
    assert "no answer was believed" in judged(house, kept(believing.of_account(house, "cy"))).lines[0]
    assert audit(house) == []


def test_a_belief_that_agrees_with_ana_s_receipt_says_so_and_one_that_does_not_says_that(house, kept, monkeypatch):
    ana = people.account_of(house, "ana")
    first, _ = say(house, "ana", "allow"), believing.renew(house)
    older = kept(believing.of_account(house, "ana"), "older.json")
    receipts = {first: kept(people.receipt_of(house, ana, first), "first.json")}
    assert judged(house, older, receipts[first]).lines[0].startswith("agrees: your receipt of line")
    second = say(house, "ana", "refuse")
    receipts[second] = kept(people.receipt_of(house, ana, second), "second.json")
    verdict = judged(house, older, receipts[second])
    assert verdict.ok
    assert "does not compare" in verdict.lines[0]
    believing.renew(house)
    newer = kept(believing.of_account(house, "ana"), "newer.json")
    assert judged(house, newer, receipts[second]).lines[0].startswith("agrees")
    assert judged(house, newer, receipts[first]).lines[0].startswith("differs, and may rightly")
    # A trainer that does not hear the refusal: it believes, and commits to, what it goes by.
    third = say(house, "bo", "refuse")
    monkeypatch.setattr(believing, "_says", lambda account, lines, at: {})
    believing.renew(house)
    deaf = kept(believing.of_account(house, "ana"), "deaf.json")
    verdict = judged(house, deaf, receipts[second])
    assert not verdict.ok
    assert verdict.lines[0].startswith(f"differs: your receipt of line {second} says `refuse`")
    bo = kept(people.receipt_of(house, people.account_of(house, "bo"), third), "bo.json")
    assert "different secrets" in judged(house, newer, bo).lines[0]
    assert "no such" not in judged(house, newer).lines[0]


def test_a_trainer_that_believes_yes_where_ana_said_no_is_told_as_such(house, kept, monkeypatch):
    line = say(house, "ana", "refuse")
    says = believing._says

    def wishful(account, lines, at):
        return {purpose: msgspec.structs.replace(one, say="allow") for purpose, one in says(account, lines, at).items()}

    monkeypatch.setattr(believing, "_says", wishful)
    believing.renew(house)
    receipt = kept(people.receipt_of(house, people.account_of(house, "ana"), line), "receipt.json")
    verdict = judged(house, kept(believing.of_account(house, "ana")), receipt)
    assert not verdict.ok
    assert verdict.lines[0].startswith(
        f"differs: your receipt of line {line} says `refuse` for `model_training`, and believed is `allow`"
    )


def test_nothing_is_recorded_where_nobody_answered_or_nothing_changed(house):
    assert believing.renew(house) is None
    with pytest.raises(Unfit, match="nothing was recorded yet"):
        believing.of_account(house, "ana")
    say(house, "ana", "allow")
    first = believing.renew(house)
    again = believing.renew(house)
    assert (again.line, again.new) == (first.line, False)
    say(house, "ana", "refuse")
    assert believing.renew(house).new
    assert [one.name for one in (house.folder / "beliefs").iterdir()] == [f"{believing.renew(house).pin}.map"]


def test_while_the_house_is_in_use_the_log_is_written_and_says_that_beliefs_are_not(house, tmp_path, monkeypatch, capsys):
    say(house, "ana", "allow")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAYSO_HOME", str(house.settings.data))
    monkeypatch.setenv("SAYSO_KEYS", str(house.settings.keys))
    with pytest.raises(SystemExit) as left:
        main(["log", "write", "public"])
    assert not left.value.code
    assert "what is believed was not recorded anew: data folder" in capsys.readouterr().err
    house.close()
    with pytest.raises(SystemExit) as left:
        main(["log", "write", "public"])
    assert not left.value.code
    assert "says what 1 accounts are believed" in capsys.readouterr().out
    for words, told in (
        (["prove", "belief", "ana", "--out", "b.json"], "allow for model_training"),
        (["verify", "b.json"], "was believed"),
    ):
        with pytest.raises(SystemExit) as left:
            main(words)
        assert not left.value.code
        assert told in capsys.readouterr().out


def test_a_map_that_was_changed_or_taken_away_is_found_and_shows_nothing(house):
    say(house, "ana", "allow")
    pin = believing.renew(house).pin
    path = house.folder / "beliefs" / f"{pin}.map"
    raw = path.read_bytes()
    for bad in (raw[:-1] + bytes([raw[-1] ^ 1]), raw + raw, b""):
        path.write_bytes(bad)
        with pytest.raises(Broken, match="not the one that was recorded"):
            believing.of_account(house, "ana")
        assert [one.where for one in audit(house)] == [f"beliefs/{pin}.map"]
    path.write_bytes(raw)
    (path.parent / "999.map").write_bytes(raw)  # as a writer leaves it that was stopped before its line
    mend(house)
    assert audit(house) == []


def test_a_belief_of_another_day_or_of_bo_does_not_pass_for_ana_s(house, kept):
    say(house, "ana", "allow")
    say(house, "bo", "refuse")
    believing.renew(house)
    ana, bo = (json.loads(msgspec.json.encode(believing.of_account(house, name))) for name in ("ana", "bo"))
    say(house, "ana", "refuse")
    believing.renew(house)
    later = json.loads(msgspec.json.encode(believing.of_account(house, "ana")))
    for bent in (
        {**ana, "believed": bo["believed"]},
        {**ana, "believed": None},
        {**ana, "evidence": later["evidence"]},
        {**ana, "blinding_secret": bo["blinding_secret"]},
        {**ana, "bucket": ana["bucket"][::-1]},
        {**ana, "bucket": ana["bucket"] * 2},
        {**ana, "believed": {**ana["believed"], "account": "x"}},
        {**ana, "more": 1},
    ):
        assert not judged(house, kept(bent)).ok, bent
    secretless = {**ana, "blinding_secret": "00" * 32, "believed": None}
    assert "no answer was believed" in judged(house, kept(secretless)).lines[0]  # and it says to compare the secret


ACCOUNTS = ("ana", "bo", "cy")
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(("allow", "allow", "refuse", "stored", "noticed", "deferred", "merged")),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(("model_training", "ads")),
        st.integers(0, 3),
    ),
    max_size=12,
)


def event(kind: str, account: str, other: str, purpose: str, at: datetime) -> Event:
    who = AccountId(account)
    if kind == "merged":
        return Merged(at=at, account=who, into=AccountId(other))
    if kind == "noticed":
        return NoticeShown(at=at, account=who, purpose=purpose)
    if kind == "deferred":
        return Deferred(at=at, account=who, purpose=purpose)
    covers = "stored" if kind == "stored" else "from_now"
    return ChoiceMade(at=at, account=who, purpose=purpose, say="refuse" if kind == "refuse" else "allow", covers=covers)


@settings(max_examples=150, deadline=None)
@given(EVENTS)
def test_what_is_believed_is_what_every_ruling_goes_by(told):
    at, events = START, []
    for kind, account, other, purpose, wait in told:
        at += timedelta(seconds=wait)
        if kind != "merged" or account != other:
            events.append(event(kind, account, other, purpose, at))
    past = History(events, at)
    numbered = list(enumerate(events, 1))
    merges = [pair for pair in numbered if isinstance(pair[1], Merged)]
    groups = [(one, [pair for pair in numbered if not isinstance(pair[1], Merged) and pair[1].account == one]) for one in ACCOUNTS]
    found = dict(believing.believed(groups, merges, at))
    for account in ACCOUNTS:
        for purpose in ("model_training", "ads"):
            answer = past.answer(AccountId(account), purpose)
            believed = found.get(account, {}).get(purpose)
            assert (believed.say if believed else None) == (answer if answer in ("allow", "refuse") else None)


def test_secrets_asked_for_together_are_those_asked_for_one_by_one_without_the_forgotten(house, monkeypatch):
    from sayso.vault import directory

    monkeypatch.setattr(directory, "TOGETHER", 2)
    accounts = [people.account_of(house, name) for name in ("ana", "bo", "cy")]
    with house.reading() as conn:
        each = {one: house.vault.blinding(conn, one) for one in accounts}
        assert house.vault.blindings(conn, [*accounts, "a_" + "a" * 26]) == each
        assert house.vault.blindings(conn, []) == {}

"""What the ledger says of people who left: kept while it may have to be shown, and then opening to nothing, in no file any more."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from sayso.app.cli import main
from sayso.app.clock import StoryClock
from sayso.app.house import House, open_house
from sayso.app.jobs import (
    auditing,
    build,
    certifying,
    deletion,
    epochs,
    evidence,
    holds,
    logs,
    people,
    proving,
    restore,
    retention,
    sweep,
)
from sayso.facts.deeds import Destroyed, Forgotten, OpeningsDestroyed, Rewrapped
from sayso.facts.endings import EVIDENCE, Retention
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.events import ChoiceMade, Deleted, Merged, Scope
from sayso.facts.words import AccountId
from sayso.proofs import verify

Talk = Callable[..., None]
DAY = timedelta(days=1)


def root(house: House) -> tuple[int, str]:
    with house.reading() as conn:
        head = house.ledger.head(conn)
    return head.size, head.root


def command(*words: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return ended.value.code


def lines(house: House, *kinds: type) -> list[Any]:
    with house.reading() as conn:
        return [one for one in house.ledger.entries(conn) if isinstance(one.line, kinds or object)]


def of(house: House, account: str) -> list[int]:
    """The numbers of the lines that name this account, or a conversation of it."""
    with house.reading() as conn:
        whole = house.ledger.together_with(conn, AccountId(account))
        return sorted(
            one.seq
            for one in house.ledger.entries(conn)
            if getattr(one.line, "account", None) in whole.accounts
            or getattr(one.line, "conversation", None) in whole.conversations
        )


@pytest.fixture
def gone(house: House, clock: StoryClock, talk: Talk) -> str:
    """Ana and Bo allowed and were in a release; Ana left, and is forgotten. Return her pseudonym."""
    ana, bo = (people.account_of(house, name) for name in ("ana", "bo"))
    for account in (ana, bo):
        people.choose(house, account, "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    for name in ("ana", "ana", "bo", "cy"):
        talk(name, f"{name}-{len(house.past.of_account(people.account_of(house, name)))}")
    build.build(house, "r1", "model_training")
    deletion.delete(house, account=ana)
    clock.set(clock.now() + 31 * DAY)
    assert sweep.sweep(house).forgotten == 1
    return ana


def later(house: House, clock: StoryClock, days: int = EVIDENCE) -> sweep.Sweeping:
    clock.set(clock.now() + days * DAY)
    return sweep.sweep(house)


def test_what_ana_said_is_kept_for_its_days_and_then_opens_to_nothing(house: House, clock: StoryClock, gone: str) -> None:
    about = of(house, gone)
    assert later(house, clock, EVIDENCE - 1).unopened == 0, "nothing is destroyed early"
    assert of(house, gone)[: len(about)] == about
    assert later(house, clock, 1).unopened == 1
    destroyed = [one.seq for one in lines(house, Destroyed)]
    (deed,) = lines(house, OpeningsDestroyed)
    (forgotten,) = lines(house, Forgotten)
    assert destroyed == [one for one in about if one != forgotten.seq], "that she is forgotten stays"
    assert deed.line.accounts == (gone,)
    assert deed.line.conversations == 2
    with house.reading() as conn:
        rows = conn.execute(text("SELECT * FROM ledger_events WHERE type = 'destroyed'")).mappings().all()
        left = conn.execute(text("SELECT count(*) FROM vault_conversations WHERE account = :one"), {"one": gone}).scalar()
    assert {(bytes(row["body"]), bytes(row["salt"]), row["account"], row["conversation"]) for row in rows} == {
        (b"", b"", None, None)
    }
    assert all(row["at"] == row["recorded"] for row in rows)
    assert left == 0
    assert evidence.audit(house) == []
    assert sweep.sweep(house).unopened == 0


def test_the_tree_stands_and_a_receipt_that_ana_kept_still_verifies(
    house: House, clock: StoryClock, talk: Talk, tmp_path: Path
) -> None:
    ana = people.account_of(house, "ana")
    chosen = people.choose(house, ana, "model_training", "refuse")
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(people.receipt_of(house, ana, chosen.seq)), "utf-8")
    proof = tmp_path / "choice.tlog-proof"
    proof.write_text(proving.choice(house, chosen.seq), "utf-8")
    deletion.delete(house, account=ana)
    later(house, clock, 31)
    leaves = [one.leaf for one in lines(house)]
    later(house, clock)
    assert lines(house, Destroyed)
    assert [one.leaf for one in lines(house)][: len(leaves)] == leaves
    key = house.keys.signing.vkey()
    for file in (receipt, proof):
        verdict = verify(file, key)
        assert verdict.ok, verdict.lines
    logs.publish(house, tmp_path / "public")
    assert command("log", "verify", str(tmp_path / "public"), "--key", key) == 0
    day = clock.now().date().isoformat()
    with pytest.raises(Refused, match=f"this line's opening was destroyed on {day}") as said:
        proving.choice(house, chosen.seq)
    assert "\n" not in str(said.value)
    with pytest.raises(Refused, match="destroyed on"), house.reading() as conn:
        house.ledger.prove(conn, chosen.seq)
    with pytest.raises(Refused, match=f"was destroyed on {day}, so it can no longer be certified"):
        certifying.certify(house, ana)


def test_a_hold_on_ana_keeps_what_she_said_and_its_end_lets_it_go(house: House, clock: StoryClock, gone: str) -> None:
    holds.place(house, "order", Scope(accounts=(AccountId(gone),)), "a matter", future=True)
    assert later(house, clock).unopened == 0
    assert evidence.audit(house) == []
    holds.end(house, "order")
    assert later(house, clock, 0).unopened == 1


def test_a_hold_that_would_reach_her_conversations_keeps_what_she_said(house: House, clock: StoryClock, gone: str) -> None:
    holds.place(house, "order", Scope(until=clock.now() - 20 * DAY), "a matter")
    assert later(house, clock).unopened == 0
    holds.end(house, "order")
    holds.place(house, "elsewhere", Scope(regions=("DE",)), "another matter")
    assert later(house, clock, 0).unopened == 1


def test_the_officer_sets_the_days_and_older_lines_keep_their_bytes(house: House, clock: StoryClock, gone: str) -> None:
    assert retention.retention(house) == Retention(evidence=1461)
    for wrong in (-1, 3654):
        with pytest.raises(Unfit, match="proof kept is 0 to 3653 days"):
            retention.put_retention(house, evidence=wrong)
    assert retention.put_retention(house, evidence=400).evidence == 400
    assert retention.put_retention(house, grace=3) == Retention(evidence=400, grace=3)
    assert later(house, clock, 398).unopened == 0
    assert later(house, clock, 2).unopened == 1


def test_what_is_said_of_two_people_stays_and_both_wait_for_each_other(house: House, clock: StoryClock, gone: str) -> None:
    bo = people.account_of(house, "bo")
    with house.writing() as work:
        work.record([Merged(at=work.at, account=AccountId(gone), into=bo)])
    assert later(house, clock).unopened == 0, "what she said decides about Bo"
    deletion.delete(house, account=bo)
    later(house, clock, 31)
    assert later(house, clock, EVIDENCE - 1).unopened == 0, "his days are not over"
    assert later(house, clock, 1).unopened == 2
    (merged,) = lines(house, Merged)
    assert (merged.line.account, merged.line.into) == (gone, bo)
    assert evidence.audit(house) == []


def test_what_turns_of_the_epoch_said_of_her_stays_and_the_audit_goes_on(house: House, clock: StoryClock, talk: Talk) -> None:
    ana = people.account_of(house, "ana")
    for key in ("one", "two"):
        talk("ana", key)
    deletion.delete(house, conversation=house.past.of_account(ana)[0])
    clock.set(clock.now() + 31 * DAY)
    sweep.sweep(house)
    epochs.turn(house)  # Ana lost a conversation: her account and what is left get new keys, and a line names them
    deletion.delete(house, account=ana)
    assert later(house, clock, 31).forgotten == 1
    before = auditing.audit(house)
    assert (before.report.findings, before.state is not None) == ((), True)
    assert later(house, clock).unopened == 1
    for earlier in (None, before.state):
        assert auditing.audit(house, earlier=earlier).report.findings == ()
    assert any(ana in dict(one.line.accounts) for one in lines(house, Rewrapped)), "a line about several people stays"


def test_nothing_is_ruled_otherwise_for_anybody_else(house: House, clock: StoryClock, gone: str) -> None:
    clock.set(clock.now() + EVIDENCE * DAY)
    before = house.present()
    others = [one for one in before.conversations() if before.owner(one) != gone]
    stood = [before.standing(one) for one in others if one not in before.shredded]
    size, top = root(house)
    sweep.sweep(house)
    after = house.present()
    assert list(after.conversations()) == others
    assert [after.standing(one) for one in others if one not in after.shredded] == stood
    with house.reading() as conn:
        assert house.ledger.head(conn).size > size
        assert [bytes.fromhex(top)] == [_root_of(house, conn, size)]
        assert house.ledger.check(conn) == []
        anew = house.ledger.history(conn, at=house.now())
    assert list(anew.conversations()) == others


def _root_of(house: House, conn: Any, size: int) -> bytes:
    from sayso.proofs.merkle import Frontier, leaf_hash

    edge = Frontier()
    for one in house.ledger.entries(conn, upto=size):
        edge.append(leaf_hash(one.leaf))
    return edge.root()


def test_a_sweep_that_dies_in_the_middle_destroys_nothing_and_the_next_one_all(
    house: House, clock: StoryClock, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> int:
        raise KeyboardInterrupt

    clock.set(clock.now() + EVIDENCE * DAY)
    with monkeypatch.context() as patch:
        patch.setattr(house.vault, "clear", dies)
        with pytest.raises(KeyboardInterrupt):
            sweep.sweep(house)
    assert lines(house, Destroyed, OpeningsDestroyed) == []
    assert sweep.sweep(house).unopened == 1
    assert evidence.audit(house) == []


def test_a_row_whose_words_are_still_in_a_release_keeps_what_allowed_it(
    house: House, clock: StoryClock, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set(clock.now() + EVIDENCE * DAY)
    from sayso import release as release_room

    with monkeypatch.context() as patch:
        patch.setattr(release_room, "emptied", lambda _: frozenset())
        assert sweep.sweep(house).unopened == 0
    shutil.move(house.folder / "lineage", house.folder / "aside")
    assert sweep.sweep(house).unopened == 0, "what cannot be told keeps"
    shutil.move(house.folder / "aside", house.folder / "lineage")
    assert sweep.sweep(house).unopened == 1


@pytest.mark.sqlite
def test_a_restored_older_copy_destroys_again_what_was_destroyed(
    house: House, clock: StoryClock, gone: str, tmp_path: Path
) -> None:
    epochs.turn(house)
    house.vault.settle()
    backup = shutil.copytree(house.folder, tmp_path / "backup")
    people.choose(house, people.account_of(house, "bo"), "model_training", "refuse")
    later(house, clock, EVIDENCE + 2)
    assert lines(house, Destroyed)
    house.close()
    shutil.rmtree(house.folder)
    shutil.copytree(backup, house.folder)
    with open_house(house.settings, clock=clock, older=True) as again:
        restore.restore(again)
        assert lines(again, Destroyed) == []
        assert "opening_left" in {one.kind for one in evidence.audit(again)}
        assert sweep.sweep(again).unopened == 1
        assert evidence.audit(again) == []


@pytest.mark.sqlite
def test_a_copy_from_after_the_destruction_says_nothing_again_of_who_is_gone(
    house: House, clock: StoryClock, gone: str, tmp_path: Path
) -> None:
    later(house, clock)
    house.vault.settle()
    backup = shutil.copytree(house.folder, tmp_path / "backup")
    people.choose(house, people.account_of(house, "bo"), "model_training", "refuse")
    assert any(isinstance(one.line, Deleted) for one in house.memory.deeds()), "the folder of keys remembers that she left"
    house.close()
    shutil.rmtree(house.folder)
    shutil.copytree(backup, house.folder)
    with open_house(house.settings, clock=clock, older=True) as again:
        assert (mended := restore.restore(again)).deletions == 0, mended
        assert lines(again, Deleted) == []
        assert evidence.audit(again) == []


def test_the_fences_let_no_other_line_be_emptied(house: House, clock: StoryClock, gone: str) -> None:
    later(house, clock)
    with house.reading() as conn:
        (chosen,) = house.ledger.of_kind(conn, ChoiceMade)
        (placed,) = house.ledger.of_kind(conn, Forgotten)
    empty = (
        "UPDATE ledger_events SET at = recorded, type = 'destroyed', account = NULL, conversation = NULL, body = {0}, salt = {0}"
    )
    empty = empty.format("''::bytea" if house.settings.database else "x''")
    for wrong in (
        f"{empty} WHERE seq = {placed.seq}",
        f"{empty} WHERE seq = 1",
        f"{empty}, leaf = salt WHERE seq = {chosen.seq}",
        f"{empty.replace('account = NULL, ', '')} WHERE seq = {chosen.seq}",
        f"UPDATE ledger_events SET type = 'destroyed' WHERE seq = {chosen.seq}",
        "UPDATE ledger_events SET account = 'x' WHERE type = 'destroyed'",
        "DELETE FROM ledger_events WHERE type = 'destroyed'",
    ):
        with pytest.raises(Exception, match="the ledger only grows"), house.engine.begin() as conn:
            conn.execute(text(wrong))


def test_a_line_that_claims_to_be_destroyed_cannot_be_written(house: House) -> None:
    with pytest.raises(Broken, match="what only a destroyed line is read as"), house.writing() as work:
        work.record([Destroyed(at=work.at)])


def test_the_command_says_and_sets_how_long(house: House, clock: StoryClock, capsys: pytest.CaptureFixture[str]) -> None:
    house.close()
    data = ["--data", str(house.settings.data)]
    assert command("retention", "--evidence", "1000", *data) == 0
    assert "opens to nothing 1000 days after it was forgotten" in capsys.readouterr().out
    assert command("retention", "--evidence", "4000", *data) == 2
    assert "proof kept is 0 to 3653 days, not `4000`" in capsys.readouterr().err

"""Ana allowed and is in the release, Bo refused and is not: each can show it, and neither can show the opposite."""

from __future__ import annotations

import json
from datetime import timedelta
from unittest.mock import patch

import msgspec
import pytest
from msgspec.structs import replace

from sayso.app.cli import main
from sayso.app.house import House, create
from sayso.app.jobs import believing, build, deletion, people, proving, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.jobs.evidence import audit
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.events import Merged
from sayso.proofs import verify


@pytest.fixture
def released(house: House) -> House:
    """Ana has allowed and has two conversations in the release `spring`; Bo refused; Cy has no conversation at all."""
    people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
    people.choose(house, people.account_of(house, "bo"), "model_training", "refuse")
    for name, conversation in (("ana", "one"), ("ana", "two"), ("bo", "three")):
        turns = (
            Turn(id=f"{conversation}-1", role="user", parts=(Text("Hello"),), at=house.now()),
            Turn(id=f"{conversation}-2", role="assistant", parts=(Text("Good to hear"),), at=house.now(), origin="generated"),
        )
        told = Conversation(id=conversation, source="test", account=name, title="", turns=turns)
        assert collect_all(house, "test", [told], Arrival(own=True)).conversations == 1
    assert build.build(house, "spring", "model_training").manifest.rows == 2
    return house


def key(house: House) -> str:
    return house.keys.signing.vkey()


def ids(house: House, name: str) -> list[str]:
    return sorted(house.present().of_account(people.account_of(house, name)))


@pytest.mark.parametrize("one", [False, True])
def test_ana_shows_her_presence_and_cannot_show_her_absence(released, tmp_path, one):
    asked = ids(released, "ana")[0] if one else None
    shown = proving.standing_of(released, "spring", "ana", asked, "presence")
    assert list(shown.conversations) == ([asked] if one else ids(released, "ana"))
    path = tmp_path / "ana.json"
    path.write_bytes(msgspec.json.encode(shown.proof))
    verdict = verify(path, key(released))
    assert verdict.ok
    assert ("is among the rows" if one else "2 stand among the rows") in verdict.lines[0]
    with pytest.raises(Refused, match="prove their presence instead"):
        proving.standing_of(released, "spring", "ana", asked, "absence")


@pytest.mark.parametrize("one", [False, True])
def test_bo_shows_his_absence_and_cannot_show_his_presence(released, tmp_path, one):
    asked = ids(released, "bo")[0] if one else None
    path = tmp_path / "bo.json"
    path.write_bytes(msgspec.json.encode(proving.standing_of(released, "spring", "bo", asked, "absence").proof))
    verdict = verify(path, key(released))
    assert verdict.ok
    assert ("is not among the rows" if one else "none stand among the rows") in verdict.lines[0]
    with pytest.raises(Refused, match="prove the absence instead"):
        proving.standing_of(released, "spring", "bo", asked, "presence")
    told = json.loads(path.read_bytes())
    path.write_text(json.dumps({**told, "release": "autumn"}))
    assert not verify(path, key(released)).ok


def test_one_proof_says_whether_anything_of_somebody_is_in_a_release_also_for_who_has_nothing(released, tmp_path):
    path = tmp_path / "proof.json"
    for name, said, word in (("ana", "presence", "something"), ("bo", "absence", "nothing"), ("cy", "absence", "nothing")):
        shown = proving.anything_of(released, "spring", name, said)
        assert list(shown.conversations) == (ids(released, "ana") if name == "ana" else [])
        path.write_bytes(msgspec.json.encode(shown.proof))
        verdict = verify(path, key(released))
        assert verdict.ok
        assert f"{word} of it is in there" in verdict.lines[0]
    for name, said in (("ana", "absence"), ("bo", "presence"), ("cy", "presence")):
        with pytest.raises(Refused):
            proving.anything_of(released, "spring", name, said)
    assert audit(released) == []


def test_where_the_secret_is_gone_one_line_says_what_can_still_be_proven(released, tmp_path):
    people.choose(released, bo := people.account_of(released, "bo"), "model_training", "refuse")
    believing.renew(released)
    with released.reading() as conn:
        line = max(entry.seq for entry in released.ledger.of_account(conn, bo, ["choice"]))
    path = tmp_path / "receipt.json"
    path.write_bytes(msgspec.json.encode(people.receipt_of(released, bo, line)))
    deletion.delete(released, account=bo)
    released.clock.set(released.now() + timedelta(days=4000))
    sweep.sweep(released)
    asked = (
        lambda: proving.anything_of(released, "spring", bo, "absence"),
        lambda: proving.standing_of(released, "spring", bo, None, "absence"),
        lambda: believing.of_account(released, bo),
    )
    for ask in asked:
        with pytest.raises(Refused, match=r"the secret of this account was destroyed with it: .* receipts .* still hold"):
            ask()
    assert verify(path, key(released)).ok
    people.choose(released, people.account_of(released, "cy"), "model_training", "allow")
    assert believing.renew(released).accounts == 2  # Ana and Cy: nothing is believed of who is forgotten
    assert audit(released) == []


def test_a_lineage_in_which_ana_has_another_account_shows_nothing(released):
    path = released.folder / "lineage" / "spring.jsonl"
    path.chmod(0o600)
    rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    path.write_text("".join(json.dumps({**row, "account": "0" * 64}) + "\n" for row in rows))
    for said in ("presence", "absence"):
        with pytest.raises(Broken, match="not what the log says"):
            proving.anything_of(released, "spring", "ana", said)
    assert any("accounts of its lineage" in one.what for one in audit(released))


def test_what_was_blinded_under_an_account_that_was_joined_later_is_not_shown_absent(released):
    ana, cy = (people.account_of(released, name) for name in ("ana", "cy"))
    with released.writing() as work:
        work.record([Merged(at=work.at, account=ana, into=cy)])
    with pytest.raises(Refused, match="under another account"):
        proving.anything_of(released, "spring", "cy", "absence")
    with pytest.raises(Refused, match="under another account"):
        proving.standing_of(released, "spring", "cy", None, "absence")


def test_a_release_built_before_there_was_a_tree_over_accounts_is_proven_and_built_again_without(released):
    """Such a release as an older version left it: its line and its lineage say nothing of accounts."""
    with patch.object(build, "_counts", lambda: replace(whole(), holders=None)):
        build.build(released, "older", "model_training")
    assert b"account" not in (released.folder / "lineage" / "older.jsonl").read_bytes()
    assert build.build(released, "older", "model_training").again
    assert build.build(released, "spring", "model_training").again
    assert audit(released) == []
    with pytest.raises(Unfit, match="declares no accounts, it is older"):
        proving.anything_of(released, "older", "bo", "absence")
    assert proving.standing_of(released, "older", "bo", None, "absence").conversations


whole = build._counts


def test_anas_conversation_is_not_shown_absent_under_the_secret_of_bo(released):
    with pytest.raises(Unfit, match="no conversation"):
        proving.standing_of(released, "spring", "bo", ids(released, "ana")[0], "absence")
    with pytest.raises(Unfit, match="nothing to prove"):
        proving.standing_of(released, "spring", "cy", None, "absence")
    with pytest.raises(Unfit, match="no account"):
        proving.standing_of(released, "spring", "dee", None, "absence")
    with pytest.raises(Unfit, match="no release"):
        proving.standing_of(released, "autumn", "ana", None, "absence")


def test_a_lineage_from_which_ana_was_struck_does_not_show_her_absent(released):
    path = released.folder / "lineage" / "spring.jsonl"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    for said in ("presence", "absence"):
        with pytest.raises(Broken, match="not what the log says"):
            proving.standing_of(released, "spring", "ana", None, said)


def test_a_choice_is_proven_as_other_tools_read_it(released, tmp_path):
    with released.reading() as conn:
        choices = [entry.seq for entry in released.ledger.entries_of(conn, "choice")]
    path = tmp_path / "bo.tlog-proof"
    path.write_text(proving.choice(released, choices[1]), "utf-8")
    verdict = verify(path, key(released))
    assert verdict.ok, verdict
    assert "answered `refuse`" in verdict.lines[0]
    with pytest.raises(Unfit, match="is no choice"):
        proving.choice(released, 1)
    with pytest.raises(Unfit, match="no ledger line 999"):
        proving.choice(released, 999)


def run(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(words)
    told = capsys.readouterr()
    return int(left.value.code or 0), told.out, told.err.splitlines()[-1] if told.err else ""


def test_the_commands_end_as_they_say(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("SAYSO_HOME", "SAYSO_KEYS", "SAYSO_MASTER_KEY"):
        monkeypatch.delenv(name, raising=False)
    create(Settings.read()).close()
    code, out, _ = run(["log", "write", "public"], capsys)
    assert (code, "shows 2 lines" in out) == (0, True)
    code, out, _ = run(["--json", "log", "witness", "public", "--state", "w/seen.json", "--key", "w/secret.key"], capsys)
    vkey = json.loads(out)["witness"]
    assert code == 0
    code, out, _ = run(["log", "verify", "public", "--witness", vkey], capsys)
    assert (code, "sayso/witness cosigned that checkpoint" in out) == (0, True)
    for words in ([], ["public", "--port", "1"]):
        code, _, err = run(["log", "witness", *words, "--state", "w/seen.json", "--key", "w/secret.key"], capsys)
        assert (code, "name either the folder" in err) == (2, True)
    code, _, err = run(["log", "verify", "nowhere"], capsys)
    assert (code, "no log in `nowhere`" in err) == (2, True)
    code, _, err = run(["log", "serve", "nowhere"], capsys)
    assert (code, "no log in `nowhere`" in err) == (2, True)
    path = tmp_path / "public/tile/0/000.p/2"
    path.write_bytes(bytes(64))
    code, out, _ = run(["log", "verify", "public"], capsys)
    assert (code, out.startswith("does not hold: `tile/0/000.p/2`")) == (1, True)
    (tmp_path / "w/secret.key").unlink()
    code, _, err = run(["log", "witness", "public", "--state", "w/seen.json", "--key", "w/secret.key"], capsys)
    assert (code, "cosigned before" in err) == (1, True)
    code, _, err = run(["prove", "choice", "1", "--out", "x"], capsys)
    assert (code, "is no choice" in err) == (2, True)
    code, _, err = run(["prove", "absence", "r", "--account", "ana", "--out", "no/such/place"], capsys)
    assert code == 2

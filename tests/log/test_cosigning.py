"""The published log is signed twice, by keys of two kinds; the second one is named by a line of the log itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest

from sayso.app.cli import main
from sayso.app.house import House, create, open_house
from sayso.app.jobs import cosigning, logs, strangers
from sayso.app.jobs.evidence import audit
from sayso.app.jobs.mend import mend
from sayso.app.settings import Settings
from sayso.facts.deeds import Opened
from sayso.facts.errors import Broken, Unfit
from sayso.proofs import WitnessKey, witnessed


def written(house: House, folder: Path) -> str:
    with house.reading() as conn:
        logs.publish(house, folder, cosigning.signer(house, conn, house.keys))
    return logs.checkpoint_in(folder)


def checked(house: House, folder: Path, key: str) -> strangers.Checked:
    return strangers.check_log(folder, house.keys.signing.vkey(), cosigner=key)


def test_what_is_published_carries_both_signatures_and_strangers_can_demand_the_second(house, tmp_path):
    with house.reading() as conn:
        (known,) = cosigning.named(house, conn)
        assert known.line == 1
    note = written(house, tmp_path / "log")
    at = int(house.now().timestamp())
    assert witnessed(note, [WitnessKey.parse(known.key)]) == {house.keys.signing.name: at}
    assert checked(house, tmp_path / "log", known.key).problems == ()
    assert checked(house, tmp_path / "log", known.key).cosigned == at
    assert strangers.check_log(tmp_path / "log", house.keys.signing.vkey()).problems == ()


def test_a_second_signature_that_is_missing_or_of_another_key_is_told(house, tmp_path, settings):
    key = house.keys.cosigning.public.text()
    folder = tmp_path / "log"
    logs.publish(house, folder)
    assert "did not sign this checkpoint" in checked(house, folder, key).problems[0]
    before = logs.checkpoint_in(folder)
    assert written(house, folder).startswith(before)  # the second line comes below what was there
    assert checked(house, folder, key).problems == ()
    with create(Settings(data=tmp_path / "other", keys=tmp_path / "other.keys")) as other:
        theirs = other.keys.cosigning.public.text()
    assert "did not sign this checkpoint" in checked(house, folder, theirs).problems[0]
    note = logs.checkpoint_in(folder)
    at = note.rindex("AA")
    bent = note[:at] + "BA" + note[at + 2 :]
    (folder / "checkpoint").write_text(bent, "utf-8")
    with pytest.raises(Unfit, match="does not fit the checkpoint"):
        checked(house, folder, key)


def test_a_new_key_is_named_by_the_log_and_the_old_one_keeps_what_it_signed(house, tmp_path):
    old, first = house.keys.cosigning.public.text(), written(house, tmp_path / "old")
    renewed = cosigning.renew(house)
    new = house.keys.cosigning.public.text()
    assert (renewed.key, new != old) == (new, True)
    written(house, tmp_path / "log")
    assert checked(house, tmp_path / "log", new).problems == ()
    assert checked(house, tmp_path / "log", old).problems != ()
    assert witnessed(first, [WitnessKey.parse(old)])
    with house.reading() as conn:
        assert [one.key for one in cosigning.named(house, conn)] == [old, new]
        shown = house.ledger.prove(conn, renewed.line)
    assert new in shown["evidence"]["opening"]["text"]
    assert audit(house) == []


@pytest.mark.parametrize("stop", ["writing", "replace"])
def test_whoever_stops_it_leaves_the_key_that_the_log_names(house, settings, tmp_path, stop):
    old = house.keys.cosigning.public.text()
    where = "sayso.app.house.House.writing" if stop == "writing" else "sayso.app.jobs.cosigning.settle_key"
    with patch(where, side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        cosigning.renew(house)
    house.close()
    with open_house(settings, clock=house.clock) as again:
        mend(again)
        new = again.keys.cosigning.public.text()
        assert (new == old) is (stop == "writing")
        assert not list(settings.keys.glob("*.new"))
        written(again, tmp_path / "log")
        assert checked(again, tmp_path / "log", new).problems == ()


def test_a_key_that_the_log_does_not_name_signs_nothing(house, tmp_path):
    with house.reading() as conn:
        house.keys.cosigning = None
        with pytest.raises(Broken, match="is not the key that line 1 of the log names"):
            cosigning.signer(house, conn, house.keys)


def run(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        main(words)
    return int(left.value.code or 0), capsys.readouterr().out


def test_an_installation_that_began_without_one_gets_it_by_an_upgrade(tmp_path, monkeypatch, capsys):
    """Such a folder as an older version left it: its first line names one key, and one key lies there."""
    monkeypatch.chdir(tmp_path)
    for name in ("SAYSO_HOME", "SAYSO_KEYS", "SAYSO_MASTER_KEY", "SAYSO_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    with patch("sayso.app.keyring.cosigning", lambda path: None):
        create(Settings.read()).close()
    (tmp_path / "sayso-data.keys" / "cosigning.key").unlink()
    assert run(["log", "write", "public"], capsys)[0] == 0
    assert run(["log", "key"], capsys)[0] == 2
    code, out = run(["upgrade"], capsys)
    assert (code, "names a second key of the log" in out) == (0, True)
    code, out = run(["upgrade"], capsys)
    assert (code, "second key" in out) == (0, False)
    assert run(["log", "write", "public"], capsys)[0] == 0
    code, out = run(["--json", "log", "key", "--out", "key.pub", "--proof", "key.proof.json"], capsys)
    assert (code, json.loads(out)["line"]) == (0, 3)
    code, out = run(["log", "verify", "public", "--cosign-key", "key.pub"], capsys)
    assert (code, "key of ML-DSA-44 signed it too" in out) == (0, True)
    assert run(["verify", "key.proof.json"], capsys)[0] == 0
    assert run(["log", "key", "--new"], capsys)[0] == 0
    assert run(["log", "write", "public"], capsys)[0] == 0
    code, out = run(["log", "verify", "public", "--cosign-key", "key.pub"], capsys)
    assert (code, "second key did not sign this checkpoint" in out) == (1, True)


def test_an_older_first_line_keeps_its_bytes():
    line = Opened(at=datetime(2025, 9, 1, tzinfo=UTC), instance="i", signing_key="k")
    assert b"cosigning" not in msgspec.json.encode(line)

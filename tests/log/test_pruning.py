"""A log that shows its older lines no more: what is left still gives the root, and old receipts are proof by themselves."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest

from sayso.app.cli import main
from sayso.app.house import House
from sayso.app.jobs import logs, people, promising, strangers, witnessing
from sayso.app.jobs.logs import reader
from sayso.facts.errors import Unfit
from sayso.proofs import Checkpoint, CosigningKey, Tiles, merkle, verify
from sayso.proofs.notes import split_note
from sayso.proofs.promise import Shown
from sayso.proofs.pruning import minimum_of


def checked(house: House, folder: Path, **more: object) -> strangers.Checked:
    return strangers.check_log(folder, house.keys.signing.vkey(), **more)  # type: ignore[arg-type]


def head(folder: Path) -> Checkpoint:
    return Checkpoint.parse(split_note(logs.checkpoint_in(folder))[0])


def bundles(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "tile/entries").glob("*"))


@pytest.mark.parametrize("minimum", [1, 255, 256, 257, 600, 768, 1000])
def test_what_is_left_gives_the_root_and_every_proof_from_the_minimum_on(house, grow, tmp_path, minimum):
    folder, size = tmp_path / "log", grow(1000)
    logs.publish(house, folder)
    whole = Tiles(reader(folder), size)
    proofs = {at: whole.inclusion(at) for at in range(minimum, size, 97)}
    logs.publish(house, folder, prune_before=minimum)
    found = checked(house, folder)
    assert (found.problems, found.minimum, found.root) == ((), minimum, head(folder).root.hex())
    assert [name for name in ("000", "001", "002") if name not in bundles(folder)] == ["000", "001", "002"][: minimum // 256]
    left = Tiles(reader(folder), size)
    assert {at: left.inclusion(at) for at in proofs} == proofs
    assert all(left.entry(at) for at in proofs)
    for old in (minimum, size):
        assert merkle.check_consistency(old, size, left.root(old), left.root(), left.consistency(old))


def test_it_goes_on_growing_and_stays_pruned(house, grow, tmp_path):
    folder = tmp_path / "log"
    grow(700)
    logs.publish(house, folder, prune_before=600)
    for size in (701, 1024, 1300):
        grow(size)
        logs.publish(house, folder)
        assert checked(house, folder).problems == ()
        assert (checked(house, folder).minimum, "001" in bundles(folder)) == (600, False)
    with pytest.raises(Unfit, match="To show older ones again, write the log into an empty folder"):
        logs.publish(house, folder, prune_before=10)
    with pytest.raises(Unfit, match="a minimum lies between the two"):
        logs.publish(house, folder, prune_before=1301)
    logs.publish(house, tmp_path / "anew")
    assert (checked(house, tmp_path / "anew").minimum, "000" in bundles(tmp_path / "anew")) == (0, True)


@pytest.mark.parametrize("stop", [0, 1, 2, 3])
def test_whoever_stops_it_leaves_a_log_that_holds_and_the_next_ends_it(house, grow, tmp_path, stop):
    folder, gone = tmp_path / "log", []
    grow(900)
    logs.publish(house, folder)
    unlink = Path.unlink

    def stopped(path: Path, missing_ok: bool = False) -> None:
        if "tile" in path.parts and not path.name.startswith("."):
            gone.append(path)
            if len(gone) > stop:
                raise KeyboardInterrupt
        unlink(path, missing_ok=missing_ok)

    with patch.object(Path, "unlink", stopped), pytest.raises(KeyboardInterrupt):
        logs.publish(house, folder, prune_before=800)
    assert checked(house, folder).problems == ()
    logs.publish(house, folder, prune_before=800)
    assert bundles(folder) == ["003.p"]
    assert checked(house, folder).problems == ()


def test_a_tile_that_is_missing_without_being_pruned_or_was_altered_is_found(house, grow, tmp_path):
    folder = tmp_path / "log"
    grow(900)
    logs.publish(house, folder, prune_before=600)
    for path in ("tile/0/002", "tile/entries/002", "tile/1/000.p/3"):
        raw = (folder / path).read_bytes()
        (folder / path).write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
        assert checked(house, folder).problems != (), path
        (folder / path).unlink()
        assert checked(house, folder).problems != (), path
        (folder / path).write_bytes(raw)
    minimum = (folder / "minimum").read_text("utf-8")
    for bent in (minimum.replace("600", "800"), "600\n", ""):
        (folder / "minimum").write_text(bent, "utf-8")
        with pytest.raises(Unfit):
            checked(house, folder)
    (folder / "minimum").unlink()
    assert checked(house, folder).problems != ()


def test_old_receipts_promises_and_checkpoints_are_told_for_what_they_are(house, grow, tmp_path):
    ana = people.account_of(house, "ana")
    line = people.choose(house, ana, "model_training", "allow").seq
    receipt, promise = tmp_path / "receipt.json", tmp_path / "promise.json"
    receipt.write_bytes(msgspec.json.encode(people.receipt_of(house, ana, line)))
    promise.write_bytes(msgspec.json.encode(promising.promised(house, ana, line)))
    folder = tmp_path / "log"
    logs.publish(house, folder)
    (tmp_path / "remembered").write_text(logs.checkpoint_in(folder), "utf-8")
    grow(700)
    logs.publish(house, folder, prune_before=600)
    assert checked(house, folder, receipts=[receipt]).problems == ()
    assert "cannot be compared: the log is pruned" in checked(house, folder, remembered=[tmp_path / "remembered"]).problems[0]
    shown = Shown(read=reader(folder), cosigners=(), at=house.now())
    assert verify(promise, house.keys.signing.vkey(), shown=shown).lines[0].startswith("not to be seen any more")
    assert verify(receipt, house.keys.signing.vkey()).ok


def test_a_witness_that_saw_less_than_the_minimum_says_what_it_needs(house, grow, tmp_path):
    folder, state, key = tmp_path / "log", tmp_path / "w/seen.json", CosigningKey("example.com/w", b"w" * 32)
    vkey = house.keys.signing.vkey()
    grow(300)
    logs.publish(house, folder)
    assert witnessing.cosign(folder, state, key, 1_800_000_000, log=vkey).status == 200
    grow(900)
    logs.publish(house, folder, prune_before=800)
    with pytest.raises(Unfit, match="the log was pruned"):
        witnessing.cosign(folder, state, key, 1_800_000_001, log=vkey)
    logs.publish(house, tmp_path / "all")
    assert witnessing.cosign(tmp_path / "all", state, key, 1_800_000_002, log=vkey).status == 200
    grow(950)
    logs.publish(house, folder)
    assert witnessing.cosign(folder, state, key, 1_800_000_003, log=vkey).status == 200


def test_the_command_prunes_and_says_so(house, grow, tmp_path, monkeypatch, capsys):
    grow(600)
    house.close()
    monkeypatch.setenv("SAYSO_HOME", str(house.settings.data))
    monkeypatch.setenv("SAYSO_KEYS", str(house.settings.keys))
    for words, code in (
        (["log", "write", "l"], 0),
        (["log", "write", "l", "--prune-before", "513"], 0),
        (["log", "write", "l"], 0),
    ):
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit) as left:
            main(words)
        assert int(left.value.code or 0) == code
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["--json", "log", "verify", "l"])
    assert json.loads(capsys.readouterr().out)["minimum"] == 512
    assert minimum_of(reader(tmp_path / "l"), house.keys.signing.public) == 512

"""No key opens what was deleted, from any copy: a thief has all files of all times and every key that is left, and tries everything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sayso.app.keyring import read as read_keys
from sayso.facts.errors import SaysoError

from .hunting import Hunt
from .life import LOST, WHOSE, Life, Planted
from .thief import Remembered, Target, Thief, bytes_of, keys_as_targets, keys_in

ROOT = Path(__file__).resolve().parents[2]
DRAWN_FOR = [*(f"conversation {key}" for key in LOST), "the account of cy", "the account of dee"]
GONE = {f"key of conversation {key}" for key in LOST} | {f"key of the account of {name}" for name in ("cy", "dee")}
GONE |= {f"words {key}" for key in LOST} | {"name of cy", "name of dee"}
LIVING = {f"{what} {key}" for key in WHOSE if key not in LOST for what in ("key of conversation", "words")}
LIVING |= {"name of ana", "name of bo", "key of the account of bo"}


def targets(life: Life, remembered: Remembered, master: bytes) -> list[Target]:
    return [*life.planted.targets(), *keys_as_targets([*remembered.drawn, ("the first turn", master)])]


def test_after_the_turn_no_living_key_opens_anything_deleted_from_any_copy(
    tmp_path: Path, planted: Planted, remembered: Remembered, temporary: Path
) -> None:
    life = Life(tmp_path / "life", planted, remembered)
    house = life.live(lambda _: None)
    old = keys_in(life.settings.keys)
    master = bytes.fromhex((life.settings.keys / "master.key").read_text())
    # (1) Before the turn the thief opens all that was deleted, from the backup of before: the limit that the turn ends.
    files = [*bytes_of(life.folder / "backups" / "before"), *bytes_of(life.settings.data)]
    before = Thief(files, old, targets(life, remembered, master)).open_all()
    assert (GONE | LIVING) - before == set(), "the attack opens what can be opened"
    # (2) The files alone, without a key, give nothing, before and after.
    assert Thief(files, [], targets(life, remembered, master)).open_all() == set()
    # (3) And once everything that was shredded has left the living files, those give nothing of it even with their keys.
    assert Thief(bytes_of(life.settings.data), old, targets(life, remembered, master)).open_all() & GONE == set()
    # (4) After the turn: every file of every time, and every key there is.
    life.turn(house, lambda _: None)
    house.close()
    new = keys_in(life.settings.keys)
    assert master not in new
    everything = bytes_of(life.folder, temporary)
    after = Thief(
        everything, [*new, *read_keys(life.settings).masters()._keys.values()], targets(life, remembered, master)
    ).open_all()
    assert after & GONE == set()
    assert LIVING - after == set(), "what lives is opened by the same attack"
    # (5) The keys themselves, and every 16 bytes of them, are nowhere, in no form.
    lost = remembered.of(*DRAWN_FOR) | {"the old master key": master}
    assert Hunt(lost).in_files(life.folder, temporary) == []
    (present,) = [bytes.fromhex(path.read_text()) for path in (life.settings.keys / "masters").glob("*.key")]
    assert present in new
    assert Hunt({"the new master key": present}).in_files(life.settings.keys), "the search finds a key that lies there"


def test_the_old_master_key_would_open_it_all_again(tmp_path: Path, planted: Planted, remembered: Remembered) -> None:
    """Why a copy of it voids the turn, as docs/trust.md says; and that the attack would see it."""
    life = Life(tmp_path / "life", planted, remembered)
    house = life.live(lambda _: None, releases=False)
    master = bytes.fromhex((life.settings.keys / "master.key").read_text())
    life.turn(house, lambda _: None)
    house.close()
    files = bytes_of(life.folder / "backups" / "before")
    assert Thief(files, keys_in(life.settings.keys), targets(life, remembered, master)).open_all() & GONE == set()
    assert GONE - Thief(files, [master], targets(life, remembered, master)).open_all() == set()


READER = """
import os, sys
from pathlib import Path
from sayso.app.house import open_house
from sayso.app.settings import Settings
with open_house(Settings(data=Path(sys.argv[1]), keys=Path(sys.argv[2])), write=False) as house:
    with house.reading() as conn:
        kept = [house.vault.open(conn, one.conversation) for one in house.vault.rows(conn, states=("live",))]
    held = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, rights = line.split()[:2]
        if rights.startswith("rw"):
            held.append([int(end, 16) for end in span.split("-")])
    memory = os.open("/proc/self/mem", os.O_RDONLY)
    with os.fdopen(1, "wb") as out:
        for start, end in held:
            while start < end:
                try:
                    out.write(os.pread(memory, min(1 << 20, end - start), start))
                except OSError:
                    pass
                start += 1 << 20
"""


def test_a_process_that_begins_after_the_turn_has_no_lost_key_in_its_memory(
    tmp_path: Path, planted: Planted, remembered: Remembered
) -> None:
    life = Life(tmp_path / "life", planted, remembered)
    house = life.live(lambda _: None, releases=False)
    master = bytes.fromhex((life.settings.keys / "master.key").read_text())
    life.turn(house, lambda _: None)
    house.close()
    command = [sys.executable, "-c", READER, str(life.settings.data), str(life.settings.keys)]
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    memory = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, check=True, timeout=300).stdout
    assert len(memory) > 10_000_000
    lost = remembered.of(*DRAWN_FOR) | {"the old master key": master}
    words = {f"{place} {key}": value for key in LOST for place, value in planted.things[key].items()}
    assert plain(memory, lost | {name: value.encode() for name, value in words.items()}) == set()
    living = remembered.of("conversation stays", "the turn")
    assert plain(memory, living), "keys in use are in the memory of who uses them, and this search finds them"
    assert plain(memory, {"words": planted.things["stays"]["text"].encode()})


def plain(memory: bytes, things: dict[str, bytes]) -> set[str]:
    return {name for name, raw in things.items() for at in range(0, len(raw) - 15, 8) if raw[at : at + 16] in memory}


def test_a_thief_with_a_backup_and_no_key_gets_one_line(tmp_path: Path, planted: Planted, remembered: Remembered) -> None:
    from sayso.app.house import open_house
    from sayso.app.settings import Settings

    life = Life(tmp_path / "life", planted, remembered)
    house = life.live(lambda _: None, releases=False)
    life.turn(house, lambda _: None)
    house.close()
    try:
        open_house(Settings(data=life.folder / "backups" / "before", keys=life.settings.keys), write=False)
        said = "opened"
    except SaysoError as error:
        said = str(error)
    assert "no master key of epoch `1`" in said
    assert "\n" not in said

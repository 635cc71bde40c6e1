"""The same two searches over a file system from outside: its journal, its free blocks, everything that was ever on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .hunting import Hunt
from .life import Life, Planted
from .test_keys import DRAWN_FOR, GONE, LIVING, targets
from .thief import Remembered, Thief, keys_in

SIZE = 48 * 1024 * 1024
PAGE = 4096


class Disk:
    """A folder on a file system of its own, and the raw bytes under it; or a mere folder where nobody may mount."""

    def __init__(self, image: Path | None, folder: Path) -> None:
        self.image, self.folder = image, folder

    def raw(self) -> list[bytes]:
        """Everything that the disk holds but empty pages, unmounted; or every file."""
        if self.image is None:
            return [path.read_bytes() for path in self.folder.rglob("*") if path.is_file()]
        subprocess.run(["umount", str(self.folder)], check=True)
        raw = self.image.read_bytes()
        empty = bytes(PAGE)
        return [b"".join(page for at in range(0, len(raw), PAGE) if (page := raw[at : at + PAGE]) != empty)]


def mounted(folder: Path) -> Disk:
    """A new ext4 mounted below *folder*; where that is not possible, the folder itself, and the output says so."""
    image, where = folder / "disk.img", folder / "disk"
    where.mkdir()
    with image.open("wb") as file:
        file.truncate(SIZE)
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    maker = shutil.which("mkfs.ext4", path=path)
    made = maker and subprocess.run([maker, "-q", "-F", str(image)], capture_output=True, check=False).returncode == 0
    # `nodiscard`, which is the default, is said so that freed blocks are not given back: the disk keeps what it was given.
    command = ["mount", "-o", "loop,nodiscard", str(image), str(where)]
    if made and os.getuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0:
        return Disk(image, where)
    print("no file system can be mounted here: the files were searched, not the raw disk below them")
    return Disk(None, where)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = mounted(tmp_path)
    yield made
    subprocess.run(["umount", str(made.folder)], capture_output=True, check=False)


def test_the_raw_disk_holds_no_word_and_no_key_that_opens_what_was_deleted(
    disk: Disk, planted: Planted, remembered: Remembered, temporary: Path
) -> None:
    """Data, keys and backups lie on it. Nothing is released here: what a release held is in the clear, and stays in free blocks."""
    life = Life(disk.folder / "life", planted, remembered)
    house = life.live(lambda _: None, releases=False)
    master = bytes.fromhex((life.settings.keys / "master.key").read_text())
    life.turn(house, lambda _: None)
    house.close()
    os.sync()
    keys, everything = keys_in(life.settings.keys), targets(life, remembered, master)
    raw = disk.raw()
    lost = remembered.of(*DRAWN_FOR) | {"the old master key": master}
    for part in raw:
        assert Hunt(planted.all()).found(part) == set()
        assert Hunt(lost).found(part) == set()
    reached = Thief(raw, keys, everything).open_all()
    assert reached & GONE == set()
    assert LIVING - reached == set()


def test_the_search_of_the_raw_disk_finds_what_a_deleted_file_held(disk: Disk, planted: Planted) -> None:
    notes = disk.folder / "notes"
    notes.write_text(f"remember {planted.names['bo']}" * 50)
    os.sync()
    notes.unlink()
    raw = disk.raw()
    found = set().union(*(Hunt(planted.all()).found(part) for part in raw), set())
    assert bool(found) == (disk.image is not None), "in a folder without a disk of its own the file is just gone"

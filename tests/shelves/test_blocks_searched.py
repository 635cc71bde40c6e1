"""The two searches of tests/forensics over a house whose segments lie on a store of objects: its objects, and the store's own files."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from sayso.app import keyring
from sayso.app.settings import Settings

from ..forensics.hunting import Hunt  # noqa: TID252 - tests are no package with a name
from ..forensics.life import Life, Planted  # noqa: TID252 - the same
from ..forensics.test_keys import GONE, LIVING, targets  # noqa: TID252 - the same
from ..forensics.thief import Remembered, Thief, bytes_of, keys_in  # noqa: TID252 - the same
from .conftest import KEYS, Swift


class Remote(Life):
    """A life whose backups hold what the store holds as well."""

    swift: Swift
    bucket: str

    def backup(self, name: str) -> None:
        super().backup(name)
        for number, key in enumerate(self.objects()):
            status, raw = self.swift.ask("GET", f"/{self.bucket}/{key}")
            assert status == 200
            (self.folder / "backups" / name / f"object {number}").write_bytes(raw)

    def objects(self) -> list[str]:
        status, answer = self.swift.ask("GET", f"/{self.bucket}")
        assert status == 200
        return re.findall(r"<Key>([^<]*)</Key>", answer.decode())


def test_the_store_holds_no_word_and_nothing_that_was_deleted_can_be_opened_from_it(
    tmp_path: Path, swift: Swift, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [one for one in os.environ if one.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    remembered, planted = Remembered(keyring.entropy), Planted.anew()
    monkeypatch.setattr(keyring, "entropy", remembered)
    life = Remote(tmp_path / "life", planted, remembered)
    life.swift, life.bucket = swift, swift.bucket()
    place = f"s3://{life.bucket}/town"
    life.settings = Settings(data=life.folder / "data", keys=life.folder / "data.keys", objects=place, endpoint=swift.endpoint)
    hunt = Hunt(planted.all())

    def look(when: str) -> None:
        store = [swift.folder] if when in ("after the import", "after closing") else []  # it has many files of its own
        assert hunt.in_files(life.folder, *store) == [], when

    house = life.live(look, releases=False)
    master = bytes.fromhex((life.settings.keys / "master.key").read_text())
    before = Thief(bytes_of(life.folder / "backups" / "before"), [master], targets(life, remembered, master)).open_all()
    assert (GONE | LIVING) - before == set(), "before the turn the backup opens all of it"
    life.turn(house, look)
    house.close()
    look("after closing")
    assert life.objects()
    there = bytes_of(life.folder, swift.folder) if os.access(swift.folder, os.R_OK) else bytes_of(life.folder)
    after = Thief(there, keys_in(life.settings.keys), targets(life, remembered, master)).open_all()
    assert after & GONE == set()
    assert LIVING - after == set()

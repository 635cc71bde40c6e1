"""Where the master key comes from: a file that shouts, or the environment, which leaves no file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sayso.app.house import create, open_house
from sayso.app.jobs.people import enrol
from sayso.app.settings import Settings
from sayso.facts.errors import Broken


def test_a_master_key_in_a_file_is_the_owners_only_and_shouts(tmp_path: Path) -> None:
    settings = Settings.read(tmp_path / "d", {})
    with create(settings) as house:
        assert house.keys.shout is not None
        assert "plain file" in house.keys.shout
    for name in ("master.key", "session.key", "signing.key"):
        assert stat.S_IMODE((settings.keys / name).stat().st_mode) == 0o600, name
    assert not list(settings.data.rglob("*.key")), "no key lies in the data folder"


def test_a_master_key_from_the_environment_leaves_no_file_and_is_needed_again(tmp_path: Path) -> None:
    secret = os.urandom(32).hex()
    settings = Settings.read(tmp_path / "d", {"SAYSO_MASTER_KEY": secret})
    with create(settings) as house:
        assert house.keys.shout is None
        with house.writing() as work:
            enrol(house, work, "ana", tier="pro", region="US")
    assert not (settings.keys / "master.key").exists()
    assert not any(secret.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    with pytest.raises(Broken, match=r"master\.key"):
        open_house(Settings.read(tmp_path / "d", {}))
    with open_house(Settings.read(tmp_path / "d", {"SAYSO_MASTER_KEY": secret})) as again, again.reading() as conn:
        assert again.vault.find(conn, "ana") is not None

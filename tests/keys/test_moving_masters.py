"""Master keys go from any kind of place to any other by a turn of the epoch; killed anywhere, the next turn ends it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sayso.app import masters, sealed, underway
from sayso.app.cli import cli
from sayso.app.house import create, open_house
from sayso.app.jobs import entrusting, epochs, evidence, people
from sayso.app.settings import Settings
from sayso.app.token import Token, parse
from sayso.facts.errors import Broken, SaysoError, Unfit

PLACES = ("file", "environment", "token")
COURSES = [(old, new) for old in PLACES for new in PLACES if old != new or old == "token"]


class Killed(BaseException):
    """What a kill is to the code that it hits."""


class Town:
    """A house, the tokens beside it, and what the environment says at each moment."""

    def __init__(self, folder: Path, tokens: tuple[str, str], env: pytest.MonkeyPatch) -> None:
        self.folder, self.tokens, self.env = folder, tokens, env
        self.keys = {"old": secrets.token_hex(32), "new": secrets.token_hex(32)}

    def settings(self) -> Settings:
        return Settings.read(self.folder / "data")

    def begin(self, old: str) -> None:
        if old == "environment":
            self.env.setenv("SAYSO_MASTER_KEY", self.keys["old"])
        given = self.settings()
        with (
            create(
                Settings(
                    data=given.data, keys=given.keys, master_hex=given.master_hex, master=self.tokens[0] if old == "token" else None
                )
            ) as house,
            house.writing() as work,
        ):
            people.enrol(house, work, "ana", tier="pro", region="US")

    def target(self, new: str) -> str:
        if new == "environment":
            self.env.setenv("SAYSO_MASTER_KEY", self.keys["new"])
        return self.tokens[1] if new == "token" else new

    def after(self, old: str) -> None:
        """The operator does as told: the key of the old place is taken out of the environment."""
        if old == "environment":
            self.env.delenv("SAYSO_MASTER_KEY")

    def there(self, new: str) -> None:
        """Everything opens with what lies at the new place, nothing of the old one is left, and the audit is clean."""
        keys = self.settings().keys
        found = sorted(
            path.relative_to(keys).as_posix()
            for path in keys.rglob("*")
            if path.is_file() and path.name.startswith(("master", "1.", "2."))
        )
        assert found == {"file": ["masters/2.key"], "environment": [], "token": ["master.uri", "masters/2.token"]}[new]
        with open_house(self.settings()) as house:
            assert people.account_of(house, "ana")
            assert evidence.audit(house) == []
            assert [one.epoch for one in epochs.listed(house) if one.current] == ["2"]
        for number, address in enumerate(self.tokens):
            assert labels(address) == (["sayso epoch 2"] if (new, number) == ("token", 1) else [])


@pytest.fixture
def town(tmp_path: Path, softhsm: Any, address: str, monkeypatch: pytest.MonkeyPatch) -> Town:
    for name in ("SAYSO_MASTER_KEY", "SAYSO_MASTER_KEY_OLD", "SAYSO_MASTER", "SAYSO_KEYS"):
        monkeypatch.delenv(name, raising=False)
    return Town(tmp_path, (address, softhsm.token()), monkeypatch)


def labels(address: str) -> list[str]:
    with Token(parse(address))._session() as (session, p11):
        return sorted(str(one.label) for one in session.get_objects({p11.Attribute.CLASS: p11.ObjectClass.SECRET_KEY}))


def say(town: Town, *line: str) -> Any:
    return CliRunner().invoke(cli, ["--data", str(town.folder / "data"), *line])


@pytest.mark.parametrize(("old", "new"), COURSES)
def test_master_keys_go_from_any_place_to_any_other_and_the_old_key_is_destroyed_or_told_of(town: Town, old: str, new: str) -> None:
    town.begin(old)
    moved = say(town, "move", "master", town.target(new))
    assert moved.exit_code == 0, (moved.output, moved.exception)
    told = moved.stderr if old == "environment" else moved.stdout
    assert ("unset SAYSO_MASTER_KEY now" if old == "environment" else f"of epoch 1 in the {old} is destroyed") in told
    assert not any(key in moved.output for key in town.keys.values())
    town.after(old)
    town.there(new)
    if not (old == new == "token"):
        again = say(town, "move", "master", town.target(new))
        assert "already; nothing was changed" in again.stdout, (again.output, again.exception)


DEEDS = [
    (Token, "make"),
    (Token, "destroy"),
    (masters, "write"),
    (masters, "_overwrite"),
    (sealed, "_write"),
    (Path, "rename"),
    (Path, "unlink"),
]


def dying(monkeypatch: pytest.MonkeyPatch, step: int, act: Any) -> bool:
    """Do *act* and die at its *step*-th deed, every other time only after it is done; say whether it came to that."""
    count = 0

    def around(real: Any) -> Any:
        def deed(*given: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            mine = count == step // 2
            if mine and step % 2 == 0:
                raise Killed
            try:
                return real(*given, **more)
            finally:
                if mine:
                    raise Killed

        return deed

    with monkeypatch.context() as patched:
        for where, what in DEEDS:
            patched.setattr(where, what, around(getattr(where, what)))
        try:
            act()
        except Killed:
            return True
    return False


@pytest.mark.parametrize(("old", "new"), [("token", "file"), ("environment", "token"), ("file", "environment")])
def test_a_move_of_master_keys_that_dies_at_any_step_goes_on_by_saying_it_again(
    tmp_path: Path, softhsm: Any, town: Town, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    died = 0
    for step in range(2, 80, 3):
        monkeypatch.delenv("SAYSO_MASTER_KEY", raising=False)
        here = Town(tmp_path / str(step), (softhsm.token(), softhsm.token()), monkeypatch)
        here.begin(old)
        to = here.target(new)
        if not dying(monkeypatch, step, lambda here=here, to=to: say(here, "move", "master", to)):
            break
        died += 1
        again = say(here, "move", "master", to)
        # Once it is over the old key opens nothing, and whoever still hands it in is told so.
        over = underway.read(here.settings().keys) is None and old == "environment"
        assert again.exit_code == 0 or (over and "does not open epoch `2`" in str(again.exception)), (step, again.exception)
        here.after(old)
        mended = say(here, "epoch", "list")
        assert mended.exit_code == 0, (step, mended.exception)
        here.there(new)
    assert died >= 4


def test_a_key_that_opens_nothing_is_refused_in_one_line_and_nothing_is_changed(town: Town) -> None:
    town.begin("environment")
    town.env.setenv("SAYSO_MASTER_KEY", secrets.token_hex(32))
    wrong = say(town, "move", "master", "file")
    assert isinstance(wrong.exception, Broken)
    assert "master key does not open epoch `1`" in str(wrong.exception)
    town.env.setenv("SAYSO_MASTER_KEY", town.keys["old"])
    assert underway.read(town.settings().keys) is None
    with open_house(town.settings()) as house:
        assert people.account_of(house, "ana")


def test_to_the_environment_a_new_key_is_needed_and_the_same_one_until_the_move_is_over(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.begin("file")
    file = town.settings().keys / "master.key"
    unset = say(town, "move", "master", "environment")
    assert isinstance(unset.exception, Unfit)
    assert "set SAYSO_MASTER_KEY to the new master key" in str(unset.exception)
    town.env.setenv("SAYSO_MASTER_KEY", file.read_text().strip())
    same = say(town, "move", "master", "environment")
    assert "SAYSO_MASTER_KEY is the key of epoch `1`; set it to a new one" in str(same.exception)
    town.target("environment")
    course = entrusting.begin(town.settings(), "environment")
    assert course is not None
    with monkeypatch.context() as patched, open_house(town.settings()) as house:
        patched.setattr(epochs, "finish", lambda _: None)
        with pytest.raises(Broken):
            entrusting.finish(house, course)  # everything is under the new key, and the old one is still there
    town.env.delenv("SAYSO_MASTER_KEY")
    for line in (["epoch", "list"], ["person", "list"], ["epoch", "turn"]):
        said = say(town, *line)
        if isinstance(said.exception, SaysoError):
            assert "SAYSO_MASTER_KEY is not set; set it to the new master key meanwhile" in str(said.exception)
    town.env.setenv("SAYSO_MASTER_KEY", secrets.token_hex(32))
    other = say(town, "epoch", "turn")
    assert isinstance(other.exception, Broken)
    assert "does not open epoch `2`" in str(other.exception)
    assert file.exists(), "and the old key is kept"
    town.target("environment")
    ended = say(town, "move", "master", "environment")
    assert ended.exit_code == 0, ended.exception
    assert "of epoch 1 in the file is destroyed" in ended.stdout
    town.there("environment")


def test_a_move_that_was_begun_may_be_given_up_until_the_next_epoch_began(town: Town) -> None:
    town.begin("file")
    assert entrusting.begin(town.settings(), town.tokens[1]) is not None
    other = say(town, "move", "master", town.tokens[0])
    assert "on their way to the token already" in str(other.exception)
    with open_house(town.settings()) as house:
        house.keys.masters().prepare("2", os.urandom)  # the next key is made, and it is killed
    assert labels(town.tokens[1]) == ["sayso epoch 2"]
    stopped = say(town, "move", "stop")
    assert "given up; master keys stay in the file" in stopped.stdout, (stopped.output, stopped.exception)
    assert labels(town.tokens[1]) == []
    with open_house(town.settings()) as house:
        assert people.account_of(house, "ana")
        assert isinstance(house.keys.masters(), masters.FileMasters)

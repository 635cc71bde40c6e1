"""What a witness and those who trust it type: keys in files, two kinds of them, and one clear line when something is wrong."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from sayso.app.cli import cli
from sayso.app.jobs import logs
from sayso.app.mark import read_mark
from sayso.facts.errors import Unfit


@pytest.fixture
def type_(house, grow, tmp_path, monkeypatch):
    """Type a command in a folder where the log of a house lies in `public`."""
    grow(30)
    logs.publish(house, tmp_path / "public")
    (tmp_path / "log.pub").write_text(str(read_mark(house.folder)["log_key"]) + "\n")
    house.close()
    monkeypatch.chdir(tmp_path)

    def type_(*words: str) -> Result:
        return CliRunner().invoke(cli, ["--data", "data", *words])

    return type_


WITNESS = ("log", "witness", "public", "--state", "w/seen.json", "--key", "w/secret.key", "--name", "example.org/w")


@pytest.mark.parametrize("kind", ["ed25519", "ml-dsa-44"])
def test_a_witness_of_each_kind_cosigns_and_its_key_in_a_file_is_enough_to_check(type_, tmp_path, kind):
    done = type_(*WITNESS, "--kind", kind)
    assert (done.exit_code, "give secret.key.pub to whoever trusts this witness" in done.output) == (0, True), done.output
    checked = type_("log", "verify", "public", "--key", "log.pub", "--witness", "w/secret.key.pub")
    assert (checked.exit_code, "example.org/w cosigned that checkpoint" in checked.output) == (0, True), checked.output
    assert "PRIVATE" not in (tmp_path / "w" / "secret.key.pub").read_text()
    # Asked again, the key that is there is taken, whatever kind is named.
    assert type_(*WITNESS, "--kind", "ed25519").exit_code == 0


def test_a_key_that_is_neither_a_line_nor_a_file_is_one_line(type_):
    for words in (("--witness", "nowhere.pub"), ("--key", "nowhere.pub"), ("--witness", "x" * 5000)):
        done = type_("log", "verify", "public", *words)
        assert isinstance(done.exception, Unfit)  # `main` makes one line and exit 2 of it
        assert "neither a public key `name+id+key` nor a file that holds one" in str(done.exception)


def test_a_witness_that_did_not_cosign_is_named(type_, tmp_path):
    type_(*WITNESS, "--kind", "ml-dsa-44")
    other = ("log", "witness", "public", "--state", "v/seen.json", "--key", "v/secret.key", "--name", "example.org/v")
    (tmp_path / "kept").write_bytes((tmp_path / "public" / "checkpoint").read_bytes())
    assert type_(*other).exit_code == 0
    (tmp_path / "public" / "checkpoint").write_bytes((tmp_path / "kept").read_bytes())
    done = type_("log", "verify", "public", "--witness", "v/secret.key.pub")
    assert (done.exit_code, "witness `example.org/v` did not cosign this checkpoint" in done.output) == (1, True)

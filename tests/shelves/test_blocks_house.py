"""A whole house whose segments lie on a real object store: from `sayso init` to a kill in the middle and a clean audit."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sayso.app import objects, stores
from sayso.app.cli import cli
from sayso.app.clock import StoryClock
from sayso.app.house import House, create, open_house
from sayso.app.jobs import deletion, epochs, evidence, people, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.errors import Broken, Refused, SaysoError, Unfit
from sayso.facts.words import ConversationId

from .conftest import KEYS, Swift

START = datetime(2025, 9, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]

WRITER = """
import sys
from pathlib import Path
from sayso.app.house import open_house
from sayso.app.settings import Settings
from tests.shelves.test_blocks_house import talk
folder = Path(sys.argv[1])
with open_house(Settings(data=folder / "data", keys=folder / "data.keys")) as house:
    for n in range(10**6):
        print(talk(house, "ana", f"chat {sys.argv[2]}-{n}"), f"{sys.argv[2]}-{n}", flush=True)
"""


def talk(house: House, name: str, key: str) -> ConversationId:
    """Take in one conversation, held now; return it once it is acknowledged."""
    before = set(house.past.of_account(people.account_of(house, name)))
    turns = (Turn(id=f"{key}-1", role="user", parts=(Text(f"the words of {key}"),), at=house.now()),)
    told = Conversation(id=key, source="test", account=name, turns=turns)
    assert collect_all(house, "test", [told], Arrival(own=True)).conversations == 1
    return next(iter(set(house.past.of_account(people.account_of(house, name))) - before))


def words(house: House, conversation: str) -> str:
    with house.reading() as conn:
        return b"".join(house.vault.open(conn, conversation)).decode()


def enrol(house: House, *names: str) -> None:
    with house.writing() as work:
        for name in names:
            people.enrol(house, work, name, tier="pro", region="US")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Credentials as an operator sets them, and none of whoever runs the tests."""
    for name in [one for one in os.environ if one.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket(swift: Swift) -> str:
    return swift.bucket()


@pytest.fixture
def settings(tmp_path: Path, swift: Swift, bucket: str, aws: None) -> Settings:
    made = Settings(data=tmp_path / "data", keys=tmp_path / "data.keys")
    with create(
        Settings(data=made.data, keys=made.keys, objects=f"s3://{bucket}/town", endpoint=swift.endpoint), clock=StoryClock(START)
    ) as house:
        enrol(house, "ana", "bo")
    return made


def listed(swift: Swift, bucket: str, query: str = "") -> list[str]:
    status, answer = swift.ask("GET", f"/{bucket}", query)
    assert status == 200
    return re.findall(r"<Key>([^<]*\.seg)</Key>", answer.decode())


def test_init_puts_the_address_in_the_mark_and_no_credential_anywhere(
    tmp_path: Path, swift: Swift, bucket: str, aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    where = ["--objects", f"s3://{bucket}/town/", "--objects-endpoint", swift.endpoint]
    made = CliRunner().invoke(cli, ["--data", str(tmp_path / "d"), "init", *where])
    assert made.exit_code == 0, made.output
    assert f"its segments lie at `s3://{bucket}/town/`" in made.stdout
    assert "plain file" in made.stderr, "a master key in a file is said aloud"
    mark = json.loads((tmp_path / "d" / "sayso.json").read_bytes())
    assert (mark["format"], mark["objects"]) == (2, {"url": f"s3://{bucket}/town", "endpoint": swift.endpoint})
    folders = [path for name in ("d", "d.keys") for path in (tmp_path / name).rglob("*") if path.is_file()]
    assert not any(b"secret" in path.read_bytes().replace(b"secret_", b"") for path in folders if path.suffix != ".db")
    assert not any(b"test:ana" in path.read_bytes() for path in folders)
    assert not (tmp_path / "d" / "vault").exists(), "no word lies in the folder, sealed or not"
    again = CliRunner().invoke(cli, ["--data", str(tmp_path / "other"), "init", *where])
    assert isinstance(again.exception, Unfit)
    assert "another installation" in str(again.exception)
    assert not (tmp_path / "other.keys").exists()


def test_init_that_was_refused_may_be_tried_again_at_the_same_place(
    tmp_path: Path, swift: Swift, bucket: str, aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def init(where: str, *more: str) -> Any:
        asked = ["--data", str(tmp_path / "d"), "init", "--objects", where, "--objects-endpoint", swift.endpoint, *more]
        return CliRunner().invoke(cli, asked)

    nowhere = init("s3://nobody-made-it/town")
    assert isinstance(nowhere.exception, Broken)
    assert "there is no such bucket" in str(nowhere.exception)
    with monkeypatch.context() as patched:
        patched.setenv("SAYSO_PKCS11_PIN", "0000")
        tokenless = init(f"s3://{bucket}/town", "--master", "pkcs11:token=x?module-path=/nowhere.so")
    assert isinstance(tokenless.exception, SaysoError)
    assert init(f"s3://{bucket}/town").exit_code == 0


def test_what_is_said_deleted_and_swept_lies_and_goes_on_the_store(settings: Settings, swift: Swift, bucket: str) -> None:
    clock = StoryClock(START)
    with open_house(settings, clock=clock) as house:
        people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
        gone, stays = talk(house, "ana", "gone"), talk(house, "ana", "stays")
        assert len(listed(swift, bucket)) == 2
        deletion.delete(house, conversation=gone)
        clock.set(clock.now() + timedelta(days=31))
        assert sweep.sweep(house).shredded == 1
        assert len(listed(swift, bucket)) == 1
        assert words(house, stays).count("the words of stays") == 1
        with house.reading() as conn, pytest.raises(Refused):
            house.vault.open(conn, gone)
        assert epochs.turn(house).rekeyed == 1
    with open_house(settings, clock=clock, write=False, keys=False) as auditor:
        assert evidence.audit(auditor) == []
    name, every = listed(swift, bucket)[0], re.findall(r"<Key>([^<]*)</Key>", swift.ask("GET", f"/{bucket}", "")[1].decode())
    assert [one for one in every if stores.known(one.removeprefix("town/"), stores.OBJECTS) is None] == []
    assert swift.ask("DELETE", f"/{bucket}/{name}")[0] == 204
    with open_house(settings, clock=clock, write=False, keys=False) as auditor:
        found = [finding.line() for finding in evidence.audit(auditor)]
        assert any(f"{stays}" in line for line in found), "the audit asks the store for each block"


def test_a_versioned_bucket_keeps_ciphertext_and_the_epoch_ends_it_all_the_same(
    settings: Settings, swift: Swift, bucket: str, tmp_path: Path
) -> None:
    """What docs/trust.md says of versioned buckets: removal is void there, the destroyed key is not."""
    import shutil

    on = b'<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>'
    assert swift.ask("PUT", f"/{bucket}", "versioning=", on)[0] == 200
    clock = StoryClock(START)
    with open_house(settings, clock=clock) as house:
        people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
        gone = talk(house, "ana", "gone")
        house.vault.settle()
        old = Settings(data=tmp_path / "old" / "data", keys=tmp_path / "old" / "data.keys")
        shutil.copytree(settings.data, old.data)
        deletion.delete(house, conversation=gone)
        clock.set(clock.now() + timedelta(days=31))
        assert sweep.sweep(house).shredded == 1
    assert listed(swift, bucket) == []
    _, versions = swift.ask("GET", f"/{bucket}", "versions=")
    assert b"<Version>" in versions, "the store still has what was removed"
    key, version = re.findall(r"<Key>([^<]*\.seg)</Key><VersionId>([^<]+)</VersionId>", versions.decode())[-1]
    status, kept = swift.ask("GET", f"/{bucket}/{key}", f"versionId={version}")
    assert status == 200
    assert swift.ask("PUT", f"/{bucket}/{key}", "", kept)[0] == 200, "a thief puts it back where it was"

    def thief() -> str:
        shutil.rmtree(old.keys, ignore_errors=True)
        shutil.copytree(settings.keys, old.keys)
        try:
            with open_house(old, write=False, older=True) as opened:  # a thief does not ask what is remembered
                return words(opened, gone)
        except SaysoError as error:
            return f"closed: {error}"

    assert "the words of gone" in thief(), "until the epoch turns an old database opens it"
    with open_house(settings, clock=clock) as house:
        assert epochs.turn(house).destroyed
    assert "no master key of epoch `1`" in thief()


def test_what_was_acknowledged_before_a_kill_is_on_the_store_and_the_audit_is_clean(settings: Settings) -> None:
    acknowledged: dict[str, str] = {}
    for turn, count in enumerate((3, 8)):
        command = [sys.executable, "-c", WRITER, str(settings.data.parent), str(turn)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": path()}
        ) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline() for _ in range(count)]
            writer.send_signal(signal.SIGKILL)
            lines += writer.stdout.read().splitlines()
            for conversation, n in (line.split() for line in lines if len(line.split()) == 2):
                acknowledged[conversation] = n
        assert writer.returncode == -signal.SIGKILL
    assert len(acknowledged) >= 10
    with open_house(settings) as house:
        for conversation, n in acknowledged.items():
            assert f"the words of chat {n}" in words(house, conversation)
        sweep.sweep(house)
        for conversation, n in acknowledged.items():
            assert f"the words of chat {n}" in words(house, conversation), "housekeeping removes only what nobody points at"
        with house.reading() as conn:
            stats = house.vault.stats(conn)
            assert (stats.dead_bytes, stats.live >= len(acknowledged)) == (0, True)
    audit = CliRunner().invoke(cli, ["--data", str(settings.data), "audit"])
    assert audit.exit_code == 0, audit.output


def path() -> str:
    return os.pathsep.join([str(ROOT / "src"), str(ROOT)])


def tell(settings: Settings, kept: str) -> None:
    """Read what is there, and where that is refused try to say something new."""
    with open_house(settings, clock=StoryClock(START)) as house:
        with pytest.raises(Broken):
            words(house, kept)
        talk(house, "bo", "lost")


def test_a_store_that_is_away_refuses_in_one_line_and_loses_nothing(
    settings: Settings, swift: Swift, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_house(settings, clock=StoryClock(START)) as house:
        kept = talk(house, "ana", "kept")

    for secret, line in (("wrong", "it refuses these credentials"), ("", "no credentials for the object store")):
        with monkeypatch.context() as patched:
            patched.setenv("AWS_SECRET_ACCESS_KEY", secret)
            with pytest.raises(Broken, match=line) as raised:
                tell(settings, kept)
            assert not any(word in str(raised.value) for word in ("\n", "test:ana", "wrong"))
    away = objects.address(f"s3://{bucket}/town", "http://127.0.0.1:1")
    with monkeypatch.context() as patched:
        patched.setattr(objects, "marked", lambda _: away)
        with open_house(settings, clock=StoryClock(START)) as house, pytest.raises(Broken, match="it does not answer"):
            words(house, kept)
        with open_house(settings, clock=StoryClock(START)) as house:  # who says no must not wait for a store of objects
            people.choose(house, people.account_of(house, "ana"), "model_training", "refuse")
    with monkeypatch.context() as patched:
        patched.setattr(objects, "marked", lambda _: objects.address("s3://nobody-made-it/town", swift.endpoint))
        with open_house(settings, clock=StoryClock(START)) as house, pytest.raises(Broken, match="there is no such bucket"):
            talk(house, "bo", "lost")
    with open_house(settings, clock=StoryClock(START)) as house:
        assert "the words of kept" in words(house, kept)
        assert house.past.of_account(people.account_of(house, "bo")) == []
        assert house.present().answer(people.account_of(house, "ana"), "model_training") == "refuse"


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("s3://key:secret@words/town", None),
        ("s3://words", None),
        ("s3://words/", None),
        ("s3://words/a/../b", None),
        ("s3://words/a//b", None),
        ("s3:///town", None),
        ("https://words/town", None),
        ("words/town", None),
        ("s3://words/town?x=1", None),
        ("s3://words/to\nwn", None),
        ("s3://words/town", "http://store.example"),
        ("s3://words/town", "http://10.0.0.1:9000"),
        ("s3://words/town", "http://localhost.store.example"),
        ("s3://words/town", "https://me:secret@store.example"),
        ("s3://words/town", "store.example"),
        ("s3://words/town", "https://[broken"),
        ("s3://words/town", "ftp://store.example"),
    ],
)
def test_an_address_with_a_secret_in_it_or_without_encryption_is_refused_and_not_repeated(url: str, endpoint: str | None) -> None:
    with pytest.raises(Unfit) as raised:
        objects.address(url, endpoint)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000", "https://store.example"]
)
def test_an_endpoint_on_this_machine_needs_no_encryption_and_elsewhere_it_does(endpoint: str) -> None:
    assert objects.address("s3://words/town", endpoint + "/").endpoint == endpoint


def test_credentials_come_from_the_environment_or_the_standard_files(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = D\naws_secret_access_key = d%s\n[town]\naws_access_key_id = T\naws_secret_access_key = t\n"
        "aws_session_token = s\n[half]\naws_access_key_id = H\n"
    )
    (tmp_path / ".aws" / "config").write_text("[default]\nregion = eu-west-1\n[profile town]\nregion = eu-north-1\n")
    home = {"HOME": str(tmp_path)}
    plain = {"aws_access_key_id": "D", "aws_secret_access_key": "d%s", "region": "eu-west-1"}
    assert objects.credentials(home) == plain
    town = objects.credentials(home | {"AWS_PROFILE": "town"})
    assert (town["aws_access_key_id"], town["aws_session_token"], town["region"]) == ("T", "s", "eu-north-1")
    given = objects.credentials(home | {"AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "e", "AWS_REGION": "us-west-2"})
    assert given == {"aws_access_key_id": "E", "aws_secret_access_key": "e", "region": "us-west-2"}
    role = {"HOME": "/nonexistent", "AWS_WEB_IDENTITY_TOKEN_FILE": "/token"}
    assert objects.credentials(role) == {"region": "us-east-1"}
    for missing in ({}, {"AWS_ACCESS_KEY_ID": "E"}, home | {"AWS_PROFILE": "half"}, home | {"AWS_PROFILE": "nobody"}):
        with pytest.raises(Broken, match="no credentials for the object store"):
            objects.credentials(missing)
    (tmp_path / ".aws" / "credentials").write_text("aws_secret_access_key = hidden")
    with pytest.raises(Broken, match="the AWS file `credentials` cannot be read") as raised:
        objects.credentials(home)
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize(
    "harm",
    [{"objects": "s3://words/town"}, {"objects": {"url": 3}}, {"objects": {}}, {"objects": {"url": "s3://x", "endpoint": 1}}],
)
def test_a_mark_that_was_altered_is_named(harm: dict[str, object]) -> None:
    with pytest.raises((Broken, Unfit)):
        objects.marked(harm)

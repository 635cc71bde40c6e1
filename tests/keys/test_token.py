"""Master keys sealed by a token: no file opens anything by itself, and an epoch is over when the token's key is gone."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sayso.app import keyring, sealed, stores
from sayso.app.cli import cli
from sayso.app.house import House, create, open_house
from sayso.app.jobs import epochs, evidence, people
from sayso.app.masters import FileMasters
from sayso.app.sealed import TokenMasters
from sayso.app.settings import Settings
from sayso.app.token import Token, parse
from sayso.facts.errors import Broken, SaysoError, Unfit

from .conftest import PIN, SoftHsm


@pytest.fixture
def settings(tmp_path: Path, address: str) -> Settings:
    return Settings(data=tmp_path / "data", keys=tmp_path / "data.keys", master=address)


def later(settings: Settings) -> Settings:
    """The same installation as the next command finds it: the address lies with the keys."""
    return Settings(data=settings.data, keys=settings.keys)


def enrol(house: House, *names: str) -> None:
    with house.writing() as work:
        for name in names:
            people.enrol(house, work, name, tier="pro", region="US")


def names(address: str) -> list[str]:
    """The labels of the keys in a token."""
    with Token(parse(address))._session() as (session, p11):
        found = session.get_objects({p11.Attribute.CLASS: p11.ObjectClass.SECRET_KEY})
        return sorted(one.label for one in found)


def files(settings: Settings) -> list[str]:
    """What lies in the folder of keys; deletion, take-out and docs/trust.md know every kind of it."""
    found = sorted(path.relative_to(settings.keys).as_posix() for path in settings.keys.rglob("*") if path.is_file())
    assert [one for one in found if stores.known(one, stores.KEYS) is None] == []
    return found


def say(settings: Settings, *line: str) -> Any:
    return CliRunner().invoke(cli, ["--data", str(settings.data), *line])


def test_init_with_a_token_leaves_no_master_key_in_any_file_and_shouts_nothing(settings: Settings, address: str) -> None:
    made = say(settings, "init", "--master", address)
    assert made.exit_code == 0, made.output
    assert made.stderr == ""
    assert files(settings) == [
        "cosigning.key",
        "deeds.jsonl",
        "master.uri",
        "masters/1.token",
        "seen.json",
        "session.key",
        "signing.key",
    ]
    assert names(address) == ["sayso epoch 1"]
    with open_house(later(settings)) as house:
        enrol(house, "ana")
        assert house.keys.shout is None
        masters = house.keys.masters()
        _, key = masters.current()
    spelled = (key, key.hex().encode())
    everything = [path for path in settings.data.parent.rglob("*") if path.is_file()]
    assert not any(one in path.read_bytes() for path in everything for one in (*spelled, PIN.encode()))
    blob = json.loads((settings.keys / "masters" / "1.token").read_bytes())
    assert (blob["v"], blob["epoch"]) == (1, "1")


def test_a_key_in_a_token_never_leaves_it(settings: Settings, address: str) -> None:
    import pkcs11

    with create(settings):
        pass
    with Token(parse(address))._session() as (session, p11):
        key = next(iter(session.get_objects({p11.Attribute.CLASS: p11.ObjectClass.SECRET_KEY})))
        assert not key[p11.Attribute.EXTRACTABLE]
        assert key[p11.Attribute.NEVER_EXTRACTABLE]
        with pytest.raises(pkcs11.AttributeSensitive):
            key[p11.Attribute.VALUE]


def test_a_backup_of_data_and_keys_opens_nothing_once_the_token_destroyed_the_epochs_key(
    settings: Settings, address: str, tmp_path: Path
) -> None:
    """The same thief before and after: a copy of every file, and the token with its PIN."""
    with create(settings) as house:
        enrol(house, "ana", "bo")
        house.vault.settle()
    old = Settings(data=tmp_path / "old" / "data", keys=tmp_path / "old" / "data.keys")
    shutil.copytree(settings.data, old.data)
    shutil.copytree(settings.keys, old.keys)

    def thief() -> str:
        try:
            with open_house(old, write=False) as opened:
                return f"found {people.account_of(opened, 'ana')}"
        except SaysoError as error:
            return f"closed: {error}"

    assert thief().startswith("found a_"), "before the turn the backup opens: the attack can succeed"
    turned = say(settings, "epoch", "turn")
    assert turned.exit_code == 0, turned.output
    assert "the master key of epoch 1 is destroyed" in turned.stdout
    assert names(address) == ["sayso epoch 2"]
    assert files(settings) == [
        "cosigning.key",
        "deeds.jsonl",
        "master.uri",
        "masters/2.token",
        "seen.json",
        "session.key",
        "signing.key",
    ]
    assert "the token has no key for epoch `1`" in thief()
    # Also with the living sealed key put beside the old data, and the old one renamed to be the living one.
    shutil.copy(settings.keys / "masters" / "2.token", old.keys / "masters")
    assert "the token has no key for epoch `1`" in thief()
    shutil.copy(settings.keys / "masters" / "2.token", old.keys / "masters" / "1.token")
    assert "holds the key of another epoch" in thief()
    with open_house(later(settings)) as house:
        assert people.account_of(house, "ana")
        assert evidence.audit(house) == []
        assert [one.destroyed for one in epochs.listed(house)] == [True, None]


def test_a_turn_of_many_accounts_asks_the_token_a_few_times_and_not_once_per_account(settings: Settings) -> None:
    with create(settings) as house:
        enrol(house, *(f"person {n}" for n in range(120)))
        masters = house.keys.masters()
        assert isinstance(masters, TokenMasters)
        before = masters._token.calls
        assert epochs.turn(house).accounts == 120
        assert masters._token.calls - before <= 8


def test_every_start_asks_the_token_once(settings: Settings) -> None:
    with create(settings) as house:
        enrol(house, "ana")
    with open_house(later(settings)) as house:
        masters = house.keys.masters()
        assert isinstance(masters, TokenMasters)
        assert people.account_of(house, "ana")
        assert masters._token.calls == 1


class Killed(BaseException):
    """What a kill is to the code that it hits."""


def dying(monkeypatch: pytest.MonkeyPatch, step: int, act: Any) -> bool:
    """Do *act* and die at its *step*-th deed, before or after it is done; say whether it came to that."""
    deeds = [
        (Token, "make"),
        (Token, "seal"),
        (Token, "unseal"),
        (Token, "destroy"),
        (sealed, "_write"),
        (Path, "rename"),
        (Path, "unlink"),
    ]
    count = 0

    def around(real: Any) -> Any:
        def deed(*given: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count == step // 2 and step % 2 == 0:
                raise Killed
            done = real(*given, **more)
            if count == step // 2:
                raise Killed
            return done

        return deed

    with monkeypatch.context() as patched:
        for where, what in deeds:
            patched.setattr(where, what, around(getattr(where, what)))
        try:
            act()
        except Killed:
            return True
    return False


def test_a_key_that_dies_at_any_step_of_its_making_or_its_end_is_made_or_ended_whole(
    settings: Settings, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, token, died = settings.keys, Token(parse(address)), 0
    TokenMasters.begin(folder, token, os.urandom)
    for epoch, step in enumerate(range(2, 30), start=2):
        name, before = str(epoch), str(epoch - 1)
        opened = TokenMasters(folder, token, os.urandom)
        died += dying(monkeypatch, step, lambda one=opened, name=name: one.prepare(name, os.urandom))
        again = TokenMasters(folder, token, os.urandom)
        again.prepare(name, os.urandom)
        key = again.key(name)
        died += dying(monkeypatch, step, lambda one=again, before=before: one.destroy(before))
        last = TokenMasters(folder, token, os.urandom)
        for one in last.over(name):
            assert last.destroy(one)
        assert last.key(name) == key
        assert names(address) == [f"sayso epoch {name}"], f"died at {step}"
        assert files(settings) == [f"masters/{name}.token"], f"died at {step}"
    assert died >= 20


@pytest.mark.parametrize("step", [5, 12, 18])
def test_a_turn_that_dies_goes_on_with_the_next_command(
    settings: Settings, address: str, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    with create(settings) as house:
        enrol(house, "ana")
    with open_house(later(settings)) as house:
        assert dying(monkeypatch, step, lambda: epochs.turn(house))
    with open_house(later(settings)) as house:
        if epochs.listed(house)[0].ended is None:
            epochs.turn(house)
        assert people.account_of(house, "ana")
        assert evidence.audit(house) == []
    assert names(address) == ["sayso epoch 2"]
    assert [one for one in files(settings) if one.startswith("masters")] == ["masters/2.token"]


def test_what_is_wrong_with_a_token_is_one_line_without_the_pin(
    settings: Settings, address: str, softhsm: SoftHsm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with create(settings) as house:
        enrol(house, "ana")
    uri = settings.keys / "master.uri"
    pin_file = tmp_path / "pin"

    def line(change: Any) -> str:
        with monkeypatch.context() as patched:
            change(patched)
            said = say(settings, "epoch", "list")
            uri.write_text(address + "\n")
        assert isinstance(said.exception, SaysoError), said.output
        text = str(said.exception)
        assert not any(word in text for word in ("\n", PIN, "0000-wrong", "Traceback"))
        return text

    gone = address.replace("sayso%20", "another%20")
    assert "refuses the PIN" in line(lambda p: p.setenv("SAYSO_PKCS11_PIN", "0000-wrong"))
    assert "no PIN for token" in line(lambda p: p.delenv("SAYSO_PKCS11_PIN"))
    assert "no token `another" in line(lambda p: uri.write_text(gone))
    assert "no PKCS#11 module that loads at `/nowhere.so`" in line(
        lambda p: uri.write_text("pkcs11:token=x?module-path=/nowhere.so")
    )
    assert "no PKCS#11 module that loads" in line(lambda p: uri.write_text(f"pkcs11:token=x?module-path={uri}"))
    assert "a token is `pkcs11:token=NAME" in line(lambda p: uri.write_text("nonsense"))
    pin_file.write_text("")

    def from_file(patched: pytest.MonkeyPatch) -> None:
        patched.delenv("SAYSO_PKCS11_PIN")
        patched.setenv("SAYSO_PKCS11_PIN_FILE", str(pin_file))

    assert "the file of the PIN" in line(from_file)
    pin_file.write_text(PIN + "\n")
    with monkeypatch.context() as patched:
        from_file(patched)
        assert say(settings, "epoch", "list").exit_code == 0
        patched.delenv("SAYSO_PKCS11_PIN_FILE")
        uri.write_text(f"{address}&pin-source=file:{pin_file}\n")
        assert say(settings, "epoch", "list").exit_code == 0
        uri.write_text(address + "\n")


@pytest.mark.parametrize("harm", ["flipped", "cut", "later version", "nonsense", "gone", "another token"])
def test_a_sealed_key_that_was_harmed_or_lost_is_named(settings: Settings, address: str, softhsm: SoftHsm, harm: str) -> None:
    with create(settings) as house:
        enrol(house, "ana")
    path = settings.keys / "masters" / "1.token"
    blob = json.loads(path.read_bytes())
    other = softhsm.token()
    harmed = {
        "flipped": blob | {"sealed": f"{int(blob['sealed'], 16) ^ 1:0{len(blob['sealed'])}x}"},
        "cut": blob | {"sealed": blob["sealed"][:-2]},
        "later version": blob | {"v": 2},
        "nonsense": [1],
    }.get(harm, blob)
    path.write_text(json.dumps(harmed))
    if harm == "gone":
        path.unlink()
    if harm == "another token":
        (settings.keys / "master.uri").write_text(other)
    lines = {
        "flipped": "was altered; restore its file",
        "cut": "was altered; restore its file",
        "later version": "1.token is damaged, or of a later version",
        "nonsense": "1.token is damaged",
        "gone": "no sealed master key in `data.keys`",
        "another token": "the token has no key for epoch `1`",
    }
    with pytest.raises(Broken, match=lines[harm]):
        open_house(later(settings))


def test_a_token_whose_key_somebody_destroyed_by_hand_says_so(settings: Settings, address: str) -> None:
    with create(settings) as house:
        enrol(house, "ana")
    with Token(parse(address))._session() as (session, p11):
        for one in list(session.get_objects({p11.Attribute.CLASS: p11.ObjectClass.SECRET_KEY})):
            one.destroy()
    with pytest.raises(Broken, match="the token has no key for epoch `1`: epochs turned and it was destroyed, it is lost"):
        open_house(later(settings))


@pytest.mark.parametrize(
    "address",
    [
        "pkcs11:token=x?module-path=/m.so&pin-value=1234",
        "pkcs11:token=x;pin-value=1234?module-path=/m.so",
        "pkcs11:token=x",
        "pkcs11:?module-path=/m.so",
        "pkcs11:token=x?module-path=m.so",
        "pkcs11:token=x?module-path=/m.so&unknown=1",
        "file:///master.key",
        "",
    ],
)
def test_an_address_with_a_pin_or_without_a_module_is_refused(address: str) -> None:
    with pytest.raises(Unfit) as raised:
        parse(address)
    assert "1234" not in str(raised.value)


def test_an_installation_moves_from_a_file_to_a_token_when_its_epoch_turns(tmp_path: Path, address: str) -> None:
    settings = Settings(data=tmp_path / "data", keys=tmp_path / "data.keys")
    with create(settings) as house:
        enrol(house, "ana")
        masters = house.keys.masters()
        assert isinstance(masters, FileMasters)
        first = masters.key("1")
    served = say(settings, "epoch", "list")
    assert served.exit_code == 0
    turned = say(settings, "epoch", "turn", "--if-needed", "--master", address)
    assert turned.exit_code == 0, turned.output
    assert "plain file" in turned.stderr, "until it is over a key lies in a file"
    assert files(settings) == [
        "cosigning.key",
        "deeds.jsonl",
        "master.uri",
        "masters/2.token",
        "seen.json",
        "session.key",
        "signing.key",
    ]
    assert names(address) == ["sayso epoch 2"]
    with open_house(settings) as house:
        assert house.keys.shout is None
        assert people.account_of(house, "ana")
        assert evidence.audit(house) == []
    assert not any(first.hex().encode() in path.read_bytes() for path in settings.keys.rglob("*") if path.is_file())
    again = say(settings, "epoch", "turn", "--master", address.replace("token=", "token=other"))
    assert isinstance(again.exception, Unfit)


def test_a_token_that_does_not_answer_is_found_before_anything_is_made_or_moved(tmp_path: Path, address: str) -> None:
    gone = address.replace("sayso%20", "another%20")
    settings = Settings(data=tmp_path / "data", keys=tmp_path / "data.keys")
    made = say(settings, "init", "--master", gone)
    assert isinstance(made.exception, Broken)
    assert say(settings, "init", "--master", address).exit_code == 0, "and init may be tried again"
    plain = Settings(data=tmp_path / "plain", keys=tmp_path / "plain.keys")
    with create(plain):
        pass
    with pytest.raises(Broken, match="no token"):
        keyring.adopt(plain, gone)
    assert files(plain) == ["cosigning.key", "deeds.jsonl", "master.key", "seen.json", "session.key", "signing.key"]
    given = Settings(data=tmp_path / "both", keys=tmp_path / "both.keys", master=address, master_hex=os.urandom(32).hex())
    with pytest.raises(Unfit, match="take one of them"):
        create(given)


def test_whoever_serves_with_a_key_in_a_file_is_told_so_on_standard_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAYSO_MASTER_KEY", raising=False)
    settings = Settings(data=tmp_path / "data", keys=tmp_path / "data.keys")
    assert "the master key is a plain file" in say(settings, "init").stderr
    uvicorn = pytest.importorskip("uvicorn")
    monkeypatch.setattr(uvicorn, "run", lambda *_, **__: None)
    served = say(settings, "serve")
    assert served.exit_code == 0, served.output
    assert "the master key is a plain file in `data.keys`" in served.stderr

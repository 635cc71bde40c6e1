"""The keys of one installation, in a folder of their own: master keys by epoch, log signing key, session secret.

A master key in a file is fine for trying sayso out and wrong for real people; `Keyring.shout` says so at every start. From the
environment or sealed by a token it lies in no file that opens anything.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from sayso.app import token as tokens
from sayso.app import underway
from sayso.app.masters import SINGLE, FileMasters, GivenMasters, is_there, parse, read_text, write
from sayso.app.sealed import ADDRESS, TokenMasters
from sayso.app.settings import Settings
from sayso.app.underway import Course, UnderWay
from sayso.facts.errors import Broken, Unfit
from sayso.proofs import CosigningKey, SigningKey
from sayso.proofs.cosign import ML_DSA_44

COSIGNING = "cosigning.key"
"""The log's own key of ML-DSA-44; a ledger that began without one has it from `sayso upgrade` on."""
Masters = FileMasters | GivenMasters | TokenMasters | UnderWay


def entropy(count: int) -> bytes:
    """Return *count* random bytes from the operating system."""
    return secrets.token_bytes(count)


class NoMasters:
    """The master keys of somebody who has none, as an auditor."""

    def current(self) -> tuple[str, bytes]:
        raise Broken("the folder is open without keys; nothing can be sealed or opened")

    def key(self, epoch: str) -> bytes:
        raise Broken(f"the folder is open without keys; epoch `{epoch}` stays closed")


class Keyring:
    """The secrets of one installation; nothing here is ever printed, logged or written elsewhere."""

    def __init__(
        self, masters: Masters, signing: SigningKey, session: bytes, shout: str | None, cosigning: CosigningKey | None = None
    ) -> None:
        self._masters = masters
        self.signing = signing
        self.session = session
        self.shout = shout
        self.cosigning = cosigning
        """What cosigns the published log, so that it stays signed once Ed25519 can be forged; `None` in older installations."""

    def masters(self) -> Masters:
        """Return the master keys as the vault asks for them."""
        return self._masters


def create(settings: Settings, instance: str, draw: Callable[[int], bytes] = entropy) -> Keyring:
    """Return a new keyring, written readable by its owner only; refuses to overwrite one."""
    settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (settings.keys / "signing.key").exists():
        raise Unfit(f"keys already lie in `{settings.keys.name}`; use that installation or remove the folder if it is nobody's")
    if settings.master is not None:
        if settings.master_hex is not None:
            raise Unfit("SAYSO_MASTER_KEY is set and a token is named as well; take one of them, nothing was made")
        TokenMasters.begin(settings.keys, tokens.Token(tokens.parse(settings.master)), draw)
        write(settings.keys / ADDRESS, settings.master)
    elif settings.master_hex is None:
        write(settings.keys / SINGLE, draw(32).hex())
    write(settings.keys / "session.key", draw(32).hex())
    write(settings.keys / COSIGNING, CosigningKey(f"sayso/{instance}", draw(32), ML_DSA_44.byte).text())
    write(settings.keys / "signing.key", SigningKey.generate(f"sayso/{instance}", draw).text())
    return read(settings)


def adopt(settings: Settings, address: str, draw: Callable[[int], bytes] = entropy) -> Settings:
    """Return the settings with the token of *address*, which seals the next epoch's key; asked first whether it answers."""
    token, path = tokens.Token(tokens.parse(address)), settings.keys / ADDRESS
    if underway.read(settings.keys) is not None:
        raise Unfit("master keys are on their way already; run `sayso epoch turn` to end that, nothing was changed")
    if settings.master_hex is not None:
        raise Unfit("SAYSO_MASTER_KEY is set; a token takes over from a file of keys only, nothing was changed")
    if path.exists() and read_text(path).strip() != address:
        raise Unfit("this installation has a token already; its keys leave it never, so another one cannot take over")
    token.destroy(draw(16))  # a key that was never there: all that a turn needs of the token but making one is tried
    if not path.exists():
        write(path, address)
    return replace(settings, master=address)


def read(settings: Settings) -> Keyring:
    """Return the keyring of *settings*; a missing or damaged key is named, never its content."""
    folder = settings.keys
    masters: Masters
    if (course := underway.read(folder)) is not None:
        masters = UnderWay(folder, course, _old(settings, course), _new(settings, course))
        shout = f"master keys are on their way from the {course.old} to the {course.new}; `sayso epoch turn` ends it"
    elif settings.master_hex is not None:
        old = settings.old_master_hex
        present = parse(settings.master_hex, "SAYSO_MASTER_KEY")
        masters = GivenMasters(present, None if old is None else parse(old, "SAYSO_MASTER_KEY_OLD"), folder)
        shout = None
    elif (named := _token_of(settings)) is not None:
        masters = sealed = TokenMasters(folder, tokens.Token(tokens.parse(named)), entropy)
        shout = (
            "a master key still lies in a plain file; `sayso epoch turn` puts all under the token" if sealed.in_files() else None
        )
    else:
        masters = FileMasters(folder)
        shout = (
            f"the master key is a plain file in `{folder.name}`: good for trying sayso, wrong for real people; "
            "set SAYSO_MASTER_KEY from your secret store, or use a token (docs/trust.md)"
        )
    try:
        signing = SigningKey.load(read_text(folder / "signing.key"))
    except (ValueError, Unfit):
        raise Broken("signing.key is damaged; restore it from your copy of the keys") from None
    return Keyring(masters, signing, parse(read_text(folder / "session.key"), "session.key"), shout, cosigning(folder / COSIGNING))


def cosigning(path: Path) -> CosigningKey | None:
    """Return the cosigning key in the file at *path*, `None` where there is none."""
    if not path.exists():
        return None
    try:
        return CosigningKey.load(read_text(path))
    except (ValueError, Unfit):
        raise Broken(
            f"{path.name} is damaged; restore it from your copy of the keys, or make a new one with `sayso log key --new`"
        ) from None


def kind(settings: Settings) -> underway.Kind:
    """Return at which kind of place the master keys in use are."""
    if settings.master_hex is not None:
        return "environment"
    return "token" if _token_of(settings) is not None else "file"


def course(settings: Settings, to: str, epoch: str) -> Course | None:
    """Return the course of master keys to *to* (`file`, `environment` or the address of a token); `None` where they are there.

    Refuses (unfit) a place that could not take the next key; nothing is changed.
    """
    new: underway.Kind = "file" if to == "file" else "environment" if to == "environment" else "token"
    token = to if new == "token" else None
    if settings.master is not None and settings.master != token:
        raise Unfit("SAYSO_MASTER names another place than the one to move to; unset it, nothing was changed")
    lying = replace(settings, master_hex=None)
    # The environment that is moved to holds the next key, not the one in use.
    on_disk = _token_of(lying) is not None or is_there(settings.keys)
    old = kind(lying if new == "environment" and on_disk else settings)
    if old == new and (new != "token" or token == _token_of(lying)):
        return None
    if token is not None:
        tokens.Token(tokens.parse(token)).destroy(entropy(16))  # a key that was never there: does it answer, and to this PIN
    if new == "environment" and settings.master_hex is None:
        raise Unfit("set SAYSO_MASTER_KEY to the new master key, 64 random hexadecimal digits; nothing was changed")
    return Course(old=old, new=new, epoch=epoch, token=token)


def _old(settings: Settings, course: Course) -> underway.AnyMasters:
    """Return the master keys at the place they are on their way from; what was destroyed there may be gone."""
    if course.old == "environment":
        given = settings.master_hex
        return _given(settings) if given is not None else underway.Absent("present master key")
    address = _token_of(replace(settings, master=None)) if course.old == "token" else None
    if address is not None:
        return TokenMasters(settings.keys, tokens.Token(tokens.parse(address)), entropy, none_yet=True)
    return FileMasters(settings.keys, none_yet=True)


def _new(settings: Settings, course: Course) -> underway.AnyMasters:
    """Return the master keys at the place they are on their way to, where there may be none yet."""
    if course.token is not None:
        return TokenMasters(settings.keys, tokens.Token(tokens.parse(course.token)), entropy, none_yet=True)
    if course.new == "file":
        return FileMasters(settings.keys, none_yet=True)
    return _given(settings, follows=True) if settings.master_hex is not None else underway.Absent("new master key")


def _given(settings: Settings, *, follows: bool = False) -> GivenMasters:
    return GivenMasters(parse(settings.master_hex or "", "SAYSO_MASTER_KEY"), None, settings.keys, follows=follows)


def _token_of(settings: Settings) -> str | None:
    """Return the address of the token that seals this installation's master keys; the setting says where it is now."""
    path = settings.keys / ADDRESS
    return (settings.master or read_text(path).strip()) if path.exists() else None

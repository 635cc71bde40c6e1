"""The keys of one installation, in a folder of their own: master key, log signing key, session secret.

A master key in a file is fine for trying sayso out and wrong for real people; `Keyring.shout` says so at every start.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from sayso.app.settings import Settings
from sayso.facts.errors import Broken, Unfit
from sayso.proofs import SigningKey
from sayso.vault import MasterKeys

EPOCH = "1"


def entropy(count: int) -> bytes:
    """Return *count* random bytes from the operating system."""
    return secrets.token_bytes(count)


class Keyring:
    """The secrets of one installation; nothing here is ever printed, logged or written elsewhere."""

    def __init__(self, master: bytes, signing: SigningKey, session: bytes, shout: str | None) -> None:
        self.master = master
        self.signing = signing
        self.session = session
        self.shout = shout

    def masters(self) -> MasterKeys:
        """Return the master keys as the vault asks for them."""
        return MasterKeys({EPOCH: self.master})


def create(settings: Settings, instance: str, draw: Callable[[int], bytes] = entropy) -> Keyring:
    """Return a new keyring, written readable by its owner only; refuses to overwrite one."""
    settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (settings.keys / "signing.key").exists():
        raise Unfit(f"keys already lie in `{settings.keys.name}`; use that installation or remove the folder if it is nobody's")
    if settings.master_hex is None:
        _write(settings.keys / "master.key", draw(32).hex())
    _write(settings.keys / "session.key", draw(32).hex())
    _write(settings.keys / "signing.key", SigningKey.generate(f"sayso/{instance}", draw).text())
    return read(settings)


def read(settings: Settings) -> Keyring:
    """Return the keyring of *settings*; a missing or damaged key is named, never its content."""
    folder = settings.keys
    if settings.master_hex is not None:
        master, shout = _key(settings.master_hex, "SAYSO_MASTER_KEY"), None
    else:
        master = _key(_text(folder / "master.key"), "master.key")
        shout = (
            f"the master key is a plain file in `{folder.name}`: good for trying sayso, wrong for real people; "
            "set SAYSO_MASTER_KEY from your secret store (docs/trust.md)"
        )
    try:
        signing = SigningKey.load(_text(folder / "signing.key"))
    except (ValueError, Unfit):
        raise Broken("signing.key is damaged; restore it from your copy of the keys") from None
    return Keyring(master, signing, _key(_text(folder / "session.key"), "session.key"), shout)


def _key(text: str, name: str) -> bytes:
    try:
        raw = bytes.fromhex(text.strip())
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise Broken(f"{name} is not 64 hexadecimal digits; restore it from your copy of the keys")
    return raw


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise Broken(f"no {path.name} in `{path.parent.name}`; restore the keys, or begin anew with `sayso init`") from None
    except (OSError, UnicodeDecodeError):
        raise Broken(f"{path.name} cannot be read; check its permissions and content") from None


def _write(path: Path, text: str) -> None:
    """Write a secret so that nobody else could read it even for a moment."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())

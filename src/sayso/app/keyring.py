"""The keys of one installation, in a folder of their own: master keys by epoch, log signing key, session secret.

A master key in a file is fine for trying sayso out and wrong for real people; `Keyring.shout` says so at every start.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from sayso.app.masters import SINGLE, FileMasters, GivenMasters, parse, read_text, write
from sayso.app.settings import Settings
from sayso.facts.errors import Broken, Unfit
from sayso.proofs import SigningKey

Masters = FileMasters | GivenMasters


def entropy(count: int) -> bytes:
    """Return *count* random bytes from the operating system."""
    return secrets.token_bytes(count)


class Keyring:
    """The secrets of one installation; nothing here is ever printed, logged or written elsewhere."""

    def __init__(self, masters: Masters, signing: SigningKey, session: bytes, shout: str | None) -> None:
        self._masters = masters
        self.signing = signing
        self.session = session
        self.shout = shout

    def masters(self) -> Masters:
        """Return the master keys as the vault asks for them."""
        return self._masters


def create(settings: Settings, instance: str, draw: Callable[[int], bytes] = entropy) -> Keyring:
    """Return a new keyring, written readable by its owner only; refuses to overwrite one."""
    settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (settings.keys / "signing.key").exists():
        raise Unfit(f"keys already lie in `{settings.keys.name}`; use that installation or remove the folder if it is nobody's")
    if settings.master_hex is None:
        write(settings.keys / SINGLE, draw(32).hex())
    write(settings.keys / "session.key", draw(32).hex())
    write(settings.keys / "signing.key", SigningKey.generate(f"sayso/{instance}", draw).text())
    return read(settings)


def read(settings: Settings) -> Keyring:
    """Return the keyring of *settings*; a missing or damaged key is named, never its content."""
    folder = settings.keys
    masters: Masters
    if settings.master_hex is not None:
        old = settings.old_master_hex
        present = parse(settings.master_hex, "SAYSO_MASTER_KEY")
        masters = GivenMasters(present, None if old is None else parse(old, "SAYSO_MASTER_KEY_OLD"), folder)
        shout = None
    else:
        masters = FileMasters(folder)
        shout = (
            f"the master key is a plain file in `{folder.name}`: good for trying sayso, wrong for real people; "
            "set SAYSO_MASTER_KEY from your secret store (docs/trust.md)"
        )
    try:
        signing = SigningKey.load(read_text(folder / "signing.key"))
    except (ValueError, Unfit):
        raise Broken("signing.key is damaged; restore it from your copy of the keys") from None
    return Keyring(masters, signing, parse(read_text(folder / "session.key"), "session.key"), shout)

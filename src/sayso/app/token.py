"""A PKCS#11 token (an HSM, a smart card, SoftHSM) as the one thing that opens master keys: its keys never leave it.

Only here is `pkcs11` spoken. Sessions are short: logged in, one deed, out again, so that nobody who finds this process idle
finds it logged in.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from msgspec import Struct

from sayso.facts.errors import Broken, Unfit

PIN, PIN_FILE = "SAYSO_PKCS11_PIN", "SAYSO_PKCS11_PIN_FILE"
_EXTRA = "a token needs the extra `pkcs11`; install it with pip install 'sayso[pkcs11]'"
_ONE_AT_A_TIME = threading.Lock()  # a login belongs to the process, not to the session


class TokenUri(Struct, frozen=True, kw_only=True):
    """Which token, by which module, and in which file its PIN lies (RFC 7512); never the PIN itself."""

    label: str | None
    serial: str | None
    module: str
    pin_source: str | None

    def name(self) -> str:
        """Return how people call the token."""
        return self.label or self.serial or ""


def parse(text: str) -> TokenUri:
    """Return what a ``pkcs11:`` address says; refuses one that holds a PIN, or names no module.

    >>> parse("pkcs11:token=sayso?module-path=/usr/lib/softhsm/libsofthsm2.so").label
    'sayso'
    """
    scheme, _, rest = text.strip().partition(":")
    path, _, query = rest.partition("?")
    pairs = [one.partition("=") for one in (*path.split(";"), *query.split("&")) if one]
    found = {name: unquote(value) for name, _, value in pairs}
    if "pin-value" in found:
        raise Unfit(f"a PIN has no place in an address, where others see it; set {PIN} or {PIN_FILE}")
    known = {"token", "serial", "module-path", "pin-source"}
    label, serial, module = found.get("token"), found.get("serial"), found.get("module-path")
    if scheme != "pkcs11" or not (label or serial) or not module or not module.startswith("/") or found.keys() - known:
        raise Unfit("a token is `pkcs11:token=NAME?module-path=/path/of/module.so` (also serial=, pin-source=); write it so")
    return TokenUri(label=label, serial=serial, module=module, pin_source=found.get("pin-source"))


class Token:
    """Makes, uses and destroys keys that never leave the token, one call a deed. The PIN is read when it is needed."""

    def __init__(self, uri: TokenUri, environ: Mapping[str, str] | None = None) -> None:
        self._uri = uri
        self._environ = os.environ if environ is None else environ
        self.calls = 0
        """How many deeds were asked of the token: each may be a journey over a network."""

    def make(self, key: bytes, label: str) -> None:
        """Have an AES-256 key under the id *key* that the token itself made and will not give away."""
        with self._session() as (session, p11):
            template = {p11.Attribute.EXTRACTABLE: False, p11.Attribute.SENSITIVE: True, p11.Attribute.MODIFIABLE: False}
            made = session.generate_key(p11.KeyType.AES, 256, id=key, label=label, store=True, template=template)
            stays = made[p11.Attribute.NEVER_EXTRACTABLE] and made[p11.Attribute.ALWAYS_SENSITIVE] and made[p11.Attribute.LOCAL]
            if not stays:
                made.destroy()
                raise Broken(f"token `{self._uri.name()}` would give its keys away; use one that keeps them")

    def seal(self, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Return *plain* sealed by the token (AES-256-GCM), bound to *bound*; a nonce must never come twice under one key."""
        with self._session() as (session, p11):
            asked = {"mechanism": p11.Mechanism.AES_GCM, "mechanism_param": p11.GCMParams(nonce, aad=bound)}
            return bytes(self._key(session, p11, key).encrypt(plain, **asked))

    def unseal(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes | None:
        """Return what was sealed, `None` where the token no longer has the key; `Broken` where a bit of it was changed."""
        with self._session() as (session, p11):
            if not self._found(session, p11, key):
                return None
            asked = {"mechanism": p11.Mechanism.AES_GCM, "mechanism_param": p11.GCMParams(nonce, aad=bound)}
            try:
                return bytes(self._key(session, p11, key).decrypt(sealed, **asked))
            except p11.PKCS11Error:  # each token has its own name for it
                raise Broken(f"a master key sealed by token `{self._uri.name()}` was altered; restore its file") from None

    def destroy(self, key: bytes) -> None:
        """Destroy the key of id *key*; where there is none it is destroyed already. Return once the token lists none."""
        with self._session() as (session, p11):
            for one in self._found(session, p11, key):
                one.destroy()
            if self._found(session, p11, key):
                raise Broken(f"token `{self._uri.name()}` keeps a key it was told to destroy; destroy it with its own tool")

    def _key(self, session: Any, p11: Any, key: bytes) -> Any:
        found = self._found(session, p11, key)
        if len(found) != 1:
            raise Broken(f"token `{self._uri.name()}` has {len(found)} keys of one id; look at it with its own tool")
        return found[0]

    def _found(self, session: Any, p11: Any, key: bytes) -> list[Any]:
        wanted = {p11.Attribute.CLASS: p11.ObjectClass.SECRET_KEY, p11.Attribute.ID: key}
        return list(session.get_objects(wanted))

    @contextmanager
    def _session(self) -> Iterator[tuple[Any, Any]]:
        """Yield a session that is logged in, and the library; whatever the token says becomes one line without a secret."""
        try:
            import pkcs11  # noqa: PLC0415  # an extra: needed by nobody who has no token
            from pkcs11 import exceptions as wrong  # noqa: PLC0415  # the same
        except ImportError:
            raise Unfit(_EXTRA) from None
        name, pin = self._uri.name(), self._pin()
        self.calls += 1
        try:
            with _ONE_AT_A_TIME, self._token(pkcs11).open(rw=True, user_pin=pin) as session:
                yield session, pkcs11
        except (wrong.PinIncorrect, wrong.PinInvalid, wrong.PinLenRange):
            raise Broken(f"token `{name}` refuses the PIN; mend {PIN} before it locks itself") from None
        except (wrong.PinLocked, wrong.PinExpired, wrong.UserPinNotInitialized):
            raise Broken(f"the PIN of token `{name}` is locked or not set; have its officer set it anew") from None
        except wrong.PKCS11Error as error:
            said = type(error).__name__
            raise Broken(f"token `{name}` answers with `{said}`; look at it with its own tool, nothing was changed") from None

    def _token(self, p11: Any) -> Any:
        """Return the token; one that was plugged in after the module was loaded is looked for once more."""
        wanted: dict[str, Any] = {"token_label": self._uri.label} if self._uri.label else {}
        if self._uri.serial:
            wanted["token_serial"] = self._uri.serial.encode()
        try:
            lib = p11.lib(self._uri.module)
        except (p11.PKCS11Error, RuntimeError):
            raise Broken(f"no PKCS#11 module that loads at `{self._uri.module}`; install it, or mend module-path") from None
        found = list(lib.get_tokens(**wanted))
        if not found:
            lib.reinitialize()
            found = list(lib.get_tokens(**wanted))
        if len(found) != 1:
            raise Broken(f"{len(found) or 'no'} token `{self._uri.name()}` is there; plug it in, or name it by its serial=")
        return found[0]

    def _pin(self) -> str:
        given, path = self._environ.get(PIN), self._environ.get(PIN_FILE) or self._uri.pin_source
        if given:
            return given
        if not path:
            raise Broken(f"no PIN for token `{self._uri.name()}`; set {PIN}, or {PIN_FILE} to a file that holds it")
        try:
            found = Path(path.removeprefix("file:")).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            found = ""
        if not found:
            raise Broken(f"the file of the PIN of token `{self._uri.name()}` is empty or cannot be read; mend {PIN_FILE}")
        return found

"""Cursors: where a list goes on, signed, and good for the list and the filter they came from and for no other."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import msgspec
from itsdangerous import BadData, URLSafeSerializer

from sayso.app.http.v1.problems import Failure

LONGEST = 1_000


def cursor(secret: bytes, of: str, asked: Mapping[str, Any], place: Any) -> str:
    """Return the cursor for the *place* behind the last thing shown of the list *of*, asked for with *asked*."""
    made = _signer(secret, of, asked).dumps(msgspec.to_builtins(place))
    return made if isinstance(made, str) else made.decode()


def place(secret: bytes, of: str, asked: Mapping[str, Any], text: str, kind: Any) -> Any:
    """Return the place that the cursor *text* means, as *kind*; Failure for one that is not of this list.

    >>> place(b"s" * 32, "list", {}, cursor(b"s" * 32, "list", {}, 7), int)
    7
    """
    try:
        if len(text) > LONGEST:
            raise BadData("too long")
        return msgspec.convert(_signer(secret, of, asked).loads(text), kind)
    except (BadData, msgspec.ValidationError, ValueError):
        raise Failure("bad-cursor") from None


def _signer(secret: bytes, of: str, asked: Mapping[str, Any]) -> URLSafeSerializer:
    key = hmac.new(secret, b"sayso/cursor/v1", hashlib.sha256).digest()
    salt = hashlib.sha256(msgspec.json.encode([of, sorted((name, str(value)) for name, value in asked.items())])).hexdigest()
    return URLSafeSerializer(key, salt=salt, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"})

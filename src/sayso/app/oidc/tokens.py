"""Tokens of a provider, read: whose signature, by which key, for whom, from when until when. Everything else is Refused.

Which algorithms count is said here and by nobody else, least of all by the token: no `none`, and none with a shared secret, since
with a public key for the secret anybody could sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key
from joserfc.jws import CompactSignature
from msgspec import Struct

from sayso.app.oidc.trust import Trust
from sayso.facts.errors import Refused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
SKEW_SECONDS = 60
"""So far the clocks of provider and sayso may be apart."""
FRESH_SECONDS = 600
"""An id token comes of a sign-in that was just made; older ones are somebody's collection."""
LONGEST = 16_384
SHORTEST_MODULUS = 2_048
Key = RSAKey | ECKey | OKPKey


class UnknownKey(Refused):
    """No key of the provider has the name that the token gives; it may have a new one."""


class Keys(Struct, frozen=True):
    """The public keys that a provider signs with, each with what it says of itself."""

    known: tuple[tuple[Key, Mapping[str, Any]], ...]

    @classmethod
    def read(cls, said: Any) -> Keys:
        """Return the keys of a key set that can sign and verify publicly; what is of another kind, or too short, is left out."""
        found = said.get("keys") if isinstance(said, dict) else None
        return cls(tuple(_usable(found if isinstance(found, list) else [])))

    def named(self, header: Mapping[str, Any]) -> Key:
        """Return the key that a token's *header* names; the only one, where it names none."""
        wanted, alg = header.get("kid"), header.get("alg")
        fitting = [key for key, said in self.known if said.get("alg") in (None, alg) and wanted in (None, said.get("kid"))]
        if len(fitting) == 1:
            return fitting[0]
        if wanted is None or fitting:
            raise Refused("a token does not say which of several keys it is signed with")
        raise UnknownKey("a token is signed with a key that the provider does not name")


def _usable(said: Iterable[Any]) -> Iterable[tuple[Key, Mapping[str, Any]]]:
    for one in said:
        if not isinstance(one, dict) or one.get("use") not in (None, "sig") or one.get("kty") not in ("RSA", "EC", "OKP"):
            continue
        try:
            key = import_key({name: value for name, value in one.items() if name in _PUBLIC})
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if isinstance(key, RSAKey) and key.public_key.key_size < SHORTEST_MODULUS:
            continue
        if isinstance(key, Key):
            yield key, one


_PUBLIC = ("kty", "n", "e", "crv", "x", "y")


def opened(text: str, keys: Keys) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """Return header and claims of a token whose signature holds under the key it names; Refused for every other text."""
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST or not text.isascii():
        raise Refused("what should be a token is none")

    def key_of(found: CompactSignature) -> Key:
        return keys.named(found.headers())

    try:
        read = jwt.decode(text, key_of, algorithms=list(ALGORITHMS))  # type: ignore[arg-type]  # it hands over a CompactSignature
    except (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise Refused("a token's signature or its algorithm does not hold") from None
    return read.header, read.claims


def id_token(trust: Trust, text: str, keys: Keys, *, nonce: str, at: datetime) -> dict[str, Any]:
    """Return the claims of an id token made for us, now, for this very sign-in; Refused for any other.

    What is asked stands in OpenID Connect Core, 3.1.3.7.
    """
    header, claims = opened(text, keys)
    if not nonce or not isinstance(claims.get("nonce"), str):
        raise Refused("an id token was made for no sign-in")
    options = {"iss": {"essential": True, "value": trust.issuer}, "aud": {"essential": True, "value": trust.client}}
    _judge(CodeIDToken(claims, header, options, {"nonce": nonce, "client_id": trust.client}), "an id token", at)
    if set(_audience(claims)) - {trust.client} - trust.audiences:
        raise Refused("an id token is also for somebody whom SAYSO_OIDC_AUDIENCES does not name")
    if at.timestamp() - claims["iat"] > FRESH_SECONDS:
        raise Refused("an id token was made too long ago")
    if not claims["sub"] or len(claims["sub"]) > 255:
        raise Refused("an id token names nobody")
    return claims


def _judge(claims: Any, what: str, at: datetime) -> None:
    try:
        claims.validate(now=int(at.timestamp()), leeway=SKEW_SECONDS)
    except JoseError as error:
        # Which claim it was helps the operator; its value is nobody's business.
        known = [one for one in ("iss", "aud", "exp", "iat", "nbf", "nonce", "azp", "sub", "client_id") if one in str(error)]
        raise Refused(f"{what} does not hold: `{known[0] if known else 'exp' if 'expired' in str(error) else 'a claim'}`") from None
    except (ValueError, TypeError, OverflowError):
        raise Refused(f"{what} does not hold: a claim of the wrong kind") from None


def _audience(claims: Mapping[str, Any]) -> list[str]:
    found = claims["aud"]
    return [found] if isinstance(found, str) else list(found)

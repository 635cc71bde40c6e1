"""Access tokens of programs (RFC 9068), read: by an issuer's key, for us, of a client that is listed, not over, and short.

Which algorithms count is said in `tokens`, by us. A token that is a sign-in's, a person's, somebody else's, or bound to a key that
we cannot see is none. The issuer is asked for its keys and for nothing else: no token leaves this process.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.oauth2.rfc8414 import get_well_known_url as oauth_place
from authlib.oidc.discovery import get_well_known_url as oidc_place
from msgspec import Struct

from sayso.app.grants import ServiceKey
from sayso.app.oidc.hosts import HostTrust
from sayso.app.oidc.published import asked
from sayso.app.oidc.tokens import SKEW_SECONDS, Keys, UnknownKey, opened
from sayso.app.oidc.trust import checked
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.instants import from_epoch

KEPT_SECONDS = 300
"""So long published keys are not asked for again; one that is taken back is believed no longer than this."""
ANEW_SECONDS = 60
"""So long the issuer is left alone after it was asked: who invents names of keys cannot make us ask at will."""
AGAIN_SECONDS = 10
"""So long an issuer that did not answer is not waited for again, by anybody."""
LONGEST_SECONDS = 3_600
"""A token that lives longer is refused: what was taken from a client there would reach us too late."""
AWAY = "the issuer of access tokens does not answer as it should; keys from `sayso key create` still let programs in"
_TYPES = ("at+jwt", "application/at+jwt")


class Shown(Struct, frozen=True, kw_only=True):
    """Whose token it is, its number, when it was made, and the service that it lets in."""

    client: str
    number: str
    made: datetime
    key: ServiceKey


class Access:
    """The issuer that *trust* names, asked for its keys; *transport* takes the place of the network in tests."""

    def __init__(self, trust: HostTrust, transport: httpx2.BaseTransport | None = None) -> None:
        self.trust, self._transport = trust, transport
        self._guard = threading.Lock()
        self._known: tuple[Keys, datetime] | None = None
        self._tried: datetime | None = None

    def shown(self, text: str, at: datetime) -> Shown:
        """Return whom the token *text* lets in; Refused for what is none, Broken where nobody can say.

        A good one that is over has `late` in the detail of its error.
        """
        try:
            header, claims = opened(text, self._published(at))
        except UnknownKey:
            header, claims = opened(text, self._published(at, anew=True))
        if str(header.get("typ", "")).lower() not in _TYPES:
            raise Refused("a token is no access token; what is for signing in opens no API")
        client = _judged(self.trust, claims, at)
        return Shown(
            client=client,
            number=claims["jti"],
            made=from_epoch(int(claims["iat"])),
            key=ServiceKey(
                id="host-" + hashlib.sha256(f"{self.trust.issuer}\0{client}".encode()).hexdigest()[:16],
                name=name_of(self.trust.issuer, client),
                scopes=self.trust.scopes_of(claims.get("scope")),
                hash="",
                since=from_epoch(int(claims["iat"])),
            ),
        )

    def published(self, at: datetime) -> int:
        """Return how many keys the issuer publishes that count, asked now; Broken where it does not say."""
        with self._guard:
            return len(self._asked(at).known)

    def _published(self, at: datetime, *, anew: bool = False) -> Keys:
        # Whoever shows a key that is known does not wait for a question that somebody else's token led to.
        if (known := self._fresh(at)) is not None and not anew:
            return known
        with self._guard:
            known, tried = self._fresh(at), self._tried
            if known is not None and not anew:
                return known
            wait = AGAIN_SECONDS if known is None else ANEW_SECONDS
            if tried is None or not 0 <= (at - tried).total_seconds() < wait:
                return self._asked(at)
            if known is not None:
                return known  # asked a moment ago: the name is invented, or not published yet
            raise Broken(AWAY)

    def _fresh(self, at: datetime) -> Keys | None:
        """Return the keys that were published not long ago; `None` where nobody knows what holds now."""
        known = self._known
        return known[0] if known is not None and 0 <= (at - known[1]).total_seconds() < KEPT_SECONDS else None

    def _asked(self, at: datetime) -> Keys:
        self._tried = at
        said = self._said()
        if said.get("issuer") != self.trust.issuer:
            raise Broken(
                f"the issuer of access tokens says that it is another than `{self.trust.issuer[:80]}`; mend SAYSO_HOSTS_ISSUER"
            )
        place = str(said.get("jwks_uri", ""))
        try:
            checked(place.partition("?")[0], "jwks_uri")
        except Unfit:
            raise Broken("the issuer of access tokens gives no https address for `jwks_uri`; ask whoever runs it") from None
        keys = Keys.read(asked(place, away=AWAY, transport=self._transport))
        self._known = keys, at
        return keys

    def _said(self) -> Mapping[str, Any]:
        """Return what the issuer says of itself, at either of the two places where issuers say it."""
        for place in _places(self.trust.issuer):
            try:
                said = asked(place, away=AWAY, transport=self._transport)
            except Broken:
                continue
            if isinstance(said, dict):
                return said
        raise Broken(AWAY)


def _places(issuer: str) -> Iterator[str]:
    yield oidc_place(issuer, external=True)
    yield oauth_place(issuer, external=True)


def name_of(issuer: str, client: str) -> str:
    """Return the name that a client has in the ledger; no key made here can have it, since none holds an `@`.

    >>> name_of("https://login.example/tenant", "billing")
    'billing@login.example'
    """
    return f"{client}@{urlsplit(issuer).hostname}"


def _judged(trust: HostTrust, claims: Mapping[str, Any], at: datetime) -> str:
    """Return the client whose own token this is, made for us and for now (RFC 9068, 4); Refused otherwise."""
    if claims.get("iss") != trust.issuer:
        raise Refused("a token is from another issuer")
    # For us alone: whoever else it is for could show it here.
    if claims.get("aud") not in (trust.audience, [trust.audience]):
        raise Refused("a token is for somebody else, or also for somebody else")
    if "cnf" in claims:
        raise Refused("a token is bound to a key of its client, which is not asked for here; have it made without")
    client = claims.get("client_id")
    if not isinstance(client, str) or client not in trust.clients:
        raise Refused("a token is of a client that SAYSO_HOSTS_CLIENTS does not name")
    if claims.get("sub") != trust.clients[client]:
        raise Refused("a token speaks for somebody else than its client")
    if not isinstance(claims.get("jti"), str) or not 0 < len(claims["jti"]) <= 200:
        raise Refused("a token has no number")
    _in_time(claims, at.timestamp())
    return client


def _in_time(claims: Mapping[str, Any], now: float) -> None:
    made, ends, begins = (_instant(claims, name) for name in ("iat", "exp", "nbf"))
    if made is None or ends is None or made > now + SKEW_SECONDS or (begins is not None and begins > now + SKEW_SECONDS):
        raise Refused("a token does not say when it was made and ends, or is from the future")
    if not 0 < ends - made <= LONGEST_SECONDS:
        raise Refused(f"a token lives longer than {LONGEST_SECONDS // 60} minutes, so nothing could take it back in time")
    if ends + SKEW_SECONDS <= now:
        raise Refused("a token is over", late=True)


def _instant(claims: Mapping[str, Any], name: str) -> int | None:
    """Return the instant of a claim, `None` where it is not there; Refused for what is no number of seconds."""
    found = claims.get(name)
    if found is None and name not in claims:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < 32_503_680_000:
        raise Refused("a token has a time that is none")
    return int(found)

"""Sessions in a signed cookie: a kind, an account's pseudonym and a form token.

The server remembers only when each was used last and which were ended; after a restart the first counts from the signing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from itsdangerous import BadSignature
from msgspec import Struct
from msgspec.structs import replace

from sayso.app.grants import VISIT
from sayso.app.http.links import KINDS, Kind, claimed, serializer
from sayso.facts.words import AccountId

LIFE_SECONDS = {"person": 2 * 3600, "officer": 8 * 3600}
SIGNED_SECONDS = int(VISIT.total_seconds())
"""Of an officer whom a provider signed in."""
IDLE_SECONDS = {"person": 3600, "officer": 30 * 60}
"""Who does nothing for so long comes in anew."""
DOOR_SECONDS = 15 * 60
HELD = 20_000
"""Cookies whose signature is not checked again; a few hundred bytes each."""


class Session(Struct, frozen=True, kw_only=True):
    """Who is in, and the token that each of their forms must carry."""

    kind: Kind
    account: AccountId
    form_token: str
    roles: frozenset[str] = frozenset()
    """What an officer may do, as it is known now; never from the cookie alone."""
    given: frozenset[str] | None = None
    """The roles that a provider gave when it signed them in; `None` for who came by a link."""
    since: float = 0.0
    """When it did, in seconds since 1970."""
    region: str | None = None
    """Where the person lives, as the link claimed by which they came in; `None` where it claimed nothing."""

    @property
    def life(self) -> int:
        """How long it lives at most, in seconds."""
        return LIFE_SECONDS[self.kind] if self.given is None else SIGNED_SECONDS


class Sessions:
    """Writes and reads the cookies. `now` is the clock, *secure* says whether the pages are served over https."""

    def __init__(self, secret: bytes, *, now: Callable[[], datetime], secure: bool) -> None:
        key = hmac.new(secret, b"sayso/session/v1", hashlib.sha256).digest()
        self._signed = serializer(key, "sayso.session/v1", now)
        self._now = now
        self._held: dict[str, tuple[Session | None, float]] = {}
        self._used: dict[str, float] = {}
        self._ended: dict[str, float] = {}
        self._secure = secure
        # With the prefix, a browser takes the cookie only from this very host, over https, for all paths.
        self.name = "__Host-sayso" if secure else "sayso"
        self.door = "__Host-sayso-door" if secure else "sayso-door"

    def begin(self, response: Response, kind: Kind, account: AccountId, region: str | None = None) -> None:
        """Put a new session for *account* on *response*, with a new form token."""
        token = self._signed.dumps({"k": kind, "a": account, "f": secrets.token_urlsafe(24), **_claim(region)})
        self._set(response, self.name, token, LIFE_SECONDS[kind])

    def begin_given(self, response: Response, officer: str, roles: Iterable[str], at: datetime) -> None:
        """Put a new session on *response* for an *officer* whom a provider signed in with these *roles*."""
        said = {"k": "officer", "a": officer, "f": secrets.token_urlsafe(24), "g": sorted(roles), "s": at.timestamp()}
        self._set(response, self.name, self._signed.dumps(said), SIGNED_SECONDS)

    def of(self, request: Request) -> Session | None:
        """Return the session of *request*; none where the cookie is absent, changed or too old."""
        return self.read(request.cookies.get(self.name, ""))

    def read(self, raw: str) -> Session | None:
        """Return the session that the cookie *raw* spells; none where it is empty, changed or too old."""
        if not raw or len(raw) > 2_000:
            return None
        # A signature that held holds: only its age is asked for again. What is kept is the whole cookie, so no other fits.
        session, signed = self._held.get(raw) or self._checked(raw)
        if session is None:
            return None
        now = self._now().timestamp() // 1
        if not 0 <= now - signed <= session.life or session.form_token in self._ended:
            return None
        if now - max(signed, self._used.get(session.form_token, 0.0)) > IDLE_SECONDS[session.kind]:
            return None
        if len(self._used) >= HELD:
            self._used.clear()  # whoever was in longer than they may be idle comes in anew
        self._used[session.form_token] = now
        return session

    def _checked(self, raw: str) -> tuple[Session | None, float]:
        """Return what the cookie says once its signature holds, and when it was signed, and keep that for the next time."""
        try:
            payload: Any
            payload, signed = self._signed.loads(raw, max_age=max(LIFE_SECONDS.values()), return_timestamp=True)
        except BadSignature:
            return None, 0.0
        match payload:
            case {"k": str(kind), "a": str(account), "f": str(form)} if kind in KINDS and form:
                made = Session(
                    kind="officer" if kind == "officer" else "person",
                    account=AccountId(account),
                    form_token=form,
                    region=claimed(payload.get("r")),
                )
                if "g" in payload:
                    made = replace(made, given=frozenset(payload["g"]), since=float(payload["s"]))
                if len(self._held) >= HELD:
                    self._held.clear()
                self._held[raw] = made, signed.timestamp()
                return made, signed.timestamp()
        return None, 0.0

    def forget(self, request: Request) -> None:
        """End the session of *request* for good: a copy of its cookie opens nothing any more."""
        session, now = self.of(request), self._now().timestamp()
        if session is not None:
            for old in [one for one, ends in self._ended.copy().items() if ends < now]:
                self._ended.pop(old, None)
            self._ended[session.form_token] = now + LIFE_SECONDS[session.kind]
            self._used.pop(session.form_token, None)

    def end(self, response: Response) -> None:
        """Take the session off the browser."""
        response.delete_cookie(self.name, path="/", secure=self._secure, httponly=True, samesite="lax")

    def open_door(self, request: Request, response: Response) -> str:
        """Return a form token for a visitor without a session, kept in a cookie of its own for a quarter of an hour.

        The visitor's present one stays good, so that a link opened in a second window does not spoil the first.
        """
        token = request.cookies.get(self.door, "")
        if not re.fullmatch(r"[A-Za-z0-9_-]{32}", token):
            token = secrets.token_urlsafe(24)
        self._set(response, self.door, token, DOOR_SECONDS)
        return token

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(name, value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="lax")


class Passes:
    """Passes for elements in host products: a text the page holds, good on one origin and for as long as a session.

    It is no cookie, so that no browser sends it by itself and no other page has it.
    """

    def __init__(self, secret: bytes, *, now: Callable[[], datetime]) -> None:
        self._signed = serializer(hmac.new(secret, b"sayso/ask/v1", hashlib.sha256).digest(), "sayso.ask/v1", now)

    def make(self, account: AccountId, origin: str, region: str | None = None) -> str:
        """Return a pass for *account* on pages of *origin*, with the *region* its link claimed."""
        token = self._signed.dumps({"a": account, "o": origin, **_claim(region)})
        return token if isinstance(token, str) else token.decode()

    def of(self, token: str, origin: str) -> tuple[AccountId, str | None] | None:
        """Return whose pass *token* is and the region it claims; none where it is not ours, too old, or of another origin."""
        if not token or len(token) > 2_000:
            return None
        try:
            payload: Any = self._signed.loads(token, max_age=LIFE_SECONDS["person"])
        except BadSignature:
            return None
        match payload:
            case {"a": str(account), "o": str(there)} if there == origin:
                return AccountId(account), claimed(payload.get("r"))
        return None


def _claim(region: str | None) -> dict[str, str]:
    return {} if region is None else {"r": region}


def same(given: str, expected: str) -> bool:
    """Return whether two tokens are equal, in a time that does not tell where they differ."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())

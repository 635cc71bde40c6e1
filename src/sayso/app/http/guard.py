"""Around every answer: headers that fence it, a limit on what comes in, and no error that tells of the inside."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_LIMIT = 16_384
"""Our longest form is far below this many bytes."""
LONG_BODY_LIMIT = 300_000
LONG = ("/officer/policy/check", "/officer/policy/propose")
"""Where an officer pastes a whole policy; spelt for the way, a sign may take three bytes."""

CSP = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
FENCE: dict[bytes, bytes] = {
    b"content-security-policy": CSP.encode(),
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"browsing-topics=(), camera=(), geolocation=(), microphone=()",
    b"x-robots-tag": b"noindex, nofollow",
}
SHARED = ("/ask/", "/elements/")
"""Where host products' pages may read what comes back, each origin only once its operator opened it."""
FAILED = "sayso.failed"
"""Under this name in a request's state stands the failure of what was tried before the request came here."""
_HTTPS_YEAR = b"max-age=31536000"

log = logging.getLogger("sayso.http")


def fenced_in(headers: list[tuple[bytes, bytes]], *, secure: bool) -> list[tuple[bytes, bytes]]:
    """Return *headers* with the fence that every answer has, unless it brought one of its own."""
    given = {name.lower() for name, _ in headers}
    headers += [(name, value) for name, value in FENCE.items() if name not in given]
    if b"cache-control" not in given:
        headers.append((b"cache-control", b"no-store"))
    if secure:
        headers.append((b"strict-transport-security", _HTTPS_YEAR))
    return headers


class TooLong(Exception):
    """A body went past the limit while it was read."""


class Guard:
    """Outermost: adds the fence to every answer, stops long bodies, and turns any failure into a plain page.

    *sorry* gives the page for a status and the number the failure is logged under, and what kind of page that is; it must not
    fail itself. *limit* is how many bytes an address takes.
    """

    def __init__(
        self,
        app: App,
        *,
        secure: bool,
        sorry: Callable[[Scope, int, str], tuple[bytes, bytes]],
        opened: frozenset[str] = frozenset(),
        limit: Callable[[str], int] = lambda _: BODY_LIMIT,
    ) -> None:
        self._app, self._secure, self._sorry = app, secure, sorry
        self._opened, self._limit = opened, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = {"begun": False}

        async def fenced(message: Message) -> None:
            if message["type"] == "http.response.start":
                state["begun"] = True
                message["headers"] = fenced_in([*message.get("headers", []), *self._shared(scope)], secure=self._secure)
            await send(message)

        limit = LONG_BODY_LIMIT if scope["path"] in LONG else self._limit(scope["path"])
        if self._declared(scope, limit) > limit:
            await self._say(scope, fenced, 413, "")
            return
        try:
            if (failed := scope.get("state", {}).get(FAILED)) is not None:
                raise failed  # it was tried already, and whether it was done is not known
            await self._app(scope, self._limited(receive, limit), fenced)
        except TooLong:
            await self._say(scope, fenced, 413, "")
        except Exception as error:  # noqa: BLE001  whatever it was, the reader gets a number and no more
            number = secrets.token_hex(4)
            # The place and the kind, never the text: it could hold what a person wrote.
            frames = traceback.extract_tb(error.__traceback__)
            place = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "?"
            log.error("request %s failed: %s at %s", number, type(error).__name__, place)
            if state["begun"]:
                raise ConnectionAbortedError("the answer had begun") from None
            await self._say(scope, fenced, 500, number)

    def _shared(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """Return what lets a page of an opened origin read this answer; nothing for any other page, and no cookie for any."""
        if not scope["path"].startswith(SHARED):
            return []
        origin = next((value for name, value in scope.get("headers", []) if name == b"origin"), b"")
        named = [(b"access-control-allow-origin", origin)] if origin.decode("latin-1") in self._opened else []
        return [*named, (b"vary", b"origin"), (b"cross-origin-resource-policy", b"cross-origin" if named else b"same-origin")]

    @staticmethod
    def _declared(scope: Scope, limit: int) -> int:
        for name, value in scope.get("headers", []):
            if name == b"content-length":
                return int(value) if value.isdigit() and len(value) < 12 else limit + 1
        return 0

    @staticmethod
    def _limited(receive: Receive, limit: int) -> Receive:
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLong
            return message

        return limited

    async def _say(self, scope: Scope, send: Send, status: int, number: str) -> None:
        body, kind = self._sorry(scope, status, number)
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

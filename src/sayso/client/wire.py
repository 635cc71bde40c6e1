"""How the client speaks: one connection, JSON both ways, problems as errors. It needs the standard library and msgspec."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from msgspec import Struct

T = TypeVar("T")
Came = tuple[int, Mapping[str, str], bytes]
"""Status, headers by names in small letters, body."""


class Answer(Struct, Generic[T], frozen=True, kw_only=True):
    """What came back: the value, its status, and the tag to send in `If-Match` when you change what you read."""

    value: T
    status: int
    headers: Mapping[str, str]

    @property
    def etag(self) -> str:
        """The `ETag`, empty where there is none."""
        return self.headers.get("etag", "")


class ProblemError(Exception):
    """What went wrong (RFC 9457): `slug` names the kind for programs, `detail` says it to people."""

    def __init__(self, status: int, slug: str, detail: str, headers: Mapping[str, str]) -> None:
        super().__init__(f"{status} {slug}: {detail}")
        self.status, self.slug, self.detail, self.headers = status, slug, detail, headers


class Send(Protocol):
    """Whatever carries a request to the service and brings back status, headers (names in small letters) and body."""

    def __call__(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Came:
        """Return what came back."""
        ...


class Connection:
    """One connection that is kept open, by the standard library. Not for several threads at once.

    A connection that the service closed meanwhile is opened anew, once; what was sent by then may have been done, so give what
    changes something an `idempotency_key`.
    """

    def __init__(self, base: str, *, timeout: float = 30.0) -> None:
        address = urlsplit(base)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        self._made = kind(address.netloc, timeout=timeout)

    def __call__(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Came:
        """Return what came back."""
        try:
            return self._once(method, target, headers, body)
        except (http.client.RemoteDisconnected, BrokenPipeError):
            self._made.close()
            if method not in ("GET", "PUT", "DELETE") and "idempotency-key" not in headers:
                raise
            return self._once(method, target, headers, body)

    def close(self) -> None:
        """End the connection."""
        self._made.close()

    def _once(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Came:
        self._made.request(method, target, body, dict(headers))
        came = self._made.getresponse()
        return came.status, {name.lower(): value for name, value in came.getheaders()}, came.read()


class Wire:
    """Sends what the rooms ask, with one key."""

    def __init__(self, send: Send, key: str) -> None:
        self._send, self._key = send, key

    def call(
        self,
        method: str,
        template: str,
        kind: Any,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: object = None,
    ) -> Answer[Any]:
        """Return the answer, read as *kind*; ProblemError for every failure."""
        target = template.format(**{name: quote(str(value), safe="") for name, value in (path or {}).items()})
        asked = {name: value for name, value in msgspec.to_builtins(dict(query or {})).items() if value is not None}
        if asked:
            target += "?" + urlencode(asked)
        sent = {name: value for name, value in (headers or {}).items() if value is not None}
        sent |= {"authorization": f"Bearer {self._key}", "accept": "*/*"}
        raw = None if body is None else msgspec.json.encode(body)
        if raw is not None:
            sent["content-type"] = "application/json"
        status, told, came = self._send(method, target, sent, raw)
        if status >= 400 or not 200 <= status < 300:
            raise _problem(status, told, came)
        value = came if kind is bytes else came.decode() if kind is str else msgspec.json.decode(came, type=kind)
        return Answer(value=value, status=status, headers=told)


def _problem(status: int, headers: Mapping[str, str], raw: bytes) -> ProblemError:
    try:
        said: Any = msgspec.json.decode(raw) if raw else {}
        slug, detail = str(said.get("type", "")).rsplit("/", 1)[-1], str(said.get("detail", ""))
    except (msgspec.DecodeError, AttributeError):
        slug, detail = "", ""
    return ProblemError(status, slug, detail, headers)

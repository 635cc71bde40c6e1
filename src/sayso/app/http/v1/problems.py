"""What went wrong, as programs read it (RFC 9457): a slug that stays, a status, and one line that says what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from fastapi import Response
from msgspec import Struct

MEDIA = "application/problem+json"


class Kind(Struct, frozen=True, kw_only=True):
    """One kind of problem: its status, what it means, and what the sender does about it."""

    status: int
    title: str
    next: str


KINDS: dict[str, Kind] = {
    "unreadable": Kind(status=400, title="the request is not what the description says", next="mend the body or the query"),
    "bad-cursor": Kind(status=400, title="the cursor is not of this list", next="begin at the first page"),
    "no-key": Kind(status=401, title="no key of ours was shown", next="send `Authorization: Bearer` with a key that is in use"),
    "no-scope": Kind(status=403, title="the key has not the scope for this", next="use a key made for it"),
    "refused": Kind(status=403, title="the policy, a right or a hold said no", next="nothing: it stays refused as things are"),
    "not-found": Kind(status=404, title="there is no such thing here", next="look at the list it would be in"),
    "no-method": Kind(status=405, title="this address does not do that", next="use a method that `Allow` names"),
    "conflict": Kind(status=409, title="it is not so any more", next="read it anew, then decide"),
    "notice-changed": Kind(status=409, title="these are not the words of now", next="ask anew; nothing was recorded"),
    "still-running": Kind(status=409, title="the same request is under way", next="send it again in a moment"),
    "answer-not-kept": Kind(status=409, title="it was done; its answer was a secret", next="revoke the key, make another"),
    "gone": Kind(status=410, title="it was here and is no more", next="nothing: it does not come back"),
    "stale": Kind(status=412, title="it was changed since you read it", next="read it anew, and send its new `ETag` in `If-Match`"),
    "too-long": Kind(status=413, title="the body is too long", next="send it in parts"),
    "wrong-type": Kind(status=415, title="the body is not of a type this address reads", next="send it as `application/json`"),
    "unfit": Kind(status=422, title="it can be read and cannot be done", next="mend what `detail` names"),
    "key-reused": Kind(status=422, title="this `Idempotency-Key` was another request's", next="give each one its own"),
    "no-precondition": Kind(status=428, title="this needs to know what you read", next="send the `ETag` you read in `If-Match`"),
    "too-often": Kind(status=429, title="too many requests", next="wait as long as `Retry-After` says"),
    "away": Kind(status=503, title="nobody can say now whether this token counts", next="send it again later, or use a key"),
    "failed": Kind(status=500, title="it went wrong on our side", next="send it again later; tell the operator the `number`"),
}  # fmt: skip
"""By slug. A slug is never used for anything else later; new ones may come."""
_OF_STATUS = {400: "unreadable", 401: "no-key", 403: "no-scope", 404: "not-found", 405: "no-method", 409: "conflict", 410: "gone",
              413: "too-long", 415: "wrong-type", 422: "unfit", 429: "too-often", 500: "failed", 503: "away"}  # fmt: skip


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One problem. `type` is an address of ours that explains the kind; `number` finds a failure in the operator's log."""

    type: str
    title: str
    status: int
    detail: str = ""
    number: str = ""


class Failure(Exception):
    """Raised where a request cannot be answered as asked."""

    def __init__(self, slug: str, detail: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(slug)
        self.slug, self.detail, self.headers = slug, detail, dict(headers or {})


def problem(slug: str, detail: str = "", number: str = "") -> Problem:
    """Return the problem of kind *slug*.

    >>> problem("stale").type, problem("stale").status
    ('/v1/problems/stale', 412)
    """
    kind = KINDS[slug]
    return Problem(type=f"/v1/problems/{slug}", title=kind.title, status=kind.status, detail=detail or kind.next, number=number)


def slug_of(status: int) -> str:
    """Return the kind that a bare *status* means."""
    return _OF_STATUS.get(status, "failed" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "unreadable")


def response(slug: str, detail: str = "", headers: Mapping[str, str] | None = None, *, number: str = "") -> Response:
    """Return the answer that says so."""
    said = problem(slug, detail, number)
    return Response(msgspec.json.encode(said), said.status, headers=dict(headers or {}), media_type=MEDIA)

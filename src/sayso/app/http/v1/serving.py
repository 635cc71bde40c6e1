"""How an operation becomes a route: read as declared, answered, tagged, and answered the same when it is sent twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute

from sayso.app.answered import Answered
from sayso.app.grants import ServiceKey
from sayso.app.hosts.kept import Clash, Running
from sayso.app.http.rights import anyone, service, services
from sayso.app.http.setting import Setting
from sayso.app.http.v1.ops import JSON, ZIP, Call, Nothing, Op, Reply
from sayso.app.http.v1.params import fits
from sayso.app.http.v1.problems import Failure, response
from sayso.app.http.v1.tags import assert_fresh, named, tag
from sayso.app.sent import fit
from sayso.app.views import TooOften
from sayso.facts.errors import Refused, Unfit

FRESH = {"cache-control": "private, no-cache", "vary": "authorization"}


def routes(table: Iterable[Op]) -> list[APIRoute]:
    """Return a route for each operation of *table*; reading ones answer HEAD as well."""
    table = list(table)
    reading = {op.path: op for op in table if op.method == "GET"}
    return [_route(op, reading.get(op.path)) for op in table]


def _route(op: Op, reading: Op | None) -> APIRoute:
    right: Callable[..., Any] = anyone if op.right == "anyone" else service if op.right == "any" else services[op.right]

    async def endpoint(request: Request, key: Any = Depends(right)) -> Response:  # noqa: B008  # how FastAPI is told
        try:
            call, raw = await _read(op, request, key)
            return await run_in_threadpool(_answer, op, reading, call, raw, request)
        except Failure as failure:
            return response(failure.slug, failure.detail, failure.headers)

    methods: list[str] = ["GET", "HEAD"] if op.method == "GET" and op.media != ZIP else [op.method]
    return APIRoute(op.path, endpoint, methods=methods, include_in_schema=False, name=op.name, response_model=None)


async def _read(op: Op, request: Request, key: ServiceKey | None) -> tuple[Call[Any, Any], bytes]:
    """Return the request as *op* reads it, and its body; Failure for what does not fit."""
    path = {name: str(value) for name, value in request.path_params.items()}
    if not fits(path):
        raise Failure("not-found")
    query = _query(op, request)
    raw = b"" if op.body is Nothing else await _body(op, request)
    body: Any = Nothing()
    if op.body is not Nothing:
        try:
            body = msgspec.json.decode(raw, type=op.body)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise Failure("unreadable", _plain(error)) from None
    once = request.headers.get("idempotency-key") if op.method == "POST" and op.changes else None
    if once is not None and not fit(once):
        raise Failure("unreadable", "an `Idempotency-Key` has 1 to 255 visible ASCII characters, such as a UUID")
    gpc = {"1": True}.get(request.headers.get("sec-gpc", ""))
    setting: Setting = request.app.state.setting
    return Call(of=op.name, setting=setting, key=key, path=path, query=query, body=body, once=once, gpc=gpc), raw


def _query(op: Op, request: Request) -> Any:
    given = request.query_params.multi_items()
    if len(dict(given)) != len(given):
        raise Failure("unreadable", "a part of the query is given twice")
    try:
        return msgspec.convert(dict(given), op.query, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise Failure("unreadable", _plain(error)) from None


async def _body(op: Op, request: Request) -> bytes:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != JSON:
        raise Failure("wrong-type")
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > op.limit:
            raise Failure("too-long", f"this address takes {op.limit} bytes")
    return bytes(raw)


def _answer(op: Op, reading: Op | None, call: Call[Any, Any], raw: bytes, request: Request) -> Response:
    """Return the answer of *op*; what a job refused or could not do is said as a problem."""
    try:
        if op.guarded and reading is not None:
            hosts = call.hosts
            with hosts.one:  # nobody changes it between the look and the change
                now = msgspec.json.encode(_value(reading.handle(_as(reading, call))))
                assert_fresh(request.headers.get("if-match"), tag(now))
                return _said(op, op.handle(call), request)
        if call.once is not None and call.key is not None and op.name not in NATIVE:
            return _once(op, call, call.key, raw, request)
        return _said(op, op.handle(call), request)
    except Clash as error:
        raise Failure("key-reused", str(error)) from None
    except Running as error:
        raise Failure("still-running", str(error)) from None
    except TooOften as error:
        raise Failure("too-often", str(error), {"retry-after": "86400"}) from None
    except Refused as error:
        raise Failure("refused", str(error)) from None
    except Unfit as error:
        raise Failure("unfit", str(error)) from None


NATIVE = frozenset({"choose"})
"""What the ledger itself answers once, in the transaction that records it."""


def _once(op: Op, call: Call[Any, Any], key: ServiceKey, raw: bytes, request: Request) -> Response:
    """Return the answer of a request under its sender's key: done now, or what it was when it was done."""
    kept, what = call.hosts.kept, f"{op.name} {request.url.path}?{request.url.query}\n".encode() + raw
    asked, before = kept.begin(key.id, str(call.once), what)
    if before is not None:
        if before.body is None:
            raise Failure("answer-not-kept")
        return Response(before.body, before.status, headers={"idempotent-replayed": "true"}, media_type=op.media)
    done: Answered | None = None
    try:
        made = _said(op, op.handle(call), request)
        done = Answered(status=made.status_code, body=None if op.secret else bytes(made.body) or b" ")
        return made
    finally:
        kept.end(asked, done)


def _said(op: Op, given: Any, request: Request) -> Response:
    """Return *given* as it goes out: tagged where it was read, empty where only its head was asked for."""
    reply = given if isinstance(given, Reply) else Reply(value=given)
    headers, status = dict(reply.headers), reply.status or op.status
    if op.media == ZIP:
        return StreamingResponse(reply.value, status, headers=headers, media_type=op.media)
    value = _value(reply)
    body = b"" if value is None else value if isinstance(value, bytes) else msgspec.json.encode(value)
    if op.method == "GET":
        mark = tag(body)
        headers = {"etag": mark, **FRESH, **headers}
        if named(request.headers.get("if-none-match", ""), mark, weak=True):
            return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return Response(None, status, headers={**headers, "content-length": str(len(body)), "content-type": op.media})
    return Response(body, status, headers=headers, media_type=op.media if body else None)


def _value(given: Any) -> Any:
    return given.value if isinstance(given, Reply) else given


def _as(reading: Op, call: Call[Any, Any]) -> Call[Any, Any]:
    """Return the call that reads what *call* would change."""
    return msgspec.structs.replace(call, of=reading.name, query=reading.query(), body=Nothing(), once=None)


def _plain(error: Exception) -> str:
    """Return where a request does not fit, without the value that stands there."""
    if not isinstance(error, msgspec.ValidationError):
        return "the body is not JSON in UTF-8"
    missing, place = re.search(r"missing required field `(\w+)`", str(error)), re.search(r"at `(\$[^`]{0,100})`$", str(error))
    if missing is not None:
        return f"`{missing[1]}` is missing; the description says what is needed"
    return f"what stands at `{'$' if place is None else place[1]}` is not what the description says; mend it"

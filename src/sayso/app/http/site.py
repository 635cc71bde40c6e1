"""The site, put together: setting, routes, failures in words, and the fence around it all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request as PlainRequest

from sayso.app.http import (
    asking,
    chats,
    choice,
    console,
    door,
    elements,
    ends,
    officers,
    orders,
    policies,
    releases,
    review,
    showing,
    signin,
    stating,
    takeouts,
    traces,
    v1,
    watching,
    wellknown,
)
from sayso.app.http.desk import Desk
from sayso.app.http.guard import BODY_LIMIT, Guard, Scope
from sayso.app.http.limits import Pace, Strikes
from sayso.app.http.links import SHORTEST_KEY, Spent
from sayso.app.http.rights import refuse_undeclared
from sayso.app.http.sessions import Passes, Sessions
from sayso.app.http.setting import Setting
from sayso.app.http.v1 import problems
from sayso.app.http.v1.methods import methods, widest
from sayso.app.pages import Pages, asking_words
from sayso.app.stranger import verify_page
from sayso.facts.errors import Refused, Unfit

if TYPE_CHECKING:
    from sayso.app.oidc.access import Access
    from sayso.app.oidc.provider import Provider

SAID_ON = ("Allow", "retry-after", "www-authenticate")
"""Headers of a failure that are told."""
EXPLAINED = (400, 401, 403, 404, 405, 409, 410, 413, 415, 429)


def create_app(
    desk: Desk,
    *,
    secret: bytes,
    base_url: str,
    secure: bool,
    operator: str = "sayso",
    log_key: str = "",
    open_to: Iterable[str] = (),
    provider: Provider | None = None,
    access: Access | None = None,
    security: wellknown.Security | None = None,
) -> FastAPI:
    """Return the site that shows what *desk* gives.

    *secret* signs links and sessions (32 bytes at least); *base_url* is where people reach it; *secure* says it is reached
    over https, and sets the cookies and headers for that. *operator* is the name people know the service by;
    *log_key* is the log's public key, filled in on the page that checks receipts. *open_to* are the origins of host products
    whose pages may hold the question; every other page is denied. *security* is what `security.txt` says; without it there is
    no such file. *provider* signs officers in, beside the links; tokens of *access* let programs in, beside the keys.
    """
    if len(secret) < SHORTEST_KEY:
        raise Unfit(f"the secret has {len(secret)} bytes; make one of {SHORTEST_KEY} at least")
    address = urlsplit(base_url)
    if address.path not in ("", "/") or address.query or address.fragment:
        raise Unfit(f"the base address `{base_url[:80]}` has a path; give the pages a host of their own")
    if address.scheme not in ("http", "https") or not address.netloc or (secure and address.scheme != "https"):
        raise Unfit(
            f"the base address `{base_url[:80]}` is not {'https' if secure else 'http or https'}; write it like https://say.example"
        )
    # No generated API pages: what is not meant for people to see is not there.
    app = FastAPI(title="sayso", docs_url=None, redoc_url=None, openapi_url=None)
    pages = Pages(operator)
    opened = frozenset(opened_origin(one, secure=secure) for one in open_to)
    setting = Setting(
        desk=desk,
        pages=pages,
        sessions=Sessions(secret, now=desk.now, secure=secure),
        passes=Passes(secret, now=desk.now),
        secret=secret,
        origin=_origin(address),
        opened=opened,
        asking=asking_words(),
        secure=secure,
        spent=Spent(),
        strikes=Strikes(),
        pace=Pace(),
        stranger=verify_page(log_key),
        security=security,
        provider=provider,
        access=access,
    )
    app.state.setting = setting
    own = (choice.routes, stating.routes, chats.routes, takeouts.routes, traces.routes, ends.routes)
    work = (
        officers.routes,
        console.routes,
        orders.routes,
        policies.routes,
        releases.routes,
        review.routes,
        asking.routes,
        watching.routes,
    )
    for routes in (door.routes, signin.routes, *own, *work, elements.routes, wellknown.routes, showing.routes):
        # Side by side in one flat list, so that the check below sees every one of them in every version of FastAPI.
        app.router.routes.extend(routes.routes)
    app.router.routes.extend(v1.routes)
    app.add_exception_handler(HTTPException, _said_no)
    app.add_exception_handler(RequestValidationError, _unread)
    app.add_exception_handler(Refused, _refused)
    app.add_middleware(
        Guard,
        secure=secure,
        opened=opened,
        sorry=lambda scope, status, number: _sorry(setting, scope, status, number),
        limit=lambda path: widest(v1.TABLE, path, BODY_LIMIT),
    )
    refuse_undeclared(app)
    return app


def opened_origin(text: str, *, secure: bool) -> str:
    """Return the origin that *text* names, as browsers write it; Unfit for a path, a pattern, or http where people come by https.

    >>> opened_origin("https://Chat.example:443", secure=True)
    'https://chat.example'
    """
    address = urlsplit(text)
    try:
        whole = bool(address.hostname) and address.port is not False
    except ValueError:
        whole = False
    plain = re.fullmatch(r"[A-Za-z0-9.\-\[\]:]+", address.netloc) is not None
    if not whole or not plain or address.path not in ("", "/") or address.query or address.fragment:
        raise Unfit(f"`{text[:80]}` is no origin; write one like https://chat.example, without path or pattern")
    if address.scheme != "https" and (secure or address.scheme != "http"):
        raise Unfit(f"the origin `{text[:80]}` is not https; a question on it could be changed on the way")
    return _origin(address)


def _origin(address: SplitResult) -> str:
    """Return *address* as a browser writes an origin: small letters, and no port that goes without saying."""
    usual = {"http": 80, "https": 443}[address.scheme]
    port = f":{address.port}" if address.port not in (None, usual) else ""
    host = address.hostname or ""
    return f"{address.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _page(request: Request, status: int) -> Response:
    setting: Setting = request.app.state.setting
    if request.url.path.startswith("/ask/"):
        return elements.sorry(request, setting, status)
    if request.url.path.startswith("/v1/"):
        return problems.response(problems.slug_of(status))
    shown = status if status in EXPLAINED else (500 if status >= 500 else 400)
    session = setting.sessions.of(request) if shown not in (401, 410) else None
    response = setting.show(request, "error", code=status, session=session, status=shown, number="")
    if shown in (401, 410):
        setting.sessions.end(response)
    return response


async def _said_no(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405 and (allowed := methods(v1.TABLE, request.url.path)):
        # Starlette names the methods of the first route alone; several may share one address.
        told = {"allow": ", ".join(allowed)}
        return Response(None, 204, headers=told) if request.method == "OPTIONS" else problems.response("no-method", headers=told)
    response = _page(request, error.status_code if isinstance(error, HTTPException) else 500)
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update({name.lower(): error.headers[name] for name in SAID_ON if name in error.headers})
    return response


async def _unread(request: Request, _: Exception) -> Response:
    """A path or query of the wrong shape names nothing."""
    return _page(request, 404)


async def _refused(request: Request, _: Exception) -> Response:
    """The desk said no where no route expected it: the reader learns that, and not why."""
    return _page(request, 403)


def _sorry(setting: Setting, scope: Scope, status: int, number: str) -> tuple[bytes, bytes]:
    """Return the page for a failure, from the request's headers alone, and its kind."""
    if scope["path"].startswith("/v1/"):
        said = problems.response(problems.slug_of(status), number=number)
        return bytes(said.body), problems.MEDIA.encode()
    language = setting.spoken(PlainRequest(scope))
    return setting.pages.render("error", language, status=status, number=number).encode(), b"text/html; charset=utf-8"

"""Who may enter what: every route names one right, and a route that names none does not start.

Rights are dependencies; a person is never an officer, an officer never a person, a service neither. What an officer may do are
their roles, what a service may do the scopes of its key or token; both are looked up anew for every request.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.routing import APIRoute
from msgspec.structs import replace

from sayso.app.grants import SCOPES, Role, Scope, ServiceKey
from sayso.app.http.forms import Form, visiting_form
from sayso.app.http.limits import address
from sayso.app.http.links import open_link
from sayso.app.http.sessions import Session
from sayso.app.http.setting import Setting, setting_of
from sayso.app.views import PersonView
from sayso.facts.errors import Broken, Refused
from sayso.facts.instants import from_epoch

log = logging.getLogger("sayso.http")


class Holder:
    """A person who is in: the session and the account as it stands."""

    def __init__(self, session: Session, view: PersonView) -> None:
        self.session, self.view = session, view
        self.account = view.account


def anyone() -> None:
    """Let everybody in."""


def person(request: Request, setting: Annotated[Setting, Depends(setting_of)]) -> Holder:
    """Let in the holder of an account that exists, and say who it is; anybody else gets 401, 403 or 410."""
    session = _session(request, setting, "person")
    try:
        view = setting.desk.person(session.account)
    except Refused:
        raise HTTPException(410) from None
    if view.deleted_at is not None:
        raise HTTPException(410)
    if view.account != session.account:
        raise HTTPException(403)
    return Holder(session, view)


def leaver(request: Request, setting: Annotated[Setting, Depends(setting_of)]) -> Holder:
    """Let in the holder of an account that was deleted and is still known, to take that back or to see what became of it."""
    session = _session(request, setting, "person")
    try:
        view = setting.desk.person(session.account)
    except Refused:
        raise HTTPException(410) from None
    if view.deleted_at is None or view.account != session.account:
        raise HTTPException(403)
    return Holder(session, view)


def _officer(role: Role, verb: str) -> Callable[..., Session]:
    """Return the right of officers who have *role*; a person gets 403, and so does an officer without it or who ended."""

    def officer(request: Request, setting: Annotated[Setting, Depends(setting_of)]) -> Session:
        session = _session(request, setting, "officer")
        roles = _roles(session, setting)
        if role not in roles:
            raise HTTPException(403)
        return replace(session, roles=roles)

    officer.__name__ = verb
    return officer


def _roles(session: Session, setting: Setting) -> frozenset[Role]:
    """Return what an officer may do now: as named here, or as the provider gave it, if both still trust them."""
    if session.given is None:
        return setting.desk.roles(session.account)
    if setting.provider is None:
        return frozenset()
    return setting.desk.guest_roles(session.account, session.given & setting.provider.trust.all_roles(), from_epoch(session.since))


reads, operates, holds, approves, audits = (
    _officer("read", "reads"),
    _officer("operate", "operates"),
    _officer("hold", "holds"),
    _officer("approve", "approves"),
    _officer("audit", "audits"),
)
OFFICERS = {"reads": "read", "operates": "operate", "holds": "hold", "approves": "approve", "audits": "audit"}
"""The rights of officers, and the role each asks for."""


def _service(scope: Scope | None) -> Callable[..., ServiceKey]:
    """Return the right of services whose key has *scope*; of any whose key is in use, for none."""

    def service(request: Request, setting: Annotated[Setting, Depends(setting_of)]) -> ServiceKey:
        at = setting.desk.now()
        setting.strikes.assert_open(request, at)
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        shown = text.strip() if kind.lower() == "bearer" else ""
        key = setting.desk.key(shown) or _vouched(setting, shown, at)
        if key is None:
            if text:
                setting.strikes.count(address(request), at)
            raise HTTPException(401, headers={"www-authenticate": "Bearer"})
        setting.pace.assert_slow(key.id, at)
        if scope is not None and scope not in key.scopes:
            raise HTTPException(403)
        return key

    service.__name__ = f"service {scope or 'any'}"
    return service


def _vouched(setting: Setting, text: str, at: datetime) -> ServiceKey | None:
    """Return what an issuer's access token lets in, `None` for what is none; 401 for one that is over, 503 while it is away."""
    if setting.access is None or text.count(".") != 2:
        return None
    try:
        shown = setting.access.shown(text, at)
    except Broken as error:
        log.warning("%s", error)
        raise HTTPException(503, headers={"retry-after": "60"}) from None
    except Refused as error:
        log.warning("a token was refused: %s", error)
        if not error.detail.get("late"):
            return None
        # Its holder asks for another: that is no guess, and locks nobody out.
        raise HTTPException(401, headers={"www-authenticate": 'Bearer error="invalid_token"'}) from None
    return shown.key if setting.desk.host(shown.client, shown.number, shown.made) else None


service = _service(None)
services = {scope: _service(scope) for scope in SCOPES}


def either(request: Request, setting: Annotated[Setting, Depends(setting_of)]) -> Session:
    """Let in whoever has a session, to end it."""
    session = setting.sessions.of(request)
    if session is None:
        raise HTTPException(401)
    return session


class Guest(Holder):
    """A person whom a host product brought to an element on a page of its own, and the pass that element goes on with."""

    def __init__(self, session: Session, view: PersonView, ticket: str) -> None:
        super().__init__(session, view)
        self.ticket = ticket


def guest(
    request: Request, form: Annotated[Form, Depends(visiting_form)], setting: Annotated[Setting, Depends(setting_of)]
) -> Guest:
    """Let in who shows a fresh link of the host, which is spent, or the pass that came of one; anybody else gets 403 or 410."""
    origin, at = request.headers["origin"], setting.desk.now()
    passed = setting.passes.of(form.get("pass", ""), origin)
    if passed is None:
        try:
            bearer = open_link(setting.secret, form.get("link", ""), at=at)
        except Refused:
            raise HTTPException(403) from None
        if bearer.kind != "person" or not setting.spent.enter(bearer.number, ends=bearer.ends, at=at):
            raise HTTPException(403)
        passed = bearer.account, bearer.region
    account, region = passed
    try:
        view = setting.desk.person(account)
    except Refused:
        raise HTTPException(410) from None
    if view.deleted_at is not None or view.account != account:
        raise HTTPException(410)
    session = Session(kind="person", account=account, form_token="", region=region)
    return Guest(session, view, setting.passes.make(account, origin, region))


RIGHTS = (
    anyone, person, leaver, either, guest, reads, operates, holds, approves, audits, service, *services.values(),
)  # fmt: skip


def _session(request: Request, setting: Setting, kind: str) -> Session:
    session = setting.sessions.of(request)
    if session is None:
        raise HTTPException(401)
    if session.kind != kind:
        raise HTTPException(403)
    return session


def right_of(route: Any) -> str | None:
    """Return the name of the one right *route* declares, or `None` where it declares none or several."""
    if not isinstance(route, APIRoute):
        return None
    named = {right.__name__ for right in RIGHTS if right in _calls(route.dependant)}
    return named.pop() if len(named) == 1 else None


def refuse_undeclared(app: FastAPI) -> None:
    """Stop the start where a route declares no right: what nobody opened stays closed."""
    open_ended = [str(getattr(route, "path", route)) for route in app.routes if right_of(route) is None]
    if open_ended:
        raise Broken(f"route `{open_ended[0]}` does not say who may enter; give it one of {', '.join(r.__name__ for r in RIGHTS)}")


def _calls(dependant: Any) -> Iterable[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)

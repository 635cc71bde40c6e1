"""Officers who sign in at their own organisation: there and back, and out again.

What goes there is bound to the browser that began: a number in a cookie of its own, good for ten minutes and once. From that number
and our secret come the nonce and the verifier, so that neither leaves this process before the provider is to see it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer

from sayso.app.http.limits import address
from sayso.app.http.links import serializer
from sayso.app.http.rights import anyone
from sayso.app.http.sessions import same
from sayso.app.http.setting import Setting, setting_of
from sayso.facts.errors import Broken, Refused

if TYPE_CHECKING:
    from sayso.app.oidc.provider import Provider

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]
AWAY_SECONDS = 600
"""So long somebody may take to sign in at the provider."""
BACK = "/officer/signed-in"
_PLACE = re.compile(r"/officer(?:/[a-z]{1,20}){0,2}")
_ANSWER = ("code", "state", "iss", "error")
_LONGEST = 2_000

log = logging.getLogger("sayso.http")


def _provider(setting: Setting) -> Provider:
    """Return who signs officers in; 404 where nobody does."""
    if setting.provider is None:
        raise HTTPException(404)
    return setting.provider


@routes.get("/officer/sign-in", dependencies=[Depends(anyone)])
def begin(request: Request, setting: Site) -> Response:
    """Send the browser to the provider; nothing changes here but a cookie that knows it when it comes back."""
    asked, at = _provider(setting), setting.desk.now()
    setting.strikes.assert_open(request, at)
    state, wanted = secrets.token_urlsafe(24), request.query_params.get("to", "")
    nonce, verifier = _bound(setting, state)
    try:
        there = asked.address(setting.origin + BACK, state=state, nonce=nonce, verifier=verifier, at=at)
    except Broken as error:
        return _away(request, setting, error)
    response = RedirectResponse(there, 303)
    # Only a page of officers, by its path: whoever made the link must not choose where somebody ends up who is in.
    to = wanted if _PLACE.fullmatch(wanted) else "/officer"
    token = _signed(setting).dumps({"s": state, "t": to})
    response.set_cookie(
        _cookie(setting), token, max_age=AWAY_SECONDS, path="/", secure=setting.secure, httponly=True, samesite="lax"
    )
    return response


@routes.get(BACK, dependencies=[Depends(anyone)])
def back(request: Request, setting: Site) -> Response:
    """Let in who comes back from the provider with a role: the session there was ends, a new one begins, at a clean address."""
    asked, at = _provider(setting), setting.desk.now()
    setting.strikes.assert_open(request, at)
    try:
        answer = _answer(request)
        state, to = _begun(request, setting, answer.get("state", ""), at)
        nonce, verifier = _bound(setting, state)
        came = asked.came(answer, setting.origin + BACK, nonce=nonce, verifier=verifier, at=at)
    except Refused as error:
        setting.strikes.count(address(request), at)
        log.warning("a sign-in was refused: %s", error)
        return _clear(setting, _told(request, setting, 403, "refused"))
    except Broken as error:
        return _clear(setting, _away(request, setting, error))
    if not came.roles:
        log.warning("a sign-in was refused: the provider gives %s no role that is listed here", came.name)
        return _clear(setting, _told(request, setting, 403, "no_role", who=came.name))
    if not setting.desk.sign_in(came.name, came.subject, came.roles, asked.trust.issuer):
        log.warning("a sign-in was refused: %s was ended here", came.name)
        return _clear(setting, _told(request, setting, 403, "ended", who=came.name))
    response = RedirectResponse(to, 303)
    setting.sessions.forget(request)
    setting.sessions.begin_given(response, came.name, came.roles, at)
    return _clear(setting, response)


@routes.get("/officer/left", dependencies=[Depends(anyone)])
def left(request: Request, setting: Site) -> Response:
    """Lead on to sign out at the provider too, for whoever is out here; to the landing page where it offers nothing of the kind."""
    if setting.sessions.of(request) is not None or setting.provider is None:
        return RedirectResponse("/", 303)
    try:
        there = setting.provider.goodbye(setting.origin + "/", setting.desk.now())
    except Broken as error:
        log.warning("%s", error)
        there = None
    if there is None:
        return RedirectResponse("/?done=left", 303)
    response = _told(request, setting, 200, "left", there=there)
    # Led on from a page of its own: a form of ours must not lead anywhere else, not even by a redirect.
    response.headers["refresh"] = f"0; url={there}"
    return response


def _answer(request: Request) -> dict[str, str]:
    """Return what came back, each part once and none too long; Refused otherwise."""
    found = [(name, value) for name, value in request.query_params.multi_items() if name in _ANSWER]
    answer = dict(found)
    if len(answer) != len(found) or any(not 0 < len(value) <= _LONGEST for value in answer.values()):
        raise Refused("an answer is not shaped like one")
    return answer


def _begun(request: Request, setting: Setting, state: str, at: datetime) -> tuple[str, str]:
    """Return number and wanted page of the sign-in that this very browser began; Refused if it did not, or came back before."""
    try:
        said = _signed(setting).loads(request.cookies.get(_cookie(setting), "")[:_LONGEST], max_age=AWAY_SECONDS)
    except BadSignature:
        raise Refused("it was not begun in this browser, or too long ago") from None
    if not same(state, said["s"]):
        raise Refused("it was not begun in this browser")
    if not setting.spent.enter(f"signin {state}", ends=at + timedelta(seconds=AWAY_SECONDS), at=at):
        raise Refused("its answer came a second time")
    return said["s"], said["t"]


def _bound(setting: Setting, state: str) -> tuple[str, str]:
    """Return the nonce and the PKCE verifier of the sign-in *state*, which nobody can make without our secret."""

    def made(what: str) -> str:
        raw = hmac.new(setting.secret, f"sayso/signin/{what}/v1\0{state}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    return made("nonce"), made("verifier")


def _signed(setting: Setting) -> URLSafeTimedSerializer:
    key = hmac.new(setting.secret, b"sayso/signin/v1", hashlib.sha256).digest()
    return serializer(key, "sayso.signin/v1", setting.desk.now)


def _cookie(setting: Setting) -> str:
    return "__Host-sayso-signin" if setting.secure else "sayso-signin"


def _clear(setting: Setting, response: Response) -> Response:
    """Return *response* taking the cookie of the sign-in off the browser: it was good once."""
    response.delete_cookie(_cookie(setting), path="/", secure=setting.secure, httponly=True, samesite="lax")
    return response


def _away(request: Request, setting: Setting, error: Broken) -> Response:
    log.warning("%s", error)
    return _told(request, setting, 503, "away")


def _told(request: Request, setting: Setting, code: int, why: str, *, who: str = "", there: str = "") -> Response:
    """Return the page that says what became of it; who comes from elsewhere has no menu on it, whoever they are here."""
    return setting.show(request, "signin", code=code, why=why, who=who, there=there)

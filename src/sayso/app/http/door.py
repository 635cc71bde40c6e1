"""The way in and out: the landing page, links turned into sessions, and the files the pages refer to.

A link is opened in two steps. GET shows a page and changes nothing, since mail scanners and previews fetch links too; the
button on it posts the link back, which spends it, begins the session and leads to an address without the token.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from sayso.app.http.forms import Form, door_form, own_form
from sayso.app.http.limits import address
from sayso.app.http.links import open_link
from sayso.app.http.rights import anyone, either
from sayso.app.http.setting import Setting, setting_of
from sayso.app.pages import static_files
from sayso.facts.errors import Refused
from sayso.facts.words import AccountId

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]
_FILES = static_files()
_KEEP = {"cache-control": "public, max-age=3600"}


@routes.get("/", dependencies=[Depends(anyone)])
def landing(request: Request, setting: Site) -> Response:
    """Say what this is and how to get in."""
    session = setting.sessions.of(request)
    signs = setting.provider is not None
    return setting.show(
        request, "landing", session=session, signs=signs, left=request.query_params.get("done") == "left" and session is None
    )


@routes.get("/enter", dependencies=[Depends(anyone)])
def before(request: Request, setting: Site) -> Response:
    """Show what a link leads to; nothing is spent yet."""
    token = request.query_params.get("t", "")
    if not token:
        return RedirectResponse("/", 303)
    try:
        bearer = open_link(setting.secret, token, at=setting.desk.now())
    except Refused:
        raise HTTPException(403) from None
    # The token in the form equals the one in the cookie, so that no other site can send somebody in.
    cookie = Response()
    door = setting.sessions.open_door(request, cookie)
    response = setting.show(request, "enter", bearer=bearer, link=token, door=door)
    response.headers.append("set-cookie", cookie.headers["set-cookie"])
    return response


@routes.post("/enter", dependencies=[Depends(anyone)])
def enter(request: Request, form: Annotated[Form, Depends(door_form)], setting: Site) -> Response:
    """Spend the link, end the session there was in this browser, begin a new one, lead on to a clean address."""
    at = setting.desk.now()
    setting.strikes.assert_open(request, at)
    try:
        bearer = open_link(setting.secret, form.text("link"), at=at)
    except Refused:
        setting.strikes.count(address(request), at)
        raise HTTPException(403) from None
    if not setting.spent.enter(bearer.number, ends=bearer.ends, at=at):
        raise HTTPException(403)
    place = bearer.to
    if (bearer.kind == "officer") != (place == "/officer"):
        place = "/officer" if bearer.kind == "officer" else "/me/choice"
    if bearer.kind == "person" and _has_left(setting, bearer.account):
        place = "/me/left"
    response = RedirectResponse(place, 303)
    setting.sessions.forget(request)
    setting.sessions.begin(response, bearer.kind, bearer.account, bearer.region)
    response.delete_cookie(setting.sessions.door, path="/", secure=setting.secure, httponly=True, samesite="lax")
    return response


def _has_left(setting: Setting, account: AccountId) -> bool:
    """Return whether *account* was deleted and is still known: its holder comes to take that back, or to see what became of it."""
    try:
        return setting.desk.person(account).deleted_at is not None
    except Refused:
        return False


@routes.post("/leave", dependencies=[Depends(either), Depends(own_form)])
def leave(request: Request, setting: Site) -> Response:
    """End the session, here and for whoever has a copy of its cookie; then at the provider, for whom that signed in."""
    session = setting.sessions.of(request)
    setting.sessions.forget(request)
    signed = session is not None and session.given is not None
    response = RedirectResponse("/officer/left" if signed else "/?done=left", 303)
    setting.sessions.end(response)
    return response


@routes.get("/static/{name}", dependencies=[Depends(anyone)])
def static(name: str) -> Response:
    """Give one of the few files there are; the name is looked up, never opened."""
    if name not in _FILES:
        raise HTTPException(404)
    body, kind = _FILES[name]
    return Response(body, media_type=kind, headers=_KEEP)


@routes.get("/verify.html", dependencies=[Depends(anyone)])
def stranger(setting: Site) -> Response:
    """Give the page that checks a file in the reader's browser; the same file works from their disk."""
    # Its own fence: its one script may run, and unlike on every other page nothing else is loaded, not even from here.
    fence = f"{setting.stranger.fence}; frame-ancestors 'none'"
    return HTMLResponse(setting.stranger.html, headers={**_KEEP, "content-security-policy": fence})


@routes.get("/robots.txt", dependencies=[Depends(anyone)])
def robots() -> Response:
    """Ask search engines to stay out."""
    return PlainTextResponse("User-agent: *\nDisallow: /\n", headers=_KEEP)


@routes.get("/healthz", dependencies=[Depends(anyone)])
def health(setting: Site) -> Response:
    """Say that the site answers, and whether it goes on with a policy whose copy went bad: it would not start again."""
    return PlainTextResponse("warn: the copy of a policy is damaged\n" if setting.desk.damaged() else "ok\n")

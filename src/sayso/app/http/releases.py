"""Releases and recalls on the officers' pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from sayso.app.console.lists import Lines
from sayso.app.console.releases import ReleaseDesk
from sayso.app.http.console import Desk, Reader, Site, number
from sayso.app.http.forms import Form, own_form
from sayso.app.http.orders import told
from sayso.app.http.rights import operates
from sayso.app.http.sessions import Session
from sayso.app.http.setting import Setting
from sayso.facts.errors import SaysoError, Unfit

routes = APIRouter()
Sent = Annotated[Form, Depends(own_form)]
Operator = Annotated[Session, Depends(operates)]
_DONE = ("recalled", "noted", "confirmed")
_LONGEST = 200


def release_desk(desk: Desk) -> ReleaseDesk:
    """Return what stands behind these pages."""
    return desk.releases


Releases = Annotated[ReleaseDesk, Depends(release_desk)]


@routes.get("/officer/releases")
def releases(request: Request, session: Reader, setting: Site, desk: Releases) -> Response:
    """List the releases, and which runs nobody confirmed a recall of."""
    return setting.show(request, "console/releases", session=session, items=desk.all())


@routes.get("/officer/release")
def release(request: Request, session: Reader, setting: Site, desk: Releases) -> Response:
    """Show one release, its card, its recalls and its runs."""
    return _release(request, session, setting, desk, request.query_params.get("of", ""))


@routes.get("/officer/release/rows")
def rows(request: Request, session: Reader, setting: Site, desk: Releases) -> Response:
    """List some rows of a release by pseudonym; that they were shown is recorded."""
    asked = request.query_params
    name, what = asked.get("of", ""), asked.get("what", "")
    try:
        found = desk.rows(session.account, name, only=what == "withdrawn", start=number(asked.get("from", "0")))
    except Unfit:
        raise HTTPException(404) from None
    return _rows(request, session, setting, found, name, "rows_withdrawn" if what == "withdrawn" else "rows")


@routes.get("/officer/release/left-out")
def left_out(request: Request, session: Reader, setting: Site, desk: Releases) -> Response:
    """List some conversations that a release left out for one reason; that they were shown is recorded."""
    asked = request.query_params
    name, why = asked.get("of", ""), asked.get("is", "")
    if len(why) > _LONGEST:
        raise HTTPException(404)
    try:
        found = desk.left_out(session.account, name, why, number(asked.get("from", "0")))
    except Unfit:
        raise HTTPException(404) from None
    return _rows(request, session, setting, found, name, "left_out")


@routes.post("/officer/release/recall")
def recall(request: Request, session: Operator, form: Sent, setting: Site, desk: Releases) -> Response:
    """Look anew at every row of a release."""
    name = form.text("of")
    try:
        desk.recall(session.account, name, form.text("why"))
    except SaysoError as error:
        return _release(request, session, setting, desk, name, told(error))
    return _back(name, "recalled")


@routes.post("/officer/release/run")
def run(request: Request, session: Operator, form: Sent, setting: Site, desk: Releases) -> Response:
    """Note that a training run began."""
    name = form.text("of")
    try:
        desk.begin(session.account, name, form.text("run").strip(), form.text("why"))
    except SaysoError as error:
        return _release(request, session, setting, desk, name, told(error))
    return _back(name, "noted")


@routes.post("/officer/release/confirm")
def confirm(request: Request, session: Operator, form: Sent, setting: Site, desk: Releases) -> Response:
    """Note that a run takes in what was withdrawn so far."""
    name = form.text("of")
    try:
        desk.confirm(session.account, name, form.text("run"), form.text("why"))
    except SaysoError as error:
        return _release(request, session, setting, desk, name, told(error))
    return _back(name, "confirmed")


def _back(name: str, done: str) -> Response:
    return RedirectResponse(f"/officer/release?of={name}&done={done}", 303)


def _release(request: Request, session: Session, setting: Setting, desk: ReleaseDesk, name: str, wrong: str = "") -> Response:
    try:
        seen = desk.card(name)
    except Unfit:
        raise HTTPException(404) from None
    done = request.query_params.get("done", "")
    return setting.show(
        request, "console/release", code=409 if wrong else 200, here="/officer/release",
        session=session, seen=seen, wrong=wrong, done=done if done in _DONE and not wrong else "",
    )  # fmt: skip


def _rows(request: Request, session: Session, setting: Setting, found: Lines, release: str, what: str) -> Response:
    following = None if found.following is None else request.url.include_query_params(**{"from": found.following}).query
    place = request.url.path
    return setting.show(
        request, "console/release_rows", session=session, found=found, following=following, release=release, what=what, place=place
    )

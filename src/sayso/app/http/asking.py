"""Requests for rights: what a person asks on their own pages, and what officers note of every one of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from sayso.app.console.asked import AskedDesk
from sayso.app.http.console import Desk, Reader, Site, number
from sayso.app.http.forms import Form, own_form
from sayso.app.http.orders import told
from sayso.app.http.rights import Holder, operates, person
from sayso.app.http.sessions import Session
from sayso.app.http.setting import Setting
from sayso.app.jobs.asked import WANTED
from sayso.facts.errors import SaysoError, Unfit
from sayso.facts.instants import parse_instant

routes = APIRouter()
Sent = Annotated[Form, Depends(own_form)]
Operator = Annotated[Session, Depends(operates)]
Person = Annotated[Holder, Depends(person)]
_DONE = ("added", "extended", "closed")


def asked_desk(desk: Desk) -> AskedDesk:
    """Return what stands behind the officers' page."""
    return desk.asked


Requests = Annotated[AskedDesk, Depends(asked_desk)]


@routes.get("/me/requests")
def mine(request: Request, holder: Person, setting: Site) -> Response:
    """Show what the person asked for and by when it is answered, and the form to ask."""
    found, now = setting.desk.asked(holder.account), setting.desk.now()
    done = request.query_params.get("done") == "asked"
    return setting.show(request, "requests", session=holder.session, items=found, now=now, wanted=WANTED, done=done)


@routes.post("/me/requests")
def ask(holder: Person, form: Sent, setting: Site) -> Response:
    """Take in what a person asks for; asked twice it is one request."""
    if form.text("what") not in WANTED:
        raise HTTPException(400)
    setting.desk.ask(holder.account, form["what"])
    return RedirectResponse("/me/requests?done=asked", 303)


@routes.get("/officer/requests")
def requests(request: Request, session: Reader, setting: Site, desk: Requests) -> Response:
    """Show the requests that are open, what is due first on top."""
    return _requests(request, session, setting, desk)


@routes.post("/officer/requests/add")
def add(request: Request, session: Operator, form: Sent, setting: Site, desk: Requests) -> Response:
    """Write down a request that came another way."""
    try:
        day = parse_instant(form["received"], what="received") if form.get("received") else None
        desk.add(session.account, form.text("what"), form.get("account", "").strip(), form.get("file", "").strip(), day)
    except SaysoError as error:
        return _requests(request, session, setting, desk, told(error))
    return RedirectResponse("/officer/requests?done=added", 303)


@routes.post("/officer/requests/extend")
def extend(request: Request, session: Operator, form: Sent, setting: Site, desk: Requests) -> Response:
    """Take longer to answer, with the reason the person was told."""
    try:
        day = parse_instant(form["until"], what="until") if form.get("until") else None
        desk.extend(session.account, number(form.text("number")), form.text("why"), day)
    except SaysoError as error:
        return _requests(request, session, setting, desk, told(error))
    return RedirectResponse("/officer/requests?done=extended", 303)


@routes.post("/officer/requests/close")
def close(request: Request, session: Operator, form: Sent, setting: Site, desk: Requests) -> Response:
    """Note that a request was answered."""
    how = form.text("how")
    if how not in ("done", "refused"):
        raise HTTPException(400)
    try:
        desk.close(session.account, number(form.text("number")), form.text("why"), refused=how == "refused")
    except SaysoError as error:
        return _requests(request, session, setting, desk, told(error))
    return RedirectResponse("/officer/requests?done=closed", 303)


def _requests(request: Request, session: Session, setting: Setting, desk: AskedDesk, wrong: str = "") -> Response:
    asked = request.query_params
    state = asked.get("is", "")
    try:
        seen = desk.view(session.account, state, number(asked.get("from", "0")))
    except Unfit:
        raise HTTPException(404) from None
    following = None if seen.following is None else request.url.include_query_params(**{"from": seen.following}).query
    done = asked.get("done", "")
    return setting.show(
        request, "console/requests", code=409 if wrong else 200, here="/officer/requests",
        session=session, seen=seen, state=state, wanted=WANTED, following=following,
        wrong=wrong, done=done if done in _DONE and not wrong else "",
    )  # fmt: skip

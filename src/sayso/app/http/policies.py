"""The policy on the officers' pages: in words, another text held beside it, proposed by one officer and approved by another."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from sayso.app.console.policies import Draft, PolicyDesk
from sayso.app.http.console import Desk, Reader, Site, number
from sayso.app.http.forms import Form, own_form, own_long_form
from sayso.app.http.orders import told
from sayso.app.http.rights import approves, operates
from sayso.app.http.sessions import Session
from sayso.app.http.setting import Setting
from sayso.facts.errors import SaysoError, Unfit
from sayso.facts.instants import parse_instant
from sayso.policy import shipped

routes = APIRouter()
Sent = Annotated[Form, Depends(own_form)]
Long = Annotated[Form, Depends(own_long_form)]
Operator = Annotated[Session, Depends(operates)]
Approver = Annotated[Session, Depends(approves)]
_DONE = ("proposed", "approved", "turned_down", "taken_back")


def policy_desk(desk: Desk) -> PolicyDesk:
    """Return what stands behind these pages."""
    return desk.policies


Policies = Annotated[PolicyDesk, Depends(policy_desk)]


@routes.get("/officer/policy")
def policy(request: Request, session: Reader, setting: Site, desk: Policies) -> Response:
    """Show the policy in force in words, and what was proposed."""
    return setting.show(request, "console/policy", session=session, seen=desk.view())


@routes.get("/officer/policy/draft")
def draft(request: Request, session: Operator, setting: Site, desk: Policies) -> Response:
    """Show a text to begin with: that of the policy in force, or of a shipped one."""
    name = request.query_params.get("of", "")
    try:
        text = desk.text(name)
    except Unfit:
        raise HTTPException(404) from None
    return _draft(request, session, setting, text=text, name=name or desk.view().name)


@routes.post("/officer/policy/check")
def check(request: Request, session: Operator, form: Long, setting: Site, desk: Policies) -> Response:
    """Say what is wrong with a text, or what it would change; nothing is recorded."""
    text, name = _text(form), form.text("name").strip()
    try:
        found = desk.draft(text, name or "policy")
    except SaysoError as error:
        return _draft(request, session, setting, text=text, name=name, wrong=told(error))
    return _draft(request, session, setting, text=text, name=name, seen=found)


@routes.post("/officer/policy/propose")
def propose(request: Request, session: Operator, form: Long, setting: Site, desk: Policies) -> Response:
    """Propose a text; another officer has to approve it."""
    text, name, day = _text(form), form.text("name").strip(), form.get("notice", "")
    try:
        given = parse_instant(day, what="notice") if day else None
        made = desk.propose(session.account, text, name, form.text("why"), given)
    except SaysoError as error:
        return _draft(request, session, setting, text=text, name=name, seen=_seen(desk, text, name), wrong=told(error))
    return RedirectResponse(f"/officer/policy/proposal?number={made.number}&done=proposed", 303)


@routes.get("/officer/policy/proposal")
def proposal(request: Request, session: Reader, setting: Site, desk: Policies) -> Response:
    """Show what was proposed, what it would change, and the forms to decide for who may."""
    return _proposal(request, session, setting, desk, number(request.query_params.get("number", "")))


@routes.post("/officer/policy/approve")
def approve(request: Request, session: Approver, form: Sent, setting: Site, desk: Policies) -> Response:
    """Put another officer's proposal into force."""
    which = number(form.text("number"))
    try:
        desk.approve(session.account, which, form.text("why"))
    except SaysoError as error:
        return _proposal(request, session, setting, desk, which, told(error))
    return RedirectResponse(f"/officer/policy/proposal?number={which}&done=approved", 303)


@routes.post("/officer/policy/decline")
def decline(request: Request, session: Approver, form: Sent, setting: Site, desk: Policies) -> Response:
    """Turn a proposal down."""
    return _end(request, session, form, setting, desk)


@routes.post("/officer/policy/take-back")
def take_back(request: Request, session: Operator, form: Sent, setting: Site, desk: Policies) -> Response:
    """Take one's own proposal back."""
    return _end(request, session, form, setting, desk)


def _end(request: Request, session: Session, form: Form, setting: Setting, desk: PolicyDesk) -> Response:
    which = number(form.text("number"))
    try:
        done = desk.end(session.account, which, form.text("why"))
    except SaysoError as error:
        return _proposal(request, session, setting, desk, which, told(error))
    return RedirectResponse(f"/officer/policy/proposal?number={which}&done={done.state}", 303)


def _seen(desk: PolicyDesk, text: str, name: str) -> Draft | None:
    try:
        return desk.draft(text, name or "policy")
    except SaysoError:
        return None


def _text(form: Form) -> str:
    """Return the text that was sent, with the line ends that files have: a browser sends others."""
    return form.text("text").replace("\r\n", "\n").replace("\r", "\n")


def _draft(
    request: Request, session: Session, setting: Setting, *, text: str, name: str, seen: Draft | None = None, wrong: str = ""
) -> Response:
    # A text without an end to its last line is another digest than the file it came from.
    text = text if text.endswith("\n") else f"{text}\n"
    return setting.show(
        request, "console/draft", code=409 if wrong else 200,
        here="/officer/policy/draft", session=session, text=text, called=name, seen=seen, wrong=wrong, shipped=shipped(),
    )  # fmt: skip


def _proposal(request: Request, session: Session, setting: Setting, desk: PolicyDesk, which: int, wrong: str = "") -> Response:
    try:
        found, seen = desk.proposal(which)
    except Unfit:
        raise HTTPException(404) from None
    done = request.query_params.get("done", "")
    return setting.show(
        request, "console/proposal", code=409 if wrong else 200,
        here="/officer/policy/proposal", session=session, one=found, seen=seen, wrong=wrong,
        done=done if done in _DONE and not wrong else "",
    )  # fmt: skip

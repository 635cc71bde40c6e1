"""What officers watch: the health of the log, the last audit, and what ends when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from sayso.app.console.forecast import forecast as forecast_of
from sayso.app.http.console import Desk, Reader, Site
from sayso.app.http.forms import Form, own_form
from sayso.app.http.orders import told
from sayso.app.http.rights import audits
from sayso.app.http.sessions import Session
from sayso.app.http.setting import Setting
from sayso.audit.words import sentences
from sayso.facts.errors import SaysoError

routes = APIRouter()
Sent = Annotated[Form, Depends(own_form)]
Auditor = Annotated[Session, Depends(audits)]


@routes.get("/officer/log")
def log(request: Request, session: Reader, setting: Site, desk: Desk) -> Response:
    """Show how far the log is signed and published, who cosigned, and what was promised and waits."""
    return setting.show(request, "console/log", session=session, seen=desk.log_health())


@routes.get("/officer/forecast")
def forecast(request: Request, session: Reader, setting: Site, desk: Desk) -> Response:
    """Show what ends when, by the reason that keeps it until then."""
    counted = desk.counted()
    seen = None if counted is None or not counted.ending else forecast_of(counted)
    return setting.show(request, "console/forecast", session=session, seen=seen, counted=counted)


@routes.get("/officer/audit")
def audit(request: Request, session: Auditor, setting: Site, desk: Desk) -> Response:
    """Show what the last audit found, and what each finding asks for."""
    return _audit(request, session, setting, desk)


@routes.post("/officer/audit/start")
def start(request: Request, session: Auditor, form: Sent, setting: Site, desk: Desk) -> Response:
    """Begin an audit beside the pages."""
    try:
        desk.audits.start(session.account, form.text("why"))
    except SaysoError as error:
        return _audit(request, session, setting, desk, told(error))
    return RedirectResponse("/officer/audit", 303)


def _audit(request: Request, session: Session, setting: Setting, desk: Desk, wrong: str = "") -> Response:
    return setting.show(
        request, "console/audit", code=409 if wrong else 200, here="/officer/audit",
        session=session, seen=desk.audits.view(), wrong=wrong, words=sentences(setting.language(request)),
    )  # fmt: skip

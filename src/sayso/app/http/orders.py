"""What officers order from their pages: holds and sweeps. Each form asks for the reason, and says what cannot be taken back."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from sayso.app.console.stacked import stacked
from sayso.app.http.console import Desk, Reader, Site, number
from sayso.app.http.forms import Form, own_form
from sayso.app.http.rights import holds, operates
from sayso.app.http.sessions import Session
from sayso.app.http.setting import Setting
from sayso.facts.errors import Broken, SaysoError, Unfit
from sayso.facts.events import Scope
from sayso.facts.instants import parse_instant
from sayso.facts.words import ConversationId

routes = APIRouter()
Sent = Annotated[Form, Depends(own_form)]
Holder = Annotated[Session, Depends(holds)]
Operator = Annotated[Session, Depends(operates)]
_LONGEST = 200


@routes.get("/officer/deletions")
def deletions(request: Request, session: Reader, setting: Site, desk: Desk) -> Response:
    """Show the deletions people asked for and their dates, the newest first."""
    before = request.query_params.get("from")
    seen = desk.gone(session.account, None if before is None else number(before))
    chart = stacked([(monday, (asked, destroyed)) for monday, asked, _, destroyed in seen.weeks])
    return setting.show(request, "console/deletions", session=session, seen=seen, chart=chart)


@routes.get("/officer/holds")
def held(request: Request, session: Reader, setting: Site, desk: Desk) -> Response:
    """Show the holds in force; who may place and end them finds the forms here."""
    return _holds(request, session, setting, desk)


@routes.post("/officer/holds/place")
def place(request: Request, session: Holder, form: Sent, setting: Site, desk: Desk) -> Response:
    """Place a hold."""
    about = {name: form.text(name).strip() for name in ("matter", "paper")}
    flags = {name: form.get(name) == "yes" for name in ("silent", "future")}
    name = form.text("hold").strip()
    try:
        if not name or len(name) > _LONGEST:
            raise Unfit("name the hold in up to 200 letters")
        desk.place_hold(session.account, name, _scope(form), {**about, **flags}, form.text("why"))
    except SaysoError as error:
        return _holds(request, session, setting, desk, wrong=told(error))
    return RedirectResponse("/officer/holds?done=placed", 303)


@routes.post("/officer/holds/end")
def end(request: Request, session: Holder, form: Sent, setting: Site, desk: Desk) -> Response:
    """End a hold."""
    try:
        desk.end_hold(session.account, form.text("hold"), form.text("why"))
    except SaysoError as error:
        return _holds(request, session, setting, desk, wrong=told(error))
    return RedirectResponse("/officer/holds?done=ended", 303)


@routes.get("/officer/holds/report")
def report(request: Request, session: Holder, desk: Desk) -> Response:
    """Give the signed report on a matter as the file that `sayso verify` checks."""
    matter = request.query_params.get("matter", "")
    try:
        made = desk.hold_report(session.account, matter)
    except Unfit:
        raise HTTPException(404) from None
    raw = msgspec.json.format(msgspec.json.encode(made), indent=1)
    return Response(raw, media_type="application/json", headers={"content-disposition": 'attachment; filename="hold-report.json"'})


@routes.get("/officer/sweep")
def sweep(request: Request, session: Reader, setting: Site, desk: Desk) -> Response:
    """Show what is due, before it is destroyed."""
    return setting.show(request, "console/sweep", session=session, seen=desk.sweeping(session.account), wrong="")


@routes.post("/officer/sweep/start")
def start(request: Request, session: Operator, form: Sent, setting: Site, desk: Desk) -> Response:
    """Begin a sweep beside the pages."""
    try:
        desk.start_sweep(session.account, form.text("why"))
    except SaysoError as error:
        return _sweep(request, session, setting, desk, told(error))
    return RedirectResponse("/officer/sweep", 303)


@routes.post("/officer/sweep/stop")
def stop(request: Request, session: Operator, form: Sent, setting: Site, desk: Desk) -> Response:
    """Have the sweep end after its batch."""
    try:
        desk.stop_sweep(session.account, form.text("why"))
    except SaysoError as error:
        return _sweep(request, session, setting, desk, told(error))
    return RedirectResponse("/officer/sweep", 303)


def _sweep(request: Request, session: Session, setting: Setting, desk: Desk, wrong: str) -> Response:
    seen = desk.sweeping(session.account)
    return setting.show(request, "console/sweep", code=409, session=session, seen=seen, wrong=wrong)


def _holds(request: Request, session: Session, setting: Setting, desk: Desk, *, wrong: str = "") -> Response:
    done = request.query_params.get("done", "")
    return setting.show(
        request,
        "console/holds",
        code=409 if wrong else 200,
        session=session,
        holds=desk.holds(),
        wrong=wrong,
        done=done if done in ("placed", "ended") and not wrong else "",
    )


def _scope(form: Form) -> Scope:
    """Return what the form says the hold reaches; what is left empty leaves nothing out."""
    listed = {name: tuple(form.get(name, "").replace(",", " ").split()) or None for name in ("regions", "tiers", "conversations")}
    wanted = listed["conversations"]
    return Scope(
        regions=listed["regions"],
        tiers=listed["tiers"],
        conversations=None if wanted is None else tuple(ConversationId(one) for one in wanted),
        since=parse_instant(form["since"], what="from") if form.get("since") else None,
        until=parse_instant(form["until"], what="to") if form.get("until") else None,
    )


def told(error: SaysoError) -> str:
    """Return what went wrong for who can mend it; what only the operator can mend goes to the log by its number."""
    if isinstance(error, Broken):
        raise error
    return str(error)

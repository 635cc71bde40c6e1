"""The page on which officers who audit look at samples of scrubbed words; each look has a reason, and is recorded first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from sayso.app.console.review import Reviews
from sayso.app.http.console import Site, number
from sayso.app.http.forms import Form, own_form
from sayso.app.http.rights import audits
from sayso.app.http.sessions import Session
from sayso.app.http.setting import Setting
from sayso.app.jobs.reviewing import Remark, Samples, said_of
from sayso.facts.errors import Broken, SaysoError
from sayso.facts.kinds import KINDS

routes = APIRouter()
Sent = Annotated[Form, Depends(own_form)]
Auditor = Annotated[Session, Depends(audits)]
_LONGEST = 200


def reviews(setting: Site) -> Reviews:
    """Return the part of the officers' desk that shows samples; 404 where there is none."""
    found = setting.desk.console
    if found is None:
        raise HTTPException(404)
    return found.reviews


Desk = Annotated[Reviews, Depends(reviews)]


@routes.get("/officer/review")
def asked(request: Request, session: Auditor, setting: Site, desk: Desk) -> Response:
    """Ask which release to look at, and why; nothing of anybody is shown."""
    return _page(request, session, setting, desk)


@routes.post("/officer/review")
def look(request: Request, session: Auditor, form: Sent, setting: Site, desk: Desk) -> Response:
    """Show stretches of a release, once the look is in the ledger; before that, take what the form says of one of them."""
    _asked_for(form)  # before anything is kept: a form that is not ours changes nothing
    if "said" not in form:
        return _looked(request, session, form, setting, desk)
    try:
        said = Remark(
            release=form.text("release"),
            row=form.text("row"),
            turn=number(form.text("turn")),
            part=number(form.text("part")),
            start=number(form.text("first")),
            end=number(form.text("last")),
            kind=form.text("kind"),
            said=said_of(form.text("said")),
            back="back" in form,
        )
        fresh = desk.remark(session.account, form.text("why"), said)
    except SaysoError as error:
        return _looked(request, session, form, setting, desk, wrong=_told(error))
    done = "back" if said.back else "kept" if fresh else "known"
    return _looked(request, session, form, setting, desk, done=done, made=said)


def _looked(
    request: Request,
    session: Session,
    form: Form,
    setting: Setting,
    desk: Reviews,
    *,
    wrong: str = "",
    done: str = "",
    made: Remark | None = None,
) -> Response:
    release, why, only, start = _asked_for(form)
    try:
        seen = desk.samples(session.account, release, why, start, only)
    except SaysoError as error:
        return _page(request, session, setting, desk, release=release, why=why, only=only, wrong=wrong or _told(error))
    return _page(
        request,
        session,
        setting,
        desk,
        release=release,
        why=why,
        only=only,
        start=start,
        seen=seen,
        wrong=wrong,
        done=done,
        made=made,
    )


def _asked_for(form: Form) -> tuple[str, str, str, int]:
    """Return the release, the reason, the kind and the first row that the form asks for; 404 for what names nothing."""
    release, why, only = form.text("release"), form.text("why"), form.get("only", "")
    if len(release) > _LONGEST or (only and only not in KINDS):
        raise HTTPException(404)
    return release, why, only, number(form.get("from", "0"))


def _page(
    request: Request,
    session: Session,
    setting: Setting,
    desk: Reviews,
    *,
    release: str = "",
    why: str = "",
    only: str = "",
    start: int = 0,
    seen: Samples | None = None,
    wrong: str = "",
    done: str = "",
    made: Remark | None = None,
) -> Response:
    return setting.show(
        request,
        "console/review",
        code=409 if wrong else 200,
        session=session,
        releases=desk.releases(),
        kinds=KINDS,
        release=release,
        why=why,
        only=only,
        start=start,
        seen=seen,
        wrong=wrong,
        done=done,
        made=made,
    )


def _told(error: SaysoError) -> str:
    """Return what went wrong for who can mend it; what only the operator can mend goes to the log by its number."""
    if isinstance(error, Broken):
        raise error
    return str(error)

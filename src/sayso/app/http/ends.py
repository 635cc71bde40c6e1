"""After a deletion: taking it back while that can be done, and the certificate that says what became of it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from sayso.app.http.forms import own_form
from sayso.app.http.rights import Holder, leaver, person
from sayso.app.http.setting import Setting, setting_of
from sayso.app.pages.certificate import shown
from sayso.facts.errors import Refused
from sayso.facts.words import ConversationId

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]
Person = Annotated[Holder, Depends(person)]
Leaver = Annotated[Holder, Depends(leaver)]
LONGEST = 200


@routes.post("/me/conversations/{conversation}/undo", dependencies=[Depends(own_form)])
def undo(conversation: str, holder: Person, setting: Site) -> Response:
    """Take the deletion of one chat back, or say that it is too late."""
    _undone(setting, holder, _id(conversation))
    return RedirectResponse(f"/me/conversations/{conversation}", 303)


@routes.get("/me/conversations/{conversation}/certificate")
def certificate(request: Request, conversation: str, holder: Person, setting: Site) -> Response:
    """Say in plain words what became of a deleted chat; it works when the chat itself is no longer listed."""
    return _page(request, holder, setting, _id(conversation), f"/me/conversations/{conversation}/certificate.json")


@routes.get("/me/conversations/{conversation}/certificate.json")
def certificate_file(conversation: str, holder: Person, setting: Site) -> Response:
    """Give the certificate as the file that `sayso verify` checks."""
    return _file(holder, setting, _id(conversation))


@routes.get("/me/left")
def left_page(request: Request, holder: Leaver, setting: Site) -> Response:
    """Say by when nothing can be read, and until when the account can come back."""
    return left(request, holder, setting)


@routes.post("/me/return", dependencies=[Depends(own_form)])
def back(holder: Leaver, setting: Site) -> Response:
    """Bring a deleted account back, or say that it is too late."""
    _undone(setting, holder, None)
    return RedirectResponse("/me/conversations", 303)


@routes.get("/me/certificate")
def account_certificate(request: Request, holder: Leaver, setting: Site) -> Response:
    """Say in plain words what became of a deleted account."""
    return _page(request, holder, setting, None, "/me/certificate.json")


@routes.get("/me/certificate.json")
def account_certificate_file(holder: Leaver, setting: Site) -> Response:
    """Give the certificate of the account as the file that `sayso verify` checks."""
    return _file(holder, setting, None)


def left(request: Request, holder: Holder, setting: Setting) -> Response:
    """Return the page of an account that was deleted; its session stays, for this page alone."""
    unreadable = setting.desk.unreadable_by(holder.account, None)
    undo = setting.desk.undo_until(holder.account, None)
    token = holder.session.form_token
    return setting.show(request, "gone", unreadable=unreadable, undo=undo, token=token, number=holder.account)


def _page(request: Request, holder: Holder, setting: Setting, which: ConversationId | None, file: str) -> Response:
    told = shown(_told(holder, setting, which, brief=True))
    session = holder.session if which is not None else None
    return setting.show(request, "certificate", session=session, c=told, key=setting.desk.log_key(), file=file)


def _file(holder: Holder, setting: Setting, which: ConversationId | None) -> Response:
    raw = msgspec.json.format(msgspec.json.encode(_told(holder, setting, which)), indent=1)
    named = {"content-disposition": 'attachment; filename="certificate.json"'}
    return Response(raw, media_type="application/json", headers=named)


def _told(holder: Holder, setting: Setting, which: ConversationId | None, *, brief: bool = False) -> dict[str, object]:
    try:
        return dict(setting.desk.certificate(holder.account, which, brief=brief))
    except Refused:
        raise HTTPException(404) from None


def _undone(setting: Setting, holder: Holder, which: ConversationId | None) -> None:
    try:
        setting.desk.undo(holder.account, which)
    except Refused:
        raise HTTPException(409) from None


def _id(conversation: str) -> ConversationId:
    if len(conversation) > LONGEST:
        raise HTTPException(404)
    return ConversationId(conversation)

"""A person's own conversations: what is done with each and why, finding one, deleting one, deleting the account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from sayso.app.http.desk import Desk
from sayso.app.http.ends import left
from sayso.app.http.finding import FILTERS, address, fields_of, found, spelled
from sayso.app.http.forms import Form, own_form
from sayso.app.http.rights import Holder, person
from sayso.app.http.setting import Setting, setting_of
from sayso.app.views import ConversationView, Find
from sayso.facts.errors import Refused
from sayso.facts.words import ConversationId

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]
Person = Annotated[Holder, Depends(person)]
MOST_ENDS = 20
"""Announced ends that the list of chats names at its top; the page of each chat names its own."""


@routes.get("/me/conversations")
def listed(request: Request, holder: Person, setting: Site) -> Response:
    """List some of the person's conversations, all or those that fit a filter and two days."""
    return _list(request, holder, setting, found(request.query_params))


@routes.get("/me/find", dependencies=[Depends(person)])
def find_again() -> Response:
    """Lead to the list: what was searched for is in no address, and so is not searched for again."""
    return RedirectResponse("/me/conversations", 303)


@routes.post("/me/find")
def find(request: Request, holder: Person, form: Annotated[Form, Depends(own_form)], setting: Site) -> Response:
    """List the conversations whose title has the words that were sent, in a form: so no log of addresses has them."""
    return _list(request, holder, setting, found(form))


def _list(request: Request, holder: Holder, setting: Setting, asked: Find) -> Response:
    page = setting.desk.conversations(holder.account, asked)
    if any(chat.account != holder.account for chat in page.items):
        raise HTTPException(500)
    return setting.show(
        request,
        "conversations",
        session=holder.session,
        page=page,
        asked=asked,
        kept=fields_of(asked),
        more=None if page.more is None else spelled(page.more),
        address=address,
        back=None if page.more is None else page.more[0],
        filters=FILTERS,
        purposes=setting.desk.purposes(),
        # Both cost what the person has, and stand above the whole list only.
        ends=() if asked.narrowed else setting.desk.announced(holder.account, MOST_ENDS),
        held=() if asked.narrowed else setting.desk.held(holder.account),
    )


@routes.get("/me/conversations/{conversation}")
def one(request: Request, conversation: str, holder: Person, setting: Site) -> Response:
    """Show one conversation with every row that decided about it."""
    chat = _own(setting.desk, holder, conversation)
    unreadable = setting.desk.unreadable_by(holder.account, chat.conversation) if chat.deleted_at else None
    return setting.show(
        request,
        "conversation",
        session=holder.session,
        chat=chat,
        purposes=setting.desk.purposes(),
        unreadable=unreadable,
        undo=setting.desk.undo_until(holder.account, chat.conversation) if chat.deleted_at else None,
    )


@routes.get("/me/conversations/{conversation}/delete")
def sure(request: Request, conversation: str, holder: Person, setting: Site) -> Response:
    """Say what deleting does and by when it is unreadable, before it is done."""
    chat = _own(setting.desk, holder, conversation)
    if chat.deleted_at is not None:
        return RedirectResponse(f"/me/conversations/{chat.conversation}", 303)
    unreadable = setting.desk.unreadable_by(holder.account, chat.conversation)
    return setting.show(request, "delete", session=holder.session, chat=chat, unreadable=unreadable)


@routes.post("/me/conversations/{conversation}/delete", dependencies=[Depends(own_form)])
def delete(conversation: str, holder: Person, setting: Site) -> Response:
    """Delete it; a second press changes nothing."""
    chat = _own(setting.desk, holder, conversation)
    if chat.deleted_at is None:
        setting.desk.delete_conversation(holder.account, chat.conversation)
    return RedirectResponse(f"/me/conversations/{chat.conversation}", 303)


@routes.get("/me/delete")
def sure_of_all(request: Request, holder: Person, setting: Site) -> Response:
    """Say what deleting the account does."""
    total = setting.desk.count(holder.account)
    # Which of very many is kept longest takes a while to say; whoever has so many is told once it is done.
    unreadable = None if total is None else setting.desk.unreadable_by(holder.account, None)
    return setting.show(request, "account", session=holder.session, person=holder.view, total=total, unreadable=unreadable)


@routes.post("/me/delete", dependencies=[Depends(own_form)])
def delete_all(request: Request, holder: Person, setting: Site) -> Response:
    """Delete the account, and say by when nothing can be read and until when that can be taken back."""
    setting.desk.delete_account(holder.account)
    return left(request, holder, setting)


def _own(desk: Desk, holder: Holder, conversation: str) -> ConversationView:
    """Return the person's own conversation; somebody else's and none at all look the same."""
    if len(conversation) > 200:
        raise HTTPException(404)
    try:
        chat = desk.conversation(holder.account, ConversationId(conversation))
    except Refused:
        raise HTTPException(404) from None
    if chat.account != holder.account:
        raise HTTPException(404)
    return chat

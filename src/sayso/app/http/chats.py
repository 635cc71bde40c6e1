"""A person's own conversations: what is done with each and why, deleting one, deleting the account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from sayso.app.http.desk import Desk
from sayso.app.http.ends import left
from sayso.app.http.forms import own_form
from sayso.app.http.rights import Holder, person
from sayso.app.http.setting import Setting, setting_of
from sayso.app.views import ConversationView
from sayso.facts.errors import Refused
from sayso.facts.words import AccountId, ConversationId

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]
Person = Annotated[Holder, Depends(person)]
PAGE = 50
MOST_ENDS = 20
"""Announced ends that the list of chats names at its top; the page of each chat names its own."""
_BATCH = 500
_MOST = 100_000
"""Conversations that a filter looks through; further ones show without it."""

FILTERS: dict[str, Callable[[ConversationView], bool]] = {
    "all": lambda _: True,
    "used": lambda chat: any(chat.ruling.may(purpose) for purpose in chat.ruling.use),
    "unused": lambda chat: not any(chat.ruling.may(purpose) for purpose in chat.ruling.use),
    "imported": lambda chat: chat.imported,
    "deleted": lambda chat: chat.deleted_at is not None,
}


@routes.get("/me/conversations")
def listed(request: Request, holder: Person, setting: Site) -> Response:
    """List fifty of the person's conversations, all or those that fit a filter."""
    show = request.query_params.get("show", "all")
    first = request.query_params.get("from", "0")
    if show not in FILTERS or not (first.isascii() and first.isdigit() and len(first) < 10):
        raise HTTPException(404)
    offset = int(first)
    if show == "all":
        page = setting.desk.conversations(holder.account, offset=offset, limit=PAGE)
        items, total = page.items, page.total
    else:
        fitting = [chat for chat in _every(setting.desk, holder.account) if FILTERS[show](chat)]
        items, total = tuple(fitting[offset : offset + PAGE]), len(fitting)
    if any(chat.account != holder.account for chat in items):
        raise HTTPException(500)
    if offset and not items:
        raise HTTPException(404)
    return setting.show(
        request,
        "conversations",
        session=holder.session,
        items=items,
        total=total,
        offset=offset,
        show=show,
        filters=list(FILTERS),
        purposes=setting.desk.purposes(),
        earlier=max(offset - PAGE, 0) if offset else None,
        later=offset + PAGE if offset + PAGE < total else None,
        ends=setting.desk.announced(holder.account)[:MOST_ENDS],
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
    total = setting.desk.conversations(holder.account, offset=0, limit=1).total
    unreadable = setting.desk.unreadable_by(holder.account, None)
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


def _every(desk: Desk, account: AccountId) -> Iterator[ConversationView]:
    """Yield the account's conversations, batch by batch."""
    for offset in range(0, _MOST, _BATCH):
        page = desk.conversations(account, offset=offset, limit=_BATCH)
        yield from page.items
        if offset + _BATCH >= page.total or not page.items:
            return

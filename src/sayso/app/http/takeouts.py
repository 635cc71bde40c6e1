"""Taking one's data along: a page that says what it is, a link that ends, and the zip itself, streamed.

The link is signed, names the account, and holds in the visit it was made in only: leaving, deleting the account or a
quarter of an hour ends it. Whoever finds it in a history has nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import StreamingResponse
from itsdangerous import BadSignature

from sayso.app.http.forms import own_form
from sayso.app.http.links import serializer
from sayso.app.http.rights import Holder, person
from sayso.app.http.sessions import Session, same
from sayso.app.http.setting import Setting, setting_of
from sayso.app.views import TooOften
from sayso.facts.errors import Refused
from sayso.facts.words import AccountId

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]
Person = Annotated[Holder, Depends(person)]
LIFE = timedelta(minutes=15)
_LONGEST_TOKEN = 2_000


@routes.get("/me/takeout")
def ask(request: Request, holder: Person, setting: Site) -> Response:
    """Say what one gets; nothing is gathered yet."""
    return setting.show(request, "takeout", session=holder.session, link=None, ends=None)


@routes.post("/me/takeout", dependencies=[Depends(own_form)])
def ready(request: Request, holder: Person, setting: Site) -> Response:
    """Show the link."""
    at = setting.desk.now()
    token = link_of(setting.secret, holder.session, setting.language(request), at)
    return setting.show(request, "takeout", session=holder.session, link=f"/me/takeout/file?t={quote(token)}", ends=at + LIFE)


@routes.get("/me/takeout/file")
def fetch(request: Request, holder: Person, setting: Site) -> Response:
    """Stream the zip to whoever holds the link in the visit it was made in."""
    language = opened(setting.secret, request.query_params.get("t", ""), holder.session, setting.desk.now())
    if language is None:
        raise HTTPException(403)
    try:
        parts = setting.desk.take_out(holder.account, language)
    except TooOften:
        raise HTTPException(429) from None
    except Refused:
        raise HTTPException(410) from None
    name = f"sayso-{setting.desk.now():%Y-%m-%d}.zip"
    return StreamingResponse(parts, media_type="application/zip", headers={"content-disposition": f'attachment; filename="{name}"'})


def link_of(secret: bytes, session: Session, language: str, at: datetime) -> str:
    """Return the token of a link that holds in *session* until `LIFE` after *at*."""
    return serializer(_key(secret), "sayso.takeout/v1", lambda: at).dumps(
        {"a": session.account, "l": language, "v": _visit(secret, session)}
    )


def opened(secret: bytes, token: str, session: Session, at: datetime) -> str | None:
    """Return the language of the take-out that *token* opens in *session*, `None` where it is not ours, of another, or ended."""
    if not token or len(token) > _LONGEST_TOKEN:
        return None
    try:
        payload = serializer(_key(secret), "sayso.takeout/v1", lambda: at).loads(token, max_age=int(LIFE.total_seconds()))
    except BadSignature:
        return None
    match payload:
        case {"a": str(account), "l": str(language), "v": str(visit)}:
            if AccountId(account) == session.account and same(visit, _visit(secret, session)):
                return language
    return None


def _key(secret: bytes) -> bytes:
    return hmac.new(secret, b"sayso/takeout/v1", hashlib.sha256).digest()


def _visit(secret: bytes, session: Session) -> str:
    """Return what tells one visit from another without being its form token."""
    return hmac.new(_key(secret), session.form_token.encode(), hashlib.sha256).hexdigest()

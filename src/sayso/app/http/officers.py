"""What a privacy officer sees: counts and reasons, never a name or a word of a conversation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from sayso.app.http.rights import reads
from sayso.app.http.sessions import Session
from sayso.app.http.setting import Setting, setting_of

routes = APIRouter()


@routes.get("/officer")
def overview(
    request: Request, session: Annotated[Session, Depends(reads)], setting: Annotated[Setting, Depends(setting_of)]
) -> Response:
    """Show the counts."""
    return setting.show(request, "officer", session=session, seen=setting.desk.overview())

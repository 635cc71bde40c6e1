"""What others look for at `/.well-known/`: what becomes of `Sec-GPC`, and whom to write to about a hole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Response
from fastapi.responses import JSONResponse

from sayso.app.http.rights import anyone
from sayso.app.http.setting import Setting, setting_of
from sayso.app.security import Security

__all__ = ["Security", "routes"]

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]
GPC_SINCE = "2026-11-22"
"""The day on which what `gpc.json` says last changed."""
FRESH = {"cache-control": "public, max-age=3600"}


@routes.get("/.well-known/gpc.json", dependencies=[Depends(anyone)])
def gpc() -> Response:
    """Say that the signal is heeded: nothing here is sold or shared, and the signal is recorded beside an answer, never as one."""
    return JSONResponse({"gpc": True, "lastUpdate": GPC_SINCE}, headers=FRESH)


@routes.get("/.well-known/security.txt", dependencies=[Depends(anyone)])
def security(setting: Site) -> Response:
    """Give the operator's contact, while it holds; an expired one is worse than none."""
    said = setting.security
    if said is None or said.expires <= setting.desk.now():
        raise HTTPException(404)
    return Response(said.text(f"{setting.origin}/.well-known/security.txt"), media_type="text/plain; charset=utf-8", headers=FRESH)

"""What other programs ask: each with a key of its own, for what its scopes name and nothing else."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from sayso.app.grants import ServiceKey
from sayso.app.http import links
from sayso.app.http.rights import service, services
from sayso.app.http.setting import Setting, setting_of
from sayso.facts.errors import Refused
from sayso.facts.regions import REGIONS
from sayso.facts.words import AccountId

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A link that a host asks for: for which account, by its pseudonym, where to, and for how long."""

    account: str
    to: str = "choice"
    minutes: int = 15
    region: str | None = None
    """Where the person lives, as the host knows it."""


@routes.get("/v1/key")
def own(key: Annotated[ServiceKey, Depends(service)]) -> Response:
    """Say which key this is and what it may do."""
    return JSONResponse({"id": key.id, "name": key.name, "scopes": sorted(key.scopes)})


@routes.get("/v1/counts", dependencies=[Depends(services["count"])])
def counts(setting: Site) -> Response:
    """Give the officer's counts: no name, no pseudonym, no word of a conversation."""
    seen = setting.desk.overview()
    told: dict[str, Any] = {
        "at": seen.at,
        "policy": seen.policy,
        "accounts": seen.accounts,
        "conversations": seen.conversations,
        "due": seen.due,
        "held": seen.held,
        "uses": {purpose: {one.label: one.count for one in uses} for purpose, uses in seen.uses.items()},
        "says": {one.label: one.count for one in seen.says},
    }
    return Response(msgspec.json.encode(told), media_type="application/json")


@routes.post("/v1/links")
async def link(request: Request, setting: Site, _: Annotated[ServiceKey, Depends(services["link"])]) -> Response:
    """Make a signed link that lets one person in, once; 404 for an account that is not, or was deleted."""
    try:
        wanted = msgspec.json.decode(await request.body(), type=Wanted)
    except (msgspec.DecodeError, ValueError):
        raise HTTPException(400) from None
    if wanted.region is not None and wanted.region not in REGIONS:
        raise HTTPException(400)
    if not 1 <= wanted.minutes <= 60 or wanted.to not in links.PLACES or links.PLACES[wanted.to] == "/officer":
        raise HTTPException(400)
    try:
        known = setting.desk.person(AccountId(wanted.account))
    except Refused:
        raise HTTPException(404) from None
    if known.deleted_at is not None:
        raise HTTPException(404)
    at = setting.desk.now()
    told: dict[str, Any] = {"base_url": setting.origin, "minutes": wanted.minutes, "to": wanted.to, "region": wanted.region}
    made = links.mint(setting.secret, known.account, "person", at=at, **told)
    return JSONResponse({"link": made, "minutes": wanted.minutes}, 201)


def sorry(status: int) -> Response:
    """Return a failure as a program reads it (RFC 9457)."""
    title = HTTPStatus(status).phrase
    return JSONResponse({"type": "about:blank", "title": title, "status": status}, status, media_type="application/problem+json")

"""Where a person's words went, with proofs to keep, and what changed in the policy since they answered."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from sayso.app.http.rights import Holder, person
from sayso.app.http.setting import Setting, setting_of
from sayso.facts.errors import Refused

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]
Person = Annotated[Holder, Depends(person)]
LONGEST = 64


@routes.get("/me/traces")
def traces(request: Request, holder: Person, setting: Site) -> Response:
    """Say of every release how many of the person's chats are in it, were withdrawn from it, and which runs read it."""
    return setting.show(request, "traces", session=holder.session, went=setting.desk.went(holder.account))


@routes.get("/me/proofs/{release}")
def proof(release: str, holder: Person, setting: Site) -> Response:
    """Hand out the proof that something of the person is in a release, or that nothing is; another's secret never makes one."""
    # The names of releases are public; whatever is none of them is simply not there.
    if len(release) > LONGEST or release not in {one.release for one in setting.desk.went(holder.account)}:
        raise HTTPException(404)
    try:
        found = setting.desk.proof(holder.account, release)
    except Refused:
        raise HTTPException(404) from None
    body = json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
    named = {"content-disposition": 'attachment; filename="sayso-proof.json"'}
    return Response(body, media_type="application/json", headers=named)


@routes.get("/me/changes")
def changes(request: Request, holder: Person, setting: Site) -> Response:
    """Say clause by clause what is otherwise than on the day the present answer was given."""
    return setting.show(request, "changes", session=holder.session, changed=setting.desk.changed(holder.account))

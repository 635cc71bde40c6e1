"""Where a person says they live: their own word, on a page of their own, and taken back there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from sayso.app.http.forms import Form, own_form
from sayso.app.http.rights import Holder, person
from sayso.app.http.setting import Setting, setting_of
from sayso.facts.errors import Unfit

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]
Person = Annotated[Holder, Depends(person)]


@routes.get("/me/region")
def region(request: Request, holder: Person, setting: Site) -> Response:
    """Show what was told of where the person lives, what they said themselves, and the form to say it."""
    return _show(request, holder, setting)


@routes.post("/me/region")
def state(request: Request, holder: Person, form: Annotated[Form, Depends(own_form)], setting: Site) -> Response:
    """Take in what the person says, or that they take it back; what is no region is not recorded."""
    if form.get("say") not in ("state", "take_back"):
        raise HTTPException(400)
    said = form.text("region").strip().upper() if form["say"] == "state" else None
    try:
        setting.desk.state_region(holder.account, said)
    except Unfit:
        return _show(request, holder, setting, wrong=True)
    return RedirectResponse("/me/region?done=" + ("said" if said is not None else "back"), 303)


def _show(request: Request, holder: Holder, setting: Setting, *, wrong: bool = False) -> Response:
    done = request.query_params.get("done", "")
    stated = holder.view.region_stated
    # Said only where it is so: an address cannot make the page claim anything.
    fits = (done == "said" and stated is not None) or (done == "back" and stated is None)
    note = "wrong" if wrong else f"done_{done}" if fits else ""
    code = 422 if wrong else 200
    return setting.show(request, "region", code=code, session=holder.session, person=holder.view, status=note)

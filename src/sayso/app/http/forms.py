"""Forms as they arrive: only ours, only from our own pages, only of a sane length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request

from sayso.app.http.sessions import same
from sayso.app.http.setting import Setting, setting_of

FIELD_LIMIT = 2_000
FIELDS_LIMIT = 16
LONG_FIELD_LIMIT = 120_000
"""For the one form of officers that a whole policy is pasted into."""


class Form(dict[str, str]):
    """The fields of a form, each given once."""

    def text(self, name: str) -> str:
        """Return field *name*; a form without it is not ours, and gets 400."""
        value = self.get(name)
        if value is None:
            raise HTTPException(400)
        return value


async def raw_form(request: Request, setting: Annotated[Setting, Depends(setting_of)]) -> Form:
    """Return the fields of a form sent from one of our pages; whoever sends must still show the form token."""
    assert_ours(request.headers, setting.origin)
    return fields(await request.body())


async def visiting_form(request: Request, setting: Annotated[Setting, Depends(setting_of)]) -> Form:
    """Return the fields sent by an element on a page of an opened origin; 403 from anywhere else.

    Browsers name the origin of every such request, and no page can make them name another.
    """
    if request.headers.get("origin") not in setting.opened:
        raise HTTPException(403)
    assert_form(request.headers)
    return fields(await request.body())


def assert_ours(headers: Mapping[str, str], origin: str) -> None:
    """Return only for what may be a form of ours, by its *headers* alone; 403 or 415 for the rest."""
    refuse_foreign(headers, origin)
    assert_form(headers)


def assert_form(headers: Mapping[str, str]) -> None:
    """Return only for what says that it is a form; 415 for the rest."""
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415)


async def long_form(request: Request, setting: Annotated[Setting, Depends(setting_of)]) -> Form:
    """Return the fields of a form that a whole policy fits into."""
    assert_ours(request.headers, setting.origin)
    return fields(await request.body(), LONG_FIELD_LIMIT)


def fields(body: bytes, longest: int = FIELD_LIMIT) -> Form:
    """Return the fields in the *body* of a form; 400 for what no form of ours looks like."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=FIELDS_LIMIT)
    except ValueError:
        raise HTTPException(400) from None
    form = Form(pairs)
    if len(form) != len(pairs) or any(len(value) > longest for value in form.values()):
        raise HTTPException(400)
    return form


def own_form(request: Request, form: Annotated[Form, Depends(raw_form)], setting: Annotated[Setting, Depends(setting_of)]) -> Form:
    """Return a form that carries the token of the sender's session; 403 for any other."""
    return _own(request, form, setting)


def own_long_form(
    request: Request, form: Annotated[Form, Depends(long_form)], setting: Annotated[Setting, Depends(setting_of)]
) -> Form:
    """Return what `own_form` does, for a form that a whole policy fits into."""
    return _own(request, form, setting)


def _own(request: Request, form: Form, setting: Setting) -> Form:
    session = setting.sessions.of(request)
    if session is None:
        raise HTTPException(401)
    if not same(form.get("token", ""), session.form_token):
        raise HTTPException(403)
    return form


def door_form(request: Request, form: Annotated[Form, Depends(raw_form)], setting: Annotated[Setting, Depends(setting_of)]) -> Form:
    """Return the form of a visitor without a session; its token must be the one in the visitor's cookie."""
    if not same(form.get("token", ""), request.cookies.get(setting.sessions.door, "")):
        raise HTTPException(403)
    return form


def refuse_foreign(headers: Mapping[str, str], origin: str) -> None:
    """Refuse what another site's page sent.

    Under `no-referrer` browsers send `Origin: null` even from our own pages, so `null` counts only beside a
    `Sec-Fetch-Site` that says it is ours, or where the browser sends none (plain http): there the form token decides.
    """
    site, sent_from = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        raise HTTPException(403)
    if sent_from not in (None, "null", origin):
        raise HTTPException(403)

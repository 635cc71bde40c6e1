"""The question, the answer, its history and its receipts."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from sayso.app.http.answers import QUESTIONS, Asking, asking, fell, pressed, state
from sayso.app.http.forms import Form, own_form
from sayso.app.http.rights import Holder, person
from sayso.app.http.setting import Setting, setting_of
from sayso.app.receipts import FORMS
from sayso.app.views import PROMISE, Where, carried
from sayso.facts.errors import Refused

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]
Person = Annotated[Holder, Depends(person)]
_MOST_SEQ = 2**53
_PATHS = {"signup": "/me/signup"}
"""Where a question stands that is not on the page of the answer."""


@routes.get("/me", dependencies=[Depends(person)])
def me() -> Response:
    """Lead to the answer."""
    return RedirectResponse("/me/choice", 303)


@routes.get("/me/choice")
def ask(request: Request, holder: Person, setting: Site) -> Response:
    """Ask, where there is no answer yet; else say what it is, with both answers beside each other to change it."""
    return _show(request, holder, setting, asking(setting.desk, setting.spoken(request), setting.pages.spoken))


@routes.get("/me/signup")
def join(request: Request, holder: Person, setting: Site) -> Response:
    """Ask as a step of signing up, with two answers and no third; who has answered is led to the answer."""
    questions = asking(setting.desk, setting.spoken(request), setting.pages.spoken, first="signup")
    if holder.view.says.get(questions.first.notice.purpose, "unasked") in ("allow", "refuse"):
        return RedirectResponse("/me/choice", 303)
    return _show(request, holder, setting, questions)


@routes.post("/me/choice")
def answer(request: Request, holder: Person, form: Annotated[Form, Depends(own_form)], setting: Site) -> Response:
    """Record what was pressed, on exactly the words that were shown; else record nothing and show them anew."""
    name, language, digest = form.text("notice"), form.text("language"), form.text("digest")
    questions = asking(setting.desk, language, setting.pages.spoken, first="signup" if name == "signup" else QUESTIONS[0])
    on = questions.named(name)
    if on is None or questions.language != language:
        raise HTTPException(400)
    key = request.headers.get("idempotency-key")
    where = Where(path=_PATHS.get(name, "/me/choice"), gpc=_gpc(request), region=holder.session.region)
    outcome, seq = pressed(setting.desk, holder, on, digest, form.text("answer"), language, key, where)
    if outcome != "recorded":
        return _show(request, holder, setting, questions, refused=outcome)
    done = RedirectResponse("/me/choice?done=" + ("later" if seq is None else str(seq)), 303)
    promised = None if seq is None else setting.desk.promise(holder.account, seq)
    if promised is not None:
        done.headers[PROMISE] = carried(promised)
    return done


@routes.get("/me/history")
def history(request: Request, holder: Person, setting: Site) -> Response:
    """List the answers, newest first."""
    choices = sorted(setting.desk.choices(holder.account), key=lambda one: -one.seq)
    return setting.show(request, "history", session=holder.session, choices=choices)


@routes.get("/me/promises/{seq}")
def promise(seq: int, holder: Person, setting: Site) -> Response:
    """Hand out the signed promise that one of the person's own answers will be in the public log."""
    if not 0 <= seq <= _MOST_SEQ:
        raise HTTPException(404)
    try:
        found = setting.desk.promise(holder.account, seq)
    except Refused:
        found = None
    if found is None:
        raise HTTPException(404)
    body = json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
    name = f'attachment; filename="sayso-promise-{seq}.json"'
    return Response(body, media_type="application/json", headers={"content-disposition": name})


@routes.get("/me/receipts/{seq}")
def receipt(request: Request, seq: int, holder: Person, setting: Site, form: str = "jsonld") -> Response:
    """Hand out the receipt of one of the person's own answers, in one of its forms."""
    if not 0 <= seq <= _MOST_SEQ or form not in FORMS:
        raise HTTPException(404)
    try:
        body, end = setting.desk.receipt_as(holder.account, seq, form, setting.language(request))
    except Refused:
        raise HTTPException(404) from None
    name = f'attachment; filename="sayso-receipt-{seq}.{end}"'
    kind = "text/html; charset=utf-8" if form == "html" else "application/json"
    return Response(body, media_type=kind, headers={"content-disposition": name})


def _gpc(request: Request) -> bool:
    return request.headers.get("sec-gpc") == "1"


def _show(request: Request, holder: Holder, setting: Setting, questions: Asking, *, refused: str = "") -> Response:
    desk, words, imported = setting.desk, setting.pages.words(questions.language), questions.imported
    purpose = questions.settings.notice.purpose
    choices = desk.choices(holder.account)
    now = state(holder.view.says.get(purpose, "unasked"), choices, purpose)
    answered = now.say in ("allow", "refuse")
    question = questions.settings if answered else questions.first
    status: dict[str, object] | None = None
    done = request.query_params.get("done", "")
    if refused:
        status = {
            "text": words("ask.changed" if refused == "changed" else f"choice.{refused}"),
            "receipt": None,
            "promise": False,
            "care": True,
        }
    elif (question.unfair or fell(choices, purpose)) and now.say != "refuse" and not done:
        status = {
            "text": words("choice.unfair" if question.unfair else "choice.fell"),
            "receipt": None,
            "promise": False,
            "care": True,
        }
    elif done == "later" and not answered:
        status = {"text": words("ask.later"), "receipt": None, "promise": False, "care": True}
    elif answered and now.line is not None and done == str(max(one.seq for one in choices)):
        # Said only of the newest line and only if it is this person's own: an address cannot make the page claim anything.
        label = words.named("said", now.line.say + ("_stored" if now.line.covers == "stored" else ""))
        if now.line.notice == imported.digest and not now.stored:
            label = imported.words.labels["refuse"]
        promised = desk.promise(holder.account, now.line.seq) is not None
        status = {"text": words("ask.saved", label=label), "receipt": now.line.seq, "promise": promised, "care": False}
    if (
        now.say == "unasked"
        and not question.unfair
        and request.method == "GET"
        and "prefetch" not in request.headers.get("sec-purpose", "")
    ):
        desk.notice_shown(holder.account, purpose, question.digest)
    since = words("choice.since_unknown")
    if now.first is not None:
        since = words("choice.since", when=words.moment(now.first.at), via=words.named("via", now.first.via))
    return setting.show(
        request,
        "choice",
        here=_PATHS.get(question.notice.name, "/me/choice"),
        code=409 if refused else 200,
        session=holder.session,
        language=questions.language,
        note=status,
        answered=answered,
        say=now.say,
        since=since,
        stored=now.stored,
        asked=question,
        imported=imported,
        others=[one for one in desk.purposes() if one != purpose],
        gpc=_gpc(request),
    )

"""The question inside host products: what their elements ask for and send, and the files they are made of.

An element shows a signed link of its host once and goes on with a pass. No cookie is read here and none is set; a page of an
origin that nobody opened gets nothing. What is recorded is recorded as on our own pages.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from sayso.app.http.answers import Asked, pressed
from sayso.app.http.forms import Form, visiting_form
from sayso.app.http.rights import Guest, anyone, guest
from sayso.app.http.setting import Setting, setting_of
from sayso.app.pages import Catalogue, direction, element_files, pick
from sayso.app.views import PrivateView, Where
from sayso.facts.errors import Broken, Refused

routes = APIRouter()
Site = Annotated[Setting, Depends(setting_of)]
Person = Annotated[Guest, Depends(guest)]
Sent = Annotated[Form, Depends(visiting_form)]
Place = Literal["signup", "notice", "settings", "reminder", "private"]
_FILES = element_files()
_NOTICES: dict[str, tuple[str, str]] = {
    "signup": ("signup", "sayso-ask.js"),
    "notice": ("training-choice", "sayso-ask.js"),
    "settings": ("settings", "sayso-settings.js"),
    "reminder": ("settings", "sayso-settings.js"),
    "private": ("settings", "sayso-settings.js"),
}
"""Per placement, the notice it shows and the file that draws it."""
_SAID = ("answer", "change", "more", "saved", "later", "changed", "lost", "sending", "receipt", "keep")


@routes.post("/ask/question")
def question(person: Person, form: Sent, setting: Site) -> Response:
    """Give the state, and the question where this placement shows one: to who has answered, only where they came to change it."""
    place = form.text("place")
    if place not in _NOTICES:
        raise HTTPException(400)
    on, words = _asked(setting, place, form.get("lang", ""))
    now = person.view.says.get(on.notice.purpose, "unasked")
    answered = now in ("allow", "refuse")
    # Words that were found unfair, and that no other took the place of, are not asked in anybody else's page.
    open_now = not on.unfair and (place == "settings" or (place in ("signup", "notice") and not answered))
    if open_now and now == "unasked":
        setting.desk.notice_shown(person.account, on.notice.purpose, on.digest)
    told = _state(now, words)
    if open_now:
        told["question"] = _question(on)
    say = {key: words(f"ask.{key}") for key in _SAID}
    if place == "private":
        say["private"] = _private(setting.desk.private_chat(person.account, on.notice.purpose), words)
    return JSONResponse({**told, "pass": person.ticket, "page": f"{setting.origin}/", "say": say})


@routes.post("/ask/answer")
def answer(request: Request, person: Person, form: Sent, setting: Site) -> Response:
    """Record what was pressed, on exactly the words that were shown; else record nothing and give the words of now."""
    place, language = form.text("place"), form.text("language")
    if place not in _NOTICES:
        raise HTTPException(400)
    on, words = _asked(setting, place, language)
    if words.language != language:
        raise HTTPException(400)
    # The name of the drawing stays in the notice's digest, so that the answer names the file it was given in.
    outcome, seq = pressed(
        setting.desk,
        person,
        on,
        form.text("digest"),
        form.text("answer"),
        language,
        form.text("key"),
        Where(path="/ask/answer", gpc=request.headers.get("sec-gpc") == "1", region=person.session.region),
    )
    now = setting.desk.person(person.account).says.get(on.notice.purpose, "unasked")
    told = {**_state(now, words), "outcome": outcome, "line": seq}
    if outcome == "changed":
        told["question"] = _question(on)
    return JSONResponse(told, 409 if outcome == "changed" else 200)


@routes.post("/ask/receipt")
def receipt(person: Person, form: Sent, setting: Site) -> Response:
    """Hand out the receipt of one of the person's own answers."""
    line = form.text("line")
    if not line.isascii() or not line.isdigit() or len(line) > 15:
        raise HTTPException(404)
    try:
        return JSONResponse(dict(setting.desk.receipt(person.account, int(line))))
    except Refused:
        raise HTTPException(404) from None


@routes.get("/elements/{name}", dependencies=[Depends(anyone)])
def file(name: str) -> Response:
    """Give the file of an element; the name is looked up, never opened."""
    if name not in _FILES:
        raise HTTPException(404)
    body, kind = _FILES[name]
    return Response(body, media_type=kind, headers={"cache-control": "public, max-age=300"})


def sorry(request: Request, setting: Setting, status: int) -> Response:
    """Return a failure in words an element can show."""
    language = pick(setting.asking, None, None, request.headers.get("accept-language"))
    kind = {401: "ended", 403: "ended", 410: "gone"}.get(status, "failed")
    return JSONResponse({"code": kind, "text": setting.asking[language](f"ask.{kind}"), "language": language}, status)


def _asked(setting: Setting, place: str, wanted: str) -> tuple[Asked, Catalogue]:
    """Return the question of *place* and the words around it, in *wanted* or else in English or any language of both."""
    name, drawn = _NOTICES[place]
    notice, digest = setting.desk.notice(name, drawn)
    common = set(setting.asking).intersection(notice.languages)
    main = wanted.split("-", maxsplit=1)[0].lower()
    language = next((tag for tag in (main, "en", *sorted(common)) if tag in common), None)
    if language is None:
        raise Broken("no language has words for the question and around it; publish the notice in one that the elements speak")
    return Asked(notice=notice, digest=digest, words=notice.words(language), unfair=setting.desk.unfair(digest)), setting.asking[
        language
    ]


def _question(on: Asked) -> dict[str, Any]:
    words = on.words
    return {
        "digest": on.digest,
        "purpose": on.notice.purpose,
        "title": words.title,
        "facts": [[fact.kind, fact.caption, fact.text] for fact in words.facts],
        "answers": [[one, words.labels[one]] for one in on.notice.offered],
        "more": list(words.more),
        **({"until": words.until} if words.until else {}),
    }


def _private(seen: PrivateView, words: Catalogue) -> str:
    """Return what holds of a private chat under the policy in force, in sentences."""
    kept = words("ask.kept_open") if seen.days is None else words("ask.kept_days", days=seen.days)
    return f"{words('ask.private_used' if seen.used else 'ask.private')} {kept}"


def _state(now: str, words: Catalogue) -> dict[str, Any]:
    shown = now if now in ("allow", "refuse") else "open"
    return {"state": shown, "told": words(f"ask.now_{shown}"), "language": words.language, "dir": direction(words.language)}

"""Questions and answers: the words to ask with, the answer pressed on exactly those words, its history, receipts and promises."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import HTTPException
from msgspec import Meta, Struct

from sayso.app.http.answers import QUESTIONS, Asked, pressed
from sayso.app.http.rights import Holder
from sayso.app.http.sessions import Session
from sayso.app.http.v1.ops import At, Call, Nothing, Page, Paged, Reply, Room, known
from sayso.app.http.v1.problems import Failure
from sayso.app.receipts import FORMS
from sayso.app.views import ChoiceView, PersonView, Where
from sayso.facts.errors import Unfit

room = Room("choices", "The question in the words of now, the answer on exactly those words, and what can be kept of it.")
NAMES = ("signup", *QUESTIONS)
Drawn = Literal["host", "pages", "sayso-ask.js", "sayso-settings.js"]
Answer = Literal["allow", "refuse", "later"]


class Asking(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which language, and what draws it: your own screen (`host`), our pages, or one of our elements."""

    language: Annotated[str, Meta(min_length=2, max_length=12, examples=["en"])] = "en"
    drawn: Drawn = "host"


class Told(Struct, frozen=True, kw_only=True):
    """One thing the first layer must say."""

    kind: str
    caption: str
    text: str


class Button(Struct, frozen=True, kw_only=True):
    """One answer that can be pressed, and its label. None is set before."""

    answer: str
    label: str


class Question(Struct, frozen=True, kw_only=True):
    """A question as it is asked now. An answer names its `notice`; other words are another notice."""

    question: str
    notice: str
    version: int
    purpose: str
    covers: str
    language: str
    title: str
    facts: tuple[Told, ...]
    buttons: tuple[Button, ...]
    more: tuple[str, ...]


class NewChoice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person pressed: on which question and notice, in which language it was shown, and what drew it."""

    question: Annotated[Literal["signup", "training-choice", "settings", "imported"], Meta(examples=["settings"])]
    notice: Annotated[str, Meta(pattern="^[0-9a-f]{64}$", examples=["0f" * 32])]
    answer: Annotated[Answer, Meta(examples=["allow"])]
    language: Annotated[str, Meta(min_length=2, max_length=12, examples=["en"])]
    drawn: Drawn = "host"


class Made(Struct, frozen=True, kw_only=True):
    """The line the answer became, `null` for `later`, and what the account says since."""

    line: int | None
    says: str
    promise: dict[str, Any] | None = None
    """Our signed word that the public log will hold it, where a log is published."""


class Choice(Struct, frozen=True, kw_only=True):
    """One answer of the past; `counts` is false for a yes on a notice that was found unfair since."""

    line: int
    at: At
    purpose: str
    say: str
    via: str
    notice: str | None
    covers: str
    counts: bool


class Standing(Struct, frozen=True, kw_only=True):
    """What an account says now, per purpose: `unasked` where nobody asked."""

    account: str
    says: dict[str, str]


class Form(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which form: the receipt, its record, or a Kantara receipt."""

    form: Literal["jsonld", "record", "kantara"] = "jsonld"


@room.op("GET", "/questions/{question}", "ask", query=Asking, gives=Question, problems=("unfit",))
def show_question(call: Call[Asking, Nothing]) -> Question:
    """Show a question in the words it is asked with now; no other language stands in for one it has not."""
    on = _asked(call, call.path["question"], call.query.drawn, call.query.language)
    words, notice = on.words, on.notice
    return Question(
        question=notice.name,
        notice=on.digest,
        version=notice.version,
        purpose=notice.purpose,
        covers=notice.covers,
        language=call.query.language,
        title=words.title,
        facts=tuple(Told(kind=one.kind, caption=one.caption, text=one.text) for one in words.facts),
        buttons=tuple(Button(answer=one, label=words.labels[one]) for one in on.offered),
        more=tuple(words.more),
    )


@room.op(
    "POST", "/accounts/{account}/choices", "choose", body=NewChoice, gives=Made, status=201,
    problems=("unfit", "notice-changed", "conflict", "refused"),
)  # fmt: skip
def choose(call: Call[Nothing, NewChoice]) -> Reply:
    """Record what a person pressed on exactly the words they were shown; durable, with all that follows, before this answers.

    `Sec-GPC` as their browser sent it goes along as a header: it is recorded beside the answer, and is never one.
    """
    person, given = _here(call), call.body
    on = _asked(call, given.question, given.drawn, given.language)
    holder = Holder(Session(kind="person", account=person.account, form_token=""), person)
    where = Where(path="/v1/choices", gpc=call.gpc)
    try:
        outcome, line = pressed(call.setting.desk, holder, on, given.notice, given.answer, given.language, call.once, where)
    except HTTPException as error:
        raise Failure("key-reused" if error.status_code == 409 else "unfit") from None
    if outcome != "recorded":
        said = {"changed": "notice-changed"}.get(outcome, "conflict")
        why = {
            "unfair": "this notice was found unfair; only a no is taken on it",
            "not_open": "it asks about what a yes would come first for",
        }
        raise Failure(said, why.get(outcome, ""))
    says = call.setting.desk.person(person.account).says.get(on.notice.purpose, "unasked")
    promised = None if line is None else call.setting.desk.promise(person.account, line)
    headers = {} if line is None else {"location": f"/v1/accounts/{person.account}/choices/{line}/receipt"}
    return Reply(value=Made(line=line, says=says, promise=None if promised is None else dict(promised)), headers=headers)


@room.op("GET", "/accounts/{account}/standing", "choose", gives=Standing)
def show_standing(call: Call[Nothing, Nothing]) -> Standing:
    """Show what an account says now."""
    person = _here(call)
    return Standing(account=person.account, says=dict(person.says))


@room.op("GET", "/accounts/{account}/choices", "choose", query=Paged, gives=Page[Choice])
def list_choices(call: Call[Paged, Nothing]) -> Page[Choice]:
    """List every answer of an account, the newest first; none is ever overwritten."""
    account, before = _here(call).account, call.after(int)
    lines = sorted(call.setting.desk.choices(account), key=lambda one: -one.seq)
    left = [one for one in lines if before is None or one.seq < before]
    shown = left[: call.query.limit]
    return Page(items=tuple(_choice(one) for one in shown), next=call.next(shown[-1].seq if len(left) > len(shown) else None))


@room.op("GET", "/accounts/{account}/choices/{line}/receipt", "choose", query=Form, gives=dict[str, Any])
def show_receipt(call: Call[Form, Nothing]) -> Reply:
    """Give the receipt of an answer, which strangers can check; the person's to keep."""
    account, line = _here(call).account, int(call.path["line"])
    assert call.query.form in FORMS  # noqa: S101  # a form we cannot write is not declared
    raw, _ = known(lambda: call.setting.desk.receipt_as(account, line, call.query.form, "en"))
    return Reply(value=raw)


@room.op("GET", "/accounts/{account}/choices/{line}/promise", "choose", gives=dict[str, Any])
def show_promise(call: Call[Nothing, Nothing]) -> dict[str, Any]:
    """Give the signed promise that the public log will hold an answer; 404 where no log is published."""
    account, line = _here(call).account, int(call.path["line"])
    found = known(lambda: call.setting.desk.promise(account, line))
    if found is None:
        raise Failure("not-found")
    return dict(found)


def _here(call: Call[Any, Any]) -> PersonView:
    person = known(lambda: call.setting.desk.person(call.account))
    if person.deleted_at is not None:
        raise Failure("gone")
    return person


def _asked(call: Call[Any, Any], name: str, drawn: str, language: str) -> Asked:
    if name not in NAMES:
        raise Failure("not-found")
    notice, digest = call.setting.desk.notice(name, drawn)
    if language not in notice.languages:
        raise Unfit(f"notice `{notice.name}` has no words in `{language}`; it has {', '.join(notice.languages)}")
    return Asked(notice=notice, digest=digest, words=notice.words(language), unfair=call.setting.desk.unfair(digest))


def _choice(one: ChoiceView) -> Choice:
    return Choice(
        line=one.seq,
        at=one.at,
        purpose=one.purpose,
        say=one.say,
        via=one.via,
        notice=one.notice,
        covers=one.covers,
        counts=one.counts,
    )

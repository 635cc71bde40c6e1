"""What a person takes along, and what is certified of what they deleted."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Annotated, Any, Literal

from itsdangerous import BadSignature
from msgspec import Meta, Struct

from sayso.app.http.links import serializer
from sayso.app.http.v1.ops import ZIP, At, Call, Nothing, Page, Paged, Reply, Room, known
from sayso.app.http.v1.problems import Failure
from sayso.app.views import TooOften
from sayso.facts.errors import Refused, Unfit
from sayso.facts.words import AccountId, ConversationId

room = Room("leaving", "Take-outs, and certificates of deletion.")
LIFE = timedelta(minutes=15)


class NewTakeout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which language the readable part is."""

    language: Annotated[str, Meta(min_length=2, max_length=12, examples=["en"])] = "en"


class Takeout(Struct, frozen=True, kw_only=True):
    """A take-out that is ready: it is written while it is fetched, with this very key, until the link ends. It is kept nowhere."""

    state: Literal["ready"]
    link: str
    ends: At


class Taken(Struct, frozen=True, kw_only=True):
    """A take-out that was begun: by the person or the operator, and how many conversations it held."""

    at: At
    by: str
    conversations: int


@room.op("POST", "/accounts/{account}/takeouts", "takeout", body=NewTakeout, gives=Takeout, status=201, problems=("unfit",))
def start_takeout(call: Call[Nothing, NewTakeout]) -> Takeout:
    """Make the link that fetches everything about one person; nothing is gathered before it is followed."""
    person = known(lambda: call.setting.desk.person(call.account))
    if person.deleted_at is not None:
        raise Failure("gone")
    if call.body.language not in call.setting.pages.languages:
        raise Unfit(f"no take-out is written in `{call.body.language}`; there are {', '.join(call.setting.pages.languages)}")
    at = call.setting.desk.now()
    said = {"a": person.account, "l": call.body.language, "k": call.key.id if call.key else ""}
    token = serializer(_key(call.setting.secret), "sayso.takeout.api/v1", lambda: at).dumps(said)
    return Takeout(state="ready", link=f"{call.setting.origin}/v1/takeouts/{token}", ends=at + LIFE)


@room.op("GET", "/accounts/{account}/takeouts", "takeout", query=Paged, gives=Page[Taken])
def list_takeouts(call: Call[Paged, Nothing]) -> Page[Taken]:
    """List the take-outs of an account, the newest first."""
    account = known(lambda: call.setting.desk.person(call.account)).account
    # Counted from the oldest, so that one that is begun meanwhile moves no page.
    lines, before = call.hosts.taken_out(account), call.after(int)
    start = 0 if before is None else max(0, len(lines) - before)
    shown = lines[start : start + call.query.limit]
    left = len(lines) - start - len(shown)
    items = tuple(Taken(at=one.at, by=one.by, conversations=one.size) for one in shown)
    return Page(items=items, next=call.next(left if left else None))


@room.op("GET", "/takeouts/{token}", "takeout", gives=bytes, media=ZIP, problems=("gone", "too-often"))
def fetch_takeout(call: Call[Nothing, Nothing]) -> Reply:
    """Fetch the zip, with the key the link was made with; that it was fetched is recorded first."""
    account, language = _opened(call)
    try:
        parts = call.setting.desk.take_out(account, language)
    except TooOften:
        raise
    except Refused:
        raise Failure("gone") from None
    name = f"sayso-{call.setting.desk.now():%Y-%m-%d}.zip"
    return Reply(value=parts, headers={"content-disposition": f'attachment; filename="{name}"'})


@room.op("GET", "/accounts/{account}/certificate", "prove", gives=dict[str, Any])
def certify_account(call: Call[Nothing, Nothing]) -> dict[str, Any]:
    """Certify what became of a deleted account, also once it is forgotten; 404 where nothing was deleted."""
    return dict(known(lambda: call.setting.desk.certificate(_here(call), None)))


@room.op("GET", "/accounts/{account}/conversations/{conversation}/certificate", "prove", gives=dict[str, Any])
def certify_conversation(call: Call[Nothing, Nothing]) -> dict[str, Any]:
    """Certify what became of a deleted conversation, also once it is destroyed; 404 where it was not deleted."""
    conversation = ConversationId(call.path["conversation"])
    return dict(known(lambda: call.setting.desk.certificate(call.account, conversation)))


def _here(call: Call[Any, Any]) -> AccountId:
    """Return the account by its pseudonym; a name would open a certificate too, and names stand in no address."""
    if not call.hosts.knows(call.account):
        raise Failure("not-found")
    return call.account


def _opened(call: Call[Any, Any]) -> tuple[AccountId, str]:
    """Return whose take-out the token opens, and its language; 404 for one that is not ours, of another key, or ended."""
    opener = serializer(_key(call.setting.secret), "sayso.takeout.api/v1", call.setting.desk.now)
    try:
        said: Any = opener.loads(call.path["token"], max_age=int(LIFE.total_seconds()))
    except BadSignature:
        raise Failure("not-found") from None
    match said:
        case {"a": str(account), "l": str(language), "k": str(key)} if call.key is not None and key == call.key.id:
            return AccountId(account), language
    raise Failure("not-found")


def _key(secret: bytes) -> bytes:
    return hmac.new(secret, b"sayso/takeout/api/v1", hashlib.sha256).digest()

"""A take-out: ledger -> vault -> release (where did it go) -> one zip, written while it is read and kept nowhere.

Each piece is read in a short transaction of its own, so that a slow reader holds up nobody; what is destroyed meanwhile is
told as destroyed. ``spec/takeout.md`` is the format.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

import msgspec
from msgspec import Struct

from sayso.app.house import House
from sayso.app.jobs import holds
from sayso.app.jobs import takeout_facts as facts
from sayso.app.jobs.takeout_facts import Use
from sayso.app.jobs.takeout_zip import Entry, zipped
from sayso.app.pages.booklet import Booklet
from sayso.app.views import TooOften
from sayso.facts.deeds import TakenOut
from sayso.facts.errors import Refused, Unfit
from sayso.facts.words import AccountId, ConversationId

PAGE = 50
"""Conversations on one page of the readable part."""
OFTEN = 5
"""Take-outs that a person may begin within `WITHIN`; the operator's are not counted."""
WITHIN = timedelta(days=1)


class Taking(Struct, frozen=True, kw_only=True):
    """A take-out that was begun and recorded, ready to be read once."""

    account: AccountId
    at: datetime
    conversations: tuple[ConversationId, ...]
    uses: dict[ConversationId, list[Use]]
    about: dict[str, Any]
    damaged: set[ConversationId] = set()
    """Grows while it is written: those whose words could not be read. The zip says so of each."""


def begin(house: House, account: AccountId, *, by: str, operator: str) -> Taking:
    """Return the take-out of *account*, with the reading recorded in the ledger before a byte of it is handed out.

    *by* is `person` or `operator`. Refused for an account that was deleted, or is unknown or forgotten.
    """
    past = house.present()
    if not past.knows(account) or account in past.forgotten or past.living(account) != account:
        raise Refused("no such account, or forgotten since; there is nothing to take out")
    if past.deleted_at(account) is not None:
        raise Refused("this account was deleted; nothing of it is shown any more")
    if by == "person" and _lately(house, account) >= OFTEN:
        raise TooOften(f"{OFTEN} take-outs of this account were begun within a day; try again tomorrow")
    policy = house.policy_in_force()
    told = past.of_account(account)
    if any(placed.silent for placed in past.holds().values()):  # else there is nothing that its person may not be told of
        told = [one for one in told if one in past.shredded or not holds.untold(house, past.standing(one), policy)]
    conversations = tuple(sorted(told, key=lambda one: (past.began(one).at, one)))
    at = house.now()
    about = facts.account_record(house, account, by=by, at=at, operator=operator)
    with house.writing() as work:
        work.record([TakenOut(at=work.at, account=account, by=by, size=len(conversations))])
    uses = facts.uses(house, set(conversations))
    return Taking(account=account, at=at, conversations=conversations, uses=uses, about=about)


def written(
    house: House, taking: Taking, language: str, *, one_at_a_time: AbstractContextManager[object] | None = None
) -> Iterator[bytes]:
    """Yield the bytes of the zip, in which whatever a person wrote is data and never a name, a path or markup.

    *one_at_a_time* is held while a piece is gathered, and never while one is handed on.
    """
    guard = one_at_a_time or nullcontext()
    return zipped(_entries(house, taking, Booklet(language, taking.about["made"]["operator"]), guard), taking.at)


def _entries(house: House, taking: Taking, book: Booklet, guard: AbstractContextManager[object]) -> Iterator[Entry]:
    pages = max(1, -(-len(taking.conversations) // PAGE))
    with guard:
        index = book.index(taking.about, _by_release(taking), len(taking.conversations), pages)
    yield "index.html", [index]
    yield "account.json", [_json(taking.about | {"releases": _by_release(taking), "conversations": len(taking.conversations)})]
    yield "takeout.schema.json", [resources.files("sayso").joinpath("app/pages/takeout.schema.json").read_bytes()]
    for name, raw in _shown(house, taking, guard):
        yield name, [raw]
    yield "conversations.jsonl", (_json(one) for one in _records(house, taking, taking.conversations, guard))
    for page in range(pages):
        part = taking.conversations[page * PAGE : (page + 1) * PAGE]
        yield f"read/{page + 1:04d}.html", book.page(_records(house, taking, part, guard), page + 1, pages)
    yield "lines.jsonl", _lines(house, taking, guard)


def _records(
    house: House, taking: Taking, which: tuple[ConversationId, ...], guard: AbstractContextManager[object]
) -> Iterator[dict[str, Any]]:
    for one in which:
        with guard:
            record = facts.conversation_record(house, one, taking.uses.get(one, []))
        if record["state"] == "damaged":
            taking.damaged.add(one)
        yield record


def _lines(house: House, taking: Taking, guard: AbstractContextManager[object]) -> Iterator[bytes]:
    after: int | None = 0
    while after is not None:
        with guard:
            after, told = facts.lines(house, taking.account, after)
        yield b"".join(_json(one) for one in told)


def _shown(house: House, taking: Taking, guard: AbstractContextManager[object]) -> Iterator[tuple[str, bytes]]:
    """Yield the receipts, and each notice that was answered on as its exact bytes."""
    with guard:
        made = [(f"receipts/choice-{seq:06d}.json", _json(one)) for seq, one in facts.receipts(house, taking.account)]
    yield from made
    for digest in sorted({one["notice"] for one in taking.about["choices"] if one["notice"]}):
        path = house.folder / "notices" / f"{digest}.json"
        if len(digest) == 64 and digest.isalnum() and path.is_file():
            yield f"notices/{digest}.json", path.read_bytes()


def _by_release(taking: Taking) -> list[dict[str, Any]]:
    """Return, per release, how many of the account's conversations were put into it and were withdrawn, and which runs read it."""
    found: dict[str, dict[str, Any]] = {}
    for uses in taking.uses.values():
        for one in uses:
            said = found.setdefault(
                one.release,
                {"release": one.release, "purpose": one.purpose, "built": one.built, "rows": 0, "withdrawn": 0, "runs": []},
            )
            said["rows"] += 1
            said["withdrawn"] += one.withdrawn is not None
            said["runs"] = [{"run": run, "at": at} for run, at in one.runs]
    return sorted(found.values(), key=lambda one: (one["built"], one["release"]))


def _lately(house: House, account: AccountId) -> int:
    since = house.now() - WITHIN
    with house.reading() as conn:
        lines = [entry.line for entry in house.ledger.of_account(conn, account, ["taken_out"])]
    return sum(isinstance(line, TakenOut) and line.by == "person" and line.at > since for line in lines)


def _json(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted") + b"\n"


def of_name(house: House, name: str) -> AccountId:
    """Return the account of *name*; Unfit where there is none, or none any more."""
    with house.reading() as conn:
        account = house.vault.find(conn, name)
    if account is None:
        raise Unfit(f"no account `{name[:60]}`: never enrolled here, or forgotten since; there is nothing to take out")
    return account

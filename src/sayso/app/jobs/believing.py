"""What is believed of each account: ledger -> vault (their secrets) -> proofs -> ledger. So that a person can check it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from sayso.app.house import House
from sayso.app.jobs.logs import put, settle
from sayso.app.jobs.proving import living_account
from sayso.facts.canonical import digest
from sayso.facts.deeds import AnyLine, Believed
from sayso.facts.errors import Broken, Unfit
from sayso.facts.events import ChoiceMade, Merged
from sayso.facts.history import History
from sayso.facts.instants import iso
from sayso.facts.words import AccountId, Digest
from sayso.ledger import Entry
from sayso.proofs.beliefs import SAYS, Belief, Beliefs, check_belief, joined, record

FOLDER = "beliefs"
TOGETHER = 500
"""Accounts whose secrets are asked for together."""
FIRST = datetime.min.replace(tzinfo=UTC)
KINDS = ("choice", "notice_shown", "deferred")
Numbered = tuple[int, AnyLine]
Group = tuple[AccountId, list[Numbered]]
Says = dict[str, Belief]


class Renewed(Struct, frozen=True, kw_only=True):
    """What is believed now: the line that says so, how far it looked, of how many accounts, and whether it is new."""

    line: int
    pin: int
    accounts: int
    new: bool


def renew(house: House, alone: AbstractContextManager[object] | None = None) -> Renewed | None:
    """Return what is believed, recorded anew if anybody answered since; `None` where nobody ever did.

    Its file is on the disk before the line that names it; older files go after it. A stop in between leaves a file that no line
    names, which `tidy` removes. Everybody is looked at without keeping anybody waiting; only the line is written *alone*, under the
    lock of whoever serves meanwhile.
    """
    with house.reading() as conn:
        last = house.ledger.last_of(conn, Believed)
        since = last.line.pin if last is not None and isinstance(last.line, Believed) else 0
        pin, at = house.ledger.size(conn), house.now()
        heard = next(house.ledger.of_kind(conn, ChoiceMade, after=since), None) is not None
        if not heard and not any(number > since for number, _ in house.ledger.reaching_all(conn, pin)):
            return None if last is None else _renewed(last, new=False)
        tree = Beliefs(joined(_records(house, conn, pin, at)))
    folder = house.folder / FOLDER
    folder.mkdir(exist_ok=True)
    put(_file(house, pin), tree.raw)
    settle(folder)
    with alone or nullcontext(), house.writing() as work:
        said = Believed(at=at, pin=pin, root=Digest(tree.root.hex()), accounts=tree.size, digest=digest(tree.raw))
        entry = work.record([said])[0]
    tidy(house)
    return _renewed(entry, new=True)


def tidy(house: House) -> None:
    """Remove every file of beliefs but the newest that a line names."""
    with house.reading() as conn:
        last = house.ledger.last_of(conn, Believed)
    newest = _file(house, last.line.pin) if last is not None and isinstance(last.line, Believed) else None
    for path in (house.folder / FOLDER).glob("*"):
        if path != newest:
            path.unlink(missing_ok=True)


def of_account(house: House, name: str) -> dict[str, object]:
    """Return the proof of what is believed of the account of *name*, as the newest `believed` line has it."""
    account = living_account(house, name)
    with house.reading() as conn:
        entry = house.ledger.last_of(conn, Believed)
        if entry is None or not isinstance(entry.line, Believed):
            raise Unfit("nothing was recorded yet of what is believed; `sayso log write` does it")
        tree = Beliefs(bytes_of(house, entry.line))
        secret = house.vault.blinding(conn, account)
        pin, at = entry.line.pin, entry.line.at
        theirs = _of(house, conn, account, pin, at) or None
        proof: dict[str, Any] = house.ledger.prove(conn, entry.seq)
        made = tree.prove(proof["evidence"], secret, pin, account, theirs)
    try:
        check_belief(made, house.keys.signing.public)
    except Unfit:
        raise Broken(
            f"what is believed of `{name}` is not what the ledger gives; run `sayso audit`, then `sayso log write`"
        ) from None
    return made


def bytes_of(house: House, line: Believed) -> bytes:
    """Return the records that *line* is over; Broken where their file is gone or was changed."""
    try:
        raw = _file(house, line.pin).read_bytes()
    except OSError:
        raw = b""
    if digest(raw) != line.digest:
        raise Broken(
            f"`{FOLDER}/{line.pin}.map` is missing or not the one that was recorded; restore it, or let people answer anew"
        )
    return raw


def believed(groups: Iterable[Group], all_reached: Sequence[Numbered], at: datetime) -> Iterator[tuple[AccountId, Says]]:
    """Yield each account with what it is believed to say at *at*, one at a time; those that never answered are left out.

    *groups* are lines by account, *all_reached* those that reach everybody, such as mergers. Accounts that were joined come last
    and together, since a no under one name reaches the other.
    """
    family = {one for _, line in all_reached if isinstance(line, Merged) for one in (line.account, line.into)}
    theirs: list[Numbered] = []
    for account, lines in groups:
        if account in family:
            theirs += lines
        elif says := _says(account, [*lines, *all_reached], at):
            yield account, says
    for account in sorted(family if theirs else ()):
        if says := _says(account, [*theirs, *all_reached], at):
            yield account, says


def _says(account: AccountId, lines: Sequence[Numbered], at: datetime) -> Says:
    """Return what *account* says by a history of these lines alone: what an answer is, the rules of rulings say."""
    lines = sorted(lines, key=lambda one: one[0])
    past = History((line for _, line in lines), at)
    says: Says = {}
    for purpose in dict.fromkeys(line.purpose for _, line in lines if isinstance(line, ChoiceMade)):
        answers, say = past.answers(account, purpose), past.answer(account, purpose)
        if say in SAYS and (since := answers.since(at)) is not None:
            # What no single line gave, such as a no that a merger brought, is as of the last line that could bring it.
            line = lines[since[1] - 1][0]
            stored = answers.covering(FIRST, at, imported=True) == "allow"
            says[str(purpose)] = Belief(say=say, since=iso(since[0]), line=line, stored=stored)
    return says


def _records(house: House, conn: Connection, pin: int, at: datetime) -> Iterator[bytes]:
    left = believed(house.ledger.answers(conn, pin), house.ledger.reaching_all(conn, pin), at)
    while some := list(islice(left, TOGETHER)):
        secrets = house.vault.blindings(conn, (account for account, _ in some))
        # Who is not among them is forgotten: nothing links the account to a person, and nobody believes anything of it.
        yield from (record(secrets[account], pin, account, says) for account, says in some if account in secrets)


def _of(house: House, conn: Connection, account: AccountId, pin: int, at: datetime) -> Says:
    """Return what is believed of one account, from its own lines and those of accounts it was joined with."""
    merges = house.ledger.reaching_all(conn, pin)
    known, grew = {account}, True
    while grew:
        pairs = [{line.account, line.into} for _, line in merges if isinstance(line, Merged)]
        more = {one for pair in pairs if pair & known for one in pair}
        known, grew = known | more, not more <= known
    groups = (
        (one, [(entry.seq, entry.line) for entry in house.ledger.of_account(conn, one, KINDS) if entry.seq <= pin])
        for one in sorted(known)
    )
    return dict(believed(groups, merges, at)).get(account, {})


def _file(house: House, pin: int) -> Path:
    return house.folder / FOLDER / f"{pin}.map"


def _renewed(entry: Entry, *, new: bool) -> Renewed:
    line = entry.line
    if not isinstance(line, Believed):
        raise Broken(f"ledger line {entry.seq} says nothing of what is believed; run `sayso audit`")
    return Renewed(line=entry.seq, pin=line.pin, accounts=line.accounts, new=new)

"""What is believed of each account: ledger -> vault (their secrets) -> proofs -> ledger. So that a person can check it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from sayso.app.house import House
from sayso.app.jobs.logs import put, settle
from sayso.app.jobs.people import account_of
from sayso.facts.answers import Answers
from sayso.facts.canonical import digest
from sayso.facts.deeds import AnyLine, Believed
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.events import ChoiceMade, Deferred, Merged, NoticeShown
from sayso.facts.instants import iso
from sayso.facts.pasts import AccountPast
from sayso.facts.words import AccountId, Digest, Purpose, Say
from sayso.ledger import Entry
from sayso.proofs.beliefs import SAYS, Belief, Beliefs, check_belief, joined, record

FOLDER = "beliefs"
FIRST = datetime.min.replace(tzinfo=UTC)
KINDS = ("choice", "notice_shown", "deferred")
Numbered = tuple[int, AnyLine]
Group = tuple[AccountId, list[Numbered]]


class Renewed(Struct, frozen=True, kw_only=True):
    """What is believed now: the line that says so, how far it looked, of how many accounts, and whether it is new."""

    line: int
    pin: int
    accounts: int
    new: bool


def renew(house: House) -> Renewed | None:
    """Return what is believed, recorded anew if anybody answered since; `None` where nobody ever did.

    Its file is on the disk before the line that names it; older files go after it. A stop in between leaves a file that no line
    names, which `tidy` removes.
    """
    with house.reading() as conn:
        last = house.ledger.last_of(conn, Believed)
        since = last.line.pin if last is not None and isinstance(last.line, Believed) else 0
        if next(house.ledger.of_kind(conn, ChoiceMade, Merged, after=since), None) is None:
            return None if last is None else _renewed(last, new=False)
        pin, at = house.ledger.size(conn), house.now()
        tree = Beliefs(joined(_records(house, conn, pin, at)))
    folder = house.folder / FOLDER
    folder.mkdir(exist_ok=True)
    put(_file(house, pin), tree.raw)
    settle(folder)
    with house.writing() as work:
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
    account = account_of(house, name)
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


def believed(groups: Iterable[Group], merges: Sequence[Numbered], at: datetime) -> Iterator[tuple[AccountId, dict[str, Belief]]]:
    """Yield each account with what it is believed to say at *at*, one at a time; those that never answered are left out.

    *groups* are lines by account. Accounts that were joined come last and together, since a no under one name reaches the other.
    """
    family = {one for _, line in merges if isinstance(line, Merged) for one in (line.account, line.into)}
    theirs: list[Numbered] = []
    for account, lines in groups:
        if account in family:
            theirs += lines
        elif says := _says(_heard(lines).get(account, {}), at):
            yield account, says
    for account, answers in sorted(_heard(sorted([*theirs, *merges], key=lambda one: one[0])).items()):
        if says := _says(answers, at):
            yield account, says


def _heard(lines: Iterable[Numbered]) -> dict[AccountId, dict[Purpose, Answers]]:
    """Return what each account answered for each purpose, heard in order as `facts.history` hears it."""
    found: dict[AccountId, AccountPast] = {}

    def of(account: AccountId) -> AccountPast:
        return found.setdefault(account, AccountPast())

    for number, line in lines:
        match line:
            case Merged():
                of(line.account).join(line, of(line.into), (), number)
            case ChoiceMade():
                for one in _reached(line, of):
                    of(one).answered(line.purpose).add(line.at, line.say, line.covers, number)
            case NoticeShown() | Deferred():
                say: Say = "noticed" if isinstance(line, NoticeShown) else "deferred"
                of(line.account).answered(line.purpose).add(line.at, say, order=number)
            case _:
                pass
    return {account: known.answers for account, known in found.items()}


def _reached(line: ChoiceMade, of: Callable[[AccountId], AccountPast]) -> list[AccountId]:
    """Return the accounts that an answer reaches: a no also those that its account became part of."""
    reached = [line.account]
    while line.say == "refuse" and (further := of(reached[-1]).into) is not None and further not in reached:
        reached.append(further)
    return reached


def _says(answers: dict[Purpose, Answers], at: datetime) -> dict[str, Belief]:
    says: dict[str, Belief] = {}
    for purpose, line in answers.items():
        say, since = line.at(at), line.since(at)
        if say in SAYS and since is not None:
            stored = line.covering(FIRST, at, imported=True) == "allow"
            says[str(purpose)] = Belief(say=say, since=iso(since[0]), line=since[1], stored=stored)
    return says


def _records(house: House, conn: Connection, pin: int, at: datetime) -> Iterator[bytes]:
    for account, says in believed(house.ledger.answers(conn, pin), _merges(house, conn, pin), at):
        try:
            secret = house.vault.blinding(conn, account)
        except Refused:
            continue  # forgotten: nothing links the account to a person, and nobody believes anything of it
        yield record(secret, pin, account, says)


def _of(house: House, conn: Connection, account: AccountId, pin: int, at: datetime) -> dict[str, Belief]:
    """Return what is believed of one account, from its own lines and those of accounts it was joined with."""
    merges = _merges(house, conn, pin)
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


def _merges(house: House, conn: Connection, pin: int) -> list[Numbered]:
    return [(entry.seq, entry.line) for entry in house.ledger.of_kind(conn, Merged) if entry.seq <= pin]


def _file(house: House, pin: int) -> Path:
    return house.folder / FOLDER / f"{pin}.map"


def _renewed(entry: Entry, *, new: bool) -> Renewed:
    line = entry.line
    if not isinstance(line, Believed):
        raise Broken(f"ledger line {entry.seq} says nothing of what is believed; run `sayso audit`")
    return Renewed(line=entry.seq, pin=line.pin, accounts=line.accounts, new=new)

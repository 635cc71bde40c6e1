"""A choice: notices -> ledger -> proofs. What a person says is durable before anything answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypedDict, Unpack, cast

from msgspec import UNSET
from sqlalchemy import Connection

from sayso.app.house import House, Work
from sayso.app.jobs import recalling, stale
from sayso.app.jobs.circumstances import circumstances
from sayso.app.jobs.recall import recall_for
from sayso.app.terms import terms
from sayso.app.views import ChoiceView, Press, Where
from sayso.facts.deeds import NoticePublished
from sayso.facts.errors import Refused, SaysoError, Unfit
from sayso.facts.events import AccountOpened, ChoiceMade, Deferred, NoticeInvalidated, NoticeShown
from sayso.facts.words import NONE, UNKNOWN, AccountId, Covers, Digest, Purpose, Via
from sayso.ledger import Entry, Part, Request, Shown, receipt
from sayso.notices import Notice, publish, read, shipped
from sayso.policy import Policy


def enrol(
    house: House,
    work: Work,
    name: str,
    *,
    tier: str = UNKNOWN,
    region: str = UNKNOWN,
    birth_year: int | None = None,
    contract: str = NONE,
) -> AccountId:
    """Return the account of *name*, opened if it was not known; an account with unknown tier or region is never used."""
    enrolled = house.vault.enrol(work.conn, name)
    if enrolled.created:
        work.record(
            [
                AccountOpened(
                    at=work.at,
                    account=enrolled.account,
                    tier=tier,
                    region=region,
                    birth_year=birth_year,
                    contract=contract,
                    digest=enrolled.digest,
                )
            ]
        )
    return enrolled.account


def account_of(house: House, name: str) -> AccountId:
    """Return the account of *name*; refuses one that does not exist."""
    with house.reading() as conn:
        account = house.vault.find(conn, name)
    if account is None:
        raise Unfit(f"no account `{name}`; import or enrol it first, nothing was recorded")
    return account


def shipped_notice(name: str, operator: str | None = None) -> Notice:
    """Return the shipped notice *name*, asking in the name of *operator*."""
    for notice in shipped(operator):
        if notice.name == name:
            return notice
    raise Unfit(f"no notice `{name[:60]}` is shipped; there are {', '.join(notice.name for notice in shipped())}")


def show_notice(house: House, work: Work, notice: Notice) -> Digest:
    """Return the digest of *notice*, published and recorded if it never was."""
    digest = notice.digest
    published = set(_published(house, work.conn))
    if digest not in published:
        publish(house.folder / "notices", notice)
        work.record([NoticePublished(at=work.at, notice=digest, name=notice.name)])
    return digest


class More(TypedDict, total=False):
    """What may be said of a choice beside whose it is and what it says; `Press` says what each is."""

    via: Via
    notice: str | None
    locale: str | None
    pressed: str | None
    covers: Covers
    request: Request | None
    where: Where | None


def choose(house: House, account: AccountId, purpose: Purpose, say: Literal["allow", "refuse"], **more: Unpack[More]) -> Entry:
    """Return the ledger entry of a choice, recorded, with every ruling it changes rescheduled and releases recalled.

    A request that was recorded before gives its entry of then, and changes nothing.
    """
    with house.writing() as work:
        made = choose_in(house, work, account, purpose, say, **more)
    recalling.settle_if_any(house)
    return made


def choose_in(
    house: House, work: Work, account: AccountId, purpose: Purpose, say: Literal["allow", "refuse"], **more: Unpack[More]
) -> Entry:
    """Return what `choose` does, within a transaction that may hold more than this choice; durable once that commits."""
    (found,) = choose_all(house, work, [Press(account=account, purpose=purpose, say=say, **more)])
    if isinstance(found, Entry):
        return found
    raise found


def choose_all(house: House, work: Work, presses: Sequence[Press]) -> list[Entry | SaysoError]:
    """Return for each of *presses*, in order, its entry or why there is none; durable once the transaction commits.

    Each is looked at after those before it, as if they came one by one; written they are at once, and the rulings they change are
    rescheduled and the releases recalled once for all.
    """
    policy = house.ruled_by(work.conn)
    known = house.ledger.known(work.conn, [one.request for one in presses if one.request is not None])
    found: list[Entry | SaysoError | int] = []
    parts: list[Part] = []
    asked: dict[bytes, tuple[str, int]] = {}
    for press in presses:
        # (1) Sent before, in another transaction or in this one: what it became then, and nothing new.
        if press.request is not None and press.request in known:
            before = known[press.request]
            found.append(before if isinstance(before, Unfit) else house.ledger.entry(work.conn, before.start))
            continue
        if press.request is not None and press.request.key in asked:
            same, place = asked[press.request.key]
            found.append(place if same == press.request.asked else press.request.clash())
            continue
        # (2) New: heard now, so that two answers never fall on one instant by accident and refuse each other.
        work.move_on()
        try:
            line = _line_of(house, work, policy, press)
        except SaysoError as error:
            found.append(error)
            continue
        work.heard = True
        house.past.extend([line])
        if press.request is not None:
            asked[press.request.key] = (press.request.asked, len(parts))
        found.append(len(parts))
        parts.append(Part(lines=[line], recorded=work.at, request=press.request))
    # (3) All lines at once, then what follows from them.
    entries = work.record_heard(parts)
    if accounts := _accounts(entries):
        stale.mark(house, work, house.past, accounts)
        recall_for(house, work, accounts, policy)
    return [entries[one] if isinstance(one, int) else one for one in found]


def _accounts(entries: Iterable[Entry]) -> dict[AccountId, None]:
    return dict.fromkeys(entry.line.account for entry in entries if isinstance(entry.line, ChoiceMade))


def _line_of(house: House, work: Work, policy: Policy, press: Press) -> ChoiceMade:
    """Return the line that records *press*; refuses what cannot be chosen, and who is not here to choose."""
    past, account, purpose = house.past, press.account, press.purpose
    if purpose not in policy.purposes:
        raise Unfit(f"policy `{policy.name}` knows no purpose `{purpose}`; it rules on {', '.join(policy.purposes)}")
    if not past.knows(account):
        raise Unfit(f"no account `{account}`; nothing was recorded")
    if press.say == "allow" and press.notice in past.invalid:
        raise Refused("the notice of this answer was found unfair, so a yes on it counts for nothing; ask on another one")
    if past.deleted_at(account) is not None or account in past.forgotten:
        raise Refused("this account was deleted; nothing of it is used, and there is nothing left to choose")
    taken_back = press.say == "refuse" and press.withdraws is not None and past.answer(account, purpose) == "allow"
    return ChoiceMade(
        at=work.at,
        account=account,
        purpose=purpose,
        say=press.say,
        via=press.withdraws if taken_back and press.withdraws is not None else press.via,
        notice=press.notice,
        covers="from_now" if press.say == "refuse" else press.covers,  # a refusal stops all further use anyway
        locale=press.locale,
        pressed=press.pressed,
        under=UNSET if press.where is None else circumstances(house, policy, account, purpose, work.at, press.where),
    )


def defer(house: House, account: AccountId, purpose: Purpose, notice: str | None, where: Where | None = None) -> None:
    """Record that the person put the question off: no answer, and never taken for one."""
    with house.writing() as work:
        defer_in(house, work, account, purpose, notice, where)


def defer_in(
    house: House, work: Work, account: AccountId, purpose: Purpose, notice: str | None, where: Where | None = None
) -> None:
    """Do what `defer` does, within a transaction that may hold more than this; durable once that commits."""
    seen = UNSET if where is None else circumstances(house, work.policy(), account, purpose, work.at, where)
    work.record([Deferred(at=work.at, account=account, purpose=purpose, notice=notice, under=seen)])


def shown(house: House, account: AccountId, purpose: Purpose, notice: str | None) -> None:
    """Record that the question was shown, unless the last thing recorded already says so."""
    if house.past.answer(account, purpose) != "unasked":
        return
    with house.writing() as work:
        shown_in(house, work, account, purpose, notice)


def shown_in(house: House, work: Work, account: AccountId, purpose: Purpose, notice: str | None) -> None:
    """Do what `shown` does, within a transaction that may hold more than this; durable once that commits."""
    if house.past.answer(account, purpose) == "unasked":
        work.record([NoticeShown(at=work.at, account=account, purpose=purpose, notice=notice)])


def choices(house: House, account: AccountId) -> list[ChoiceView]:
    """Return every answer of *account*, newest first, each with whether its notice was found unfair since."""
    invalid = house.past.invalid
    with house.reading() as conn:
        entries = list(house.ledger.of_account(conn, account, ["choice"]))
    return [
        ChoiceView(
            seq=entry.seq,
            at=line.at,
            purpose=line.purpose,
            say=line.say,
            via=line.via,
            notice=line.notice,
            covers=line.covers,
            unfair_since=invalid[line.notice].at if line.notice in invalid else None,
        )
        for entry in reversed(entries)
        if isinstance(line := entry.line, ChoiceMade)
    ]


def receipt_of(house: House, account: AccountId, seq: int) -> dict[str, object]:
    """Return the receipt of one of *account*'s own answers; any other line is unknown to it."""
    with house.reading() as conn:
        entries = {entry.seq: entry for entry in house.ledger.of_account(conn, account, ["choice"])}
        entry = entries.get(seq)
        if entry is None or not isinstance(entry.line, ChoiceMade):
            raise Refused("no such receipt")
        return receipt(
            entry,
            house.ledger.proof(conn, seq),
            house.ledger.checkpoint(conn) or "",
            _shown(house, conn, entry.line.notice),
            terms=terms(),
            signer=house.keys.signing,
            secret=house.vault.blinding(conn, account),
            unfair=_unfair(house, conn, entry.line.notice),
        )


def _shown(house: House, conn: Connection, digest: str | None) -> Shown | None:
    if digest is None:
        return None
    try:
        version = read(house.folder / "notices", digest).version
    except SaysoError:
        version = None  # words that are not here, or no more: the digest says which they were all the same
    return Shown(digest=digest, name=_published(house, conn).get(Digest(digest), ""), version=version)


def _unfair(house: House, conn: Connection, digest: str | None) -> Mapping[str, object] | None:
    """Return the evidence of the line that found the notice unfair, `None` where there is none."""
    for entry in house.ledger.of_kind(conn, NoticeInvalidated) if digest is not None else ():
        if isinstance(entry.line, NoticeInvalidated) and entry.line.notice == digest:
            evidence = house.ledger.prove(conn, entry.seq)["evidence"]
            return cast(Mapping[str, object], evidence)
    return None


def _published(house: House, conn: Connection) -> dict[Digest, str]:
    """Return the names of the notice versions published so far, by digest."""
    lines = [entry.line for entry in house.ledger.of_kind(conn, NoticePublished)]
    return {line.notice: line.name for line in lines if isinstance(line, NoticePublished)}

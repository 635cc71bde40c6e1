"""A choice: notices -> ledger -> proofs. What a person says is durable before anything answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from msgspec import UNSET
from sqlalchemy import Connection

from sayso.app.house import House, Work
from sayso.app.jobs import rule
from sayso.app.jobs.circumstances import circumstances
from sayso.app.jobs.recall import recall_for
from sayso.app.terms import terms
from sayso.app.views import ChoiceView, Press
from sayso.facts.deeds import NoticePublished
from sayso.facts.errors import Refused, SaysoError, Unfit
from sayso.facts.events import AccountOpened, ChoiceMade, Deferred, NoticeInvalidated, NoticeShown
from sayso.facts.words import NONE, UNKNOWN, AccountId, Covers, Digest, Purpose, Via
from sayso.ledger import Entry, Request, Shown, receipt
from sayso.notices import Notice, publish, read, shipped


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


def choose(
    house: House,
    account: AccountId,
    purpose: Purpose,
    say: Literal["allow", "refuse"],
    *,
    via: Via = "settings",
    notice: str | None = None,
    locale: str | None = None,
    pressed: str | None = None,
    covers: Covers = "from_now",
    request: Request | None = None,
    press: Press | None = None,
) -> Entry:
    """Return the ledger entry of a choice, recorded, with every ruling it changes rescheduled and releases recalled.

    A *request* that was recorded before gives its entry of then, and changes nothing.
    """
    with house.writing() as work:
        return choose_in(
            house,
            work,
            account,
            purpose,
            say,
            via=via,
            notice=notice,
            locale=locale,
            pressed=pressed,
            covers=covers,
            request=request,
            press=press,
        )


def choose_in(
    house: House,
    work: Work,
    account: AccountId,
    purpose: Purpose,
    say: Literal["allow", "refuse"],
    *,
    via: Via = "settings",
    notice: str | None = None,
    locale: str | None = None,
    pressed: str | None = None,
    covers: Covers = "from_now",
    request: Request | None = None,
    press: Press | None = None,
) -> Entry:
    """Return what `choose` does, within a transaction that may hold more than this choice; durable once that commits."""
    if request is not None and (before := house.ledger.became(work.conn, request)) is not None:
        return before[0]
    policy = work.policy()
    if purpose not in policy.purposes:
        raise Unfit(f"policy `{policy.name}` knows no purpose `{purpose}`; it rules on {', '.join(policy.purposes)}")
    if account not in set(house.past.accounts()):
        raise Unfit(f"no account `{account}`; nothing was recorded")
    if say == "allow" and notice is not None and notice in house.past.invalid:
        raise Refused("the notice of this answer was found unfair, so a yes on it counts for nothing; ask on another one")
    if covers == "stored" and say == "refuse":
        covers = "from_now"  # a refusal stops all further use anyway
    if house.present().deleted_at(account) is not None:
        raise Refused("this account was deleted; nothing of it is used, and there is nothing left to choose")
    line = ChoiceMade(
        at=work.at,
        account=account,
        purpose=purpose,
        say=say,
        via=via,
        notice=notice,
        covers=covers,
        locale=locale,
        pressed=pressed,
        under=UNSET if press is None else circumstances(house, policy, account, purpose, work.at, press),
    )
    entry = work.record([line], request=request)[0]
    rule.reschedule(house, work, house.past.of_account(account), policy)
    recall_for(house, work, account, policy)
    return entry


def defer(house: House, account: AccountId, purpose: Purpose, notice: str | None, press: Press | None = None) -> None:
    """Record that the person put the question off: no answer, and never taken for one."""
    with house.writing() as work:
        seen = UNSET if press is None else circumstances(house, work.policy(), account, purpose, work.at, press)
        work.record([Deferred(at=work.at, account=account, purpose=purpose, notice=notice, under=seen)])


def shown(house: House, account: AccountId, purpose: Purpose, notice: str | None) -> None:
    """Record that the question was shown, unless the last thing recorded already says so."""
    if house.past.answer(account, purpose) != "unasked":
        return
    with house.writing() as work:
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

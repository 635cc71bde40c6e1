"""Days to answer that went by: ledger -> policy -> ledger. A line for each account that had not answered; it decides nothing."""

from __future__ import annotations

from datetime import datetime

from sayso.app.house import EARLIEST, House, Work
from sayso.facts.deeds import Swept
from sayso.facts.events import AccountOpened, Lapsed
from sayso.facts.words import AccountId
from sayso.policy import Policy
from sayso.policy.table import ChoiceRow

SILENT = ("unasked", "noticed", "deferred")


def lapses(house: House, work: Work, policy: Policy) -> list[Lapsed]:
    """Return a line per account and purpose whose last day to answer went by since the last sweep, without an answer.

    It costs nothing but on the day after such a day: only then is anybody looked at.
    """
    last, version = house.ledger.last_of(work.conn, Swept), policy.version(work.at)
    since = EARLIEST if last is None else last.line.at
    rows = {} if version is None else version.choice
    over = {one: row for one, row in rows.items() if row.deadline is not None and since < row.deadline <= work.at}
    if not over:
        return []
    past, opened = house.present(), _opened(house, work)
    return [
        Lapsed(at=work.at, account=account, purpose=purpose, deadline=row.deadline)
        for purpose, row in sorted(over.items())
        if row.deadline is not None
        for account, at in opened.items()
        if at <= row.deadline
        and past.deleted_at(account) is None
        and past.living(account) == account
        and past.answer(account, purpose) in SILENT
        and _asked(row, *past.tier_and_region(account))
    ]


def _asked(row: ChoiceRow, tier: str, region: str) -> bool:
    told = {"tier": tier, "region": region}
    return all(told[fact] in values for fact, values in row.when.items())


def _opened(house: House, work: Work) -> dict[AccountId, datetime]:
    """Return when each account was first known: who came after a last day was never asked by it."""
    found: dict[AccountId, datetime] = {}
    for entry in house.ledger.of_kind(work.conn, AccountOpened):
        if isinstance(entry.line, AccountOpened):
            found.setdefault(entry.line.account, entry.line.at)
    return found

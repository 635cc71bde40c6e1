"""The end: vault (what is due) -> ledger (their facts) -> policy -> vault (shred) -> ledger -> release (recall, empty).

Nothing is shredded that the policy, asked anew, does not call due; a hold stops it once more in the vault itself. A batch is ended
in one transaction that nobody else can write in: it is done once or, if it is stopped, not at all. Where others sweep as well, it
is leased first, so that what decides about it is read while they write.
It costs what is due: the index of next changes finds it, and of the ledger only the lines are read that decide about it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta

from msgspec import Struct

from sayso.app import keyring
from sayso.app.house import House, Work
from sayso.app.jobs import rule, stale
from sayso.app.jobs.erasing import empty_releases
from sayso.app.jobs.lapsing import lapses
from sayso.app.jobs.recall import recall_of
from sayso.app.jobs.retention import Announcing, Ending, announce, announcement, ended, endings, next_look, notice_in, retention
from sayso.app.jobs.unopening import unopen
from sayso.facts.deeds import Announced, Erased, Forgotten, Recalled, Shredded, Swept
from sayso.facts.endings import after
from sayso.facts.errors import Refused
from sayso.facts.events import Deleted
from sayso.facts.history import History
from sayso.facts.words import AccountId, ConversationId
from sayso.policy import Policy, decide

BATCH = 200
LEASE = timedelta(minutes=10)
"""How long a worker's claim keeps others from what it took, if it dies."""
_ELSEWHERE = (Shredded, Announced, Swept, Recalled, Erased)
"""What other workers record of their own conversations, and changes nothing about ours."""


class Sweeping(Struct):
    """What a sweep found and did; `why` counts the shredded by the reason that ended last."""

    due: int = 0
    shredded: int = 0
    kept: int = 0
    """Due by the policy, and kept by a hold that the vault knows."""
    waiting: int = 0
    """Due, and waiting for the day that was announced."""
    announced: int = 0
    forgotten: int = 0
    freed: int = 0
    emptied: int = 0
    unopened: int = 0
    """Forgotten accounts of which the lines open to nothing now, since nobody may ask for proof any more."""
    why: dict[str, int] = {}
    preview: list[Ending] = []
    wrong: list[str] = []
    """Releases whose withdrawn rows could not be emptied, and what to do."""


def preview(house: House, *, account: AccountId | None = None, days: int = 0) -> Sweeping:
    """Return what is due, or ends within *days*; of *account*, everything that has a known end. Writes nothing."""
    house.assert_clock()
    found = list(endings(house, account=account, days=days))
    now = house.now()
    return Sweeping(due=sum(one.until <= now for one in found), why={}, preview=found)


def sweep(
    house: House,
    *,
    progress: Callable[[int], None] = lambda _: None,
    turn: Callable[[], AbstractContextManager[object]] = nullcontext,
    stopped: Callable[[], bool] = lambda: False,
) -> Sweeping:
    """Return what was due and is shredded now, batch by batch; it can stop anywhere and start again.

    It works a *turn* at a time, so that others may use the house in between, and ends early once *stopped* says so: what was
    destroyed by then stays so. Where a notice period is set, what ends within it is announced first, and only what was announced
    that long ago is shredded.
    """
    with turn():
        house.assert_clock()
    # What was said since reaches what is due now: nothing is looked for before it is known when to look.
    stale.settle_all(house, turn)
    with turn():
        told = announce(house, progress) if retention(house).notice else Announcing()
    result = Sweeping(why={}, preview=[], announced=told.announced, wrong=[])
    size = BATCH
    while size == BATCH and not stopped():
        with turn():
            size = _shared_batch(house, result) if house.sharing else _own_batch(house, result)
        progress(size)
    with turn():
        _finish(house, result)
    return result


def _finish(house: House, result: Sweeping) -> None:
    """Forget who left, write down what lapsed and what was done, and give back room."""
    with house.writing() as work:
        _forget_the_deleted(house, work, house.past_of(work.conn, (), work.at, accounts=_left(house, work)), result)
        work.record(lapses(house, work, work.policy()))
        result.freed = house.vault.compact(work.conn, every=False).freed
        work.record([Swept(at=work.at, due=result.due, shredded=result.shredded, kept=result.kept)])
    with house.place():
        house.vault.settle()
    result.emptied = empty_releases(house, result.wrong)
    result.unopened = unopen(house).accounts
    if result.unopened:
        with house.place():
            house.vault.settle()


def _own_batch(house: House, result: Sweeping) -> int:
    """Take one batch to its end in one transaction and return how many it looked at."""
    with house.writing() as work:
        if stale.settle(house, work):
            return BATCH  # something was said meanwhile
        return _batch(house, work, house.vault.claim(work.conn, work.at, limit=BATCH), result)


def _shared_batch(house: House, result: Sweeping) -> int:
    """Take one batch to its end beside other workers: what decides about it is read while they write."""
    worker = keyring.entropy(8).hex()
    with house.writing() as work:
        if stale.settle(house, work):
            return BATCH  # something was said meanwhile
        batch = house.vault.lease(work.conn, worker, work.at, work.at + LEASE, limit=BATCH)
        at = work.at
    if not batch:
        return 0
    with house.reading() as conn:
        size, past = house.ledger.size(conn), house.past_of(conn, batch, at)
    with house.writing() as work:
        if not house.vault.give_back(work.conn, worker):
            return BATCH  # it took so long that somebody else took over
        since = [entry.line for entry in house.ledger.entries(work.conn, after=size)]
        if all(isinstance(line, _ELSEWHERE) and getattr(line, "conversation", None) not in set(batch) for line in since):
            past.advance(work.at)
            return _batch(house, work, batch, result, past=past)
        return _batch(house, work, batch, result)


def _batch(house: House, work: Work, batch: list[ConversationId], result: Sweeping, *, past: History | None = None) -> int:
    """Take *batch* to its end and return how many it looked at; *past* is what decides about it, where it was read already."""
    policy = house.policy_at(work.conn, None)
    if _write_down(house, work, batch, policy):
        return BATCH  # they are claimed again when all that was deleted with them has its own day
    past = house.past_of(work.conn, batch, work.at) if past is None else past
    due = {one for one in batch if _end(house, work, past, one, policy, result)}
    # What nothing keeps any more is used for nothing, also while its end is announced: it leaves the releases at once.
    recall_of(house, work, due, policy, past=past)
    _forget_the_deleted(house, work, past, result)
    return len(batch)


def _write_down(house: House, work: Work, batch: list[ConversationId], policy: Policy) -> bool:
    """Write down some of what was deleted with a whole account, as `batch` leads to it: out of sight, and due on its own day."""
    unwritten = house.vault.unwritten(work.conn, batch, limit=BATCH)
    past = house.past_of(work.conn, unwritten, work.at)
    for one in unwritten:
        house.vault.hide(work.conn, one, past.standing(one).deleted_at)
    house.vault.schedule(work.conn, [(one, next_look(past, one, policy)) for one in unwritten])
    return bool(unwritten)


def _end(house: House, work: Work, past: History, conversation: ConversationId, policy: Policy, result: Sweeping) -> bool:
    """Shred one conversation if it is due and was announced, else look again when that may have changed; say whether it is due."""
    standing = past.standing(conversation)
    ruled = decide(policy, standing, work.at)
    if not ruled.due(work.at):
        house.vault.schedule(work.conn, [(conversation, rule.next_look(past, standing, ruled, policy))])
        return False
    result.due += 1
    free = past.endings.free_at(standing, ruled)
    if free is None:
        # It became due after the announcing went by; whoever owns it is told now, and has the whole period.
        line = announcement(past, standing, ruled, policy, after(work.at, notice_in(house, work)))
        if line is not None:
            work.record([line])
            past.extend([line])
            result.announced += 1
        free = past.endings.free_at(standing, ruled)
    if free is None or free > work.at:
        result.waiting += 1
        house.vault.schedule(work.conn, [(conversation, free)])
        return True
    try:
        house.vault.shred(work.conn, conversation)
    except Refused:
        result.kept += 1
        house.vault.schedule(work.conn, [(conversation, None)])
        return True
    why = ended(standing, ruled, policy)
    line_ = Shredded(at=work.at, conversation=conversation, why=why)
    work.record([line_])
    past.extend([line_])
    result.shredded += 1
    result.why[why] = result.why.get(why, 0) + 1
    return True


def _left(house: House, work: Work) -> list[AccountId]:
    """Return the accounts whose person left since the last sweep: of one that had nothing here, no shredding will remind us."""
    last = house.ledger.last_of(work.conn, Swept)
    lines = [entry.line for entry in house.ledger.of_kind(work.conn, Deleted, after=last.seq if last is not None else 0)]
    return [line.account for line in lines if isinstance(line, Deleted) and line.account is not None]


def _forget_the_deleted(house: House, work: Work, past: History, result: Sweeping) -> None:
    """Destroy the last link between each deleted account in *past* and its person, once nothing of it is kept."""
    for account in list(past.accounts()):
        if past.deleted_at(account) is None or account in past.forgotten:
            continue
        kept = house.vault.of_account(work.conn, account, limit=1, states=("live", "hidden"))
        if not kept and house.vault.forget(work.conn, account).gone:
            work.record([Forgotten(at=work.at, account=account)])
            result.forgotten += 1

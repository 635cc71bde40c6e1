"""The end: ledger (due rulings) -> policy -> vault (shred) -> release (recall) -> ledger.

Nothing is shredded that the policy, asked anew, does not call due; a hold stops it once more in the vault itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from sayso import release as release_room
from sayso.app.house import House, Work
from sayso.app.jobs import holds, rule
from sayso.app.jobs.recall import folder_of, recall_for, recall_of, released
from sayso.facts.deeds import AnyLine, Erased, Forgotten, Shredded, Swept
from sayso.facts.errors import Refused
from sayso.facts.events import Deleted
from sayso.facts.rulings import Ruling
from sayso.facts.words import AccountId, ConversationId
from sayso.policy import Policy, decide

BATCH = 200


class Sweeping(Struct):
    """What a sweep found and did; `why` counts the shredded by the reason that ended last."""

    due: int = 0
    shredded: int = 0
    kept: int = 0
    forgotten: int = 0
    freed: int = 0
    emptied: int = 0
    why: dict[str, int] = {}
    preview: list[tuple[ConversationId, str]] = []


def sweep(house: House, *, preview: bool = False, progress: Callable[[int], None] = lambda _: None) -> Sweeping:
    """Return what is due and, unless *preview*, shred it, batch by batch; it can stop anywhere and start again."""
    house.assert_clock()
    policy = house.policy_in_force()
    result = Sweeping(why={}, preview=[])
    if preview:
        with house.reading() as conn:
            due = house.vault.due(conn, house.now(), limit=1_000_000)
        for conversation in due:
            ruled = _ruled(house, conversation, policy)
            if ruled.due(ruled.at):
                result.due += 1
                result.preview.append((conversation, ended(house, conversation, ruled, policy)))
        return result
    while True:
        with house.writing() as work:
            batch = house.vault.due(work.conn, work.at, limit=BATCH)
            ended_now = {one for one in batch if _end(house, work, one, policy, result)}
            # What nothing keeps any more is used for nothing, so it leaves the releases with its key.
            recall_of(house, work, ended_now, policy)
        progress(len(batch))
        if len(batch) < BATCH:
            break
    with house.writing() as work:
        _forget_the_deleted(house, work, result)
        result.freed = house.vault.compact(work.conn).freed
        work.record([Swept(at=work.at, due=result.due, shredded=result.shredded, kept=result.kept)])
    house.vault.settle()
    result.emptied = empty_releases(house)
    return result


def empty_releases(house: House) -> int:
    """Return how many withdrawn rows lost their words in the files of releases, so that nobody reads them there either."""
    count = 0
    for line in released(house):
        folder = folder_of(house, line.release)
        before = len(release_room.emptied(folder))
        with house.writing() as work:
            erasure = release_room.erase(folder, at=work.at)
            known = {entry.line.number for entry in house.ledger.of_kind(work.conn, Erased) if _of(entry.line, line.release)}  # type: ignore[union-attr]  # filtered by kind
            if erasure.number and erasure.number not in known:
                work.record([Erased(at=work.at, release=line.release, number=erasure.number, digest=erasure.digest)])
        count += len(release_room.emptied(folder)) - before
    return count


def _of(line: object, release: str) -> bool:
    return isinstance(line, Erased) and line.release == release


def _ruled(house: House, conversation: ConversationId, policy: Policy) -> Ruling:
    standing = house.present().standing(conversation)
    return decide(policy, standing, standing.at)


def _end(house: House, work: Work, conversation: ConversationId, policy: Policy, result: Sweeping) -> bool:
    """Shred one conversation if it is due, else look again when its ruling next changes; return whether it was due."""
    ruled = _ruled(house, conversation, policy)
    if not ruled.due(work.at):
        house.vault.schedule(work.conn, [(conversation, ruled.next_change_at)])
        return False
    result.due += 1
    try:
        house.vault.shred(work.conn, conversation)
    except Refused:
        result.kept += 1
        house.vault.schedule(work.conn, [(conversation, None)])
        return True
    why = ended(house, conversation, ruled, policy)
    work.record([Shredded(at=work.at, conversation=conversation, why=why)])
    result.shredded += 1
    result.why[why] = result.why.get(why, 0) + 1
    return True


def ended(house: House, conversation: ConversationId, ruled: Ruling, policy: Policy) -> str:
    """Return the row of the policy that kept a conversation longest, now that nothing keeps it any more."""
    if ruled.caps:
        return ruled.caps[-1].row
    if ruled.keep_until is None:
        return "no reason left"
    standing = house.present().standing(conversation)
    moment = ruled.keep_until - timedelta(microseconds=1)
    before = decide(policy, replace(standing, at=moment), moment)
    of_it = [reason for reason in before.reasons if reason.of == "conversation" and reason.until is not None]
    return max(of_it, key=lambda reason: reason.until or ruled.at).because.row if of_it else "no reason left"


def _forget_the_deleted(house: House, work: Work, result: Sweeping) -> None:
    """Destroy the last link between a deleted account and its person once nothing of it is kept."""
    past = house.present()
    for account in list(past.accounts()):
        if past.deleted_at(account) is None or account in past.forgotten:
            continue
        kept = house.vault.of_account(work.conn, account, limit=1, states=("live", "hidden"))
        if not kept and house.vault.forget(work.conn, account).gone:
            work.record([Forgotten(at=work.at, account=account)])
            result.forgotten += 1


def delete(
    house: House, *, conversation: ConversationId | None = None, account: AccountId | None = None
) -> tuple[bool, datetime | None]:
    """Return whether this was new, and by when the words are unreadable; they are out of sight at once.

    `None` for the instant means that a hold or another reason with no known end keeps them, out of sight and unused.
    """
    policy = house.policy_in_force()
    with house.writing() as work:
        past = house.present()
        wanted = [conversation] if conversation is not None else past.of_account(account) if account is not None else []
        conversations = [one for one in wanted if one not in past.shredded]
        fresh = (
            past.standing(conversation).deleted_at is None if conversation is not None else past.deleted_at(account) is None  # type: ignore[arg-type]  # one of the two is given
        )
        lines: list[AnyLine] = [Deleted(at=work.at, conversation=conversation, account=account)] if fresh else []
        work.record(lines)
        for one in conversations:
            house.vault.hide(work.conn, one, work.at)
        rule.reschedule(house, work, conversations, policy)
        owner = account if account is not None else past.owner(conversation)  # type: ignore[arg-type]  # one of the two is given
        recall_for(house, work, owner, policy)
        ends = [_ruled(house, one, policy).keep_until for one in conversations]
    by = None if None in ends else max((end for end in ends if end is not None), default=work.at)
    return fresh, by


def unreadable_by(house: House, *, conversation: ConversationId | None, account: AccountId) -> datetime | None:
    """Return by when the words would be unreadable if deleted now, `None` while something without a known end keeps them.

    It is what their person may be told: an order that forbids telling is left out.
    """
    policy = house.policy_in_force()
    past = house.present()
    ends = []
    for one in [conversation] if conversation is not None else past.of_account(account):
        if one in past.shredded:
            continue
        standing = holds.seen_by_person(house, past.standing(one))
        supposed = replace(standing, deleted_at=standing.deleted_at or standing.at)
        ends.append(decide(policy, supposed, standing.at).keep_until)
    return None if None in ends else max((end for end in ends if end is not None), default=house.now())

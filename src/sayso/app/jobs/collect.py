"""A turn: ledger (standing) -> policy (ruling) -> vault (seal). The words are sealed before anything of them is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from sayso.app.house import House, Work
from sayso.app.jobs import holds, rule
from sayso.app.jobs.people import enrol
from sayso.facts.conversation import Conversation, Turn
from sayso.facts.deeds import AnyLine, Sealed
from sayso.facts.errors import Refused, Unfit
from sayso.facts.events import FeedbackGiven, TurnTaken
from sayso.facts.lines import Left
from sayso.facts.words import NONE, UNKNOWN, AccountId, ConversationId
from sayso.policy import Policy
from sayso.vault import Block, SealedBlock, payload

BATCH = 100


class Arrival(Struct, frozen=True, kw_only=True):
    """How conversations arrive: whose they are when the source does not say, and whether they are our own history."""

    account: str | None = None
    tier: str = UNKNOWN
    region: str = UNKNOWN
    birth_year: int | None = None
    contract: str = NONE
    own: bool = False
    """True for turns of our own product, held under its own notices at the times they bear; false for what was brought along."""
    upto: datetime | None = None
    """Take only turns until this instant, as when a story is told step by step."""


class Tally(Struct):
    """What an import did, counted; `left` holds one line for each thing that did not come in."""

    conversations: int = 0
    unchanged: int = 0
    turns: int = 0
    bytes: int = 0
    accounts: int = 0
    left: list[Left] = []


class Draft(Struct, frozen=True, kw_only=True):
    """What is new of one conversation, ready to be sealed."""

    account: AccountId
    id: ConversationId
    conversation: Conversation
    fresh: tuple[Turn, ...]
    authors: tuple[AccountId, ...]
    payload: bytes


def collect_all(
    house: House,
    source: str,
    items: Iterable[Conversation | Left],
    arrival: Arrival,
    progress: Callable[[int], None] = lambda _: None,
) -> Tally:
    """Return the tally of taking in *items*; each batch is durable before the next begins, so an import can be repeated."""
    tally = Tally(left=[])
    policy = house.policy_in_force()
    batch: list[Conversation] = []
    for item in items:
        if isinstance(item, Left):
            tally.left.append(item)
            continue
        batch.append(item)
        if len(batch) >= BATCH:
            _take_batch(house, source, batch, arrival, policy, tally)
            progress(len(batch))
            batch = []
    if batch:
        _take_batch(house, source, batch, arrival, policy, tally)
        progress(len(batch))
    return tally


def collect_in(house: House, work: Work, source: str, batch: list[Conversation], arrival: Arrival, policy: Policy) -> Tally:
    """Return what became of *batch*, within a transaction that may hold more than this; durable once that commits."""
    trial, touched = Tally(left=[]), dict[ConversationId, None]()
    while batch:
        drafts: dict[ConversationId, Draft] = {}
        again: list[Conversation] = []
        for conversation in batch:
            draft = _draft(house, work, source, conversation, arrival, trial)
            if isinstance(draft, Left):
                trial.left.append(draft)
            elif draft is None:
                trial.unchanged += 1
            elif draft.id in drafts:
                again.append(conversation)  # another copy of it: what that has beside this one is known once this one is sealed
            else:
                drafts[draft.id] = draft
        for draft in drafts.values():
            if _taken(house, work, source, draft, arrival, policy, trial):
                touched[draft.id] = None
        batch = again
    trial.conversations = len(touched)
    rule.reschedule(house, work, touched, policy)
    holds.renew(house, work, list(touched))
    return trial


def _take_batch(house: House, source: str, batch: list[Conversation], arrival: Arrival, policy: Policy, tally: Tally) -> None:
    with house.writing() as work:
        trial = collect_in(house, work, source, batch, arrival, policy)
    for field in ("conversations", "unchanged", "turns", "bytes", "accounts"):
        setattr(tally, field, getattr(tally, field) + getattr(trial, field))
    tally.left.extend(trial.left)


def _draft(
    house: House, work: Work, source: str, conversation: Conversation, arrival: Arrival, tally: Tally
) -> Draft | Left | None:
    """Return what is new of *conversation*, `None` where nothing is, or why it is left out."""
    record = conversation.id[:60]
    name = arrival.account or conversation.account
    if not name:
        return Left(source=source, record=record, why="names no account; say whose it is with --account")
    try:
        account = _account(house, work, name, arrival, tally)
        if house.present().deleted_at(account) is not None:
            return Left(source=source, record=record, why="its account was deleted; not taken in again")
        cid = house.vault.identify(work.conn, account, conversation.source, conversation.id)
        stored = _stored_turns(house, work, cid)
        if isinstance(stored, str):
            return Left(source=source, record=record, why=stored)
        arrived = [turn for turn in conversation.turns if arrival.upto is None or turn.at is None or turn.at <= arrival.upto]
        fresh = [turn for turn in _dated(conversation, arrived, work.at) if turn.id not in stored]
        if not fresh:
            return _unsaid(house, source, record, cid, conversation)
        raw = payload.encode(replace(conversation, turns=()), fresh)
        # Whoever else wrote a turn must allow it too: nothing is known of them, so nothing is allowed until it is.
        others = [turn.author or conversation.account for turn in fresh]
        authors = [
            account if one in (None, conversation.account) else _account(house, work, str(one), Arrival(), tally) for one in others
        ]
    except Unfit as problem:
        return Left(source=source, record=record, why=str(problem))
    return Draft(account=account, id=cid, conversation=conversation, fresh=tuple(fresh), authors=tuple(authors), payload=raw)


def _unsaid(house: House, source: str, record: str, cid: ConversationId, conversation: Conversation) -> Left | None:
    """Return what is left of a conversation without a new turn: it is turns that are said to be private, so here nothing could."""
    past = house.present()
    if not conversation.private or cid not in past or past.standing(cid).private is True:
        return None
    return Left(
        source=source,
        record=record,
        why="private since it was stored, and no new turn came to record that; delete it to end its use",
    )


def _account(house: House, work: Work, name: str, arrival: Arrival, tally: Tally) -> AccountId:
    """Return the account of *name*, opened with what the arrival tells of it if it was not known."""
    known = house.vault.find(work.conn, name)
    if known is not None:
        return known
    tally.accounts += 1
    facts = {"tier": arrival.tier, "region": arrival.region, "contract": arrival.contract}
    return enrol(house, work, name, birth_year=arrival.birth_year, **facts)


def _stored_turns(house: House, work: Work, cid: ConversationId) -> set[str] | str:
    """Return the ids of the turns already sealed, or why this conversation must not come back."""
    past = house.present()
    if cid not in past:
        return set()
    if past.standing(cid).deleted_at is not None:
        return "was deleted by its person; not taken in again"
    try:
        blocks = house.vault.open(work.conn, cid)
    except Refused:
        return "was deleted when no reason to keep it was left; not taken in again"
    return {turn.id for block in blocks for turn in payload.decode(block).turns}


def _dated(conversation: Conversation, turns: list[Turn], now: datetime) -> list[Turn]:
    """Return *turns*, each at an instant that is not in the future: its own, else that of what came before it."""
    last = conversation.created_at or conversation.updated_at or now
    dated = []
    for turn in turns:
        last = min(turn.at or last, now)
        dated.append(turn if turn.at == last else replace(turn, at=last))
    return dated


def _taken(house: House, work: Work, source: str, draft: Draft, arrival: Arrival, policy: Policy, tally: Tally) -> bool:
    """Seal one draft and record it; say whether the vault had it, which is told where it will not."""
    moments = [_collected(turn, work.at, arrival) for turn in draft.fresh]
    block = Block(
        account=draft.account,
        conversation=draft.id,
        payload=draft.payload,
        turns=len(draft.fresh),
        policy=policy.digest,
        began=min(moments),
        ended=max(moments),
    )
    try:
        sealed = house.vault.seal_all(work.conn, [block])[0]
    except (Unfit, Refused) as problem:
        tally.left.append(Left(source=source, record=draft.conversation.id[:60], why=str(problem)))
        return False
    work.record(_lines(draft, sealed, moments, work.at, arrival))
    tally.turns += len(draft.fresh)
    tally.bytes += len(draft.payload)
    return True


def _collected(turn: Turn, now: datetime, arrival: Arrival) -> datetime:
    """Return when *turn* was collected under our terms: when it was held, if it was held here, else now."""
    return turn.at if arrival.own and turn.at is not None else now


def _lines(draft: Draft, sealed: SealedBlock, moments: list[datetime], now: datetime, arrival: Arrival) -> list[AnyLine]:
    conversation = draft.conversation
    lines: list[AnyLine] = [
        TurnTaken(
            at=moment,
            account=author,
            conversation=draft.id,
            surface=conversation.surface,
            model=turn.model,
            role=turn.role,
            incognito=conversation.private,
            origin=turn.origin,
            imported=not arrival.own,
        )
        for turn, author, moment in zip(draft.fresh, draft.authors, moments, strict=True)
    ]
    lines.append(
        Sealed(
            at=now,
            conversation=draft.id,
            account=draft.account,
            block=sealed.block,
            turns=len(draft.fresh),
            digest=sealed.digest,
            key_digest=sealed.key_digest,
            bytes=sealed.bytes,
        )
    )
    if "feedback" in conversation.marks:
        lines.append(FeedbackGiven(at=now, conversation=draft.id))
    return lines

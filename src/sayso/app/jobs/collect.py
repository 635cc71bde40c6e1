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
from sayso.facts.errors import SaysoError, Unfit
from sayso.facts.events import FeedbackGiven, TurnTaken
from sayso.facts.lines import Left
from sayso.facts.words import NONE, UNKNOWN, AccountId, ConversationId, Digest
from sayso.policy import Policy
from sayso.vault import payload

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


def _take_batch(house: House, source: str, batch: list[Conversation], arrival: Arrival, policy: Policy, tally: Tally) -> None:
    trial = Tally(left=[])
    with house.writing() as work:
        touched: list[ConversationId] = []
        for conversation in batch:
            outcome = _take(house, work, source, conversation, arrival, trial)
            if isinstance(outcome, Left):
                trial.left.append(outcome)
            elif outcome is None:
                trial.unchanged += 1
            else:
                touched.append(outcome)
                trial.conversations += 1
        rule.reschedule(house, work, touched, policy)
        holds.renew(house, work, touched)
    for field in ("conversations", "unchanged", "turns", "bytes", "accounts"):
        setattr(tally, field, getattr(tally, field) + getattr(trial, field))
    tally.left.extend(trial.left)


def _take(
    house: House, work: Work, source: str, conversation: Conversation, arrival: Arrival, tally: Tally
) -> ConversationId | Left | None:
    """Return the id of the conversation that grew, `None` where nothing in it is new, or why it was left out."""
    name = arrival.account or conversation.account
    if not name:
        return Left(source=source, record=conversation.id[:60], why="names no account; say whose it is with --account")
    known_before = house.vault.find(work.conn, name)
    account = known_before or enrol(
        house, work, name, tier=arrival.tier, region=arrival.region, birth_year=arrival.birth_year, contract=arrival.contract
    )
    tally.accounts += known_before is None
    past = house.present()
    if past.deleted_at(account) is not None:
        return Left(source=source, record=conversation.id[:60], why="its account was deleted; not taken in again")
    cid = house.vault.identify(work.conn, account, conversation.source, conversation.id)
    stored = _stored_turns(house, work, cid)
    if isinstance(stored, str):
        return Left(source=source, record=conversation.id[:60], why=stored)
    arrived = [turn for turn in conversation.turns if arrival.upto is None or turn.at is None or turn.at <= arrival.upto]
    fresh = [turn for turn in _dated(conversation, arrived, work.at) if turn.id not in stored]
    if not fresh:
        return None
    try:
        _seal(house, work, account, cid, conversation, fresh, arrival, tally)
    except Unfit as problem:
        return Left(source=source, record=conversation.id[:60], why=str(problem))
    return cid


def _stored_turns(house: House, work: Work, cid: ConversationId) -> set[str] | str:
    """Return the ids of the turns already sealed, or why this conversation must not come back."""
    past = house.present()
    if cid not in past:
        return set()
    if past.standing(cid).deleted_at is not None:
        return "was deleted by its person; not taken in again"
    try:
        blocks = house.vault.open(work.conn, cid)
    except SaysoError:
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


def _seal(
    house: House,
    work: Work,
    account: AccountId,
    cid: ConversationId,
    conversation: Conversation,
    fresh: list[Turn],
    arrival: Arrival,
    tally: Tally,
) -> None:
    policy = house.policy_in_force()
    raw = payload.encode(replace(conversation, turns=()), fresh)
    moments = sorted(turn.at if arrival.own and turn.at else work.at for turn in fresh)
    block = house.vault.seal(
        work.conn, account, cid, raw, turns=len(fresh), policy=policy.digest, began=moments[0], ended=moments[-1]
    )
    lines: list[AnyLine] = [
        TurnTaken(
            at=turn.at if arrival.own and turn.at else work.at,
            account=account,
            conversation=cid,
            surface=conversation.surface,
            model=turn.model,
            role=turn.role,
            incognito=conversation.private,
            origin=turn.origin,
            imported=not arrival.own,
        )
        for turn in fresh
    ]
    lines.append(
        Sealed(
            at=work.at,
            conversation=cid,
            account=account,
            block=block.block,
            turns=len(fresh),
            digest=Digest(block.digest),
            key_digest=Digest(block.key_digest),
            bytes=block.bytes,
        )
    )
    if "feedback" in conversation.marks:
        lines.append(FeedbackGiven(at=work.at, conversation=cid))
    work.record(lines)
    tally.turns += len(fresh)
    tally.bytes += len(raw)

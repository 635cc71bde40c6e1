"""A small town in memory: Ana allows, Bo refuses, Cy was never asked; a release, a deletion, a hold, a shredding."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from sayso.audit import Evidence, ReleaseSeen, Revision
from sayso.facts.deeds import (
    AnyLine,
    Forgotten,
    NoticePublished,
    Opened,
    PolicySet,
    Recalled,
    Released,
    Sealed,
    Shredded,
    Swept,
)
from sayso.facts.events import AccountOpened, ChoiceMade, Deleted, HoldPlaced, Scope, TurnTaken
from sayso.facts.rulings import Because, PurposeRuling, Reason, Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import AccountId, ConversationId, Digest
from sayso.proofs import commitment

START = datetime(2025, 9, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TRAIN = "model_training"


def digest(text: str) -> Digest:
    return Digest(hashlib.sha256(text.encode()).hexdigest())


POLICY, NOTICE = digest("policy"), digest("notice")


class Entry(Struct, frozen=True):
    seq: int
    recorded: datetime
    line: AnyLine


class Print(Struct, frozen=True):
    kind: str
    id: str
    digest: str


class Stored(Struct, frozen=True, kw_only=True):
    conversation: str
    account: str
    turns: int
    state: str = "live"
    next_change_at: datetime | None = None
    held: tuple[str, ...] = ()


class Behind(Struct, frozen=True):
    id: str
    conversation: str
    turns: tuple[tuple[int, int], ...]
    account: str = ""


def rule(standing: Standing, at: datetime) -> Ruling:
    """Five years on permission, thirty days without or after a deletion, no end under a hold."""
    because = Because(row="refused" if standing.say_now[TRAIN] == "refuse" else "unasked", text="t")
    turns = tuple((one.first, one.last) for one in standing.stretches if one.say[TRAIN] == "allow")
    allowed = bool(turns) and standing.say_now[TRAIN] == "allow"
    may = allowed and standing.deleted_at is None
    end = standing.last_turn_at + (1826 * DAY if allowed else 30 * DAY)  # type: ignore[operator]  # every conversation here has a turn
    if standing.deleted_at is not None:
        end = min(end, standing.deleted_at + 30 * DAY)
    keep = None if standing.holds else end
    return Ruling(
        conversation=standing.conversation,
        at=at,
        use={TRAIN: PurposeRuling(use="allow" if may else "deny", turns=turns if may else (), because=(because,))},
        keep_until=keep,
        reasons=(Reason(name="product", until=keep, because=because),),
        next_change_at=keep if keep is not None and keep > at else None,
    )


def person(name: str) -> AccountId:
    return AccountId(f"p-{name}")


def conversation(name: str, day: int, *, turns: int = 2) -> list[AnyLine]:
    account, cid = person(name.rstrip("0123456789")), ConversationId(f"c-{name}")
    at = START + day * DAY
    taken: list[AnyLine] = [TurnTaken(at=at, account=account, conversation=cid) for _ in range(turns)]
    seal = Sealed(
        at=at,
        conversation=cid,
        account=account,
        block=0,
        turns=turns,
        digest=digest(f"block {name}"),
        key_digest=digest(f"key {name}"),
        bytes=9,
    )
    return [*taken, seal]


def blinded(name: str) -> str:
    return digest(f"blind {name}")


def story() -> list[tuple[int, AnyLine]]:
    """Return what happened, with the day on which it was recorded."""
    told: list[tuple[int, AnyLine]] = [
        (0, Opened(at=START, instance="i", signing_key="k")),
        (0, PolicySet(at=START, profile="town", digest=POLICY)),
        (0, NoticePublished(at=START, notice=NOTICE, name="first")),
    ]
    told += [
        (1, AccountOpened(at=START + DAY, account=person(name), digest=digest(f"row {name}"))) for name in ("ana", "bo", "cy", "di")
    ]
    told += [
        (2, ChoiceMade(at=START + 2 * DAY, account=person("ana"), say="allow", notice=NOTICE)),
        (2, ChoiceMade(at=START + 2 * DAY, account=person("bo"), say="refuse", notice=NOTICE)),
    ]
    for name in ("ana1", "ana2", "ana3", "bo", "cy", "di"):
        told += [(3, line) for line in conversation(name, 3)]
    told.append((3, Deleted(at=START + 3 * DAY, account=person("di"))))
    return told


PIN_DAY = 5
LINEAGE = tuple(Behind(blinded(name), f"c-{name}", ((0, 1),)) for name in ("ana1", "ana2"))
ROOT = commitment([one.id for one in LINEAGE]).root.hex()
REVOKED = Revision(revision=1, digest=digest("revision 1"), ids=frozenset({blinded("ana2")}))


def release(pin: int) -> ReleaseSeen:
    return ReleaseSeen(
        name="autumn",
        manifest=digest("manifest"),
        purpose=TRAIN,
        policy=POLICY,
        pin=pin,
        at=START + PIN_DAY * DAY,
        rows=2,
        root=ROOT,
        # ana3 was allowed, but no assistant message was left in it; bo refused, cy and di never answered
        left_out={"no assistant message is left": 1, "refused": 1, "unasked": 2},
        lineage_digest=digest("lineage"),
        lineage=LINEAGE,
        revisions=(REVOKED,),
    )


def evidence() -> Evidence:
    """Return the town as it should be: an audit finds nothing."""
    told = story()
    pin = len(told)
    day = PIN_DAY * DAY
    told += [
        (
            PIN_DAY,
            Released(
                at=START + day,
                release="autumn",
                purpose=TRAIN,
                pin=pin,
                root=Digest(ROOT),
                manifest=digest("manifest"),
                lineage=digest("lineage"),
                rows=2,
            ),
        ),
        (6, Deleted(at=START + 6 * DAY, conversation=ConversationId("c-ana2"))),
        (6, Recalled(at=START + 6 * DAY, release="autumn", revision=1, rows=1, digest=REVOKED.digest)),
        (7, HoldPlaced(at=START + 7 * DAY, hold="h1", scope=Scope(conversations=(ConversationId("c-cy"),)))),
        (33, Shredded(at=START + 33 * DAY, conversation=ConversationId("c-bo"), why="refused")),
        (33, Shredded(at=START + 33 * DAY, conversation=ConversationId("c-di"), why="deleted")),
        (33, Forgotten(at=START + 33 * DAY, account=person("di"))),
        (33, Swept(at=START + 33 * DAY, due=2, shredded=2, kept=0)),
    ]
    names = ("ana1", "ana2", "ana3", "cy")
    prints = [Print("account", person(name), digest(f"row {name}")) for name in ("ana", "bo", "cy")]
    prints.append(Print("worn", person("bo"), digest("bo lost one")))
    for name in names:
        prints += [Print("key", f"c-{name}", digest(f"key {name}")), Print("block", f"c-{name}/0", digest(f"block {name}"))]
    five_years = START + (3 + 1826) * DAY
    rows = {
        "ana1": Stored(conversation="c-ana1", account=person("ana"), turns=2, next_change_at=five_years),
        "ana2": Stored(conversation="c-ana2", account=person("ana"), turns=2, state="hidden", next_change_at=START + 36 * DAY),
        "ana3": Stored(conversation="c-ana3", account=person("ana"), turns=2, next_change_at=five_years),
        "cy": Stored(conversation="c-cy", account=person("cy"), turns=2, held=("h1",)),
        "bo": Stored(conversation="c-bo", account=person("bo"), turns=2, state="shredded"),
    }
    return Evidence(
        at=START + 34 * DAY,
        entries=tuple(Entry(seq, START + day * DAY, line) for seq, (day, line) in enumerate(told, 1)),
        rules={POLICY: rule},
        policy_files={POLICY: POLICY},
        notice_files={NOTICE: NOTICE},
        signed=len(told),
        prints=tuple(prints),
        stored=tuple(rows.values()),
        holds=("h1",),
        releases=(release(pin),),
        files=("sayso.db", "releases/autumn/README.md"),
        accounted={"app": ("sayso.db",), "release": ("releases/autumn/README.md",)},
    )

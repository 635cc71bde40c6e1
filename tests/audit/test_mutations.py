"""One thing goes wrong at a time, and the audit names it: a table of harms, one at least for every kind of finding."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from msgspec.structs import replace

from sayso.audit import KINDS, Evidence, ReleaseSeen, Revision, run
from sayso.facts.deeds import (
    AnyLine,
    Destroyed,
    EpochBegun,
    EpochTurned,
    Forgotten,
    OpeningsDestroyed,
    PersonsSet,
    PolicyProposed,
    PolicySet,
    ProposalEnded,
    Recalled,
    Released,
    RetentionSet,
    Reviewed,
    Rewrapped,
    Shredded,
)
from sayso.facts.errors import Broken
from sayso.facts.events import AccountOpened, ChoiceMade, Deleted, HoldPlaced, Scope
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import ConversationId, Digest

from .town import (
    DAY,
    LINEAGE,
    NOTICE,
    POLICY,
    START,
    Behind,
    Entry,
    Print,
    Stored,
    blinded,
    digest,
    evidence,
    person,
    release,
    rule,
)


def seen(**more: object) -> Evidence:
    """The town with its release changed."""
    whole = evidence()
    return replace(whole, releases=(replace(next(iter(whole.releases)), **more),))


def row(conversation: str, **more: object) -> Evidence:
    """The town with one row of the vault's index changed."""
    whole = evidence()
    return replace(whole, stored=tuple(replace(one, **more) if one.conversation == conversation else one for one in whole.stored))  # type: ignore[type-var]


def without(*ids: str) -> Evidence:
    whole = evidence()
    return replace(whole, prints=tuple(one for one in whole.prints if one.id not in ids))


def with_print(*more: Print) -> Evidence:
    whole = evidence()
    return replace(whole, prints=(*whole.prints, *more))


def lines(change: Callable[[int, AnyLine], AnyLine]) -> Evidence:
    """The town with lines of the ledger changed in place."""
    whole = evidence()
    return replace(whole, entries=tuple(Entry(one.seq, one.recorded, change(one.seq, one.line)) for one in whole.entries))


def then(day: int, line: AnyLine) -> Evidence:
    """The town with one more line at its end."""
    whole = evidence()
    entries = tuple(whole.entries)
    more = Entry(len(entries) + 1, START + day * DAY, line)
    return replace(whole, entries=(*entries, more), signed=len(entries) + 1, at=max(whole.at, START + day * DAY))


def dated_ahead(seq: int, line: AnyLine) -> AnyLine:
    return replace(line, at=line.at + DAY) if seq == 12 else line


def gap() -> Evidence:
    whole = evidence()
    return replace(whole, entries=tuple(one for one in whole.entries if one.seq != 11))


def broken_rule(standing: Standing, at: datetime) -> Ruling:
    raise Broken("the policy cannot be asked")


def rule_without_cy(standing: Standing, at: datetime) -> Ruling:
    if standing.conversation == "c-cy" and at > START + 33 * DAY:
        raise Broken("the policy cannot be asked")
    return rule(standing, at)


def ana_deleted() -> Evidence:
    """The town where Ana deleted a conversation and the vault knows; the release was not recalled."""
    whole = then(34, Deleted(at=START + 34 * DAY, conversation=ConversationId("c-ana1")))
    return replace(whole, stored=row("c-ana1", state="hidden", next_change_at=START + 64 * DAY).stored)


def of(kind: type, **more: object) -> Callable[[int, AnyLine], AnyLine]:
    return lambda seq, line: replace(line, **more) if isinstance(line, kind) else line


def bo_shredded_on(day: int) -> Evidence:
    """Bo's conversation shredded on another day than the one it was due."""
    whole = evidence()
    entries = [one for one in whole.entries if not (isinstance(one.line, Shredded) and one.line.conversation == "c-bo")]
    place = next(n for n, one in enumerate(entries) if one.recorded > START + day * DAY)
    early = Shredded(at=START + day * DAY, conversation=ConversationId("c-bo"), why="refused")
    entries.insert(place, Entry(0, START + day * DAY, early))
    return replace(whole, entries=tuple(Entry(n, one.recorded, one.line) for n, one in enumerate(entries, 1)))


def ana1(**more: object) -> tuple[Behind, ...]:
    return (replace(LINEAGE[0], **more), LINEAGE[1])


def not_forgotten() -> Evidence:
    """The town where Di deleted her account, and the sweep left her name standing."""
    whole = evidence()
    entries = [one for one in whole.entries if not isinstance(one.line, Forgotten)]
    entries = [Entry(n, one.recorded, one.line) for n, one in enumerate(entries, 1)]
    prints = (*whole.prints, Print("account", "p-di", digest("row di")))
    return replace(whole, entries=tuple(entries), signed=len(entries), prints=prints)


def turned(
    *, accounts: tuple[str, ...] = ("ana", "bo", "cy"), rekeyed: tuple[str, ...] = ("bo",), keys: tuple[str, ...] = ()
) -> Evidence:
    """The town after its epoch turned: every account has a new row, and Bo, who lost a conversation, a new key."""
    at = START + 34 * DAY
    said: list[AnyLine] = [
        EpochBegun(at=at, epoch="2", previous="1"),
        Rewrapped(
            at=at,
            epoch="2",
            accounts=tuple((person(name), digest(f"new row {name}")) for name in accounts),
            keys=tuple((ConversationId(f"c-{name}"), digest(f"new key {name}")) for name in keys),
            rekeyed=tuple(person(name) for name in rekeyed),
        ),
        EpochTurned(at=at, epoch="2", previous="1", accounts=len(accounts), rekeyed=len(rekeyed), destroyed=True),
    ]
    whole = evidence()
    for line in said:
        entries = tuple(whole.entries)
        whole = replace(whole, entries=(*entries, Entry(len(entries) + 1, at, line)), signed=len(entries) + 1)
    rows = {person(name): digest(f"new row {name}") for name in accounts}
    new = {f"c-{name}": digest(f"new key {name}") for name in keys}
    renewed = [
        replace(
            one,
            digest=rows.get(one.id, one.digest)
            if one.kind == "account"
            else new.get(one.id, one.digest)
            if one.kind == "key"
            else one.digest,
        )  # type: ignore[type-var]
        for one in whole.prints
        if one.kind != "worn" or "bo" not in rekeyed
    ]
    return replace(whole, prints=tuple(renewed))


def without_mark(whole: Evidence | None = None) -> Evidence:
    """The town where the vault does not know that Bo lost a conversation."""
    whole = whole or evidence()
    return replace(whole, prints=tuple(one for one in whole.prints if one.kind != "worn"))


def later(whole: Evidence, line: AnyLine) -> Evidence:
    """*whole* with one more line at its end."""
    entries = tuple(whole.entries)
    return replace(whole, entries=(*entries, Entry(len(entries) + 1, START + 34 * DAY, line)), signed=len(entries) + 1)


REMARK = digest("remark")


def two() -> Evidence:
    """The town once it takes two officers to put a policy into force."""
    return then(34, PersonsSet(at=START + 34 * DAY, policy=2, by="olga", agreed="", why="nobody alone"))


def alone(made: dict[str, object] | None = None, ended: bool = False, **how: object) -> Evidence:
    """That town, where the policy is set once more: as *how* says, after a proposal of Olga's where one is named."""
    whole, at = two(), START + 34 * DAY
    if "proposal" in how:
        told: dict[str, object] = {"digest": POLICY, "instead": POLICY, "until": at + 14 * DAY, **(made or {})}
        whole = later(whole, PolicyProposed(at=at, by="olga", why="w", profile="demo", **told))  # type: ignore[arg-type]
    if ended:
        whole = later(whole, ProposalEnded(at=at, proposal=38, by="otto", how="turned_down", why="w"))
    return later(whole, PolicySet(at=at, profile="demo", digest=POLICY, **how))  # type: ignore[arg-type]


def remarked(*there: Digest, recorded: Digest | None = REMARK) -> Evidence:
    """The town where an officer remarked once on Ana's first conversation, and the vault has these remarks on it."""
    line = Reviewed(
        at=START + 34 * DAY, conversation=ConversationId("c-ana1"), release="autumn", by="ava", did="remarked", why="w", size=1,
        digest=recorded,
    )  # fmt: skip
    whole = then(34, line)
    prints = tuple(Print("remark", f"c-ana1/{number}", one) for number, one in enumerate(there))
    return replace(whole, prints=(*whole.prints, *prints))


def _named(line: AnyLine) -> tuple[object, object]:
    return getattr(line, "account", None), getattr(line, "conversation", None)


def unopened(*but: type, **more: object) -> Evidence:
    """The town where proof is kept for no days, and what was said of Di is destroyed; *but* what is said by lines of these kinds."""
    whole = then(34, RetentionSet(at=START + 34 * DAY, notice=0, grace=7, evidence=0))
    entries = list(whole.entries)
    di = [one.seq for one in entries if {*map(str, _named(one.line))} & {"p-di", "c-di"} and not isinstance(one.line, Forgotten)]
    told = OpeningsDestroyed(at=START + 34 * DAY, accounts=(person("di"),), lines=tuple((seq, seq) for seq in di), conversations=1)
    emptied = [
        Entry(one.seq, one.recorded, Destroyed(at=one.recorded)) if one.seq in di and not isinstance(one.line, but) else one
        for one in entries
    ]
    made = later(replace(whole, entries=tuple(emptied)), told)
    return replace(made, releases=tuple(replace(one, **more) for one in made.releases))


AGAIN = START + 34 * DAY
REVISION_2 = Revision(revision=2, digest=digest("revision 2"), ids=frozenset({blinded("ana1")}))

HARMS: list[tuple[str, str, str, Callable[[], Evidence]]] = [
    # kind, where, what happened, how
    ("log", "ledger", "the ledger contradicts itself", lambda: replace(evidence(), ledger_problems=("line 7: does not match its leaf",))),
    ("log_order", "line 12", "a line was taken out", gap),
    ("log_order", "line 12", "a line is dated ahead", lambda: lines(dated_ahead)),
    ("log_order", "ledger", "the audit's clock is behind", lambda: replace(evidence(), at=START + 20 * DAY)),
    ("log_order", "conversation `c-bo`", "shredded twice", lambda: then(34, Shredded(at=START + 34 * DAY, conversation=ConversationId("c-bo"), why="again"))),
    ("past_changed", "the audit of then", "the past is another one", lambda: replace(evidence(), past_problems=(("the audit of then", "its root differs"),))),
    ("log_shown", "log `public`", "strangers are shown another log", lambda: replace(evidence(), shown_problems=(("log `public`", "its root differs"),))),
    ("log_unsigned", "ledger", "lines after the last checkpoint", lambda: replace(evidence(), signed=5)),
    ("log_unsigned", "ledger", "no checkpoint at all", lambda: replace(evidence(), signed=None)),
    ("vault", "vault", "the vault contradicts itself", lambda: replace(evidence(), vault_problems=("row 3 was changed",))),
    ("lost", "key `c-ana1`", "Ana's key is gone", lambda: without("c-ana1")),
    ("lost", "block `c-ana1/0`", "Ana's words are gone", lambda: without("c-ana1/0")),
    ("lost", "account `p-cy`", "Cy's account is gone", lambda: without("p-cy")),
    ("lost", "conversation `c-ana1`", "called shredded by the vault alone", lambda: row("c-ana1", state="shredded")),
    ("unknown", "key `c-eve`", "a key nobody recorded", lambda: with_print(Print("key", "c-eve", digest("x")))),
    ("unknown", "block `c-ana1/1`", "a block nobody recorded", lambda: with_print(Print("block", "c-ana1/1", digest("x")))),
    ("unknown", "account `p-eve`", "an account nobody recorded", lambda: with_print(Print("account", "p-eve", digest("x")))),
    ("unknown", "conversation `c-eve`", "a row nobody recorded", lambda: replace(evidence(), stored=(*evidence().stored, Stored(conversation="c-eve", account="p-eve", turns=1)))),
    ("unknown", "ghost `g`", "a kind of thing nobody knows", lambda: with_print(Print("ghost", "g", "x"))),
    ("changed", "block `c-ana1/0`", "Ana's words were swapped", lambda: replace(without("c-ana1/0"), prints=(*without("c-ana1/0").prints, Print("block", "c-ana1/0", digest("other"))))),
    ("changed", "conversation `c-ana1`", "Ana's conversation was given to Bo", lambda: row("c-ana1", account=person("bo"))),
    ("turns", "conversation `c-ana1`", "a turn is missing", lambda: row("c-ana1", turns=1)),
    ("key_left", "key `c-bo`", "Bo's key came back", lambda: with_print(Print("key", "c-bo", digest("key bo")))),
    ("key_left", "block `c-bo/0`", "Bo's words came back", lambda: with_print(Print("block", "c-bo/0", digest("block bo")))),
    ("key_left", "account `p-di`", "Di came back", lambda: with_print(Print("account", "p-di", digest("row di")))),
    ("key_left", "conversation `c-bo`", "Bo's row lives", lambda: row("c-bo", state="live")),
    ("shredded_early", "conversation `c-bo`", "a day too early", lambda: bo_shredded_on(32)),
    ("shredded_early", "conversation `c-ana1`", "while Ana's permission kept it", lambda: then(34, Shredded(at=START + 34 * DAY, conversation=ConversationId("c-ana1"), why="x"))),
    ("shredded_early", "conversation `c-cy`", "under a hold", lambda: then(34, Shredded(at=START + 34 * DAY, conversation=ConversationId("c-cy"), why="x"))),
    ("shredded_early", "conversation `c-no`", "never heard of", lambda: then(34, Shredded(at=START + 34 * DAY, conversation=ConversationId("c-no"), why="x"))),
    ("overdue", "conversation `c-ana2`", "the sweep never came", lambda: replace(evidence(), at=START + 37 * DAY)),
    ("overdue", "account `p-di`", "Di is still known by name", lambda: not_forgotten()),
    ("schedule", "conversation `c-ana1`", "looked at too late", lambda: row("c-ana1", next_change_at=START + 9999 * DAY)),
    ("schedule", "conversation `c-ana1`", "never looked at", lambda: row("c-ana1", next_change_at=None)),
    ("schedule", "conversation `c-cy`", "looked at though held", lambda: row("c-cy", next_change_at=START + 50 * DAY)),
    ("schedule", "conversation `c-ana2`", "due and never looked at", lambda: replace(row("c-ana2", next_change_at=None), at=START + 36 * DAY)),
    ("visibility", "conversation `c-ana2`", "deleted and shown", lambda: row("c-ana2", state="live")),
    ("visibility", "conversation `c-ana1`", "hidden and not deleted", lambda: row("c-ana1", state="hidden")),
    ("hold", "conversation `c-cy`", "the vault forgot the hold", lambda: row("c-cy", held=())),
    ("hold", "conversation `c-ana1`", "the vault holds more", lambda: row("c-ana1", held=("h1",))),
    ("hold", "hold `h1`", "the vault does not know it", lambda: replace(evidence(), holds=())),
    ("hold", "hold `h2`", "the ledger does not know it", lambda: replace(evidence(), holds=("h1", "h2"))),
    ("hold", "hold `h3`", "placed in the ledger alone", lambda: then(34, HoldPlaced(at=START + 34 * DAY, hold="h3"))),
    ("epoch", "account `p-bo`", "the vault forgot that Bo needs a new key", lambda: without_mark()),
    ("epoch", "account `p-ana`", "Ana is to get a new key for nothing", lambda: with_print(Print("worn", "p-ana", digest("x")))),
    ("epoch", "account `p-bo`", "Bo kept his key when the epoch turned", lambda: without_mark(turned(rekeyed=()))),
    ("epoch", "line 39", "Cy was left behind", lambda: turned(accounts=("ana", "bo"))),
    ("epoch", "line 40", "rewrapped for an epoch nobody began", lambda: later(turned(), Rewrapped(at=AGAIN, epoch="3"))),
    ("epoch", "line 37", "over before it began", lambda: then(34, EpochTurned(at=AGAIN, epoch="2", previous="1", accounts=0, rekeyed=0, destroyed=True))),
    ("changed", "account `p-ana`", "the old row came back after the turn", lambda: replace(turned(), prints=tuple(one for one in [*turned().prints, Print("account", "p-ana", digest("row ana"))]))),
    ("changed", "key `c-ana1`", "the old wrapping came back", lambda: replace(turned(rekeyed=("ana", "bo"), keys=("ana1",)), prints=(*turned(rekeyed=("ana", "bo"), keys=("ana1",)).prints, Print("key", "c-ana1", digest("key ana1"))))),
    ("log_order", "line 38", "Di was forgotten, and is rewrapped", lambda: turned(accounts=("ana", "bo", "cy", "di"))),
    ("log_order", "line 38", "a destroyed key is rewrapped", lambda: turned(keys=("bo",))),
    ("log_order", "line 38", "a key is rewrapped under the old key of its account", lambda: turned(keys=("ana1",))),
    ("policy", f"policy `{POLICY[:16]}`", "its file is gone", lambda: replace(evidence(), policy_files={})),
    ("policy", f"policy `{POLICY[:16]}`", "its file was edited", lambda: replace(evidence(), policy_files={POLICY: digest("edited")})),
    ("policy", f"policy `{POLICY[:16]}`", "its file is no policy", lambda: replace(evidence(), rules={})),
    ("policy_alone", "line 38", "two were asked for, and one set it alone", lambda: alone()),
    ("policy_alone", "line 39", "who proposed it approved it", lambda: alone(proposed_by="olga", approved_by="olga", proposal=38)),
    ("policy_alone", "line 39", "another is named as who proposed it", lambda: alone(proposed_by="otto", approved_by="ida", proposal=38)),
    ("policy_alone", "line 39", "nobody is named as who approved it", lambda: alone(proposed_by="olga", proposal=38)),
    ("policy_alone", "line 39", "its proposal is none", lambda: alone(proposed_by="olga", approved_by="otto", proposal=7)),
    ("policy_alone", "line 39", "another text was proposed", lambda: alone(made={"digest": digest("other")}, proposed_by="olga", approved_by="otto", proposal=38)),
    ("policy_alone", "line 39", "it was held against another policy", lambda: alone(made={"instead": digest("other")}, proposed_by="olga", approved_by="otto", proposal=38)),
    ("policy_alone", "line 39", "it was late", lambda: alone(made={"until": START + 34 * DAY}, proposed_by="olga", approved_by="otto", proposal=38)),
    ("policy_alone", "line 40", "it was turned down", lambda: alone(ended=True, proposed_by="olga", approved_by="otto", proposal=38)),
    ("policy_alone", "line 38", "one let one decide alone", lambda: later(two(), PersonsSet(at=AGAIN, policy=1, by="olga", agreed="olga", why="w"))),
    ("lost", "remark `c-ana1/0`", "a remark is gone", lambda: remarked()),
    ("lost", "remark `c-ana1/0`", "a remark without a digest is gone", lambda: remarked(recorded=None)),
    ("changed", "remark `c-ana1/0`", "a remark was swapped", lambda: remarked(digest("other"))),
    ("unknown", "remark `c-ana1/1`", "a remark nobody recorded", lambda: remarked(digest("remark"), digest("more"))),
    ("key_left", "remark `c-bo/0`", "a remark outlived its conversation", lambda: with_print(Print("remark", "c-bo/0", digest("remark")))),
    ("notice", f"notice `{NOTICE[:16]}`", "its file is gone", lambda: replace(evidence(), notice_files={})),
    ("notice", f"notice `{NOTICE[:16]}`", "its file was edited", lambda: replace(evidence(), notice_files={NOTICE: digest("edited")})),
    ("notice", f"notice `{digest('never')[:16]}`", "answered on a notice nobody published", lambda: then(34, ChoiceMade(at=START + 34 * DAY, account=person("ana"), say="allow", notice=digest("never")))),
    ("release_missing", "release `autumn`", "removed", lambda: replace(evidence(), releases=())),
    ("release_unknown", "release `winter`", "built behind our back", lambda: replace(evidence(), releases=(*evidence().releases, replace(release(27), name="winter")))),
    ("release_unknown", "release `winter`", "a copy under another name", lambda: replace(evidence(), releases=(*evidence().releases, replace(next(iter(evidence().releases)), name="winter")))),
    ("release_files", "release `autumn`", "a shard was changed", lambda: seen(problems=("data/x.parquet is not what was written",))),
    ("release_files", "release `autumn`", "its manifest cannot be read", lambda: replace(evidence(), releases=(), unreadable={"autumn": "cannot be read"})),
    ("release_changed", "release `autumn`", "another manifest", lambda: seen(manifest=digest("other"))),
    ("release_changed", "release `autumn`", "another root", lambda: seen(root="00" * 32)),
    ("release_changed", "release `autumn`", "another number of rows", lambda: seen(rows=3)),
    ("release_changed", "release `autumn`", "another purpose", lambda: seen(purpose="human_review")),
    ("release_changed", "release `autumn`", "recorded twice", lambda: then(34, next(one.line for one in evidence().entries if isinstance(one.line, Released)))),
    ("release_pin", "release `autumn`", "it claims to know less", lambda: seen(pin=8)),
    ("release_pin", "release `autumn`", "it claims to know the future", lambda: seen(pin=900)),
    ("release_pin", "release `autumn`", "ruled later than recorded", lambda: seen(at=START + 6 * DAY)),
    ("release_policy", "release `autumn`", "built under a softer policy", lambda: seen(policy=digest("softer"))),
    ("release_lineage", "release `autumn`", "the lineage file was edited", lambda: seen(lineage_digest=digest("edited"))),
    ("release_lineage", "release `autumn`", "an id that is not committed to", lambda: seen(lineage=ana1(id=blinded("x")))),
    ("release_lineage", "release `autumn`", "an id that is none", lambda: seen(lineage=ana1(id="x"))),
    ("release_lineage", "release `autumn`", "one conversation twice", lambda: seen(lineage=ana1(conversation="c-ana2"))),
    (
        "recall_changed",
        "release `autumn`",
        "recorded twice, differently",
        lambda: then(34, Recalled(at=START + 34 * DAY, release="autumn", revision=1, rows=1, digest=digest("other"))),
    ),
    ("release_denied", "release `autumn`", "Bo refused, and is in it", lambda: seen(lineage=ana1(conversation="c-bo"))),
    ("release_denied", "release `autumn`", "Cy was never asked, and is in it", lambda: seen(lineage=ana1(conversation="c-cy"))),
    ("release_denied", "release `autumn`", "a turn beyond those allowed", lambda: seen(lineage=ana1(turns=((0, 2),)))),
    ("release_denied", "release `autumn`", "Bo refused, was in it, and was withdrawn since", lambda: seen(lineage=(LINEAGE[0], replace(LINEAGE[1], conversation="c-bo")))),
    ("release_denied", "release `autumn`", "nobody knows whose", lambda: seen(lineage=ana1(conversation="c-eve"))),
    ("release_omitted", "release `autumn`", "a permitted one vanished", lambda: seen(left_out={"refused": 1, "unasked": 2})),
    ("release_counts", "release `autumn`", "a refusal was not counted", lambda: seen(left_out={"no assistant message is left": 1, "unasked": 2})),
    ("release_counts", "release `autumn`", "one too many", lambda: seen(left_out={"no assistant message is left": 2, "refused": 1, "unasked": 2})),
    ("recall_missing", "release `autumn`", "Ana refused since", lambda: then(34, ChoiceMade(at=START + 34 * DAY, account=person("ana"), say="refuse"))),
    ("recall_missing", "release `autumn`", "Ana deleted since", lambda: then(34, Deleted(at=START + 34 * DAY, conversation=ConversationId("c-ana1")))),
    ("recall_missing", "release `autumn`", "Ana deleted since, and all but the recall was done", lambda: ana_deleted()),
    ("recall_missing", "release `autumn`", "the revision was emptied", lambda: seen(revisions=(Revision(revision=1, digest=digest("revision 1"), ids=frozenset()),))),
    ("recall_changed", "release `autumn`", "the revision was removed", lambda: seen(revisions=())),
    ("recall_changed", "release `autumn`", "the revision was edited", lambda: seen(revisions=(replace(release(1).revisions[0], digest=digest("edited")),))),
    ("recall_changed", "release `autumn`", "a revision nobody recorded", lambda: seen(revisions=(*release(1).revisions, REVISION_2))),
    ("words_left", "release `autumn`", "masked and never emptied", lambda: seen(hollow=frozenset())),
    ("opening_lost", "line 36", "a line was emptied", lambda: lines(lambda seq, line: Destroyed(at=START + 33 * DAY) if seq == 36 else line)),
    ("opening_lost", "line 37", "Cy is here, and is destroyed", lambda: then(34, OpeningsDestroyed(at=AGAIN, accounts=(person("cy"),), lines=(), conversations=0))),
    ("opening_lost", "line 37", "Di was forgotten only yesterday", lambda: then(34, OpeningsDestroyed(at=AGAIN, accounts=(person("di"),), lines=(), conversations=0))),
    ("opening_lost", "line 39", "an order names Di", lambda: later(later(then(34, RetentionSet(at=AGAIN, notice=0, grace=7, evidence=0)), HoldPlaced(at=AGAIN, hold="h2", scope=Scope(accounts=(person("di"),)))), OpeningsDestroyed(at=AGAIN, accounts=(person("di"),), lines=(), conversations=0))),
    ("opening_left", "account `p-di`", "the sweep left what was said of Di", lambda: then(34, RetentionSet(at=AGAIN, notice=0, grace=7, evidence=0))),
    ("opening_left", "line 38", "one of them can still be opened", lambda: unopened(AccountOpened)),
    ("release_counts", "release `autumn`", "more are gone than were destroyed", lambda: unopened(left_out={"no assistant message is left": 1, "refused": 1, "unasked": 3})),
    ("release_denied", "release `autumn`", "nobody knows whose, and it is not withdrawn", lambda: unopened(lineage=ana1(conversation="c-eve"))),
    ("file_unknown", "file `copy-of-the-database.db`", "somebody made a copy", lambda: replace(evidence(), files=("sayso.db", "copy-of-the-database.db"))),
    ("uncheckable", "conversation `c-cy`", "the policy cannot be asked about Cy today", lambda: replace(evidence(), rules={POLICY: rule_without_cy})),
    ("uncheckable", "conversation `c-ana1`", "the policy cannot be asked", lambda: replace(evidence(), rules={POLICY: broken_rule})),
]  # fmt: skip


def test_when_the_epoch_turned_as_it_should_nothing_is_found() -> None:
    assert run(turned()) == []
    assert run(turned(rekeyed=("ana", "bo"), keys=("ana1", "ana2", "ana3"))) == []
    assert run(turned(accounts=(), rekeyed=())) != []


def test_when_nothing_is_wrong_nothing_is_found() -> None:
    assert [finding.line() for finding in run(evidence())] == []


def test_when_two_officers_agreed_or_a_remark_is_there_as_recorded_nothing_is_found() -> None:
    for whole in (
        alone(proposed_by="olga", approved_by="otto", proposal=38),
        remarked(digest("remark")),
        remarked(digest("whatever"), recorded=None),
        later(two(), PersonsSet(at=AGAIN, policy=1, by="olga", agreed="otto", why="w")),
    ):
        assert [finding.line() for finding in run(whole)] == []


def test_when_what_was_said_of_di_is_destroyed_in_time_nothing_is_found() -> None:
    assert [finding.line() for finding in run(unopened())] == []
    assert sum(isinstance(one.line, Destroyed) for one in unopened().entries) == 6


@pytest.mark.parametrize(("kind", "where", "what", "harm"), HARMS, ids=[f"{kind}: {what}" for kind, _, what, _ in HARMS])
def test_each_harm_is_found_and_named(kind: str, where: str, what: str, harm: Callable[[], Evidence]) -> None:
    found = run(harm())
    assert (kind, where) in {(one.kind, one.where) for one in found}, [one.line() for one in found]
    for one in found:
        assert one.kind in KINDS
        assert one.next
        assert "\n" not in one.line()


def test_every_kind_of_finding_has_a_harm_that_shows_it() -> None:
    assert {kind for kind, *_ in HARMS} == set(KINDS)


def test_every_kind_has_a_harm_that_yields_it_and_nothing_else() -> None:
    """So a kind is no echo of another one: whoever reads it knows what is wrong, and what is not."""
    alone = {kind for kind, _, _, harm in HARMS if {one.kind for one in run(harm())} == {kind}}
    assert alone == set(KINDS)


def test_the_same_evidence_gives_the_same_findings_in_the_same_order() -> None:
    harm = lambda: replace(seen(left_out={}), holds=(), prints=())  # noqa: E731  # built twice
    assert run(harm()) == run(harm())
    assert len(run(harm())) > 5


def test_a_policy_that_changed_is_asked_for_its_own_time() -> None:
    """Bo's shredding was right under the policy in force then, although today's would have kept it longer."""
    longer = digest("longer")

    def keep(standing: Standing, at: datetime) -> Ruling:
        return replace(rule(standing, at), keep_until=None, next_change_at=None)

    changed = then(34, PolicySet(at=START + 34 * DAY, profile="longer", digest=Digest(longer)))
    changed = replace(changed, rules={POLICY: rule, longer: keep}, policy_files={POLICY: POLICY, longer: longer})
    assert {one.kind for one in run(changed)} == {"schedule"}  # the index has to be brought up to date, and nothing else


def test_a_crash_between_a_withdrawal_and_its_line_is_one_finding_that_says_what_to_do() -> None:
    more = frozenset({blinded("ana1"), blinded("ana2")})
    found = run(seen(revisions=(*release(1).revisions, replace(REVISION_2, ids=more))))
    assert [one.kind for one in found] == ["recall_changed"]
    assert "no line records it" in found[0].what


def test_rows_that_came_back_after_a_withdrawal_are_found() -> None:
    found = run(seen(revisions=(*release(1).revisions, REVISION_2)))
    assert any("takes back 1 rows" in one.what for one in found)


def test_a_release_without_any_lineage_is_not_called_right() -> None:
    kinds = {one.kind for one in run(seen(lineage=(), lineage_digest=""))}
    assert {"release_lineage", "release_omitted"} <= kinds


def test_an_empty_folder_with_an_empty_ledger_has_no_policy_and_says_so() -> None:
    nothing = Evidence(at=START, entries=(), rules={}, policy_files={})
    assert [one.kind for one in run(nothing)] == ["policy"]


def test_a_release_seen_is_built_of_values_only() -> None:
    assert isinstance(release(1), ReleaseSeen)


def test_words_that_were_emptied_or_withdrawn_only_just_now_are_no_finding() -> None:
    assert run(seen(hollow=frozenset({blinded("ana2")}))) == []
    assert [one.kind for one in run(replace(seen(hollow=frozenset()), slack=40 * DAY))] == []


def test_a_policy_that_is_gone_is_a_handful_of_findings_and_no_flood() -> None:
    found = run(replace(evidence(), rules={}, policy_files={}))
    assert [one.kind for one in found] == ["policy", *["uncheckable"] * 4]

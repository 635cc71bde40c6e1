"""Releases against the policy and the ledger: each row ruled anew at the release's own pin, each withdrawal since followed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from sayso.audit.evidence import Behind, Evidence, ReleaseSeen, Rule
from sayso.audit.findings import Finding, found
from sayso.audit.tally import Tally
from sayso.facts.deeds import Recalled, Released
from sayso.facts.errors import SaysoError
from sayso.facts.history import History
from sayso.facts.rulings import Ruling
from sayso.facts.words import ConversationId, Purpose
from sayso.proofs import commitment


def check_recorded(evidence: Evidence, tally: Tally) -> Iterator[Finding]:
    """Yield where the releases in the folder are not those of the ledger, or their lineage or withdrawals were changed."""
    seen = {one.name: one for one in evidence.releases}
    for name in sorted(tally.released.keys() | seen.keys() | evidence.unreadable.keys()):
        where = f"release `{name}`"
        if name in evidence.unreadable:
            yield found("release_files", where, evidence.unreadable[name])
        elif name not in tally.released:
            yield found("release_unknown", where, "no line of the ledger says that it was built")
        elif name not in seen:
            yield found("release_missing", where, f"line {tally.released[name][0]} records it, and it is not there")
        else:
            yield from _same(where, seen[name], tally.released[name][1], tally)
            yield from _withdrawals(where, seen[name], tally.recalled.get(name, []))
    for name in sorted(tally.recalled.keys() - tally.released.keys()):
        yield found("recall_changed", f"release `{name}`", "the ledger records withdrawals of a release it does not know")


def _same(where: str, seen: ReleaseSeen, line: Released, tally: Tally) -> Iterator[Finding]:
    yield from (found("release_files", where, problem) for problem in seen.problems)
    for name, ours, theirs in (
        ("manifest digest", seen.manifest, line.manifest),
        ("rows", seen.rows, line.rows),
        ("commitment", seen.root, line.root),
        ("purpose", seen.purpose, line.purpose),
    ):
        if ours != theirs:
            yield found("release_changed", where, f"its {name} is `{ours}`, recorded was `{theirs}`")
    if (seen.pin, seen.at) != (line.pin, line.at):
        yield found("release_pin", where, f"it says it looked at the facts up to line {seen.pin}, recorded was line {line.pin}")
    if seen.lineage_digest != line.lineage:
        yield found("release_lineage", where, "its lineage is not the one that was recorded")
    if (in_force := _policy_at(tally, line.pin)) != seen.policy:
        yield found("release_policy", where, f"it names policy `{seen.policy[:16]}`, in force was `{(in_force or 'none')[:16]}`")
    yield from _lineage(where, seen, line)


def _lineage(where: str, seen: ReleaseSeen, line: Released) -> Iterator[Finding]:
    """Compare the lineage with both commitments: as many rows, the same ids and accounts, and no conversation twice."""
    ids = [one.id for one in seen.lineage]
    try:
        root = commitment(ids).leading_to(seen.root).root.hex()
    except SaysoError:
        root = ""
    if root != seen.root or len(ids) != seen.rows or len(set(ids)) != len(ids):
        yield found("release_lineage", where, "the ids of its lineage are not those its commitment is over")
    if _holders(seen, line) != line.accounts:
        yield found("release_lineage", where, "the accounts of its lineage are not those its second commitment is over")
    for conversation, times in sorted(Counter(one.conversation for one in seen.lineage).items()):
        if times > 1:
            yield found("release_lineage", where, f"conversation `{conversation}` stands behind {times} rows")


def _holders(seen: ReleaseSeen, line: Released) -> str | None:
    """Return the root over the blinded accounts of the lineage; `None` where none is told, nor has to be."""
    told = {one.account for one in seen.lineage}
    if line.accounts is None and told <= {""}:
        return None
    try:
        return commitment(told).leading_to(line.accounts or "").root.hex()
    except SaysoError:
        return ""


def _one_to_one(where: str, past: History, seen: ReleaseSeen) -> Iterator[Finding]:
    """Yield where one account stands under two blinded ids, or two under one: needs no secret to be seen."""
    pairs = {
        (past.owner(conversation), one.account)
        for one in seen.lineage
        if one.account and (conversation := ConversationId(one.conversation)) in past
    }
    for side in (0, 1):
        if any(times > 1 for times in Counter(pair[side] for pair in pairs).values()):
            what = "an account stands under two blinded ids" if side == 0 else "two accounts stand under one blinded id"
            yield found("release_lineage", where, f"{what}, so one of them could be shown absent")


def _withdrawals(where: str, seen: ReleaseSeen, lines: Iterable[Recalled]) -> Iterator[Finding]:
    """Compare the revisions beside a release with the lines that record them; ids never come back."""
    recorded: dict[int, Recalled] = {}
    for line in lines:
        if recorded.setdefault(line.revision, line).digest != line.digest:
            yield found("recall_changed", where, f"withdrawal {line.revision} is recorded twice, each time another")
    lying = {one.revision: one for one in seen.revisions}
    before: frozenset[str] = frozenset()
    for number in sorted(recorded.keys() | lying.keys()):
        told, one = recorded.get(number), lying.get(number)
        if one is None:
            yield found("recall_changed", where, f"withdrawal {number} is recorded, and is not there")
            continue
        if told is None:
            # A crash between file and line leaves one unrecorded; the next recall records the newest, which vouches for it.
            if any(later > number for later in recorded):
                continue
            yield found("recall_changed", where, f"withdrawal {number} is there, and no line records it: `sayso recall` does")
        elif (told.digest, told.rows) != (one.digest, len(one.ids)):
            yield found("recall_changed", where, f"withdrawal {number} is not the one that was recorded")
        if before - one.ids:
            yield found("recall_changed", where, f"withdrawal {number} takes back {len(before - one.ids)} rows withdrawn before")
        before |= one.ids


def check_contents(
    past: History, seen: ReleaseSeen, rule: Rule | None, evidence: Evidence, *, missing: int = 0
) -> Iterator[Finding]:
    """Yield where the rows and counts of a release are not what the policy says at its pin; *past* stands at that pin.

    Of *missing* conversations at most, what was known of them then was destroyed since. A row of theirs is right only where it is
    withdrawn, and as many fewer are counted as left out.
    """
    where = f"release `{seen.name}`"
    if rule is None:
        yield found("uncheckable", where, "the policy it was ruled by is not at hand")
        return
    yield from _one_to_one(where, past, seen)
    used = {ConversationId(one.conversation): one for one in seen.lineage}
    reasons: Counter[str] = Counter()
    omitted = 0
    for conversation in past.conversations():
        row = used.pop(conversation, None)
        if conversation in past.shredded:
            if row is not None:
                yield found("release_denied", where, f"conversation `{conversation}` was shredded before it was built")
            continue
        try:
            ruled = _ruling(past, conversation, rule)
        except SaysoError as error:
            yield found("uncheckable", where, f"conversation `{conversation}`: {error}")
            continue
        if row is not None:
            yield from _allowed(where, row, ruled, seen.purpose, evidence)
        elif ruled.may(seen.purpose):
            omitted += 1
        else:
            reasons[evidence.why(ruled, seen.purpose)] += 1
    withdrawn: frozenset[str] = frozenset().union(*(one.ids for one in seen.revisions))
    for unknown in sorted(used):
        if missing and used[unknown].id in withdrawn:
            missing -= 1
        else:
            yield found("release_denied", where, f"conversation `{unknown}` was not known when it was built")
    yield from _counts(where, seen.left_out, reasons, omitted, missing)


def _allowed(where: str, row: Behind, ruled: Ruling, purpose: Purpose, evidence: Evidence) -> Iterator[Finding]:
    what = f"conversation `{row.conversation}`"
    if not ruled.may(purpose):
        yield found("release_denied", where, f"{what} was not allowed: {evidence.why(ruled, purpose)}")
    elif not covered(row.turns, ruled.use[purpose].turns):
        yield found("release_denied", where, f"{what} is used with turns that were not allowed")


def _counts(where: str, told: Mapping[str, int], reasons: Counter[str], omitted: int, missing: int) -> Iterator[Finding]:
    """Compare what was counted as left out: by the policy, reason for reason; for lack of words, in sum. *missing* may be more."""
    for reason in sorted(reasons):
        more = told.get(reason, 0) - reasons[reason]
        if 0 <= more <= missing:
            missing -= more
        else:
            yield found("release_counts", where, f"left out for `{reason}`: {told.get(reason, 0)} counted, {reasons[reason]} found")
    others = sum(count for reason, count in told.items() if reason not in reasons)
    if others < omitted:
        yield found("release_omitted", where, f"{omitted - others} permitted conversations are neither in it nor counted")
    elif others > omitted + missing:
        yield found("release_counts", where, f"{others - omitted} more are counted as left out than there were")


def check_words(seen: ReleaseSeen, tally: Tally, evidence: Evidence) -> Iterator[Finding]:
    """Yield how many rows were withdrawn longer ago than the slack and still hold their words in the files."""
    if seen.hollow is None:
        return
    at = {line.revision: line.at for line in tally.recalled.get(seen.name, [])}
    late = (one.ids for one in seen.revisions if one.revision in at and at[one.revision] + evidence.slack <= evidence.at)
    if left := frozenset[str]().union(*late) - seen.hollow:
        yield found("words_left", f"release `{seen.name}`", f"{len(left)} withdrawn rows still hold their words in its files")


def check_recall(past: History, seen: ReleaseSeen, rule: Rule | None, evidence: Evidence) -> Iterator[Finding]:
    """Yield each row that may no longer be used and is not withdrawn; *past* stands at the present."""
    gone: frozenset[str] = frozenset().union(*(one.ids for one in seen.revisions))
    where = f"release `{seen.name}`"
    if rule is None:
        yield found("uncheckable", where, "whether its rows may still be used: the policy in force is not at hand")
        return
    for row in seen.lineage:
        if row.id in gone:
            continue
        try:
            ruled = _ruling(past, ConversationId(row.conversation), rule)
        except SaysoError as error:
            yield found("recall_missing", where, f"conversation `{row.conversation}`: no ruling can be made ({error})")
            continue
        if not ruled.may(seen.purpose):
            yield found("recall_missing", where, f"conversation `{row.conversation}`: {evidence.why(ruled, seen.purpose)}")
        elif not covered(row.turns, ruled.use[seen.purpose].turns):
            yield found("recall_missing", where, f"conversation `{row.conversation}`: some of its turns may no longer be used")


def covered(used: Iterable[tuple[int, int]], allowed: Iterable[tuple[int, int]]) -> bool:
    """Return whether every range of *used* lies within one of *allowed*.

    >>> covered([(0, 3)], [(0, 1), (2, 3)]), covered([(2, 3)], [(0, 1), (2, 3)])
    (False, True)
    """
    ranges = tuple(allowed)
    return all(any(low <= first and last <= high for low, high in ranges) for first, last in used)


def _ruling(past: History, conversation: ConversationId, rule: Rule) -> Ruling:
    standing = past.standing(conversation)
    return rule(standing, past.at or standing.at)


def _policy_at(tally: Tally, pin: int) -> str | None:
    return next((digest for seq, digest in reversed(tally.policies) if seq <= pin), None)

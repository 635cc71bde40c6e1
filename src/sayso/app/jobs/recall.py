"""A recall: ledger -> policy -> release. Whatever was withdrawn since a release was built is masked in it, and recorded.

A no, a deletion or an order never waits for the files of a release: where those are damaged or away the recall is owed. That is
kept in the same transaction, what there is of the release gives no row meanwhile, and it is made once its files are there again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection

from sayso import release as release_room
from sayso.app import kept
from sayso.app.house import House, Work
from sayso.facts.deeds import Recalled, Released
from sayso.facts.errors import Broken, SaysoError, Unfit
from sayso.facts.history import History
from sayso.facts.rulings import Ruling
from sayso.facts.words import AccountId, ConversationId
from sayso.policy import Policy, decide
from sayso.release import LineageLine
from sayso.vault import State

log = logging.getLogger("sayso.release")
EVERY: tuple[State, ...] = ("live", "hidden", "shredded")
OWED = "recall/owed/"
"""So begin the names under which releases are kept whose files could not be read or written when something was withdrawn."""
MANY = 500
"""Conversations of one person up to which what they may have withdrawn is masked within their own request."""


class Withdrawn(Struct, frozen=True, kw_only=True):
    """What is withdrawn from one release: all so far, and what this recall added."""

    release: str
    purpose: str
    rows: int
    withdrawn: int
    added: int
    revision: int
    ids: tuple[str, ...]
    why: dict[str, int]


def released(house: House, work: Work | None = None) -> list[Released]:
    """Return the releases the ledger knows, oldest first."""
    if work is not None:
        entries = house.told.lines(work.conn, Released)
    else:
        with house.reading() as conn:
            entries = house.told.lines(conn, Released)
    return [entry.line for entry in entries if isinstance(entry.line, Released)]


def find(house: House, name: str) -> Released:
    """Return the release *name*; refuses one that was never built."""
    for line in released(house):
        if line.release == name:
            return line
    known = ", ".join(f"`{line.release}`" for line in released(house)) or "none yet"
    raise Unfit(f"no release `{name[:64]}`; there is {known}")


def folder_of(house: House, name: str) -> Path:
    """Return the folder of release *name*."""
    return house.folder / "releases" / name


def lineage_of(house: House, name: str) -> list[LineageLine]:
    """Return which conversation stands behind each row of release *name*."""
    return release_room.lineage(house.folder / "lineage" / f"{name}.jsonl")


def rows_of(house: House, line: Released) -> list[LineageLine]:
    """Return what `lineage_of` does; Broken where it is not whole, since a row that is missing there would never be withdrawn."""
    lines = lineage_of(house, line.release)
    if len(lines) != line.rows:
        raise Broken(f"the lineage `{line.release}.jsonl` has {len(lines)} lines and the release {line.rows} rows; restore it")
    return lines


def recall(house: House, name: str) -> Withdrawn:
    """Return what is withdrawn from release *name* as of now, recorded and masked for every loader."""
    line = find(house, name)
    policy = house.policy_in_force()
    with house.place():
        with house.writing() as work:
            made = recall_in(house, work, line, policy)
        release_room.go_on(folder_of(house, name))
    return made


def recall_in(house: House, work: Work, line: Released, policy: Policy) -> Withdrawn:
    """Return what `recall` does, within a transaction that may hold more than this; nothing is owed of that release then."""
    made = _recall(house, work, line, policy, rows_of(house, line))
    owe_nothing(work, line.release)
    return made


def owe_nothing(work: Work, release: str) -> None:
    """Keep that all which is withdrawn from *release* is masked in it, in the transaction that masks it."""
    kept.drop(work.conn, OWED + release)


def owed(house: House) -> list[str]:
    """Return the releases of which something is withdrawn that could not be masked in them yet."""
    known = {line.release for line in released(house)}
    with house.reading() as conn:
        return [one for name in kept.names(conn, OWED, len(known)) if (one := name.removeprefix(OWED)) in known]


def or_owe(house: House, work: Work, release: str, recalled: Callable[[], Withdrawn | None]) -> Withdrawn | None:
    """Return what *recalled* gives; `None` where the files of that *release* do not let it, and then it is owed."""
    before = work.recorded
    try:
        return recalled()
    except (SaysoError, OSError) as problem:
        if work.recorded != before:
            raise  # it is no file that failed
        owe(house, work, release, said_of(problem))
        return None


def said_of(problem: SaysoError | OSError) -> str:
    """Return what to say of files that fail, without a path."""
    return str(problem) if isinstance(problem, SaysoError) else "its files cannot be read or written"


def owe(house: House, work: Work, release: str, why: str) -> None:
    """Keep that something is withdrawn from *release* that cannot be masked in it now, in the transaction that is the reason.

    What there is of its files is paused, so that no row is given by whoever can still read them, until it was made good.
    """
    with suppress(SaysoError, OSError):
        release_room.pause(folder_of(house, release), after=_said_before(house, work))
    house.recalls = True
    log.error("release `%s` cannot be masked now: %s; what is withdrawn is masked once that is mended", release, why)
    kept.keep(work.conn, OWED + release, 0, b"")


def recall_all(house: House) -> list[Withdrawn]:
    """Return what is withdrawn from each release as of now; the error of one whose files fail comes after all others were done."""
    made: list[Withdrawn] = []
    wrong: list[SaysoError | OSError] = []
    for line in released(house):
        try:
            made.append(recall(house, line.release))
        except (SaysoError, OSError) as problem:
            wrong.append(problem)
    if wrong:
        raise wrong[0]
    return made


def recall_for(house: House, work: Work, accounts: Iterable[AccountId], policy: Policy) -> None:
    """Mask what *accounts* may have withdrawn, in every release, within the same transaction as what they said.

    Of somebody with many conversations that takes too long to wait for. Then no row of any release is given from this transaction
    on, until it is known which of them go (`recalling.settle`): that costs the same for any number.
    """
    known = released(house, work)
    if not known:
        return
    theirs: set[ConversationId] = set()
    for account in accounts:
        found = _few(house, work, account)
        if found is None:
            postpone(house, work)
        else:
            theirs.update(found)
    recall_of(house, work, theirs, policy, past=house.folded())


def postpone(house: House, work: Work) -> None:
    """Pause every release from what was recorded in *work* on, durable before it commits; what cannot be paused is owed."""
    after = _said_before(house, work)
    for line in released(house, work):
        or_owe(house, work, line.release, partial(_pause, folder_of(house, line.release), after))
    house.recalls = True


def _pause(folder: Path, after: int) -> None:
    release_room.pause(folder, after=after)


def _said_before(house: House, work: Work) -> int:
    """Return the newest line of the ledger that was there before *work*."""
    return house.ledger.size(work.conn) - work.recorded


def _few(house: House, work: Work, account: AccountId) -> list[ConversationId] | None:
    """Return what there is of *account* and of who became part of it, not folding everything; `None` where it is many."""
    past = house.folded()
    if past is not None:
        return past.of_account(account) if past.owned.count(account, past.living) <= MANY else None
    past = house.past_of(work.conn, (), work.at, accounts=[account])
    found: list[ConversationId] = []
    for one in [account, *(one for one in past.accounts() if past.living(one) == account and one != account)]:
        rows = house.vault.of_account(work.conn, one, states=EVERY, limit=MANY + 1 - len(found))
        found += [row.conversation for row in rows]
        if len(found) > MANY:
            return None
    return found


def recall_of(house: House, work: Work, conversations: set[ConversationId], policy: Policy, *, past: History | None = None) -> int:
    """Return how many rows of *conversations* are withdrawn anew, in every release, within the transaction that is the reason.

    *past* is what decides about them, where only that was folded.
    """
    added = 0
    for line in released(house, work) if conversations else ():
        made = or_owe(house, work, line.release, partial(_recall_some, house, work, line, policy, conversations, past))
        added += made.added if made is not None else 0
    return added


def _recall_some(
    house: House, work: Work, line: Released, policy: Policy, conversations: set[ConversationId], past: History | None
) -> Withdrawn | None:
    lines = [one for one in rows_of(house, line) if one.conversation in conversations]
    if lines and past is None:
        wanted = [ConversationId(one.conversation) for one in lines]
        past = house.folded() or house.past_of(work.conn, wanted, work.at)
    return _recall(house, work, line, policy, lines, past) if lines else None


def recall_under(house: House, work: Work, policy: Policy) -> list[Withdrawn]:
    """Return what *policy* withdraws from each release, masked within the transaction that is the reason."""
    made = [or_owe(house, work, line.release, partial(recall_in, house, work, line, policy)) for line in released(house, work)]
    return [one for one in made if one is not None]


def _recall(
    house: House, work: Work, line: Released, policy: Policy, lines: Iterable[LineageLine], past: History | None = None
) -> Withdrawn:
    known = set(release_room.revoked(folder_of(house, line.release)).ids)
    fresh: dict[str, str] = {}
    for one in lines:
        if one.id in known:
            continue
        reason = withdrawn_because(
            _ruled(past or house.present(), ConversationId(one.conversation), policy), line.purpose, one.turns
        )
        if reason is not None:
            fresh[one.id] = reason
    return withdraw(house, work, line, fresh)


def withdraw(house: House, work: Work, line: Released, found: Mapping[str, str]) -> Withdrawn:
    """Return what is withdrawn from a release once the rows *found* are, each with its reason; recorded in the same transaction."""
    folder = folder_of(house, line.release)
    before, recorded = release_room.revoked(folder), recorded_of(house, work.conn, line.release)
    if before.revision < recorded:
        # Lists that were taken away are not begun anew: who was in them would be back in the release.
        raise Broken(
            f"release `{line.release}` has {before.revision} lists of withdrawals and had {recorded}; restore its folder "
            "`revocations` from a copy"
        )
    known = set(before.ids)
    fresh = [one for one in found if one not in known]
    why = dict(Counter(found[one] for one in fresh))
    after = release_room.revoke(folder, fresh, at=work.at) if fresh else before
    # A crash may have left a revision on the disk that the ledger never heard of; whoever comes next records it.
    if after.revision > recorded:
        work.record([Recalled(at=work.at, release=line.release, revision=after.revision, rows=len(after.ids), digest=after.digest)])
    return Withdrawn(
        release=line.release,
        purpose=line.purpose,
        rows=line.rows,
        withdrawn=len(after.ids),
        added=len(fresh),
        revision=after.revision,
        ids=after.ids,
        why=why,
    )


def recorded_of(house: House, conn: Connection, release: str) -> int:
    """Return the newest revision of what is withdrawn from *release* that the ledger names, 0 for none."""
    lines = [entry.line for entry in house.ledger.of_kind(conn, Recalled)]
    return max((line.revision for line in lines if isinstance(line, Recalled) and line.release == release), default=0)


def would_withdraw(house: House, line: Released, policy: Policy, past: History) -> int:
    """Return how many rows of a release *policy* would withdraw by *past*, that are not withdrawn yet. Writes nothing."""
    gone = set(release_room.revoked(folder_of(house, line.release)).ids)
    rows = (one for one in rows_of(house, line) if one.id not in gone)
    ruled = ((_ruled(past, ConversationId(one.conversation), policy), one.turns) for one in rows)
    return sum(withdrawn_because(ruling, line.purpose, turns) is not None for ruling, turns in ruled)


def _ruled(past: History, conversation: ConversationId, policy: Policy) -> Ruling | None:
    """Return the present ruling, or `None` where none can be made: doubt withdraws."""
    try:
        standing = past.standing(conversation)
        return decide(policy, standing, standing.at)
    except SaysoError:
        return None


def withdrawn_because(ruled: Ruling | None, purpose: str, turns: Iterable[tuple[int, int]]) -> str | None:
    """Return the policy row that withdraws *turns* from *purpose*, or `None` while all of them may still be used."""
    if ruled is None:
        return "no ruling can be made"
    verdict = ruled.use.get(purpose)
    if verdict is None:
        return "the purpose is not ruled on"
    if ruled.may(purpose) and all(any(low <= first and last <= high for low, high in verdict.turns) for first, last in turns):
        return None
    return verdict.because[0].row if verdict.because else "no row allows it"

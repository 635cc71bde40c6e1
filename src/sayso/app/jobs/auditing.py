"""An audit as an auditor makes it: from where the last one ended, beside what others kept, with a report to hand on.

The auditor's file lies outside the data folder and is theirs: it remembers a signed checkpoint, so that a past that was rewritten
from end to end, signing key and all, is found; and what was judged, so that it is not judged anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from sayso import __version__
from sayso.app.house import House
from sayso.app.jobs import evidence, strangers
from sayso.app.jobs.logs import checkpoint_in, put, settle
from sayso.app.mark import read_mark
from sayso.audit import Judged, Report
from sayso.facts.errors import SaysoError, Unfit
from sayso.facts.instants import iso
from sayso.facts.words import Digest
from sayso.ledger import Head
from sayso.proofs import Checkpoint, VerifierKey, open_note
from sayso.proofs.evidence import strict_json
from sayso.proofs.merkle import check_consistency

AUDITED = "sayso/audited/v1"


class State(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an auditor keeps between two audits: whose ledger, until which signed checkpoint, when, and what was judged."""

    format: str
    version: str
    instance: str
    key: str
    at: str
    checkpoint: str
    judged: Judged


class Audit(Struct, frozen=True, kw_only=True):
    """One audit: its report, and what to remember of it; `None` where nothing can be vouched for."""

    report: Report
    state: State | None


def audit(house: House, *, earlier: State | None = None, remembered: Sequence[Path] = (), published: Sequence[Path] = ()) -> Audit:
    """Return what an audit of *house* finds, beside the checkpoints *remembered* and the folders of the *published* log.

    *earlier* is the state of the last one: its checkpoint must still be a beginning of the ledger, else everything is judged anew.
    """
    mark = read_mark(house.folder)
    key, instance = str(mark.get("log_key", "")), str(mark.get("instance", ""))
    if earlier is not None and (earlier.instance, earlier.key) != (instance, key):
        raise Unfit("the state named with --since is of another data folder or log key; name another file, or none")
    at = iso(house.now())
    with house.reading() as conn:
        past = list(_kept(house, conn, key, earlier, remembered))
        shown = [line for folder in published for line in _shown(house, conn, key, folder)]
        goes_on = earlier is not None and not past and earlier.version == __version__
        made = evidence.examine(house, earlier.judged if earlier is not None and goes_on else None, past=past, shown=shown)
        head, note = _head(house, conn), house.ledger.checkpoint(conn)
    report = Report(
        at=at,
        instance=instance,
        origin=_origin(key),
        size=head.size,
        root=head.root,
        version=__version__,
        extent=made.extent,
        findings=made.findings,
        since=earlier.at if earlier is not None and goes_on else None,
        compared=tuple(path.name for path in (*remembered, *published)),
    )
    if made.judged is None or note is None:
        return Audit(report=report, state=None)
    state = State(format=AUDITED, version=__version__, instance=instance, key=key, at=at, checkpoint=note, judged=made.judged)
    return Audit(report=report, state=state)


def read_state(path: Path) -> State | None:
    """Return the state an earlier audit left at *path*, `None` where there is no file yet; Unfit for anything else."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        raise Unfit(f"`{path.name}` cannot be read; name the file that an earlier audit left with --since") from None
    try:
        strict_json(raw, "the state of an audit")
        state = msgspec.json.decode(raw, type=State)
        if state.format != AUDITED:
            raise Unfit("another format")
    except (Unfit, msgspec.DecodeError):
        raise Unfit(
            f"`{path.name}` is no state of an audit, or damaged; restore it, or name a new file to judge everything anew"
        ) from None
    return state


def write_state(path: Path, state: State, house: Path) -> None:
    """Put *state* at *path*, whole or not at all; Unfit inside the folder *house* that is audited."""
    assert_outside(path, house)
    path.parent.mkdir(parents=True, exist_ok=True)
    put(path, msgspec.json.format(msgspec.json.encode(state), indent=1) + b"\n")
    settle(path.parent)


def assert_outside(path: Path, house: Path) -> None:
    """Refuse to write into the folder that is audited: an audit changes nothing there."""
    if path.resolve().is_relative_to(house.resolve()):
        raise Unfit(f"`{path.name}` would lie in the data folder, and an audit writes nothing there; name a file outside of it")


def _kept(house: House, conn: Connection, key: str, earlier: State | None, remembered: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield where the ledger does not go on from what was kept of it."""
    if earlier is not None and (wrong := _breaks(house, conn, key, earlier.checkpoint)) is not None:
        yield f"the audit of {earlier.at}", wrong
    for path in remembered:
        try:
            note = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            raise Unfit(f"`{path.name}` cannot be read; name a file that holds a checkpoint") from None
        open_note(note, [VerifierKey.parse(key)])  # a wrong file is the caller's to mend, and no finding
        if (wrong := _breaks(house, conn, key, note)) is not None:
            yield f"checkpoint `{path.name}`", wrong


def _shown(house: House, conn: Connection, key: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield where the log's files in *folder* contradict themselves or the ledger."""
    where = f"log `{folder.name}`"
    note = checkpoint_in(folder)  # no log at all is the caller's to mend
    try:
        yield from ((where, line) for line in strangers.check_log(folder, key).problems)
        if (wrong := _breaks(house, conn, key, note)) is not None:
            yield where, wrong
    except SaysoError as problem:
        yield where, str(problem)


def _breaks(house: House, conn: Connection, key: str, note: str) -> str | None:
    """Return why the ledger is no continuation of the checkpoint in *note*, `None` where it is one."""
    try:
        told, head = Checkpoint.parse(open_note(note, [VerifierKey.parse(key)]).text), _head(house, conn)
        if told.size == 0:
            return None
        if told.size > head.size:
            return f"it counts {told.size} lines, the ledger has {head.size}: lines were cut off"
        proof = house.ledger.consistency(conn, told.size)
        if check_consistency(told.size, head.size, told.root, bytes.fromhex(head.root), proof):
            return None
        return f"its root is not that of the first {told.size} lines"
    except SaysoError as problem:
        return str(problem)


def _head(house: House, conn: Connection) -> Head:
    """Return the ledger's head; an empty one where it cannot be read, which the ledger's own check tells."""
    try:
        return house.ledger.head(conn)
    except (SaysoError, TypeError, ValueError):
        return Head(size=0, root=Digest(""))


def _origin(key: str) -> str:
    try:
        return VerifierKey.parse(key).name
    except Unfit:
        return ""

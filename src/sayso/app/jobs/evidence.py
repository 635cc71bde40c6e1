"""An audit: ledger -> policy -> release manifests -> proofs -> audit. Gathers values without a key and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from sayso import audit as audit_room
from sayso import release as release_room
from sayso.app import shelf
from sayso.app.house import House
from sayso.app.jobs import believing
from sayso.app.jobs.recall import folder_of, lineage_of
from sayso.app.mark import DRAFT, MARK, read_mark
from sayso.app.shelf import DATABASE, LOCK
from sayso.audit import Evidence, Examined, Extent, Finding, Judged, ReleaseSeen, Revision, Rule
from sayso.audit.findings import found
from sayso.facts.canonical import digest
from sayso.facts.deeds import Believed, Erased, NoticePublished, Opened, PolicySet, Released
from sayso.facts.errors import Broken, SaysoError
from sayso.facts.words import PURPOSES, Purpose
from sayso.ledger import Entry
from sayso.policy import decide
from sayso.proofs import Checkpoint, verify
from sayso.proofs.beliefs import Beliefs
from sayso.proofs.notes import split_note


def audit(house: House) -> list[Finding]:
    """Return every difference between what is stored and what the facts say; an empty list where there is none."""
    return list(examine(house).findings)


def examine(
    house: House,
    earlier: Judged | None = None,
    *,
    past: Sequence[tuple[str, str]] = (),
    shown: Sequence[tuple[str, str]] = (),
) -> Examined:
    """Return what `audit` finds, how far it went and what it judged; what *earlier* judged is not judged again.

    *past* and *shown* say where the ledger was compared with what is kept elsewhere and differs, and become findings.
    """
    with house.reading() as conn:
        try:
            damage = shelf.damage(conn)
            if damage:
                return _cut_short(f"the database is damaged: {line}" for line in damage)
            key, problems = _key(house, conn)
            evidence = replace(_gather(house, conn, key), past_problems=past, shown_problems=shown)
            made = audit_room.examine(evidence, earlier)
            problems += _belief_problems(house, conn)
            return replace(made, findings=tuple(sorted({*problems, *made.findings})), judged=None if problems else made.judged)
        except DatabaseError:
            return _cut_short(["the database cannot be read to its end"])
        except Broken as problem:
            return _cut_short([str(problem)])


def _cut_short(why: Iterable[str]) -> Examined:
    """Return what is said where the database cannot be read: nothing was looked at, and nothing is vouched for."""
    return Examined(findings=tuple(found("log", DATABASE, line) for line in why), extent=Extent(), judged=None)


def _key(house: House, conn: Connection) -> tuple[str, list[Finding]]:
    """Return the log's public key, and a finding for each place that names another one."""
    mark = read_mark(house.folder)
    key = str(mark.get("log_key", ""))
    opened = [entry.line for entry in house.ledger.of_kind(conn, Opened)]
    said = [(line.instance, line.signing_key) for line in opened if isinstance(line, Opened)]
    if said != [(mark.get("instance"), key)]:
        return key, [found("log", MARK, "it names another instance or key than the first line of the ledger")]
    return key, []


def _gather(house: House, conn: Connection, key: str) -> Evidence:
    ledger_problems = house.ledger.check(conn, [key])
    notes = house.ledger.checkpoints(conn)
    policies = _files(house.folder / "policies", ".toml")
    notices = _files(house.folder / "notices", ".json")
    releases, unreadable = _releases(house, conn, key)
    entries, cut = _readable(house, conn)
    return Evidence(
        at=house.now(),
        entries=entries,
        cut=cut,
        rules=dict(_rules(house, conn)),
        cuts=_cuts(house, conn),
        purposes=_purposes(house, conn),
        policy_files=policies,
        notice_files=notices,
        ledger_problems=ledger_problems,
        signed=Checkpoint.parse(split_note(notes[-1])[0]).size if notes else None,
        vault_problems=house.vault.check(conn),
        prints=list(house.vault.fingerprints(conn)),
        stored=list(house.vault.rows(conn)),
        stale=[one.account for one in house.vault.stale.listed(conn, limit=1_000_000)],
        holds=[one.hold for one in house.vault.holds(conn)],
        releases=releases,
        unreadable=unreadable,
        files=[path.relative_to(house.folder).as_posix() for path in sorted(house.folder.rglob("*")) if path.is_file()],
        accounted=_accounted(house, conn, set(policies), set(notices), [*(one.name for one in releases), *unreadable]),
    )


def _readable(house: House, conn: Connection) -> tuple[list[Entry], str | None]:
    """Return the entries up to the first that cannot be read, and why that one cannot; `None` where all can."""
    entries: list[Entry] = []
    try:
        for entry in house.ledger.entries(conn):
            entries.append(entry)  # noqa: PERF402  # what was read before a bad line counts
    except SaysoError as problem:
        return entries, str(problem).partition(";")[0]
    return entries, None


def _rules(house: House, conn: Connection) -> Iterator[tuple[str, Rule]]:
    """Yield each policy that was ever in force, ready to be asked; one that cannot be read is missing, and is found missing."""
    for line in (entry.line for entry in house.ledger.of_kind(conn, PolicySet)):
        if isinstance(line, PolicySet):
            try:
                yield line.digest, partial(decide, house.policy_of(line))
            except SaysoError:
                continue


def _cuts(house: House, conn: Connection) -> tuple[datetime, ...]:
    """Return the instants at which terms change; none where a policy cannot be read, which is a finding of its own."""
    try:
        return house.cuts(conn)
    except SaysoError:
        return ()


def _purposes(house: House, conn: Connection) -> tuple[Purpose, ...]:
    """Return every purpose any policy ruled on; those everybody names where one cannot be read, which is a finding of its own."""
    try:
        return house.purposes(conn)
    except SaysoError:
        return PURPOSES


def _files(folder: Path, suffix: str) -> dict[str, str]:
    """Return, per name of the files in *folder*, the digest of what they hold."""
    return {path.stem: digest(path.read_bytes()) for path in sorted(folder.glob(f"*{suffix}"))} if folder.is_dir() else {}


def _releases(house: House, conn: Connection, key: str) -> tuple[list[ReleaseSeen], dict[str, str]]:
    """Return the releases as they lie there, and those that cannot be read, with why."""
    folder = house.folder / "releases"
    seen: list[ReleaseSeen] = []
    unreadable: dict[str, str] = {}
    names = (
        {path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")} if folder.is_dir() else set()
    )
    for name in sorted(names):
        try:
            seen.append(_release(house, conn, name, key))
        except (SaysoError, OSError) as problem:
            unreadable[name] = str(problem) if isinstance(problem, SaysoError) else "its files cannot be read"
    return seen, unreadable


def _release(house: House, conn: Connection, name: str, key: str) -> ReleaseSeen:
    folder = folder_of(house, name)
    manifest = release_room.read(folder)
    lineage = house.folder / "lineage" / f"{name}.jsonl"
    revisions = []
    for number in range(1, release_room.revoked(folder).revision + 1):
        revision = release_room.revoked(folder, number)
        revisions.append(Revision(revision=number, digest=revision.digest, ids=frozenset(revision.ids)))
    return ReleaseSeen(
        name=name,
        manifest=manifest.digest,
        purpose=manifest.plan.purpose,
        policy=manifest.plan.policy_digest,
        pin=manifest.plan.pin,
        at=manifest.plan.at,
        rows=manifest.rows,
        root=manifest.root,
        left_out=manifest.plan.left_out,
        lineage_digest=digest(lineage.read_bytes()) if lineage.is_file() else "",
        lineage=tuple(lineage_of(house, name)) if lineage.is_file() else (),
        revisions=tuple(revisions),
        hollow=release_room.emptied(folder),
        problems=(*release_room.check(folder), *_proof_problems(house, name, key), *_erasure_problems(house, conn, name)),
    )


def _erasure_problems(house: House, conn: Connection, name: str) -> list[str]:
    """Return what is wrong with the erasures beside a release: the ledger must have heard of each, as it lies there."""
    lines = [entry.line for entry in house.ledger.of_kind(conn, Erased)]
    heard = {line.number: line.digest for line in lines if isinstance(line, Erased) and line.release == name}
    newest = release_room.erased(folder_of(house, name)).number
    there = {number: release_room.erased(folder_of(house, name), number).digest for number in range(1, newest + 1)}
    return [
        f"erasure {number} is not the one that was recorded"
        for number in sorted({*heard, *there})
        if heard.get(number) != there.get(number)
    ]


def _proof_problems(house: House, name: str, key: str) -> list[str]:
    """Return what is wrong with the proof that lies beside a release."""
    if not (house.folder / "releases" / f"{name}.proof.json").is_file():
        return ["its proof is missing; any command that writes makes it again"]
    verdict = verify(folder_of(house, name) / "manifest.json", key)
    return [] if verdict.ok else ["its proof does not hold: " + (verdict.lines[-1] if verdict.lines else "unreadable")]


def _accounted(house: House, conn: Connection, policies: set[str], notices: set[str], releases: list[str]) -> dict[str, list[str]]:
    """Return, per room, the files it knows: everything else in the folder is a finding."""
    published = {line.notice for line in _lines(house, conn, NoticePublished) if isinstance(line, NoticePublished)}
    in_force = {line.digest for line in _lines(house, conn, PolicySet) if isinstance(line, PolicySet)}
    built = {line.release for line in _lines(house, conn, Released) if isinstance(line, Released)}
    below = [
        path.relative_to(house.folder).as_posix()
        for name in releases  # whole folders: what is wrong in one is told of the release, and not file by file as well
        for path in sorted(folder_of(house, name).rglob("*"))
        if path.is_file()
    ]
    return {
        "app": [MARK, DRAFT, LOCK, *([] if house.settings.database else (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"))],
        "policies": [f"policies/{one}.toml" for one in policies & in_force],
        "notices": [f"notices/{one}.json" for one in notices & published],
        "releases": below,
        "proofs": [f"releases/{name}.proof.json" for name in built],
        "beliefs": [f"beliefs/{line.pin}.map" for line in _newest_belief(house, conn)],
        "lineage": [f"lineage/{name}.jsonl" for name in built],
        "vault": [path.relative_to(house.folder).as_posix() for path in house.vault.files(conn)],
    }


def _newest_belief(house: House, conn: Connection) -> list[Believed]:
    last = house.ledger.last_of(conn, Believed)
    return [last.line] if last is not None and isinstance(last.line, Believed) else []


def _belief_problems(house: House, conn: Connection) -> Iterator[Finding]:
    """Yield where the file of what is believed is not the one that the newest line of it names; needs nobody's secret."""
    for line in _newest_belief(house, conn):
        where = f"beliefs/{line.pin}.map"
        try:
            tree = Beliefs(believing.bytes_of(house, line))
        except SaysoError as problem:
            yield found("log", where, str(problem))
            continue
        if (tree.root.hex(), tree.size) != (line.root, line.accounts):
            yield found("log", where, "it does not give the root, or the number of accounts, that the line says")


def _lines(house: House, conn: Connection, kind: type[NoticePublished] | type[PolicySet] | type[Released]) -> Iterator[object]:
    return (entry.line for entry in house.ledger.of_kind(conn, kind))

"""A release: ledger (pin) -> policy -> vault (open only what is allowed) -> scrub -> release -> proofs -> ledger."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace
from sqlalchemy import Connection

from sayso import release as release_room
from sayso import scrub as scrub_bench
from sayso.app.house import House
from sayso.app.jobs.recall import folder_of, released
from sayso.app.jobs.rule import rulings
from sayso.app.jobs.treating import Names, asked_for, cleaned, finder
from sayso.facts.canonical import digest
from sayso.facts.conversation import Turn
from sayso.facts.deeds import Released
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.instants import iso
from sayso.facts.lines import Left
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import Digest, Purpose
from sayso.policy import Policy
from sayso.proofs import Blinding, commitment
from sayso.release import Manifest, Measured, Plan, Risk, Row, Scrubbed, Tally
from sayso.scrub import SURROGATES, telling
from sayso.scrub.labels import label
from sayso.scrub.measured import measured as figures_of
from sayso.vault import payload

ENGINES = {"re2": "sayso.scrub, google-re2", "hyperscan": "sayso.scrub, hyperscan", "re": "sayso.scrub, re"}
MISSING = "its words are no longer in the vault"


class Counts(Struct):
    """What building counted on its way."""

    left_out: Counter[str]
    parts: Counter[str]
    masked: Counter[str]
    actions: dict[str, Counter[str]]
    """By kind, how many hits met which action."""
    sources: Counter[str]
    models: set[str]
    holders: set[str] | None
    """The blinded accounts of the rows; `None` in a release that was built without a tree over them."""
    text_bytes: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def take(self, row: Row) -> None:
        """Count a row that is in the release, and what making it counted."""
        if self.holders is not None:
            self.holders.add(row.account)
        if (made := row.tally) is None:
            return
        _add(self.actions, made.actions)
        self.parts.update(made.parts)
        self.masked.update(made.masked)
        self.sources[made.source] += 1
        self.models.update(made.models)
        self.first = min((one for one in (self.first, made.first) if one), default=None)
        self.last = max((one for one in (self.last, made.last) if one), default=None)


class Built(Struct, frozen=True, kw_only=True):
    """A release as it stands: its manifest, whether it was there already, and how much text went through scrubbing."""

    manifest: Manifest
    again: bool
    text_bytes: int


def build(
    house: House,
    name: str,
    purpose: Purpose,
    *,
    keep_figures: bool = False,
    risk: Risk | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Built:
    """Return release *name* for *purpose*, built from the facts as of now, or checked against itself if it exists.

    A release never changes. Asked for again, it is built anew from the facts it was pinned to and compared byte by byte; whether
    persons of public life keep their names (*keep_figures*), and how much a conversation may stand out (*risk*), is then as it was.
    """
    house.assert_clock()
    release_room.checked_name(name)
    risk = (risk or Risk()).checked()
    for line in released(house):
        if line.release == name:
            return _again(house, line, purpose, progress)
    policy = house.policy_in_force()
    asked_for(policy, purpose)
    engine = ENGINES[scrub_bench.use(house.settings.scrub_engine)]
    with house.writing() as work:
        pin = house.ledger.head(work.conn).size
        plan = Plan(name=name, purpose=purpose, policy=policy.name, policy_digest=policy.digest, pin=pin, at=work.at)
        counts, names = _counts(), finder(policy, purpose, work.at, keep_figures=keep_figures)
        clear_unrecorded(house, name)
        manifest = release_room.write(
            house.folder / "releases",
            plan,
            _rows(house, work.conn, plan, policy, counts, names, progress),
            lineage=house.folder / "lineage",
            finish=lambda given: _finished(given, counts, names, engine, measured=_figures(names)),
            risk=risk,
            took=counts.take,
        )
        entry = work.record([_line(manifest, counts)])[0]
    prove(house, name, entry.seq)
    return Built(manifest=manifest, again=False, text_bytes=counts.text_bytes)


def _again(house: House, line: Released, purpose: Purpose, progress: Callable[[int], None]) -> Built:
    """Return the existing release after building it once more beside it and comparing every byte."""
    if line.purpose != purpose:
        raise Unfit(f"release `{line.release}` was built for {line.purpose}; releases never change, choose another name")
    stored = release_room.read(folder_of(house, line.release))
    scrub_bench.use(house.settings.scrub_engine)  # whichever it is, it finds what the one that is named in the release found
    engine = stored.plan.scrub.engine if stored.plan.scrub else ENGINES["re2"]
    names = names_of(stored.plan)
    said = stored.plan.scrub.measured if stored.plan.scrub else UNSET  # as it was said then, whatever was measured since
    actions = stored.plan.scrub is not None and stored.plan.scrub.actions is not UNSET
    with tempfile.TemporaryDirectory(dir=house.folder, prefix=".again-") as beside, house.reading() as conn:
        policy = house.policy_at(conn, line.pin)
        counts = _counts()
        if line.accounts is None:
            counts.holders = None
        plan = Plan(
            name=line.release,
            purpose=purpose,
            policy=policy.name,
            policy_digest=policy.digest,
            pin=line.pin,
            at=stored.plan.at,
        )
        anew = release_room.write(
            Path(beside) / "releases",
            plan,
            _rows(house, conn, plan, policy, counts, names, progress),
            finish=lambda given: _finished(given, counts, names, engine, actions=actions, measured=said),
            risk=risk_of(stored.plan),
            took=counts.take,
        )
    if MISSING in counts.left_out:
        raise Refused(
            f"release `{line.release}` exists; it cannot be built again, since {counts.left_out[MISSING]} of its conversations "
            "were deleted since, as they should be: choose another name"
        )
    if anew.digest != line.manifest or anew.digest != stored.digest or _root(counts) != line.accounts:
        raise Broken(f"release `{line.release}` does not build to the same bytes again; run `sayso audit`")
    return Built(manifest=stored, again=True, text_bytes=counts.text_bytes)


def risk_of(plan: Plan) -> Risk | None:
    """Return the setting that a release was weighed by; none where it was not."""
    if plan.weighed is UNSET:
        return None
    if plan.weighed.table != telling.table_digest():
        raise Refused(
            f"release `{plan.name}` exists; it was weighed with another table of what people tell than this sayso has, so it "
            "cannot be compared: use the sayso that built it, or choose another name"
        )
    return plan.weighed.risk


def names_of(plan: Plan) -> Names | None:
    """Return the finder of names that a release was masked with; none where it had none."""
    if plan.scrub is not None and plan.scrub.table != table_digest():
        raise Refused(
            f"release `{plan.name}` exists; it was masked by another table of patterns than this sayso has, so it cannot be "
            "compared: use the sayso that built it, or choose another name"
        )
    if plan.scrub is None or plan.scrub.names is UNSET:
        return None
    if plan.scrub.surrogates not in (UNSET, SURROGATES):
        raise Refused(
            f"release `{plan.name}` exists; its surrogates were drawn in another way than this sayso draws them, so it cannot be "
            "compared: use the sayso that built it, or choose another name"
        )
    names = Names(keep_figures=plan.scrub.figures == "kept")
    if names.digest != plan.scrub.names:
        raise Refused(
            f"release `{plan.name}` exists; its names were masked by another model than this sayso has, so it cannot be compared: "
            "use the sayso that built it, or choose another name"
        )
    return names


def _rows(
    house: House,
    conn: Connection,
    plan: Plan,
    policy: Policy,
    counts: Counts,
    names: Names | None,
    progress: Callable[[int], None],
) -> Iterator[Row]:
    """Yield a row for each conversation the policy allows at the pin; everything else is counted with its reason."""
    past = house.fold(conn, upto=plan.pin)
    past.advance(plan.at)
    ids = Blinding(plan.name)
    for standing, ruled in rulings(past, policy):
        progress(1)
        if not ruled.may(plan.purpose):
            counts.left_out[why_not(ruled, plan.purpose)] += 1
            continue
        row = _row(house, conn, plan, policy, standing, ruled, counts, names, ids)
        if isinstance(row, Left):
            counts.left_out[row.why] += 1
        else:
            yield row


def why_not(ruled: Ruling, purpose: Purpose) -> str:
    """Return the row that kept a conversation out of *purpose*."""
    verdict = ruled.use.get(purpose)
    return verdict.because[0].row if verdict and verdict.because else "no row allows it"


def _row(
    house: House,
    conn: Connection,
    plan: Plan,
    policy: Policy,
    standing: Standing,
    ruled: Ruling,
    counts: Counts,
    names: Names | None,
    ids: Blinding,
) -> Row | Left:
    record = standing.conversation
    try:
        whole = payload.gather([payload.decode(raw) for raw in house.vault.open(conn, standing.conversation)])
    except Refused:
        return Left(source="vault", record=record, why=MISSING)
    ranges = ruled.use[plan.purpose].turns
    allowed = _allowed(list(whole.turns), whole.active, ranges)
    clean = cleaned(house, conn, plan, policy, standing, allowed, names)
    if clean.dropped:
        _add(counts.actions, clean.actions)
        return Left(source="scrub", record=record, why=clean.dropped)
    counts.text_bytes += sum(len(getattr(part, "text", None) or "") for turn in allowed for part in turn.parts)
    spoken = release_room.spoken(clean.turns)
    fitting = release_room.fit(spoken.messages, record=record)
    if isinstance(fitting, Left):
        _add(counts.actions, clean.actions)
        return fitting
    moments = [turn.at for turn in allowed if turn.at is not None]
    tally = Tally(
        masked=clean.found,
        actions=clean.actions,
        parts=Counter(spoken.left) + Counter(clean.parts),
        source=whole.source,
        models=tuple(sorted({label(one) for one in {turn.model for turn in allowed} if one.strip()})),
        first=min(moments, default=None),
        last=max(moments, default=None),
    )
    secret = house.vault.blinding(conn, standing.account)
    return Row(
        id=ids.of(secret, standing.conversation),
        messages=fitting.value,
        surface=label(whole.surface),
        tier=label(standing.stretches[-1].tier),
        conversation=standing.conversation,
        turns=ranges,
        account="" if counts.holders is None else ids.account(secret),
        region=standing.stretches[-1].region,
        tally=tally,
    )


def _allowed(turns: list[Turn], active: tuple[str, ...], ranges: tuple[tuple[int, int], ...]) -> list[Turn]:
    """Return the turns a ruling allows, on the branch the person sees, in its order."""
    permitted = {turn.id: turn for place, turn in enumerate(turns) if any(low <= place <= high for low, high in ranges)}
    if not active:
        return list(permitted.values())
    return [permitted[key] for key in active if key in permitted]


def _counts() -> Counts:
    return Counts(left_out=Counter(), parts=Counter(), masked=Counter(), actions={}, sources=Counter(), models=set(), holders=set())


def _add(total: dict[str, Counter[str]], some: Mapping[str, Mapping[str, int]]) -> None:
    for kind, each in some.items():
        total.setdefault(kind, Counter()).update(each)


def _figures(names: Names | None) -> tuple[Measured, ...]:
    """Return what was measured of what masks here; public figures left standing are another finder, of which nothing was."""
    return tuple(msgspec.convert(one, Measured) for one in figures_of(table_digest(), names.digest if names else None))


def _finished(
    plan: Plan,
    counts: Counts,
    names: Names | None,
    engine: str,
    *,
    actions: bool = True,
    measured: tuple[Measured, ...] | UnsetType = UNSET,
) -> Plan:
    scrubbed = Scrubbed(engine=engine, table=table_digest(), counts=dict(sorted(counts.masked.items())), measured=measured)
    if names is not None:
        scrubbed = replace(scrubbed, names=names.digest, figures="kept" if names.keep_figures else "masked")
    if names is not None and actions:
        done = {kind: dict(sorted(each.items())) for kind, each in sorted(counts.actions.items())}
        drawn = any("surrogate" in each for each in done.values())
        scrubbed = replace(scrubbed, actions=done, surrogates=SURROGATES if drawn else UNSET)
    return replace(
        plan,
        left_out=dict(sorted(counts.left_out.items())),
        parts_left_out=dict(sorted(counts.parts.items())),
        scrub=scrubbed,
        sources=dict(sorted(counts.sources.items())),
        models=tuple(sorted(counts.models)),
        collected_from=counts.first,
        collected_to=counts.last,
    )


def prove(house: House, name: str, seq: int) -> None:
    """Put the proof that the log holds release *name* beside it, so that a stranger can verify the manifest."""
    with house.reading() as conn:
        proof = house.ledger.prove(conn, seq)
    path = folder_of(house, name).with_name(f"{name}.proof.json")
    path.write_bytes(msgspec.json.format(msgspec.json.encode(proof), indent=1))


def table_digest() -> Digest:
    """Return the digest of the table of patterns that masks, so that a release says which one it went through."""
    return digest([[repr(getattr(row, field)) for field in ("kind", "mark", "trigger", "confirm")] for row in scrub_bench.ROWS])


def _root(counts: Counts) -> Digest | None:
    return None if counts.holders is None else Digest(commitment(counts.holders).root.hex())


def _line(manifest: Manifest, counts: Counts) -> Released:
    return Released(
        at=manifest.plan.at,
        release=manifest.plan.name,
        purpose=manifest.plan.purpose,
        pin=manifest.plan.pin,
        root=manifest.root,
        manifest=manifest.digest,
        lineage=manifest.lineage,
        rows=manifest.rows,
        accounts=_root(counts),
    )


def clear_unrecorded(house: House, name: str) -> None:
    """Remove a release that was written but never recorded: its build was killed before it was acknowledged."""
    leftover = folder_of(house, name)
    hidden = leftover.with_name(f".{name}.partial")
    # The folder goes last, and in one step to a name that `tidy` clears: whoever stops this leaves what the next one finds.
    leftover.with_name(f"{name}.proof.json").unlink(missing_ok=True)
    (house.folder / "lineage" / f"{name}.jsonl").unlink(missing_ok=True)
    if leftover.is_dir():
        shutil.rmtree(hidden, ignore_errors=True)
        leftover.rename(hidden)
        shutil.rmtree(hidden)


def describe(built: Built) -> str:
    """Return one line about a release."""
    plan = built.manifest.plan
    how = "exists, built again to the same bytes" if built.again else "built"
    size = f"{built.manifest.rows} conversations for {plan.purpose}"
    return f"release `{plan.name}` {how}: {size}, as of {iso(plan.at)} (line {plan.pin})"

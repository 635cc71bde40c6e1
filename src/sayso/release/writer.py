"""Writing a release: everything into a hidden folder beside it, synced, and named last."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec.structs import replace

from sayso import __version__
from sayso.release.card import card
from sayso.release.croissant import croissant
from sayso.release.disk import plainly, put, sha256_of, sole_writer, sync, sync_tree
from sayso.release.names import checked_name, free
from sayso.release.plan import FileOf, Manifest, Plan
from sayso.release.reported import page
from sayso.release.risk import Risk
from sayso.release.root import root_of
from sayso.release.rows import Row
from sayso.release.shards import SHARD_BYTES, arrow, write_shards
from sayso.release.spill import Spill
from sayso.release.weighing import weigh


def write(
    folder: Path,
    plan: Plan,
    rows: Iterable[Row],
    *,
    lineage: Path | None = None,
    finish: Callable[[Plan], Plan] | None = None,
    shard_bytes: int = SHARD_BYTES,
    risk: Risk | None = None,
    took: Callable[[Row], None] = lambda _: None,
) -> Manifest:
    """Write the release ``folder/<plan.name>`` and return its manifest; the same plan and rows give the same bytes.

    *rows* may come in any order and are read once, as a stream. With *risk* they are weighed: those that stand out over it are
    left out, and the report on the others is part of the release. *took* is told of each row that is written. *finish* is called
    once after the last, to fill in what only reading them told (counts of what was left out and masked). The lineage, which
    says what stands behind each blinded id, goes to ``lineage/<plan.name>.jsonl``; by default that folder lies beside
    *folder*, since *folder* may be shared.
    Refuses a name that is taken or no name, and rows that are unfit. A process killed at any point leaves no half release:
    a hidden ``.<name>.partial`` at most, which the next build, or `tidy`, clears away.
    """
    name = checked_name(plan.name)
    arrow()  # say what is missing before hours of reading
    folder = folder.resolve()
    inside = _inside(folder, lineage)
    with plainly(f"release `{name}`"):
        folder.mkdir(parents=True, exist_ok=True)
        inside.mkdir(parents=True, exist_ok=True)
        with sole_writer(folder):
            free(folder, name)
            _clear(folder, inside)
            partial = folder / f".{name}.partial"
            partial.mkdir()
            try:
                return _build(partial, inside / f"{name}.jsonl", plan, rows, finish, shard_bytes, risk, took)
            finally:
                if partial.exists():
                    shutil.rmtree(partial)
                _hidden(inside / f"{name}.jsonl").unlink(missing_ok=True)


def tidy(folder: Path, *, lineage: Path | None = None) -> list[str]:
    """Clear away what killed builds left below *folder* and return their names; refused while a build is going on."""
    folder = folder.resolve()
    if not folder.is_dir():
        return []
    with plainly("the folder of releases"), sole_writer(folder):
        return _clear(folder, _inside(folder, lineage))


def _inside(folder: Path, lineage: Path | None) -> Path:
    """Return where the lineages lie: beside the folder that may be shared, unless told otherwise."""
    return (lineage or folder.parent / "lineage").resolve()


def _clear(folder: Path, inside: Path) -> list[str]:
    """Remove unfinished releases and their unfinished lineages; nobody writes them, since the caller holds *folder*."""
    left = sorted(path for path in folder.glob(".*.partial") if path.is_dir() and not path.is_symlink())
    for path in left:
        shutil.rmtree(path)
        _hidden(inside / f"{path.name[1:-8]}.jsonl").unlink(missing_ok=True)
    return [path.name[1:-8] for path in left]


def _build(
    partial: Path,
    lineage: Path,
    plan: Plan,
    rows: Iterable[Row],
    finish: Callable[[Plan], Plan] | None,
    shard_bytes: int,
    risk: Risk | None,
    took: Callable[[Row], None],
) -> Manifest:
    hidden = _hidden(lineage)
    weighing = None
    # (1) Take the rows in, whatever their order; weigh them together.
    with Spill(partial) as spill:
        for row in rows:
            spill.add(row)
        if risk is not None:
            weighing = weigh(spill, plan.name, risk.checked())
            spill.leave_out(weighing.left_out)
        # (2) Write them by id.
        ids = spill.ids()
        said, languages = write_shards(partial, hidden, spill, shard_bytes, took)
        plan = replace(finish(plan), name=plan.name) if finish else plan  # the name is the one that was checked
    # (3) Describe them.
    root = root_of(ids)
    data = _files(partial)
    if weighing is not None:
        told = weighing.weighed
        plan = replace(plan, weighed=told, left_out=dict(sorted({**plan.left_out, **told.left_out}.items())))
        (partial / "identifying.json").write_bytes(weighing.report.raw)
        (partial / "identifying.html").write_bytes(page(weighing.report))
    (partial / "croissant.json").write_bytes(croissant(plan, data))
    (partial / "README.md").write_bytes(card(plan, rows=len(ids), messages=said, root=root, languages=languages))
    manifest = Manifest(
        plan=plan,
        rows=len(ids),
        messages=said,
        root=root,
        files=tuple(_files(partial)),
        lineage=sha256_of(hidden),
        written_by=f"sayso {__version__}, pyarrow {arrow().__version__}",
    )
    put(partial / "manifest.json", manifest.raw)
    # (4) On the disk before it has a name. The lineage first: a release nobody can trace must never be visible.
    sync_tree(partial)
    sync(hidden)
    hidden.replace(lineage)
    sync(lineage.parent)
    # (5) Name it last.
    partial.rename(partial.with_name(plan.name))
    sync(partial.parent)
    return manifest


def _hidden(lineage: Path) -> Path:
    """Return where the lineage lies until the release is published."""
    return lineage.with_name(f".{lineage.name}.partial")


def _files(folder: Path) -> list[FileOf]:
    """Return every file below *folder* with its size and digest, by path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [FileOf(path=path.relative_to(folder).as_posix(), bytes=path.stat().st_size, sha256=sha256_of(path)) for path in paths]

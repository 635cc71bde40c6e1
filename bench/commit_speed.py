"""How fast a release is committed, and what a proof costs; --write FILE puts the table into that page.

Ids are drawn at random and handed over as `release.write` does, spelled in hex; drawing and spelling them is measured alone and taken
off. Each size is a process of its own, so that its peak of memory is its own. With `--parts` the ids are kept in files, part by part.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from sayso.facts.instants import iso
from sayso.proofs import Blinding, Commitment, commitment, sorting
from sayso.proofs.partitions import Spread, raw_ids

BEGIN_MARK, END_MARK = "<!-- commit:begin -->", "<!-- commit:end -->"
SEED, AT_ONCE, PROOFS, EACH = 20261122, 4_096, 2_000, 20


def drawn(count: int) -> Iterator[str]:
    """Yield *count* ids that nobody has."""
    dice = random.Random(SEED)
    for done in range(0, count, AT_ONCE):
        some = min(AT_ONCE, count - done)
        text = dice.randbytes(32 * some).hex()
        for at in range(0, 64 * some, 64):
            yield text[at : at + 64]


def alone(count: int) -> float:
    """Return the CPU seconds that drawing the ids takes."""
    began = time.process_time()
    for _ in drawn(count):
        pass
    return time.process_time() - began


def by_parts(ids: Iterable[str], folder: Path) -> Commitment:
    """Return the commitment over *ids*, whose parts lie in files meanwhile."""

    def put(number: int, raw: bytes) -> None:
        with (folder / f"{number:03d}").open("ab") as file:
            file.write(raw)

    spread = Spread(put)
    for raw in raw_ids(ids):
        spread.take(raw)
    spread.settle()
    return Commitment.over(lambda number: (folder / f"{number:03d}").read_bytes(), spread.count)


def measured(count: int, parts: bool) -> dict[str, float]:
    """Return what committing *count* ids took, in this process."""
    base = alone(count)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        began, cpu = time.perf_counter(), time.process_time()
        made = by_parts(drawn(count), Path(name)) if parts else commitment(drawn(count))
        spent, cpu = time.perf_counter() - began, time.process_time() - cpu - base
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        disk = sum(path.stat().st_size for path in Path(name).iterdir())
        return {
            "count": made.size,
            "bits": made.bits,
            "wall": spent,
            "cpu": cpu,
            "drawing": base,
            "peak": peak,
            "disk": disk,
            **proofs(made, count),
        }


def proofs(made: Commitment, count: int) -> dict[str, float]:
    """Return what proofs of this commitment weigh and how long they take to make and to check."""
    there = [one for _, one in zip(range(PROOFS // 2), drawn(count), strict=False)]
    dice = random.Random(SEED + 1)
    asked = [*there, *(dice.randbytes(32).hex() for _ in range(PROOFS // 2))]
    sizes, checking, making = [], [], []
    for number, one in enumerate(asked):
        if number % 20 == 0 or number < 20:
            began = time.process_time()
            proof = made.prove(one)
            making.append(time.process_time() - began)
            sizes.append(sum(map(len, proof.bucket)) + sum(map(len, proof.path)))
            for _ in range(20):
                began = time.process_time()
                present = proof.present(one, made.root)
                checking.append(time.process_time() - began)
            if present is not (number < len(there)):
                raise SystemExit("a proof says the opposite of the truth")
    ranked = sorted(checking)
    return {
        "bytes": statistics.mean(sizes),
        "bytes_99": sorted(sizes)[int(len(sizes) * 0.99)],
        "make": statistics.median(making),
        "check": statistics.median(ranked),
        "check_99": ranked[int(len(ranked) * 0.99)],
    }


def persons(count: int) -> Iterator[tuple[bytes, list[str]]]:
    """Yield the secret of each person and their conversations, EACH a person, *count* conversations in all."""
    dice = random.Random(SEED)
    for first in range(0, count, EACH):
        yield dice.randbytes(32), [f"c_{number:026d}" for number in range(first, min(first + EACH, count))]


def whole(count: int, parts: bool) -> dict[str, float]:
    """Return what committing *count* conversations took, from people's secrets to the root."""
    began = time.process_time()
    for _ in persons(count):
        pass
    base = time.process_time() - began
    ids = Blinding("autumn-2026")
    blinded = (one for secret, theirs in persons(count) for one in ids.all_of(secret, theirs))
    began, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        made = by_parts(blinded, Path(name)) if parts else commitment(blinded)
    return {
        "count": made.size,
        "wall": time.perf_counter() - began,
        "cpu": time.process_time() - cpu - base,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "columns": float(sorting.numpy is not None),
    }


def apart(count: int, parts: bool, *others: str) -> dict[str, float]:
    """Return what `measured` gives in a new process, or with --whole what `whole` gives."""
    command = [sys.executable, __file__, "--one", str(count), *(["--parts"] if parts else []), *others]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def report(rows: list[tuple[str, dict[str, float]]], both: list[tuple[str, dict[str, float]]], plain: float) -> str:
    """Return the result as Markdown."""
    lines = [
        (
            f"Measured {iso(datetime.now(UTC))[:10]} by `bench/commit_speed.py` on {platform.machine()}, Python {platform.python_version()}, "
            f"one process each, on a machine that others used as well (load {os.getloadavg()[0]:.1f} at the end; {plain:.2f} s of CPU for a "
            "million SHA-256 over 60 bytes in a plain loop, just before): CPU seconds."
        ),
        "",
        "| from people's secrets to the root | conversations | sorted by | CPU seconds | seconds | peak of memory | asked for | reached |",
        "|---|---:|---|---:|---:|---:|---|---|",
        *(
            f"| {how} | {one['count']:,.0f} | {'numpy' if one['columns'] else 'Python alone'} | {one['cpu']:.1f} | {one['wall']:.1f} | {one['peak']:,.0f} MB | "
            f"12 s, 1 GB | {'yes' if one['cpu'] <= 12 and one['peak'] <= 1000 else '**no**'} |"
            for how, one in both
        ),
        "",
        "| the tree alone, ids handed over in hex | conversations | buckets | CPU seconds | peak of memory | on the disk meanwhile | a proof, mean (99 of 100 below) | made in | checked in (99 of 100 below) |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for how, one in rows:
        lines.append(
            f"| {how} | {one['count']:,.0f} | 2^{one['bits']:.0f} | {one['cpu']:.1f} | {one['peak']:,.0f} MB | {one['disk'] / 1e6:,.0f} MB | "
            f"{one['bytes']:,.0f} bytes ({one['bytes_99']:,.0f}) | {one['make'] * 1e3:.1f} ms | {one['check'] * 1e6:.0f} µs ({one['check_99'] * 1e6:.0f}) |"
        )
    lines += [
        "",
        (
            f"People have {EACH} conversations each here. A proof is the bucket and the path; in its file, in hex and with the evidence of the "
            "release's line, it is about twice that and 2 kB."
        ),
    ]
    return "\n".join(lines)


def yard() -> float:
    """Return the CPU seconds of a million hashes, so that figures of a busy machine can be told from those of a quiet one."""
    began = time.process_time()
    for number in range(1_000_000):
        hashlib.sha256(b"%060d" % number).digest()
    return time.process_time() - began


def put(path: Path, text: str) -> None:
    """Put *text* between the marks in *path*."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN_MARK)
    _, _, after = rest.partition(END_MARK)
    path.write_text(f"{before}{BEGIN_MARK}\n{text}\n{END_MARK}{after}", encoding="utf-8")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", type=Path, help="put the table into this page, between its marks")
    options.add_argument("--ids", type=int, default=10_000_000)
    options.add_argument("--many", type=int, default=100_000_000, help="how many by parts in files; 0 leaves that out")
    options.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options.add_argument("--parts", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--whole", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--plainly", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.plainly:
        sorting.numpy = None  # type: ignore[assignment]  # as where it is not installed
    if given.one is not None:
        print(json.dumps((whole if given.whole else measured)(given.one, given.parts)))
        return 0
    plain = yard()
    both = [
        ("in memory", apart(given.ids, False, "--whole")),
        ("by parts", apart(given.ids, True, "--whole")),
        ("in memory", apart(given.ids, False, "--whole", "--plainly")),
    ]
    rows = [("in memory", apart(given.ids, False)), ("by parts", apart(given.ids, True))]
    if given.many:
        rows.append(("by parts", apart(given.many, True)))
    text = report(rows, both, plain)
    print(text)
    if given.write:
        put(given.write, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What it costs to say anew what is believed of every account; --write FILE puts the table into that page.

People are enrolled and answer once, most of them, some twice; then what is believed is renewed, in a process of its own, from the
ledger and the directory alone. Every account's secret is opened and every record is blinded anew: see docs/design.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sayso.app.clock import StoryClock
from sayso.app.house import create, open_house
from sayso.app.jobs import believing
from sayso.app.settings import Settings
from sayso.facts.deeds import AnyLine
from sayso.facts.events import AccountOpened, ChoiceMade
from sayso.facts.instants import iso

BEGIN_MARK, END_MARK = "<!-- beliefs:begin -->", "<!-- beliefs:end -->"
AT_ONCE = 2_000
NOW = datetime(2025, 9, 1, 12, tzinfo=UTC)


def filled(folder: Path, accounts: int) -> None:
    """Make a house with so many people who answered."""
    with create(Settings(data=folder / "data", keys=folder / "keys"), clock=StoryClock(NOW), policy="anthropic-consumer") as house:
        for low in range(0, accounts, AT_ONCE):
            with house.writing() as work:
                these = range(low, min(low + AT_ONCE, accounts))
                # As `people.enrol` does it, with the lines of all of them recorded together: one by one, a million take hours.
                made = house.vault.enrol_all(work.conn, [f"person {one}" for one in these])
                told: list[AnyLine] = [
                    AccountOpened(at=work.at, account=one.account, tier="pro", region="US", digest=one.digest) for one in made
                ]
                told += [ChoiceMade(at=work.at, account=one.account, say="allow") for one in made]
                told += [ChoiceMade(at=work.at, account=one.account, say="refuse") for one in made[::5]]
                work.record(told)


def renewed(folder: Path) -> dict[str, float]:
    """Return what renewing took, in this process, opening the house included and left out."""
    clock = StoryClock(NOW + timedelta(hours=1))
    with open_house(Settings(data=folder / "data", keys=folder / "keys"), clock=clock) as house:
        began, cpu = time.perf_counter(), time.process_time()
        made = believing.renew(house)
        assert made is not None
        size = (house.folder / "beliefs" / f"{made.pin}.map").stat().st_size
        return {
            "accounts": made.accounts,
            "seconds": time.perf_counter() - began,
            "cpu": time.process_time() - cpu,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "file": size / 1e6,
        }


def measured(accounts: int) -> dict[str, float]:
    """Return what `renewed` gives in a new process, on a house of so many accounts."""
    with tempfile.TemporaryDirectory() as name:
        began = time.process_time()
        filled(Path(name), accounts)
        print(f"{accounts:,} people enrolled in {time.process_time() - began:.0f} CPU seconds", file=sys.stderr, flush=True)
        done = subprocess.run([sys.executable, __file__, "--in", name], check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def report(rows: list[dict[str, float]]) -> str:
    """Return the result as Markdown."""
    return "\n".join(
        [
            (
                f"Measured {iso(datetime.now(UTC))[:10]} by `bench/beliefs_cost.py` on {platform.machine()}, Python {platform.python_version()}, SQLite, "
                f"one process; load of the machine {os.getloadavg()[0]:.1f}."
            ),
            "",
            "| accounts that answered | CPU seconds | CPU microseconds each | seconds | peak of memory | file |",
            "|---:|---:|---:|---:|---:|---:|",
            *(
                f"| {row['accounts']:,.0f} | {row['cpu']:.1f} | {row['cpu'] / row['accounts'] * 1e6:.0f} | {row['seconds']:.1f} | {row['peak']:,.0f} MB | "
                f"{row['file']:.1f} MB |"
                for row in rows
            ),
        ]
    )


def put(path: Path, text: str) -> None:
    """Put *text* between the marks in *path*."""
    before, _, rest = path.read_text("utf-8").partition(BEGIN_MARK)
    after = rest.partition(END_MARK)[2]
    path.write_text(f"{before}{BEGIN_MARK}\n{text}\n{END_MARK}{after}", encoding="utf-8")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", type=Path, help="put the table into this page, between its marks")
    options.add_argument("--accounts", type=int, nargs="+", default=[50_000, 200_000, 1_000_000])
    options.add_argument("--in", dest="folder", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.folder is not None:
        print(json.dumps(renewed(given.folder)))
        return 0
    text = report([measured(one) for one in given.accounts])
    print(text)
    if given.write:
        put(given.write, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

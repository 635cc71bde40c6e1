"""The main job on real conversations: import, rule, build, sweep, audit; prints a table, and writes it with --write FILE.

The 941 chats and 40 message trees under SAYSO_DATA are spread over 300 accounts with seeded tiers and answers, held over a
time line from May 2025 to November 2026. Nothing of them is copied into the project.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from sayso import intake, scrub
from sayso.app.clock import StoryClock
from sayso.app.house import House, create
from sayso.app.jobs import build, evidence, people, rule, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation
from sayso.facts.errors import SaysoError
from sayso.facts.instants import iso
from sayso.facts.lines import Left

SEED = 20261122
ACCOUNTS = 300
BEGIN = datetime(2025, 5, 1, tzinfo=UTC)
END = datetime(2026, 11, 20, tzinfo=UTC)
TIERS = ["free"] * 5 + ["pro"] * 3 + ["max"] + ["team"]
REGIONS = ["US", "DE", "GB", "BR", "JP", "FR"]
BEGIN_MARK, END_MARK = "<!-- realdata:begin -->", "<!-- realdata:end -->"
T = TypeVar("T")


def conversations(data: Path, limit: int | None) -> Iterator[Conversation]:
    """Yield the chosen side of each chat and every tree."""
    folder = data / "conversations"
    taken = 0
    for name in ("hh-rlhf.jsonl.gz", "open-assistant-trees.jsonl.gz"):
        for item in intake.read(folder / name):
            if isinstance(item, Left) or item.id.endswith("-rejected"):
                continue
            if limit is not None and taken >= limit:
                return
            taken += 1
            yield item


def spread(items: list[Conversation], dice: random.Random) -> list[Conversation]:
    """Return *items* given to accounts and dated over the time line; one in ten is resumed a month after its middle."""
    spread_out = []
    for number, item in enumerate(items):
        start = BEGIN + timedelta(seconds=dice.randrange(int((END - BEGIN).total_seconds()) - 40 * 86400))
        pause = timedelta(days=30) if dice.random() < 0.1 else timedelta(0)
        middle = len(item.turns) // 2
        turns = tuple(
            replace(turn, at=start + timedelta(minutes=place) + (pause if place >= middle else timedelta(0)))
            for place, turn in enumerate(item.turns)
        )
        account = f"person-{dice.randrange(ACCOUNTS):03d}"
        spread_out.append(replace(item, id=f"{number}-{item.id}", account=account, turns=turns, private=dice.random() < 0.03))
    return spread_out


def people_in(house: House, clock: StoryClock, dice: random.Random) -> Counter[str]:
    """Enrol the accounts and record their answers, each at its own instant; a third never answers."""
    said: Counter[str] = Counter()
    answers = []
    with house.writing() as work:
        for number in range(ACCOUNTS):
            name = f"person-{number:03d}"
            account = people.enrol(house, work, name, tier=dice.choice(TIERS), region=dice.choice(REGIONS))
            say = dice.choice(["allow", "refuse", "nothing"])
            said[say] += 1
            if say != "nothing":
                at = datetime(2025, 8, 28, tzinfo=UTC) + timedelta(seconds=dice.randrange(41 * 86400))
                answers.append((at, account, say))
                if dice.random() < 0.1:
                    answers.append((at + timedelta(days=200), account, "refuse" if say == "allow" else "allow"))
                    said["changed later"] += 1
    for at, account, say in sorted(answers):
        clock.set(at)
        people.choose(house, account, "model_training", say, via="notice")  # type: ignore[arg-type]  # one of two words
    return said


def scrubbed(items: list[Conversation]) -> Counter[str]:
    """Return what scrubbing finds in every turn of *items*, allowed or not, by kind."""
    found: Counter[str] = Counter()
    for item in items:
        marks = scrub.Marks()
        for turn in item.turns:
            found.update(scrub.mask_turn(turn, marks)[1])
    return found


def show(data: Path, count: int) -> None:
    """Print *count* scrubbed conversations drawn by lot, for reading."""
    items = list(conversations(data, None))
    for item in random.Random(SEED).sample(items, count):
        marks = scrub.Marks()
        print(f"=== {item.source} {item.id}")
        for turn in item.path():
            print(f"[{turn.role}] {scrub.mask_turn(turn, marks)[0].text}")


def timed(name: str, stages: dict[str, float], work: Callable[[], T]) -> T:
    begin = time.perf_counter()
    result = work()
    stages[name] = time.perf_counter() - begin
    return result


def run(data: Path, folder: Path, limit: int | None = None) -> dict[str, object]:
    """Return everything measured, after the whole job ran in *folder*."""
    dice = random.Random(SEED)
    stages: dict[str, float] = {}
    items = timed("read", stages, lambda: list(conversations(data, limit)))
    size = sum(len(turn.text.encode("utf-8", "surrogatepass")) for item in items for turn in item.turns)
    clock = StoryClock(BEGIN)
    settings = Settings(data=folder / "house", keys=folder / "house.keys")
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        said = people_in(house, clock, dice)
        given = spread(items, dice)
        clock.set(END)
        tally = timed("seal", stages, lambda: collect_all(house, "realdata", given, Arrival(own=True)))
        policy = house.policy_in_force()
        past = house.present()
        ruled = timed("rule", stages, lambda: [one for _, one in rule.rulings(past, policy)])
        everything = timed("scrub (all text)", stages, lambda: scrubbed(given))
        built = timed("build (open, scrub, write)", stages, lambda: build.build(house, "real-1", "model_training"))
        swept = timed("sweep", stages, lambda: sweep.sweep(house))
        findings = timed("audit", stages, lambda: evidence.audit(house))
        plan = built.manifest.plan
    return {
        "conversations": tally.conversations,
        "turns": tally.turns,
        "bytes": size,
        "answers": dict(said),
        "allowed": sum(one.may("model_training") for one in ruled),
        "rows": built.manifest.rows,
        "left_out": dict(plan.left_out),
        "masked": dict(plan.scrub.counts) if plan.scrub else {},
        "found": dict(everything),
        "scrubbed_bytes": built.text_bytes,
        "shredded": swept.shredded,
        "findings": [finding.line() for finding in findings],
        "seconds": stages,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def table(result: dict[str, object]) -> str:
    """Return the result as Markdown."""
    seconds: dict[str, float] = result["seconds"]  # type: ignore[assignment]  # as `run` fills it
    size: int = result["bytes"]  # type: ignore[assignment]  # as `run` fills it
    scrubbed: int = result["scrubbed_bytes"]  # type: ignore[assignment]  # as `run` fills it
    lines = [
        f"Measured {iso(datetime.now(UTC))[:10]} by `make bench` on {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in ("sqlalchemy", "cryptography", "google-re2", "pyarrow")) + ".",
        "",
        "| what | count |", "|---|---:|",
        *(f"| {name} | {result[key]:,} |" for name, key in (("conversations", "conversations"), ("turns", "turns"), ("bytes of text", "bytes"), ("allowed for model training", "allowed"), ("rows released", "rows"), ("shredded by the sweep", "shredded"))),
        f"| audit findings | {len(result['findings'])} |",  # type: ignore[arg-type]  # a list of lines
        f"| peak memory, MB | {result['peak_mb']:.0f} |",
        "",
        "| left out because of row | conversations |", "|---|---:|",
        *(f"| {why} | {count} |" for why, count in sorted(result["left_out"].items(), key=lambda one: -one[1])),  # type: ignore[attr-defined]  # a dict
        "",
        "| personal data and secrets | found in all | masked in the release |", "|---|---:|---:|",
        *(f"| {kind} | {count} | {result['masked'].get(kind, 0)} |" for kind, count in sorted(result["found"].items(), key=lambda one: -one[1])),  # type: ignore[attr-defined]  # dicts
        "",
        "| stage | seconds | MB/s |", "|---|---:|---:|",
        *(f"| {name} | {spent:.2f} | {(scrubbed if name.startswith('build') else size) / spent / 1e6:.2f} |" for name, spent in seconds.items()),
        "",
        "Rates are of the text each stage handles: for the build that of the conversations it opened, else all of it. Sealing includes a durable commit per hundred conversations.",
    ]  # fmt: skip
    return "\n".join(lines)


def put(path: Path, text: str) -> None:
    """Put *text* between the marks in *path*."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN_MARK)
    _, _, after = rest.partition(END_MARK)
    path.write_text(f"{before}{BEGIN_MARK}\n{text}\n{END_MARK}{after}", encoding="utf-8")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", type=Path, help="put the tables into this page, between its marks")
    options.add_argument("--limit", type=int, help="take only so many conversations")
    options.add_argument("--read", type=int, metavar="N", help="instead, print N scrubbed conversations for reading")
    given = options.parse_args()
    data = Path(os.environ.get("SAYSO_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    if not data.is_dir():
        print("realdata: no data at SAYSO_DATA; set it to the folder that holds MANIFEST.md", file=sys.stderr)
        return 2
    if given.read:
        show(data, given.read)
        return 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            text = table(run(data, Path(folder), given.limit))
    except SaysoError as problem:
        print(f"realdata: {problem}", file=sys.stderr)
        return 1
    print(text)
    if given.write:
        put(given.write, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

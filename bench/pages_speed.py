"""How long the server takes for each page of one person, and how large it is: `python bench/pages_speed.py sqlite:5 sqlite:50000 postgresql:5`.

Asked are the pages through the whole site, without a network: signature, session, rulings, template. Said are the median of 15 by the
clock and by the processor, and the bytes; with `--write` they go into docs/benchmarks.md. `--kept=FOLDER` keeps what was made on SQLite
there for another time: to make many chats takes minutes.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from fastapi.testclient import TestClient  # noqa: E402  # the folder of the tests is put on the path first
from tests.postgres import running  # noqa: E402

from sayso.app.clock import StoryClock  # noqa: E402
from sayso.app.frontdesk import FrontDesk  # noqa: E402
from sayso.app.house import House, create, open_house  # noqa: E402
from sayso.app.http import create_app, links  # noqa: E402
from sayso.app.jobs import build, people, recall  # noqa: E402
from sayso.app.jobs.collect import Arrival, collect_all  # noqa: E402
from sayso.app.settings import Settings  # noqa: E402
from sayso.facts.conversation import Conversation, Text, Turn  # noqa: E402

AT = datetime(2026, 1, 5, tzinfo=UTC)
WORDS = "the same few words over and over, as long as an answer is. " * 30
BASE = "http://testserver"
ROUNDS = 15


def chats(count: int) -> Iterator[Conversation]:
    for number in range(count):
        at = AT + timedelta(days=1, minutes=number)
        turns = tuple(Turn(id=str(n), role="user" if n == 0 else "assistant", parts=(Text(WORDS),), at=at) for n in range(2))
        yield Conversation(id=str(number), source="bench", account="ana", title=f"Chat {number}", turns=turns)


@contextmanager
def made(folder: Path, count: int, database: str | None) -> Iterator[House]:
    clock, settings = StoryClock(AT), Settings(data=folder / "data", keys=folder / "keys", database=database)
    fresh = not (folder / "data" / "sayso.json").exists()
    with create(settings, clock=clock) if fresh else open_house(settings, clock=clock) as house:
        if fresh:
            with house.writing() as work:
                people.enrol(house, work, "ana", tier="pro", region="US")
            people.choose(house, people.account_of(house, "ana"), "model_training", "allow", via="settings")
            clock.set(AT + timedelta(days=1, minutes=count))
            assert collect_all(house, "bench", chats(count), Arrival(own=True)).conversations == count
        clock.set(AT + timedelta(days=2, minutes=count))
        if not recall.released(house):
            build.build(house, "bench", "model_training")
        yield house


def measure(house: House, count: int) -> dict[str, tuple[float, float, float, int]]:
    """Return per page the median and the worst by the clock, the median by the processor, in ms, and its bytes."""
    client = TestClient(create_app(FrontDesk(house), secret=b"s" * 32, base_url=BASE, secure=False), base_url=BASE)
    link = links.mint(b"s" * 32, people.account_of(house, "ana"), "person", at=house.now(), base_url=BASE)
    ours = {"sec-fetch-site": "same-origin"}

    def fields(page: str, action: str) -> dict[str, str]:
        form = re.search(rf'<form[^>]*action="{action}".*?</form>', page, re.DOTALL)
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[0] if form else ""))

    client.post("/enter", data=fields(client.get(link.removeprefix(BASE)).text, "/enter"), headers=ours)
    first = client.get("/me/conversations").text
    token, one = fields(first, "/me/find"), re.search(r'<h2><a href="([^"]+)"', first)
    assert one is not None
    on = re.search(r'rel="next" href="([^"]+)"', first)

    def at(path: str) -> Callable[[], Any]:
        return lambda: client.get(path)

    pages: dict[str, Callable[[], Any]] = {
        "my choice": lambda: client.get("/me/choice"),
        "history": lambda: client.get("/me/history"),
        "chats": lambda: client.get("/me/conversations"),
        "chats, the second page": lambda: client.get(on[1].replace("&amp;", "&") if on else "/me/conversations"),
        "chats of a year ago": lambda: client.get("/me/conversations?until=2026-01-07"),
        "chats, only those not used": lambda: client.get("/me/conversations?show=unused"),
        **{
            f"chats, only {show}": at(f"/me/conversations?show={show}")
            for show in ("used", "private", "imported", "held", "deleted")
        },
        "a search that finds one": lambda: client.post("/me/find", data={**token, "words": f"chat {count - 1}"}, headers=ours),
        "a search that finds nothing": lambda: client.post("/me/find", data={**token, "words": "nothing"}, headers=ours),
        "one chat": lambda: client.get(one[1]),
        "where my words went": lambda: client.get("/me/traces"),
        "what changed": lambda: client.get("/me/changes"),
        "delete the account?": lambda: client.get("/me/delete"),
    }
    return timed(pages) | timed(console(house))


def console(house: House) -> dict[str, Callable[[], Any]]:
    """Return the pages of the officer's console, asked by an officer with every role, over the house of that one person."""
    client = TestClient(create_app(FrontDesk(house), secret=b"s" * 32, base_url=BASE, secure=False), base_url=BASE)
    officer = links.mint(b"s" * 32, "olga", "officer", at=house.now(), base_url=BASE, to="overview")
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', client.get(officer.removeprefix(BASE)).text)
    client.post("/enter", data=dict(fields), headers={"sec-fetch-site": "same-origin"})

    def at(path: str) -> Callable[[], Any]:
        return lambda: client.get(path)

    return {
        f"console: {name}": at(f"/officer/{name}".removesuffix("/overview"))
        for name in (
            "overview",
            "choices",
            "rulings",
            "deletions",
            "holds",
            "sweep",
            "policy",
            "releases",
            "forecast",
            "requests",
            "log",
        )
    }


def timed(pages: dict[str, Callable[[], Any]]) -> dict[str, tuple[float, float, float, int]]:
    """Return for each page what `measure` says of it."""
    found = {}
    for name, get in pages.items():
        clock, cpu, answer = [], [], get()
        for _ in range(ROUNDS):
            began, used = time.perf_counter(), time.process_time()
            answer = get()
            clock.append((time.perf_counter() - began) * 1000)
            cpu.append((time.process_time() - used) * 1000)
        assert answer.status_code == 200, (name, answer.status_code)
        found[name] = (statistics.median(clock), max(clock), statistics.median(cpu), len(answer.content))
    return found


def table(results: dict[tuple[str, int], dict[str, tuple[float, float, float, int]]]) -> str:
    lines = ["| page | " + " | ".join(f"{kind}, {count:,}" for kind, count in results) + " | largest |"]
    lines.append("| --- |" + " ---: |" * (len(results) + 1))
    for name in next(iter(results.values())):
        cells = [f"{one[name][0]:.0f} ({one[name][2]:.0f}) ms" for one in results.values()]
        lines.append(f"| {name} | {' | '.join(cells)} | {max(one[name][3] for one in results.values()) / 1000:.0f} KB |")
    return "\n".join(lines)


def main(wanted: list[tuple[str, int]], kept: Path | None, *, write: bool) -> None:
    results = {}
    with running() if any(kind == "postgresql" for kind, _ in wanted) else nullcontext() as server:
        for kind, count in wanted:
            with tempfile.TemporaryDirectory() as made_up:
                folder = Path(made_up) if kept is None or server_of(kind) else kept / f"{kind}-{count}"
                folder.mkdir(parents=True, exist_ok=True)
                with made(folder, count, server.new() if server_of(kind) and server else None) as house:
                    results[kind, count] = measure(house, count)
                print(table({(kind, count): results[kind, count]}), flush=True)
    if write:
        load = f"Load of the machine as this was written: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
        path = ROOT / "docs" / "benchmarks.md"
        begin, end = "<!-- personpages:begin -->", "<!-- personpages:end -->"
        before, _, rest = path.read_text("utf-8").partition(begin)
        path.write_text(f"{before}{begin}\n{table(results)}\n\n{load}\n{end}{rest.partition(end)[2]}", "utf-8")


def server_of(kind: str) -> bool:
    return kind == "postgresql"


def house_of(text: str) -> tuple[str, int]:
    """Return the database and the number of chats that an argument such as `sqlite:5` names."""
    kind, _, count = text.partition(":")
    if kind not in ("sqlite", "postgresql") or not count.isdigit():
        raise argparse.ArgumentTypeError(f"`{text}` is no house; write sqlite:5 or postgresql:50000")
    return kind, int(count)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "houses", type=house_of, nargs="*", metavar="DATABASE:CHATS", help="such as sqlite:5; default both, with 5 and 50000"
    )
    options.add_argument("--kept", type=Path, metavar="FOLDER", help="keep what is made on SQLite there for another time")
    options.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md, between its marks")
    given = options.parse_args()
    every = [(kind, count) for kind in ("sqlite", "postgresql") for count in (5, 50_000)]
    main(given.houses or every, given.kept, write=given.write)

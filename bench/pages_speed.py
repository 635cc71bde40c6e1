"""How long the server takes for each page of a person and of the console, and how large it is; `--help` says how to ask.

Asked are the pages through the whole site, without a network: signature, session, rulings, template. The table of routes is walked, so
that no page is forgotten: one that is neither asked here nor named in `BESIDE` with its reason ends the run. Said are the median of 15 by
the clock and by the processor, the slowest, and the bytes as they are served (nothing is compressed).
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import msgspec  # noqa: E402  # the folder of the tests is put on the path first
from bench.pages_house import database, end, make  # noqa: E402
from bench.pages_tables import MEASURED, Took, kept_results, load, table, write  # noqa: E402
from fastapi.testclient import TestClient  # noqa: E402  # the folder of the tests is put on the path first
from msgspec.structs import replace  # noqa: E402

from sayso.app import kept  # noqa: E402
from sayso.app.clock import StoryClock  # noqa: E402
from sayso.app.console import counting  # noqa: E402
from sayso.app.fair import FairLock  # noqa: E402
from sayso.app.frontdesk import FrontDesk  # noqa: E402
from sayso.app.grants import ROLES, Grants  # noqa: E402
from sayso.app.house import House, create, open_house  # noqa: E402
from sayso.app.http import create_app, links  # noqa: E402
from sayso.app.http.rights import OFFICERS, right_of  # noqa: E402
from sayso.app.jobs import asked, build, deletion, holds, people, recall, stale, takeout  # noqa: E402
from sayso.app.jobs.collect import Arrival, collect_all  # noqa: E402
from sayso.app.settings import Settings  # noqa: E402
from sayso.facts.conversation import Conversation, Text, Turn  # noqa: E402
from sayso.facts.events import Scope  # noqa: E402

AT = datetime(2026, 1, 5, tzinfo=UTC)
WORDS = "the same few words over and over, as long as an answer is. " * 30
BASE = "http://testserver"
SECRET = b"s" * 32
ROUNDS = 15
OURS = {"sec-fetch-site": "same-origin"}
FILES = (
    "/me/conversations/{conversation}/certificate.json", "/me/certificate.json", "/me/takeout/file", "/me/proofs/{release}",
    "/me/promises/{seq}", "/me/receipts/{seq}", "/officer/holds/report",
)  # fmt: skip
BESIDE = {
    "/me": "leads to /me/choice",
    "/me/signup": "leads on whoever answered; for who has not it is the page of the choice",
    "/me/find": "leads to the list; the search itself is a form, and is asked",
    "/officer/sign-in": "asks a provider",
    "/officer/left": "shows nothing stored",
} | dict.fromkeys(FILES, "a file to keep, and no page")
MINE = ("person", "leaver", "either")

Ask = Callable[[], Any]


def chats(size: int) -> Iterator[Conversation]:
    for number in range(size):
        at = AT + timedelta(days=1, minutes=number)
        turns = tuple(Turn(id=str(n), role="user" if n == 0 else "assistant", parts=(Text(WORDS),), at=at) for n in range(2))
        yield Conversation(id=str(number), source="bench", account="ana", title=f"Chat {number}", turns=turns)


@contextmanager
def of_person(folder: Path, count: int, address: str | None) -> Iterator[House]:
    """Yield the house of one person with *count* chats: all in a release, half of them held, one deleted, one right asked for."""
    clock, settings = StoryClock(AT), Settings(data=folder / "data", keys=folder / "keys", database=address)
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
        ana = people.account_of(house, "ana")
        if not house.present().holds():
            stale.settle_all(house)
            holds.place(house, "half", Scope(until=AT + timedelta(days=1, minutes=max(1, count // 2))), "a matter")
        if not any(house.present().standing(one).deleted_at for one in house.present().of_account(ana)):
            deletion.delete(house, conversation=house.present().of_account(ana)[count // 2])
        asked.add(house, "access", by="person", account=ana)  # one that is open already is given back as it is
        yield house


@contextmanager
def of_many(folder: Path, count: int, address: str | None) -> Iterator[House]:
    """Yield a house of *count* conversations for the console (`pages_house`), with one person of sixty chats who is asked too."""
    if not (folder / "made").exists():
        make(folder, count, address)
    clock = StoryClock(end())
    with open_house(Settings(data=folder / "data", keys=folder / "keys", database=address), clock=clock) as house:
        with house.reading() as conn:
            known = house.vault.find(conn, "ana") is not None
        if not known:
            with house.writing() as work:
                people.enrol(house, work, "ana", tier="pro", region="US")
            collect_all(house, "bench", (chat for chat in chats(60)), Arrival(own=True))
            days_kept(house)
        yield house


def days_kept(house: House) -> None:
    """Keep a count for each of the last two months, of a few thousand conversations: the pages draw what is kept, and count beside."""
    past, policy = house.present(), house.policy_in_force()
    sums = counting._Sum(house.now(), policy.name, policy.purposes)
    counting.Counting(house, FairLock())._rule(past.some(0, 2_000), sums)
    with house.writing() as work:
        for day in range(1, 61):
            made = replace(sums.done(), at=house.now() - timedelta(days=day))
            kept.keep(work.conn, f"{counting.PREFIX}{made.at:%Y-%m-%d}", 0, msgspec.json.encode(made))


class Visit:
    """Somebody in front of the pages of *house*."""

    def __init__(self, house: House, account: str, kind: Any) -> None:
        self.desk = FrontDesk(house)
        self.app = create_app(self.desk, secret=SECRET, base_url=BASE, secure=False)
        self.client = TestClient(self.app, base_url=BASE, follow_redirects=False)
        to = "overview" if kind == "officer" else "choice"
        link = links.mint(SECRET, account, kind, at=house.now(), base_url=BASE, to=to)
        fields = self.fields(self.client.get(link.removeprefix(BASE)).text, "/enter")
        assert self.client.post("/enter", data=fields, headers=OURS).status_code == 303

    @staticmethod
    def fields(page: str, action: str) -> dict[str, str]:
        form = re.search(rf'<form[^>]*action="{action}".*?</form>', page, re.DOTALL)
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[0] if form else ""))

    def at(self, path: str) -> Ask:
        return lambda: self.client.get(path)

    def sent(self, path: str, fields: dict[str, str]) -> Ask:
        return lambda: self.client.post(path, data=fields, headers=OURS)

    def walked(self, rights: tuple[str, ...], asked_for: dict[str, str]) -> None:
        """End the run where a page of *rights* is in no row of *asked_for*, which has the way of the route beside the name."""
        for route in self.app.routes:
            path = getattr(route, "path", "")
            mine = right_of(route) in rights and "GET" in route.methods and not path.startswith("/v1/")
            if mine and path not in BESIDE and path not in asked_for.values():
                raise SystemExit(f"nothing asks for the page {path}; ask for it in bench/pages_speed.py, or say why not")


def person(house: House, size: int) -> dict[str, Took]:
    """Return what each page of the person took."""
    ana = people.account_of(house, "ana")
    visit = Visit(house, ana, "person")
    get = visit.client.get
    first = get("/me/conversations").text
    token, one = visit.fields(first, "/me/find"), re.search(r'<h2><a href="([^"]+)"', first)
    assert one is not None
    on = re.search(r'rel="next" href="([^"]+)"', first)
    gone = next((c for c in house.present().of_account(ana) if house.present().standing(c).deleted_at), None)
    lists = {"chats": "", "chats of a year ago": "?until=2026-01-07"}
    lists |= {f"chats, only {show}": f"?show={show}" for show in ("used", "unused", "private", "imported", "held", "deleted")}
    listed, single = "/me/conversations", "/me/conversations/{conversation}"
    pages: dict[str, tuple[str, Ask]] = {
        "my choice": ("/me/choice", visit.at("/me/choice")),
        "history": ("/me/history", visit.at("/me/history")),
        **{name: (listed, visit.at(listed + ending)) for name, ending in lists.items()},
        "chats, the second page": (listed, visit.at(on[1].replace("&amp;", "&") if on else listed)),
        "a search that finds one": ("", visit.sent("/me/find", {**token, "words": f"chat {size - 1}"})),
        "a search that finds nothing": ("", visit.sent("/me/find", {**token, "words": "nothing"})),
        "one chat": (single, visit.at(one[1])),
        "delete a chat?": (f"{single}/delete", visit.at(f"{one[1]}/delete")),
        "a deleted chat's certificate": (f"{single}/certificate", visit.at(f"{listed}/{gone}/certificate")),
        "delete the account?": ("/me/delete", visit.at("/me/delete")),
        "take out": ("/me/takeout", visit.at("/me/takeout")),
        "take out, the link": ("", visit.sent("/me/takeout", visit.fields(get("/me/takeout").text, "/me/takeout"))),
        "where my words went": ("/me/traces", visit.at("/me/traces")),
        "what changed": ("/me/changes", visit.at("/me/changes")),
        "where I live": ("/me/region", visit.at("/me/region")),
        "requests": ("/me/requests", visit.at("/me/requests")),
    }
    if gone is None:
        del pages["a deleted chat's certificate"]
    visit.walked(MINE, {name: way for name, (way, _) in pages.items()} | leaving())
    found = timed({name: ask for name, (_, ask) in pages.items()})
    return found | files(house, visit) | (left(visit) if LEAVES else {})


def leaving() -> dict[str, str]:
    return {"an account that left": "/me/left", "a deleted account's certificate": "/me/certificate"}


def left(visit: Visit) -> dict[str, Took]:
    """Return what the pages of somebody who deleted the account take; the deletion is taken back at the end."""
    fields = visit.fields(visit.client.get("/me/delete").text, "/me/delete")
    found = timed({"deleting the account": visit.sent("/me/delete", fields)}, rounds=1)
    page = visit.client.get("/me/left").text
    found |= timed({name: visit.at(way) for name, way in leaving().items()})
    found |= timed({"taking that back": visit.sent("/me/return", visit.fields(page, "/me/return"))}, rounds=1, good=303)
    return found


def files(house: House, visit: Visit) -> dict[str, Took]:
    """Return what the first bytes of a take-out and a proof take: files, that no target is set for."""
    ana = people.account_of(house, "ana")
    began, used = time.perf_counter(), time.process_time()
    # As the operator's: a person may begin five a day, and this is measured more often.
    taking = takeout.begin(house, ana, by="operator", operator="sayso")
    first = next(iter(takeout.written(house, taking, "en", one_at_a_time=visit.desk.one)))
    took = ((time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000)
    found = {"file: a take-out, its first bytes": Took(took[0], took[0], took[1], len(first))}
    return found | timed({"file: the proof for a release": visit.at("/me/proofs/bench")}, rounds=3, good=(200, 404))


def answers(house: House) -> dict[str, Took]:
    """Return what a choice takes until it is durable and answered: of somebody without chats, and of the one with many.

    Ana only says yes again. A no would take all of her chats out of the release, once, and what is measured next would be another
    house.
    """
    with house.reading() as conn:
        known = house.vault.find(conn, "bo") is not None
    if not known:
        with house.writing() as work:
            people.enrol(house, work, "bo", tier="pro", region="US")

    def presses(name: str, says: tuple[str, ...]) -> Ask:
        visit, turns = Visit(house, people.account_of(house, name), "person"), count()
        fields = visit.fields(visit.client.get("/me/choice").text, "/me/choice")
        return lambda: visit.client.post("/me/choice", data={**fields, "answer": says[next(turns) % len(says)]}, headers=OURS)

    found = timed({"a choice, until it is durable": presses("bo", ("refuse", "allow"))}, good=303)
    many = {"a choice over all those chats in a release, until it is durable": presses("ana", ("allow",))}
    return found | timed(many, good=303, rounds=1)


def console(house: House) -> dict[str, Took]:
    """Return what the pages of the officer's console took, asked by an officer with every role."""
    Grants(house.settings.keys).name_officer("olga", ROLES, house.now(), "to measure")
    visit = Visit(house, "olga", "officer")
    counted, since, what = "/officer/counted", f"{house.now() - timedelta(days=40):%Y-%m-%d}", "what=because&for=model_training"
    until_counted(visit)
    rows = visit.client.get("/officer/rulings").text
    row = re.search(r"what=because&amp;for=model_training&amp;is=([^\"&]+)", rows)
    many = sum(1 for _ in house.present().conversations())
    ways: dict[str, list[tuple[str, str]]] = {
        "/officer": [("overview", "")],
        "/officer/choices": [("choices", "")],
        "/officer/choices/lines": [
            ("answers of a week", f"?since={since}&weeks=1"), ("answers of a kind there is none of", "?language=zz"),
        ],
        "/officer/rulings": [("rulings", "")],
        counted: [
            ("what a number counts", "?what=all"),
            ("what a number counts, far on", f"?what=all&from={max(0, many - 100)}"),
            ("what a number counts, of none", "?what=ends&is=1999-01"),
            ("what a row decided", f"?{what}&is={row[1] if row else 'none'}"),
            ("accounts, far on", f"?what=says&is=allow&from={max(0, sum(1 for _ in house.present().accounts()) - 500)}"),
        ],
        "/officer/deletions": [("deletions", "")],
        "/officer/holds": [("holds", "")],
        "/officer/sweep": [("sweep", "")],
        "/officer/policy": [("policy", "")],
        "/officer/policy/draft": [("policy draft", "")],
        "/officer/releases": [("releases", "")],
        "/officer/review": [("review", "")],
        "/officer/forecast": [("forecast", "")],
        "/officer/requests": [("requests", ""), ("requests that are done", "?is=done")],
        "/officer/log": [("log", "")],
        "/officer/audit": [("audit", "")],
    }  # fmt: skip
    if recall.released(house):
        ways["/officer/release"] = [("one release", "?of=bench")]
        ways["/officer/release/rows"] = [("rows of a release", "?of=bench"), ("rows withdrawn", "?of=bench&only=withdrawn")]
        ways["/officer/release/left-out"] = [("left out of a release", "?of=bench&why=none")]
    known = {way: way for way in ways} | {"/officer/policy/proposal": "/officer/policy/proposal"}
    known |= dict.fromkeys(["/officer/release", "/officer/release/rows", "/officer/release/left-out"], "")
    visit.walked(tuple(OFFICERS), known | {way: way for way in known})
    visit.desk.console.log = log_beside(house)
    return timed({f"console: {name}": visit.at(way + query) for way, named in ways.items() for name, query in named})


def log_beside(house: House) -> Path | None:
    """Return the folder where the log was written before anybody answered, so that all answers wait; `None` without one."""
    folder = house.folder.with_name("log")
    return folder if folder.is_dir() else None


def until_counted(visit: Visit) -> None:
    """Look once, and wait for what is counted beside the pages: what is timed is the page, not the count."""
    visit.client.get("/officer/choices")
    visit.client.get("/officer/rulings")


def timed(pages: dict[str, Ask], *, rounds: int = ROUNDS, good: int | tuple[int, ...] = 200) -> dict[str, Took]:
    """Return for each page what it took."""
    found = {}
    for name, ask in pages.items():
        clock, cpu, answer = [], [], ask() if rounds > 1 else None
        for _ in range(rounds):
            began, used = time.perf_counter(), time.process_time()
            answer = ask()
            clock.append((time.perf_counter() - began) * 1000)
            cpu.append((time.process_time() - used) * 1000)
        assert answer is not None
        assert answer.status_code in ((good,) if isinstance(good, int) else good), (name, answer.status_code, answer.text[:500])
        size = int(answer.headers.get("content-length", len(answer.content)))
        found[name] = Took(statistics.median(clock), max(clock), statistics.median(cpu), size)
        if TALKS:
            print(f"{name}: {found[name].clock:.0f} ({found[name].cpu:.0f}) ms, worst {max(clock):.0f}, {size:,}", flush=True)
    return found


TALKS = LEAVES = False


def measured(kind: str, count: int, folder: Path, *, many: bool) -> dict[str, Took]:
    """Return what was measured over the house in *folder*, which is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    opened = of_many if many else of_person
    with database(folder, postgresql=kind == "postgresql") as address, opened(folder, count, address) as house:
        print(f"{kind}, {count:,}: the house is open", flush=True)
        return console(house) | answers(house) if many else person(house, count) | answers(house) | console(house)


def house_of(text: str) -> tuple[str, int]:
    """Return the database and the number of chats that an argument such as `sqlite:5` names."""
    kind, _, size = text.partition(":")
    if kind not in ("sqlite", "postgresql") or not size.isdigit():
        raise argparse.ArgumentTypeError(f"`{text}` is no house; write sqlite:5 or postgresql:50000")
    return kind, int(size)


def main() -> None:
    parsed = argparse.ArgumentParser(description=__doc__)
    parsed.add_argument(
        "sizes", type=house_of, nargs="*", metavar="DATABASE:CHATS", help="houses of one person with so many chats, as sqlite:50000"
    )
    parsed.add_argument(
        "--many",
        type=house_of,
        nargs="*",
        default=[],
        metavar="DATABASE:CHATS",
        help="houses of so many conversations, for the console, as `sqlite:10000000`",
    )
    parsed.add_argument("--kept", type=Path, help="keep the houses in this folder, as `sqlite-50000`, and use what is there")
    parsed.add_argument(
        "--write",
        action="store_true",
        help="write what was measured, also before over houses that are kept, into docs/benchmarks.md",
    )
    parsed.add_argument(
        "--leaving", action="store_true", help="also delete the person's account, and take that back: with 50,000 chats minutes"
    )
    parsed.add_argument("--talk", action="store_true", help="print each page as it is measured")
    given = parsed.parse_args()
    globals().update(LEAVES=given.leaving, TALKS=given.talk)
    wanted = [(one, False) for one in given.sizes] + [(one, True) for one in given.many]
    if not wanted and not given.write:
        wanted = [((kind, count), False) for kind in ("sqlite", "postgresql") for count in (5, 50_000)]
    results: dict[bool, dict[tuple[str, int], dict[str, Took]]] = {False: {}, True: {}}
    loads: dict[bool, list[str]] = {False: [], True: []}
    for (kind, size), many in wanted:
        with tempfile.TemporaryDirectory() as made_up:
            folder = Path(made_up) / "house" if given.kept is None else given.kept / f"{kind}-{size}"
            results[many][kind, size] = measured(kind, size, folder, many=many)
        print(table({(kind, size): results[many][kind, size]}), flush=True)
        if given.kept is not None:
            (folder / MEASURED).write_text(json.dumps([many, kind, size, load(), results[many][kind, size]]), "utf-8")
    if given.kept is not None:
        results, loads = kept_results(given.kept)
    for many, mark in ((False, "personpages"), (True, "consolepages")):
        if given.write and results[many]:
            write(mark, table(results[many]), loads[many] or [load()])


if __name__ == "__main__":
    main()

"""A walk over every table and every file: nothing that can hold something of a person is out of deletion's and take-out's reach."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from sayso import vault
from sayso.app import answered, kept, migrations, stores
from sayso.app.clock import StoryClock
from sayso.app.grants import Grants
from sayso.app.house import House, create
from sayso.app.jobs import believing, build, deletion, epochs, evidence, holds, logs, mend, people, recall, reviewing, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Attachment, Conversation, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.facts.events import FeedbackGiven, Flagged, RunStarted, Scope
from sayso.ledger import tables as ledger_tables

ROOT = Path(__file__).resolve().parents[2]
START = dt.datetime(2025, 9, 1, 12, tzinfo=dt.UTC)
DECLARED = {store.name: store for store in stores.TABLES}
PLACES = ("name", "id", "title", "turn", "text", "thinking", "input", "result", "file", "inside")


class Lived:
    """A folder that has seen everything, and what was planted in it for Nia, who deletes her account at the end."""

    def __init__(self, house: House, clock: StoryClock, folder: Path) -> None:
        self.house, self.clock, self.folder = house, clock, folder
        self.canaries = {place: secrets.token_hex(24) for place in PLACES}
        self.account = ""
        self.conversations: list[str] = []

    def live(self) -> None:
        house, clock = self.house, self.clock
        with house.writing() as work:
            self.account = people.enrol(house, work, self.canaries["name"], tier="pro", region="US")
            people.enrol(house, work, "ana", tier="pro", region="US")
        with house.writing() as work:
            notice = people.show_notice(house, work, people.shipped_notice("training-choice"))
        people.shown(house, self.account, "model_training", notice)
        people.defer(house, self.account, "model_training", notice)
        for account in (self.account, people.account_of(house, "ana")):
            people.choose(house, account, "model_training", "allow", notice=notice, covers="stored")
        clock.set(clock.now() + timedelta(minutes=1))
        collect_all(house, "test", [self._talk("ana", f"a{n}", "Hello") for n in range(3)], Arrival(own=True))
        collect_all(house, "test", [self._talk(self.canaries["name"], f"{self.canaries['id']}{n}", self.canaries["text"]) for n in range(3)], Arrival(own=True))  # fmt: skip
        self.conversations = list(house.past.of_account(self.account))
        with house.writing() as work:
            work.record([FeedbackGiven(at=work.at, conversation=self.conversations[0]), Flagged(at=work.at, conversation=self.conversations[1], score=0.9)])  # fmt: skip
        build.build(house, "r1", "model_training")
        row = next(one.id for one in recall.lineage_of(house, "r1") if one.conversation in self.conversations)
        said = reviewing.Remark(release="r1", row=row, turn=0, part=0, start=0, end=4, kind="name", said="missed")
        assert reviewing.remark(house, "ava", "a sample", said)
        with house.writing() as work:
            work.record([RunStarted(at=work.at, release="r1", run="run-1")])
        holds.place(house, "order", Scope(conversations=(self.conversations[2],)), "a matter", by="legal", paper="order 1")
        believing.renew(house)
        logs.publish(house, self.folder / "public-log")
        recall.recall(house, "r1")
        deletion.delete(house, conversation=self.conversations[2])
        sweep.sweep(house)
        # What a crash leaves: drafts of a release and its lineage.
        (house.folder / "releases" / ".r9.partial").mkdir()
        (house.folder / "releases" / ".r9.partial" / "rows").write_text("half a row")
        (house.folder / "lineage" / ".r9.jsonl.partial").write_text("")

    def end(self) -> None:
        """Nia deletes her account; the order ends; the sweep runs when no reason is left (she had rated one chat), and the epoch turns."""
        deletion.delete(self.house, account=self.account)  # type: ignore[arg-type]  # an id of the house's own
        self.clock.set(self.clock.now() + timedelta(days=1))
        holds.end(self.house, "order")
        self.clock.set(self.clock.now() + timedelta(days=9 * 366))
        mend.mend(self.house)  # as each command that writes does at its start
        sweep.sweep(self.house)
        sweep.sweep(self.house)
        epochs.turn(self.house)

    def _talk(self, name: str, key: str, text: str) -> Conversation:
        mine = name != "ana"
        word = (lambda place: self.canaries[place]) if mine else (lambda place: place)
        parts = (
            Text(text), Thinking(word("thinking")), ToolCall("search", json.dumps({"q": word("input")})), ToolResult(word("result")),
            Attachment(name=word("file"), media_type="text/plain", text=word("inside")),
        )  # fmt: skip
        turns = (
            Turn(id=word("turn"), role="user", parts=parts, at=self.clock.now()),
            Turn(id="2", role="assistant", parts=(Text(text),), at=self.clock.now(), origin="generated"),
        )
        marks = ("feedback",) if mine else ()
        return Conversation(id=key, source="test", account=name, title=word("title"), turns=turns, marks=marks)

    def files(self) -> Iterator[tuple[str, str, Path]]:
        """Yield folder, path within it, and place of every file."""
        for folder in ("data", "data.keys"):
            for path in sorted((self.folder / folder).rglob("*")):
                if path.is_file():
                    yield folder, path.relative_to(self.folder / folder).as_posix(), path


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("lived")
    clock = StoryClock(START)
    with create(Settings(data=folder / "data", keys=folder / "data.keys"), clock=clock) as house:
        Grants(folder / "data.keys").name_officer("olga", ["hold"], clock.now())
        told = Lived(house, clock, folder)
        told.live()
        yield told


def undeclared_tables(url: str) -> list[str]:
    """Name every table of the database, and every column, that is not declared."""
    found = []
    seen = inspect(create_engine(url))
    for name in seen.get_table_names():
        columns = {column["name"] for column in seen.get_columns(name)}
        declared = set(DECLARED[name].columns) if name in DECLARED else set()
        found += [f"{name}.{column}" for column in sorted(columns ^ declared)]
    return found


def undeclared_files(lived: Lived) -> list[str]:
    kinds = {"data": stores.FILES, "data.keys": stores.KEYS}
    return [f"{folder}/{path}" for folder, path, _ in lived.files() if stores.known(path, kinds[folder]) is None]


def test_every_table_and_column_is_declared(lived: Lived) -> None:
    assert undeclared_tables(f"sqlite:///{lived.house.folder / 'sayso.db'}") == [], (
        "declare it in app/stores: deletion, take-out, trust"
    )
    rooms = (vault.METADATA, ledger_tables.metadata, kept.METADATA, answered.METADATA)
    made = {table.name for room in rooms for table in room.sorted_tables}
    assert made | {migrations.TABLE} == set(DECLARED), "what the rooms can make and what is declared is the same"


def test_every_file_is_of_a_declared_kind(lived: Lived) -> None:
    assert undeclared_files(lived) == [], "declare it in app/stores: deletion, take-out, trust"
    seen = {kind.name for kind in (*stores.FILES, *stores.KEYS) for _, path, _ in lived.files() if re.fullmatch(kind.name, path)}
    # Drafts that a crash in one moment leaves, what a token seals, which tests/keys meets, and what an act with a store of
    # objects names while it lasts, which tests/shelves/test_unfinished.py meets.
    rare = {
        next(kind.name for kind in stores.KEYS if kind.row == "Sealed master key"),
        r"vault/unfinished\.json(\.new)?",
        r"\.(seen\.json|deeds\.jsonl)\.\d+",
        r"(notices|policies)/\.[^/]+",
    }
    assert {kind.name for kind in (*stores.FILES, *stores.KEYS)} - seen <= rare, (
        "each kind was met, or the list says more than there is"
    )


def test_a_table_a_column_or_a_file_that_nobody_declared_is_found(lived: Lived, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'planted.db'}"
    engine = create_engine(url)
    vault.METADATA.create_all(engine)
    with engine.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE search_index (words TEXT)")
        conn.exec_driver_sql("ALTER TABLE vault_conversations ADD COLUMN title TEXT")
    assert sorted(undeclared_tables(url)) == ["search_index.words", "vault_conversations.title"]
    for planted in ("vault/search.idx", "thumbnails/1.png", "releases/r1/preview.jsonl", "export.zip"):
        assert stores.known(planted) is None, planted
    assert stores.known("notes.txt", stores.KEYS) is None


def test_no_exemption_has_outlived_its_day() -> None:
    """Judged by the day of the newest commit: what passed once passes for ever, and the first change after the day does not."""
    done = subprocess.run(["git", "log", "-1", "--format=%cs"], cwd=ROOT, capture_output=True, text=True, check=False)
    day = dt.date.fromisoformat(done.stdout.strip()) if done.returncode == 0 and done.stdout.strip() else dt.date(2026, 11, 22)
    assert stores.expired(day) == []
    some = [store for store in (*stores.TABLES, *stores.FILES, *stores.KEYS) if store.exempt]
    assert all(store.exempt.owner and store.exempt.why for store in some if store.exempt)
    assert len(stores.expired(dt.date(2999, 1, 1))) == len(some), "and it would be seen"


def test_the_page_on_trust_speaks_of_every_store() -> None:
    rows = re.findall(r"^\| ([^|:]+?)(?::[^|]*)? \|", (ROOT / "docs" / "trust.md").read_text("utf-8"), re.MULTILINE)
    assert {store.row for store in (*stores.TABLES, *stores.FILES, *stores.KEYS, *stores.OBJECTS)} <= set(rows)


def test_everything_about_an_account_goes_and_what_stays_is_what_is_declared(lived: Lived) -> None:
    house = lived.house
    with house.reading() as conn:
        words = b"".join(house.vault.open(conn, lived.conversations[0]))
    assert all(lived.canaries[place].encode() in words for place in PLACES if place not in ("name", "id")), "it was all there"
    lived.end()
    assert evidence.audit(house) == []
    # (1) No word, name, title, id or attachment stands in any file of either folder.
    for _, path, place in lived.files():
        raw = place.read_bytes()
        for what, canary in lived.canaries.items():
            assert canary.encode() not in raw, f"{what} in {path}"
            assert canary[:16].encode() not in raw, f"a piece of {what} in {path}"
    # (2) No row of the release hands out a word of it, masked, revoked or read past the list of withdrawals.
    for path in sorted((house.folder / "releases" / "r1").rglob("*.parquet")):
        import pyarrow.parquet as pq

        text = json.dumps(pq.read_table(path).to_pylist(), default=str)
        assert not any(canary[:16] in text for canary in lived.canaries.values())
    # (3) A pseudonym stays only where that is declared.
    with house.reading() as conn:
        for name, store in DECLARED.items():
            rows = str(conn.exec_driver_sql(f"SELECT * FROM {name}").all())
            there = any(one in rows for one in (lived.account, *lived.conversations))
            assert there <= (store.left == "pseudonym"), f"{name} still names the account"
    with house.reading() as conn:
        assert house.vault.find(conn, lived.canaries["name"]) is None

"""What is struck: six houses in the middle of their lives, what is done in them, and how it is judged afterwards.

Ana, Bo, Cy and Dee have conversations; a release holds those of Ana, Bo and Dee; Cy's is held. `first` and `second` are Ana's.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from tests.postgres import Server

from sayso.app.clock import StoryClock
from sayso.app.house import House, create, open_house
from sayso.app.jobs import build, deletion, epochs, evidence, holds, mend, people, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.errors import Refused, SaysoError
from sayso.facts.events import NoticeShown, Scope
from sayso.facts.words import ConversationId
from sayso.release import emptied, revoked
from sayso.vault import Compacted
from sayso.vault.frames import HEADER

from . import public

START = datetime(2025, 9, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=31)
PURPOSE = "model_training"
OWNERS = {"first": "ana", "second": "ana", "of bo": "bo", "of cy": "cy", "of dee": "dee"}
Say = Callable[[str], None]


def words(key: str) -> str:
    """What was said in the conversation *key*: long enough that a torn block could not go unseen."""
    return f"the words of {key} " * 40


def conversation(key: str, name: str, at: datetime) -> Conversation:
    turns = (
        Turn(id="1", role="user", parts=(Text(words(key)),), at=at),
        Turn(id="2", role="assistant", parts=(Text("Good to hear"),), at=at, origin="generated"),
    )
    return Conversation(id=key, source="test", account=name, title=f"about {key}", turns=turns)


# -- the states in which an operation finds a house


class State:
    """A folder with a house in it and what must be true of it, to be copied for each run; its database lies in *server*, if any."""

    def __init__(self, folder: Path, server: Server | None = None) -> None:
        self.folder, self.server = folder, server
        self.known: dict[str, Any] = json.loads((folder / "known.json").read_text()) if (folder / "known.json").exists() else {}

    @property
    def settings(self) -> Settings:
        return settings_of(self.folder, self.server)

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.known["now"])

    def open(self, **more: bool) -> House:
        return open_house(self.settings, clock=StoryClock(self.now), **more)

    def copied(self, to: Path) -> State:
        shutil.copytree(self.folder, to)
        copy_database(self.server, self.folder, to)
        return State(to, self.server)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.server is not None:
            self.server.admin(f"DROP DATABASE IF EXISTS {named(self.folder)} WITH (FORCE)")


def named(folder: Path) -> str:
    """The database of the house in *folder*."""
    return "house_" + "".join(one if one.isalnum() else "_" for one in folder.name)


def settings_of(folder: Path, server: Server | None) -> Settings:
    database = None if server is None else server.address(named(folder))
    return Settings(data=folder / "data", keys=folder / "data.keys", database=database)


def copy_database(server: Server | None, of: Path, to: Path) -> None:
    if server is not None:
        server.admin(f"CREATE DATABASE {named(to)} TEMPLATE {named(of)} STRATEGY file_copy")


def states(folder: Path, server: Server | None = None) -> dict[str, State]:
    """Make every state, one from the other, and return them by name; with ledger and index in *server*, if there is one."""
    made: dict[str, State] = {}
    clock = StoryClock(START)
    here = folder / "life"
    known: dict[str, Any] = {"ids": {}, "deleted": []}

    def keep(name: str) -> None:
        known["now"] = clock.now().isoformat()
        shutil.copytree(here, folder / name)
        copy_database(server, here, folder / name)
        (folder / name / "known.json").write_text(json.dumps(known))
        made[name] = State(folder / name, server)

    def reopened(folder: Path, clock: StoryClock) -> House:
        return open_house(settings_of(folder, server), clock=clock)

    if server is not None:
        server.admin(f"CREATE DATABASE {named(here)}")
    with create(settings_of(here, server), clock=clock, policy="anthropic-consumer") as house:
        with house.writing() as work:
            for name in ("ana", "bo", "cy", "dee"):
                people.enrol(house, work, name, tier="pro", region="US")
        for name in ("ana", "bo", "dee"):
            people.choose(house, people.account_of(house, name), PURPOSE, "allow")
        clock.set(clock.now() + timedelta(minutes=1))
        for key, name in OWNERS.items():
            assert collect_all(house, "test", [conversation(key, name, clock.now())], Arrival(own=True)).conversations == 1
            with house.writing() as work:
                known["ids"][key] = identified(house, work.conn, key, name)
        build.build(house, "r1", PURPOSE)
        holds.place(house, "order", Scope(accounts=(people.account_of(house, "cy"),)), "a matter")
    known["master"] = (here / "data.keys" / "master.key").read_text().strip()
    keep("whole")
    made["shown"] = shown(made["whole"].copied(folder / "shown"), clock)
    with reopened(here, clock) as house:
        deletion.delete(house, conversation=ConversationId(known["ids"]["first"]))
        known["deleted"] = ["first"]
        known["traces"] = traces(house, known["ids"]["first"])
    clock.set(clock.now() + MONTH)
    keep("deleted")
    with reopened(here, clock) as house:
        house.vault.compact = lambda *_, **__: Compacted(segments=(), moved=0, freed=0)  # type: ignore[method-assign]  # dead blocks stay
        done = sweep.sweep(house)
        assert done.shredded == 1, done
    keep("shredded")
    with reopened(here, clock) as house:
        sweep.sweep(house)
    keep("swept")
    with reopened(here, clock) as house:
        stopped(house)
    keep("stopped")
    return made


def shown(state: State, clock: StoryClock) -> State:
    """The log was published and cosigned; since then enough happened that tiles are to be written anew, and one is full."""
    with open_house(state.settings, clock=clock) as house:
        public.publish(house, lambda _: None)
        public.cosign(house, lambda _: None)
        with house.writing() as work:
            ana = people.account_of(house, "ana")
            work.record([NoticeShown(at=work.at, account=ana, purpose=PURPOSE) for _ in range(260 - house.ledger.size(work.conn))])
    return state


def stopped(house: House) -> None:
    """Leave what a killed process would: a turn before its last step, and a release and a policy that nothing recorded."""
    house.keys.masters().prepare("2", lambda count: bytes(range(count)))
    seen, batch = [], epochs.BATCH

    def stop(_: int) -> None:
        seen.append(1)
        if len(seen) == len(set(OWNERS.values())):
            raise KeyboardInterrupt

    try:
        epochs.BATCH = 1
        epochs.turn(house, progress=stop)
    except KeyboardInterrupt:
        pass
    finally:
        epochs.BATCH = batch
    shutil.copytree(house.folder / "releases" / "r1", house.folder / "releases" / "r2")
    (house.folder / "policies" / f"{'ab' * 32}.toml").write_text("# never came into force")


def identified(house: House, conn: Any, key: str, name: str) -> ConversationId:
    account = house.vault.find(conn, name)
    assert account is not None
    return house.vault.identify(conn, account, "test", key)


def traces(house: House, conversation: str) -> list[str]:
    """What must leave every file when *conversation* goes: its wrapped key and its ciphertext, in hex."""
    with house.reading() as conn:
        given = {"one": conversation}
        found = [conn.execute(text("select wrapped from vault_keys where conversation = :one"), given).scalar_one()]
        for row in conn.execute(text("select segment, start, length from vault_blocks where conversation = :one"), given):
            raw = (house.folder / "vault" / "segments" / f"{row.segment:06d}.seg").read_bytes()
            found.append(raw[row.start + HEADER : row.start + row.length])
    return [bytes(one).hex() for one in found]


# -- what is done


def append(house: House, say: Say) -> None:
    for key in ("new one", "new two"):
        collect_all(house, "test", [conversation(key, "ana", house.clock.now())], Arrival(own=True))
        say(key)


def choose(house: House, say: Say) -> None:
    people.choose(house, people.account_of(house, "bo"), PURPOSE, "refuse")
    say("refused")


def delete(house: House, say: Say) -> None:
    deletion.delete(house, conversation=ConversationId(identified_here(house, "second")))
    say("second")
    deletion.delete_account(house, people.account_of(house, "dee"))
    say("of dee")


def sweep_(house: House, say: Say) -> None:
    sweep.sweep(house)
    say("swept")


def turn(house: House, say: Say) -> None:
    epochs.turn(house)
    say("turned")


def compact(house: House, say: Say) -> None:
    with house.writing() as work:
        house.vault.compact(work.conn, share=0)
    house.vault.settle()
    say("compacted")


def mend_(house: House, say: Say) -> None:
    mend.mend(house)
    say("mended")


OPERATIONS: dict[str, tuple[str, Callable[[House, Say], None]]] = {
    "append": ("whole", append),
    "choose": ("whole", choose),
    "delete": ("whole", delete),
    "sweep": ("deleted", sweep_),
    "turn": ("swept", turn),
    "compact": ("shredded", compact),
    "mend": ("stopped", mend_),
    **public.OPERATIONS,
}
"""What can be struck, and the state it begins in."""


def identified_here(house: House, key: str) -> str:
    with house.reading() as conn:
        account = house.vault.find(conn, OWNERS.get(key, "ana"))
        assert account is not None
        return house.vault.identify(conn, account, "test", key)


# -- how it is judged


def judge(state: State, operation: str, acknowledged: list[str]) -> list[str]:
    """What is wrong with a house after a blow: opened as the next command would, then with the operation done once more."""
    problems: list[str] = []
    with state.open() as house:
        notes = public.kept(house, acknowledged) if operation in public.OPERATIONS else []
        problems += [f"as it lay there: {line}" for line in (public.holds(house, notes) if notes else ())]
        try:
            mend.mend(house)
        except SaysoError as error:
            return [f"the next command does not begin: {error}"]
        found = audited(house)
        if operation == "sweep":
            found = [line for line in found if not line.startswith("the audit finds overdue")]  # the sweep is yet to be done
        problems += [f"after the blow: {line}" for line in (*found, *told(house, state, operation, acknowledged))]
        everything: list[str] = []
        OPERATIONS[operation][1](house, everything.append)
        problems += [f"done again: {line}" for line in told(house, state, operation, everything)]
        problems += list(left_over(house, state, operation))
        if notes:
            problems += [f"going on: {line}" for line in public.goes_on(house, [*notes, *public.kept(house, everything)])]
    with state.open(write=False, keys=False) as house:
        problems += [f"to a stranger: {line}" for line in audited(house)]
    return problems


def audited(house: House) -> list[str]:
    return [f"the audit finds {one.kind} of {one.where}" for one in evidence.audit(house)]


def told(house: House, state: State, operation: str, acknowledged: list[str]) -> Iterator[str]:
    """Where what was acknowledged is not so, or what was not is half so."""
    deleted = set(state.known["deleted"])
    new = dict.fromkeys(("new one", "new two"), "ana") if operation == "append" else {}
    for key in (*OWNERS, *new):
        one = ConversationId(identified_here(house, key))
        opened = read(house, one)
        known = one in house.past
        gone = known and house.past.standing(one).deleted_at is not None
        if opened not in (None, words(key)):
            yield f"`{key}` reads otherwise than it was said: {opened[:120]}"
        if key in deleted:
            if opened is not None or not gone:
                yield f"`{key}` is back though it was deleted"
        elif key in new:
            if (opened is not None) != known:
                yield f"`{key}` is in one of ledger and vault only"
            if key in acknowledged and opened is None:
                yield f"`{key}` was acknowledged and is lost"
        elif operation == "delete" and key in ("second", "of dee"):
            if (opened is None) != gone:
                yield f"`{key}` is deleted in one of ledger and vault only"
            if key in acknowledged and not gone:
                yield f"`{key}` was deleted and is back"
        elif opened is None or gone:
            yield f"`{key}` is lost"
    answers = {name: house.past.answer(people.account_of(house, name), PURPOSE) for name in ("ana", "bo")}
    if answers["ana"] != "allow" or (answers["bo"] != "allow" and operation != "choose"):
        yield "an answer was lost"
    if "refused" in acknowledged and answers["bo"] != "refuse":
        yield "a refusal was acknowledged and is lost"
    folder = house.folder / "releases" / "r1"
    if "refused" in acknowledged and not revoked(folder).ids:
        yield "a refusal was acknowledged and the release was not recalled"
    if "swept" in acknowledged and state.known["ids"]["first"] not in house.past.shredded:
        yield "a sweep was acknowledged and what was due is not shredded"
    if "swept" in acknowledged and not emptied(folder):
        yield "a withdrawn row was not emptied though the sweep was acknowledged"


def read(house: House, one: ConversationId) -> str | None:
    """The words of a conversation, or `None` where the house says that there is none to be read."""
    with house.reading() as conn:
        if house.vault.look(conn, one) is None:
            return None
        try:
            raw = b"".join(house.vault.open(conn, one))
        except Refused:
            return None
        except SaysoError as error:
            return f"no words, but: {error}"
    found = json.loads(raw)["turns"][0]["parts"][0]
    return str(found["text"])


def left_over(house: House, state: State, operation: str) -> Iterator[str]:
    """What ought to have left every file once the operation was done to its end."""
    files = {
        path: path.read_bytes() for folder in (house.folder, house.settings.keys) for path in folder.rglob("*") if path.is_file()
    }
    if operation in ("sweep", "compact"):
        # A sweep leaves ciphertext without a key where too little of a segment is dead; compaction then takes it away.
        for trace in state.known["traces"][: 1 if operation == "sweep" else None]:
            raw = bytes.fromhex(trace)
            for path, held in files.items():
                if any(raw[at : at + 16] in held for at in range(0, len(raw) - 15, 16)):
                    yield f"a key or ciphertext of what was shredded is left in {path.name}"
    if operation in ("turn", "mend"):
        old = str(state.known["master"]).encode()
        if (house.settings.keys / "master.key").exists() or any(old in held for held in files.values()):
            yield "the old master key is left"
    strays = [path.name for path in files if path.suffix in (".gone", ".new", ".partial") or path.parent.name == "r2"]
    if strays:
        yield f"left lying about: {', '.join(strays)}"

"""What goes wrong between people who check each other, at the real commands: one clear line each, and what to do about it."""

from __future__ import annotations

import http.client
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from sayso.app import logserver
from sayso.app.cli import cli
from sayso.app.clock import StoryClock, SystemClock
from sayso.app.house import create, open_house
from sayso.app.jobs import build, deletion, logs, people, sweep, witnessing
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.errors import SaysoError, Unfit
from sayso.proofs import Checkpoint, CosigningKey, SigningKey, WitnessKey, merkle
from sayso.proofs.notes import split_note
from sayso.proofs.tiles import bundle
from sayso.proofs.witness import request

START = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WITNESS = ("--state", "w/seen.json", "--key", "w/secret.key", "--name", "example.org/w")


class Desk:
    """Ana's house `a` and another one, `b`, with their logs, their receipts and what somebody kept of them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, StoryClock(START)
        made = all((folder / name).exists() for name in ("a", "b"))
        self.key = {name: self.known(name) if made else self.make(name) for name in ("a", "b")}

    def known(self, name: str) -> SigningKey:
        return SigningKey.load((self.folder / f"{name}.keys" / "signing.key").read_text("utf-8"))

    def settings(self, name: str) -> Settings:
        return Settings(data=self.folder / name, keys=self.folder / f"{name}.keys")

    def make(self, name: str) -> SigningKey:
        with create(self.settings(name), clock=self.clock, policy="anthropic-consumer") as house:
            with house.writing() as work:
                people.enrol(house, work, "ana", tier="pro", region="US")
            ana = people.account_of(house, "ana")
            entry = people.choose(house, ana, "model_training", "allow")
            (self.folder / f"{name}-receipt.json").write_bytes(msgspec.json.encode(people.receipt_of(house, ana, entry.seq)))
            turns = (
                Turn(id="1", role="user", parts=(Text("words"),), at=self.clock.now()),
                Turn(id="2", role="assistant", parts=(Text("more"),), at=self.clock.now(), origin="generated"),
            )
            assert (
                collect_all(
                    house, "test", [Conversation(id="1", source="test", account="ana", turns=turns)], Arrival(own=True)
                ).conversations
                == 1
            )
            build.build(house, "r1", "model_training")
            logs.publish(house, self.folder / f"{name}-log")
            return house.keys.signing

    def goes_on(self) -> None:
        """Another answer, and the log of `a` shows it."""
        with open_house(self.settings("a"), clock=self.clock) as house:
            people.choose(house, people.account_of(house, "ana"), "model_training", "refuse")
            logs.publish(house, self.folder / "a-log")

    def forks(self) -> None:
        """The operator of `a` lays out another past of the same length, under the same key, in `forked`."""
        told = Checkpoint.parse(split_note(logs.checkpoint_in(self.folder / "a-log"))[0])
        with open_house(self.settings("a"), clock=self.clock, write=False) as house, house.reading() as conn:
            leaves = [entry.leaf for entry in house.ledger.entries(conn)][: told.size]
        leaves[2] = bytes(32)
        hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
        for kind, raw in (("entries", bundle(leaves)), ("0", b"".join(hashes))):
            place = self.folder / "forked" / "tile" / kind / "000.p" / str(told.size)
            place.parent.mkdir(parents=True)
            place.write_bytes(raw)
        note = self.key["a"].sign(Checkpoint(told.origin, told.size, merkle.root(hashes)).body())
        (self.folder / "forked" / "checkpoint").write_text(note, "utf-8")

    def types(self, *words: str) -> tuple[int, list[str]]:
        """What the command says, line by line, and how it ends; an error of ours as its one line."""
        done = CliRunner().invoke(cli, ["--data", "a", *words])
        if isinstance(done.exception, SaysoError):
            return (2 if isinstance(done.exception, Unfit) else 1), [str(done.exception)]
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output.splitlines()

    def told(self, sentence: str) -> str:
        """A sentence of the table, with the names that differ from run to run."""
        a, b = self.key["a"].public, self.key["b"].public
        path = self.folder / "w" / "secret.key.pub"
        w = WitnessKey.parse(path.read_text("utf-8").strip()).id.hex() if path.exists() else ""
        v = CosigningKey("example.org/w", bytes(32)).public.id.hex()
        ids = {"w": w, "v": v, "a": a.name, "b": b.name, "id": a.id.hex(), "new": renewed(self.key["a"]).public.id.hex()}
        return sentence.format(
            **ids, size=self.size("a-log"), more=self.size("a-log") + 1, most=self.size("a-log") + 2, less=self.size("yesterday")
        )

    def size(self, log: str) -> int:
        """How many lines a log shows, none where there is none."""
        path = self.folder / log / "checkpoint"
        return Checkpoint.parse(split_note(path.read_text("utf-8"))[0]).size if path.exists() else 0


def renewed(key: SigningKey) -> SigningKey:
    """A new key under the old name, as after the old one was lost or given up."""
    return SigningKey(key.name, bytes(range(32)))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(first: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(first.folder, tmp_path, dirs_exist_ok=True)
    made = Desk(tmp_path)
    monkeypatch.setattr(SystemClock, "now", lambda _: made.clock.now())
    (tmp_path / "new.pub").write_text(renewed(made.key["a"]).vkey() + "\n")
    (tmp_path / "stranger.pub").write_text(CosigningKey("example.org/v", bytes(32)).public.text() + "\n")
    return made


def keeps_yesterday(desk: Desk) -> None:
    shutil.copytree(desk.folder / "a-log", desk.folder / "yesterday")
    desk.goes_on()


def is_witnessed(desk: Desk) -> None:
    assert desk.types("log", "witness", "a-log", *WITNESS)[0] == 0


def is_witnessed_and_forks(desk: Desk) -> None:
    is_witnessed(desk)
    desk.forks()


def is_witnessed_and_shrinks(desk: Desk) -> None:
    keeps_yesterday(desk)
    is_witnessed(desk)


def is_cosigned_badly(desk: Desk) -> None:
    is_witnessed(desk)
    path = desk.folder / "a-log" / "checkpoint"
    head, _, last = path.read_text("utf-8").rstrip("\n").rpartition("\n")
    place = len(last) - 20
    path.write_text(f"{head}\n{last[:place]}{'A' if last[place] != 'A' else 'B'}{last[place + 1 :]}\n", "utf-8")


def is_witnessed_by_another_key(desk: Desk) -> None:
    """The witness has a new key under its old name, and cosigned with the old one."""
    is_witnessed(desk)
    (desk.folder / "w" / "renewed.pub").write_text(CosigningKey("example.org/w", bytes(32)).public.text() + "\n")


def loses_its_key(desk: Desk) -> None:
    is_witnessed(desk)
    (desk.folder / "w" / "secret.key").unlink()


def is_signed_anew(desk: Desk) -> None:
    """The log goes on under a new key of the old name, and the witness knows the old one."""
    is_witnessed(desk)
    path = desk.folder / "a-log" / "checkpoint"
    path.write_text(renewed(desk.key["a"]).sign(split_note(path.read_text("utf-8"))[0]), "utf-8")


def lost_a_day(desk: Desk) -> None:
    desk.goes_on()
    desk.clock.set(START - DAY)


def ran_a_day_ahead(desk: Desk) -> None:
    """The clock was a day ahead while Ana answered, and was mended since."""
    desk.clock.set(START + DAY)
    with open_house(desk.settings("a"), clock=desk.clock) as house:
        ana = people.account_of(house, "ana")
        entry = people.choose(house, ana, "model_training", "refuse")
        (desk.folder / "tomorrow.json").write_bytes(msgspec.json.encode(people.receipt_of(house, ana, entry.seq)))
    desk.clock.set(START)


def is_forgotten(desk: Desk) -> None:
    """Ana deletes her account, and her secret is destroyed with it."""
    with open_house(desk.settings("a"), clock=desk.clock) as house:
        deletion.delete_account(house, people.account_of(house, "ana"))
        desk.clock.set(START + 60 * DAY)
        sweep.sweep(house)


def stands(desk: Desk) -> None:
    """Nothing more happens."""


def is_spoilt(how: Callable[[bytes], bytes]) -> Callable[[Desk], None]:
    """Another program saved the checkpoint of the log anew; `kept` is the same one, kept elsewhere, and spoilt likewise."""

    def spoil(desk: Desk) -> None:
        shutil.copytree(desk.folder / "a-log", desk.folder / "spoilt")
        path = desk.folder / "spoilt" / "checkpoint"
        path.write_bytes(how(path.read_bytes()))
        shutil.copy(path, desk.folder / "kept")

    return spoil


def answers_after(desk: Desk) -> None:
    """Ana answers again after the log was fetched, and gets the receipt of that."""
    with open_house(desk.settings("a"), clock=desk.clock) as house:
        ana = people.account_of(house, "ana")
        entry = people.choose(house, ana, "model_training", "refuse")
        (desk.folder / "later.json").write_bytes(msgspec.json.encode(people.receipt_of(house, ana, entry.seq)))


def has_no_key(desk: Desk) -> None:
    """A stranger who has no data folder, and a file for the key in which nothing is."""
    shutil.rmtree(desk.folder / "a")
    (desk.folder / "empty.pub").write_text("\n")


def key_is_empty(desk: Desk) -> None:
    (desk.folder / "empty.pub").write_text(" \n")


KEEP = "keep the files and your checkpoint: together they show what was changed"
NOTHING = "this file proves nothing until that is mended; ask for a new copy"
NO_KEY = "no signature of the key you gave is on this note; check which key its log publishes"
OTHER = "it is of `{b}`, and the key given is of `{a}`: check it with the public key of the one it is of"
RENEWED = (
    "it is signed as `{a}` by the key `{id}`, and the key given is `{new}`: the log has changed its key, or somebody else uses its "
    "name; ask the operator, and somebody else, which key was used on that day"
)
BACKWARDS = "the remembered checkpoint counts {size} lines, the log shows {less}: it went backwards, or you are shown another one"

WINDOWS = "has other line ends than it was written with (CR LF); take the file as it was handed out"
ASK = "no public key to check with; name the log's with --key, as its operator publishes it or as somebody else has it (the operator prints it with `sayso log key`)"
NO_FILE = "`empty.pub` is neither a public key `name+id+key` nor a file that holds one"
LATER = "later.json: line {more} is not in the log yet; its checkpoint counts {most} lines, these files show {size}: fetch the log anew, and if it still shows fewer, it went backwards"

TABLE: list[tuple[str, Callable[[Desk], None], str, int, list[str]]] = [
    # what is wrong, what happened before, what is typed, how it ends, every line that is said
    ("a receipt from another instance", stands, "verify b-receipt.json", 1, [f"does not hold: {NO_KEY}", NOTHING, OTHER]),
    ("a receipt from another instance, beside the log", stands, "log verify a-log --receipt b-receipt.json", 1, [f"does not hold: b-receipt.json: does not hold: {NO_KEY}", f"b-receipt.json: {OTHER}", KEEP]),
    ("a log of another instance", stands, "log verify b-log", 2, [f"`checkpoint` cannot be checked: {OTHER}"]),
    ("a checkpoint of another instance", stands, "log verify a-log --remembered b-log/checkpoint", 2, [f"`checkpoint` cannot be checked: {OTHER}"]),
    ("a rotated key, and a receipt of before", stands, "verify a-receipt.json --key new.pub", 1, [f"does not hold: {NO_KEY}", NOTHING, RENEWED]),
    ("a rotated key, and a log of before", stands, "log verify a-log --key new.pub", 2, [f"`checkpoint` cannot be checked: {RENEWED}"]),
    ("a checkpoint that goes backwards", keeps_yesterday, "log verify yesterday --remembered a-log/checkpoint", 1, [f"does not hold: {BACKWARDS}", KEEP]),
    ("a checkpoint that goes backwards, and a witness", is_witnessed_and_shrinks, "log witness yesterday --state w/seen.json --key w/secret.key", 1, ["409: this witness has cosigned {size} lines of the log, the request starts from {less}; it shows {less} now, and a log never shrinks", "not cosigned"]),
    ("a fork", Desk.forks, "log verify forked --remembered a-log/checkpoint", 1, ["does not hold: the remembered checkpoint of {size} lines is no beginning of this log: the past was changed, or you are shown another one", KEEP]),
    ("a fork, and a receipt", Desk.forks, "log verify forked --receipt a-receipt.json", 1, ["does not hold: a-receipt.json: its checkpoint of 4 lines is no beginning of this log: the past was changed, or you are shown another one", KEEP]),
    ("a fork, and a witness", is_witnessed_and_forks, "log witness forked --state w/seen.json --key w/secret.key", 1, ["422: this witness cosigned {size} lines, and the checkpoint shows another log of the same size: the past was changed or split", "not cosigned"]),
    ("a witness that did not sign", stands, "log verify a-log --witness stranger.pub", 1, ["does not hold: witness `example.org/v` did not cosign this checkpoint; ask it to, and if it refuses, it has seen another past", KEEP]),
    ("a witness that disagrees", is_witnessed_and_forks, "log verify forked --witness w/secret.key.pub", 1, ["does not hold: witness `example.org/w` did not cosign this checkpoint; ask it to, and if it refuses, it has seen another past", KEEP]),
    ("a cosignature that does not fit", is_cosigned_badly, "log verify a-log --witness w/secret.key.pub", 2, ["the cosignature of `example.org/w` does not fit the checkpoint; it was altered"]),
    ("a rotated key of the witness, and what it cosigned before", is_witnessed_by_another_key, "log verify a-log --witness w/renewed.pub", 1, ["does not hold: witness `example.org/w` cosigned this checkpoint by the key `{w}`, and the key given is `{v}`: it has changed its key, or somebody else uses its name; ask the witness which key was used on that day", KEEP]),
    ("a rotated key of the log, and a witness", is_signed_anew, "log witness a-log --state w/seen.json --key w/secret.key", 1, ["403: it is signed as `{a}` by the key `{new}`, and the key given is `{id}`: the log has changed its key, or somebody else uses its name; ask the operator, and somebody else, which key was used on that day", "not cosigned"]),
    ("a rotated key of the log, and a witness that is given it", is_signed_anew, "log witness a-log --state w/seen.json --key w/secret.key --log new.pub", 2, ["this witness knows the log `{a}` under another key; with a new key it is another log: name another --state"]),
    ("a witness that lost its key", loses_its_key, "log witness a-log --state w/seen.json --key w/secret.key", 1, ["no key at `secret.key`, though this witness has cosigned before; restore it, or begin with a new state"]),
    ("a clock a day ahead, mended since, and a choice", ran_a_day_ahead, "choose ana allow", 0, ["sayso: the clock is behind the ledger by 1 day, 0:00:00; choices are recorded in server order all the same"]),
    ("a clock a day ahead, mended since, and a sweep", ran_a_day_ahead, "sweep", 1, ["the clock reads 2026-09-01T12:00:00Z, before the ledger's last line; mend the clock: until then choices are recorded, and nothing is released or deleted"]),
    ("a clock a day ahead, and the receipt of that day", ran_a_day_ahead, "verify tomorrow.json", 0, []),
    ("a clock a day behind, and a choice", lost_a_day, "choose ana allow", 0, ["sayso: the clock is behind the ledger by 1 day, 0:00:00; choices are recorded in server order all the same"]),
    ("a clock a day behind, and a release", lost_a_day, "build r2", 1, ["the clock reads 2026-08-31T12:00:00Z, before the ledger's last line; mend the clock: until then choices are recorded, and nothing is released or deleted"]),
    ("a clock a day behind, and a receipt from tomorrow", lost_a_day, "verify a-receipt.json", 0, []),
    ("a receipt that is newer than the copy of the log", answers_after, "log verify a-log --receipt later.json", 1, [f"does not hold: {LATER}", KEEP]),
    ("no key at all", has_no_key, "verify a-receipt.json", 2, [ASK]),
    ("no key at all, and a log", has_no_key, "log verify a-log", 2, [ASK]),
    ("an empty file for a key, and a stranger", has_no_key, "verify a-receipt.json --key empty.pub", 2, [NO_FILE]),
    ("an empty file for a key, and a data folder that has one", key_is_empty, "verify a-receipt.json --key empty.pub", 2, [NO_FILE]),
    ("the key of a witness for that of the log", stands, "verify a-receipt.json --key stranger.pub", 1, ["not checked: the public key named `example.org/v` is no Ed25519 key of a log, but a witness's, or the log's second one", "without the right keys nothing can be told of the file"]),
    ("the folder of a log for a file", stands, "verify a-log", 2, ["`a-log` is the folder of a log; check it with `sayso log verify`, or name its `checkpoint`"]),
    ("the folder of a release for a file", stands, "verify a/releases/r1", 0, []),
    ("a checkpoint saved with other line ends", is_spoilt(lambda raw: raw.replace(b"\n", b"\r\n")), "log verify spoilt", 2, [f"the checkpoint in `spoilt` {WINDOWS}"]),
    ("a checkpoint saved with other line ends, and a witness", is_spoilt(lambda raw: raw.replace(b"\n", b"\r\n")), "log witness spoilt --state w/seen.json --key w/secret.key", 2, [f"the checkpoint in `spoilt` {WINDOWS}"]),
    ("a remembered checkpoint saved with other line ends", is_spoilt(lambda raw: raw.replace(b"\n", b"\r\n")), "log verify a-log --remembered kept", 2, [f"`kept` {WINDOWS}"]),
    ("an empty checkpoint", is_spoilt(lambda raw: b""), "log verify spoilt", 2, ["the checkpoint in `spoilt` is empty; it was not copied or downloaded whole"]),
    ("a remembered checkpoint as UTF-16", is_spoilt(lambda raw: raw.decode().encode("utf-16")), "log verify a-log --remembered kept", 2, ["`kept` was saved as UTF-16, as some editors do; take the file as it was handed out"]),
    ("a remembered checkpoint of which half is there", is_spoilt(lambda raw: raw[: len(raw) // 2]), "log verify a-log --remembered kept", 2, ["`kept` cannot be checked: this is no signed note: no blank line before its signatures, or no newline at its end"]),
    ("a person's secret lost", is_forgotten, "prove absence r1 --account ana --out ana.json", 2, ["no account `ana`; import or enrol it first, nothing was recorded"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "before", "typed", "code", "lines"), TABLE, ids=[what for what, *_ in TABLE])
def test_each_is_one_clear_line_with_what_to_do(
    desk: Desk, what: str, before: Callable[[Desk], None], typed: str, code: int, lines: list[str]
) -> None:
    before(desk)
    ended, said = desk.types(*typed.split())
    print("\n".join(said))
    expected = [desk.told(line) for line in lines]
    if code:
        assert (ended, said) == (code, expected)
    else:
        assert ended == 0
        assert set(expected) <= set(said)


@pytest.fixture
def post(desk: Desk) -> Iterator[Callable[[str], tuple[int, str]]]:
    """Ask a witness over HTTP, as a log does."""
    state, key = desk.folder / "w" / "seen.json", CosigningKey("example.org/w", bytes(range(32)))
    log = desk.key["a"].vkey()
    with logserver.witness_server(lambda body: witnessing.answer(body, state, key, 1_760_000_000, log=log), 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def ask(body: str) -> tuple[int, str]:
            asked = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
            asked.request("POST", "/add-checkpoint", body.encode())
            answer = asked.getresponse()
            return answer.status, answer.read().decode()

        try:
            yield ask
        finally:
            server.shutdown()


def test_a_request_that_comes_twice_or_out_of_order_gets_one_line_and_rolls_nobody_back(
    desk: Desk, post: Callable[[str], tuple[int, str]]
) -> None:
    def note(folder: str) -> str:
        return (desk.folder / folder / "checkpoint").read_text("utf-8")

    keeps_yesterday(desk)
    size = Checkpoint.parse(split_note(note("a-log"))[0]).size
    newest = request(0, [], note("a-log"))
    status, line = post(newest)
    assert (status, line.startswith("— example.org/w ")) == (200, True)
    # Twice: the sender is told where the witness stands, and may ask from there as often as it likes.
    assert post(newest) == (409, f"{size}\n")
    again = request(size, [], note("a-log"))
    assert post(again) == post(again) == (200, line)
    # Out of order: what was signed before comes after.
    assert post(request(0, [], note("yesterday"))) == (409, f"{size}\n")
    assert post(request(size, [], note("yesterday"))) == (
        400,
        f"the older size {size} is above the size of the checkpoint, {desk.size('yesterday')}\n",
    )
    # Of somebody else, and of nobody.
    other = desk.key["b"].public.name
    assert post(request(0, [], note("b-log"))) == (404, f"this witness does not watch the log `{other}`\n")
    shape = "the request does not begin with a line `old` and a size, then hashes, a blank line, and a checkpoint\n"
    assert post("old -1\n\n") == post("nonsense") == (400, shape)
    forged = renewed(desk.key["a"]).sign(split_note(note("a-log"))[0])
    assert post(request(size, [], forged)) == (403, f"{NO_KEY}\n")


def test_a_choice_that_comes_twice_or_out_of_order_is_recorded_once_and_the_servers_order_counts(desk: Desk) -> None:
    pytest.importorskip("fastapi", reason="the pages need the extra `serve`; pip install sayso[serve]")
    from tests.http.conftest import BASE, Visitor

    from sayso.app.frontdesk import FrontDesk
    from sayso.app.http import create_app, links

    with open_house(desk.settings("a"), clock=desk.clock) as house:
        front = FrontDesk(house)
        ana, secret = people.account_of(house, "ana"), house.keys.session
        visitor = Visitor(create_app(front, secret=secret, base_url=BASE, secure=False, operator="Example Chat"))
        assert visitor.enter(links.mint(secret, ana, "person", at=front.now(), base_url=BASE, to="choice")).status_code == 303
        fields = visitor.fields(visitor.get("/me/choice").text, "/me/choice")

        def press(answer: str, key: str) -> tuple[int, str]:
            desk.clock.set(desk.clock.now() + timedelta(minutes=1))  # two answers at one instant refuse
            done = visitor.post("/me/choice", {**fields, "answer": answer}, idempotency_key=key)
            return done.status_code, done.headers.get("location", "")

        refused = press("refuse", "one")
        assert refused[0] == 303
        allowed = press("allow", "two")
        # The first one arrives again, after the second: it is told what it became then, and changes nothing.
        assert press("refuse", "one") == refused
        assert press("allow", "two") == allowed != refused
        assert house.past.answer(ana, "model_training") == "allow"
        # One key for two answers is a mistake of the sender's: nothing is recorded.
        assert press("allow", "one")[0] == 409
        assert len(front.choices(ana)) == 3


def test_a_file_that_is_made_to_keep_its_reader_busy_is_answered_at_once(desk: Desk) -> None:
    """Quotation marks inside a text once made a pattern look at all of it from each of them: hours for a file of 4 MB."""
    (desk.folder / "slow.json").write_bytes(b'{"a":"' + b'\\"' * 1_900_000 + b'"}')
    assert desk.types("verify", "slow.json")[1][0].startswith("does not hold: the file is no receipt")
    (desk.folder / "deep.json").write_bytes(b'{"format":"sayso/proof/v1","evidence":' + b"[" * 600 + b"]" * 600 + b"}")
    assert desk.types("verify", "deep.json")[1][0].endswith("damaged, nested too deep, or a name stands twice in it")

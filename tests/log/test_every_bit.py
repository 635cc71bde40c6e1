"""Any single bit that is changed in anything we hand out, publish or record is noticed: each format of today, over real objects."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from sayso import proofs
from sayso.app.clock import StoryClock
from sayso.app.house import create, open_house
from sayso.app.jobs import believing, build, certifying, court, deletion, holds, logs, people, promising, proving
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.errors import SaysoError
from sayso.facts.events import Scope
from sayso.proofs import Checkpoint, CosigningKey, VerifierKey, open_note, witnessed
from sayso.proofs.cosign import ML_DSA_44
from sayso.proofs.merkle import check_consistency
from sayso.proofs.notes import split_note
from sayso.proofs.witness import add_checkpoint, request

START = datetime(2025, 9, 1, 12, tzinfo=UTC)
AT = 1_760_000_000
BITS = 400
"""Bits tried of one object at most: one of each byte while there are so few, else so many, drawn."""
WITNESSES = (CosigningKey("example.org/w", bytes(range(32))), CosigningKey("example.org/q", bytes(range(32)), ML_DSA_44.byte))


class Town(Struct):
    """What one house hands out, by what it is; its public key; its folder; and a place to write to."""

    key: str
    folder: Path
    clock: StoryClock
    objects: dict[str, bytes]

    def verdict(self, raw: bytes, name: str = "object") -> proofs.Verdict:
        path = self.folder / "tried" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(raw)
        return proofs.verify(path, self.key)


def talk(house, name: str, number: int) -> None:
    turns = (
        Turn(id="1", role="user", parts=(Text("words"),), at=house.now()),
        Turn(id="2", role="assistant", parts=(Text("more"),), at=house.now(), origin="generated"),
    )
    item = Conversation(id=f"{name}-{number}", source="test", account=name, turns=turns)
    assert collect_all(house, "test", [item], Arrival(own=True)).conversations == 1


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("bits")
    clock, settings = StoryClock(START), Settings(data=folder / "data", keys=folder / "keys")
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        with house.writing() as work:
            for name in ("ana", "bo", "cy"):
                people.enrol(house, work, name, tier="pro", region="US")
        ana = people.account_of(house, "ana")
        said = people.choose(house, ana, "model_training", "allow").seq
        people.choose(house, people.account_of(house, "bo"), "model_training", "refuse")
        clock.set(clock.now() + timedelta(minutes=5))
        for name, number in (("ana", 1), ("ana", 2), ("bo", 1), ("cy", 1)):
            talk(house, name, number)
        build.build(house, "r1", "model_training")
        holds.place(house, "order", Scope(accounts=(people.account_of(house, "cy"),)), "a matter")
        logs.publish(house, folder / "public")
        one = sorted(house.present().of_account(ana))[0]
        told: dict[str, object] = {
            "receipt": people.receipt_of(house, ana, said),
            "proof of presence": proving.standing_of(house, "r1", "ana", one, "presence").proof,
            "proof of presence of several": proving.standing_of(house, "r1", "ana", None, "presence").proof,
            "proof of absence": proving.standing_of(house, "r1", "bo", None, "absence").proof,
            "report on a hold": court.report(house, "order"),
        }
        told["promise"] = promising.promised(house, ana, said)
        told["proof about an account"] = proving.anything_of(house, "r1", "ana", "presence").proof
        believing.renew(house)
        told["belief"] = believing.of_account(house, "ana")
        deletion.delete(house, conversation=one)
        told["certificate"] = certifying.certify(house, one)
        objects = {name: msgspec.json.encode(value) for name, value in told.items()}
        objects["tlog-proof"] = proving.choice(house, said).encode()
        objects["proof of a line"] = (house.folder / "releases" / "r1.proof.json").read_bytes()
        shutil.copytree(house.folder / "releases" / "r1", folder / "tried")
        shutil.copy(house.folder / "releases" / "r1.proof.json", folder / "tried" / "proof.json")
        objects["manifest"] = (folder / "tried" / "manifest.json").read_bytes()
        return Town(house.keys.signing.vkey(), folder, clock, objects)


def flips(raw: bytes) -> list[tuple[int, int]]:
    """Which bits to try, as byte and bit."""
    dice = random.Random(len(raw))
    if len(raw) <= BITS:
        return [(at, dice.randrange(8)) for at in range(len(raw))]
    return [(dice.randrange(len(raw)), dice.randrange(8)) for _ in range(BITS)]


def unnoticed(raw: bytes, holds_: Callable[[bytes], bool]) -> list[tuple[int, int, bytes]]:
    """The flips of *raw* that still hold."""
    assert holds_(raw)
    return [
        (at, bit, raw[max(0, at - 12) : at + 12])
        for at, bit in flips(raw)
        if holds_(raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :])
    ]


SIGNED = ["receipt", "promise", "certificate", "report on a hold", "manifest", "tlog-proof", "proof of a line"]
OF_ONE_PERSON = ["proof of presence", "proof of presence of several", "proof of absence", "proof about an account", "belief"]


@pytest.mark.parametrize("name", SIGNED)
def test_a_changed_bit_of_what_is_handed_out_is_refused(town: Town, name: str) -> None:
    where = "manifest.json" if name == "manifest" else "object"
    assert unnoticed(town.objects[name], lambda raw: town.verdict(raw, where).ok) == []
    if name == "manifest":
        (town.folder / "tried" / where).write_bytes(town.objects[name])


@pytest.mark.parametrize("name", OF_ONE_PERSON)
def test_a_changed_bit_of_a_proof_about_somebody_is_refused_or_speaks_of_nobody(town: Town, name: str) -> None:
    """The name of a conversation and the person's secret are theirs to say: changed, they are of nobody, who is in no release."""
    raw = town.objects[name]
    honest = town.verdict(raw).lines
    told = json.loads(raw)
    names = {told.get("conversation"), *(one["conversation"] for one in told.get("conversations", ()))} - {None}
    for at, bit, _ in unnoticed(raw, lambda tried: town.verdict(tried).ok):
        bent = raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]
        said, now = town.verdict(bent).lines, json.loads(bent)
        now_names = {now.get("conversation"), *(one["conversation"] for one in now.get("conversations", ()))} - {None}
        assert now["evidence"] == told["evidence"]
        assert now.get("release") == told.get("release")
        assert (now_names, now["blinding_secret"]) != (names, told["blinding_secret"])
        shown = [line for line in said if line.startswith("proves:") and (" is in " in line or "believed to say" in line)]
        shown = [line for line in shown if "nothing of it" not in line]
        assert all(line in honest for line in shown), (
            "nobody is shown to be in a release, or to have said something, who was not before"
        )


def test_a_changed_bit_of_a_checkpoint_or_a_cosignature_is_refused(town: Town) -> None:
    note = logs.checkpoint_in(town.folder / "public")
    key = VerifierKey.parse(town.key)
    text = split_note(note)[0]
    cosigned = note + "".join(one.cosign(text, AT) for one in WITNESSES)
    publics = [one.public for one in WITNESSES]

    def holds_(raw: bytes) -> bool:
        try:
            told = raw.decode()
            Checkpoint.parse(open_note(told, [key]).text)
            return len(witnessed(told, publics)) == len(publics)
        except (SaysoError, UnicodeDecodeError):
            return False

    assert unnoticed(cosigned.encode(), holds_) == []


def test_a_changed_bit_of_a_request_to_a_witness_is_not_cosigned(town: Town) -> None:
    note = logs.checkpoint_in(town.folder / "public")
    now = Checkpoint.parse(split_note(note)[0])
    settings = Settings(data=town.folder / "data", keys=town.folder / "keys")
    with open_house(settings, clock=town.clock, write=False) as house, house.reading() as conn:
        old = Checkpoint.parse(split_note(house.ledger.checkpoints(conn)[0])[0])
        proof = house.ledger.consistency(conn, old.size, size=now.size)
    assert check_consistency(old.size, now.size, old.root, now.root, proof)
    body, key = request(old.size, proof, note).encode(), VerifierKey.parse(town.key)

    def cosigned(raw: bytes) -> bool:
        try:
            return add_checkpoint(raw.decode(), {key.name: key}, {key.name: old}, WITNESSES[0], AT).status == 200
        except UnicodeDecodeError:
            return False

    assert unnoticed(body, cosigned) == []


def test_a_changed_bit_of_a_line_of_the_ledger_is_found(town: Town, tmp_path: Path) -> None:
    """Every column of a choice's line, and what stands for the lines as a whole: the edge of the tree, the checkpoints."""
    shutil.copytree(town.folder / "data", tmp_path / "data")
    database = sqlite3.connect(tmp_path / "data" / "sayso.db")
    fences = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    seq = database.execute("SELECT seq FROM ledger_events WHERE type = 'choice'").fetchone()[0]
    places = [("ledger_events", "seq", seq), ("ledger_head", "one", 1)]
    places += [("ledger_checkpoints", "size", database.execute("SELECT max(size) FROM ledger_checkpoints").fetchone()[0])]

    def check() -> list[str]:
        settings = Settings(data=tmp_path / "data", keys=tmp_path / "none")
        with open_house(settings, clock=town.clock, write=False, keys=False) as house, house.reading() as conn:
            return house.ledger.check(conn, [town.key])

    def put(table: str, column: str, key: str, row: int, value: object) -> bool:
        for name, _ in fences:
            database.execute(f"DROP TRIGGER {name}")
        try:
            database.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, row))
        except sqlite3.IntegrityError:
            return False  # the database itself refuses it
        finally:
            for _, sql in fences:
                database.execute(sql)
            database.commit()
        return True

    assert check() == []
    tried, missed, dice = 0, [], random.Random(7)
    for table, key, row in places:
        columns = [one[1] for one in database.execute(f"PRAGMA table_info({table})") if one[1] not in (key, "behind")]
        for column in columns:
            [value] = database.execute(f"SELECT {column} FROM {table} WHERE {key} = ?", (row,)).fetchone()
            if value is None:
                continue
            raw = value if isinstance(value, bytes) else str(value).encode()
            for at in dice.sample(range(len(raw)), min(5, len(raw))):
                bent = raw[:at] + bytes([raw[at] ^ 1 << dice.randrange(8)]) + raw[at + 1 :]
                changed: object = bent if isinstance(value, bytes) else bent.decode("latin-1")
                if isinstance(value, int):
                    changed = value ^ 1 << dice.randrange(8)
                if put(table, column, key, row, changed):
                    tried += 1
                    if not check():
                        missed.append((table, column, at))
                put(table, column, key, row, value)
    assert missed == []
    assert tried > 40
    assert check() == []


def test_no_format_is_left_out() -> None:
    """Whatever `sayso verify` knows by its name is among the objects whose bits are changed here."""
    known = {
        "sayso/receipt/v1": "receipt",
        "sayso/deletion/v1": "certificate",
        "sayso/release/v1": "manifest",
        "sayso/membership/v1": "proof of presence",
        "sayso/memberships/v1": "proof of presence of several",
        "sayso/hold-report/v1": "report on a hold",
        "sayso/promise/v1": "promise",
        "sayso/account-membership/v1": "proof about an account",
        "sayso/belief/v1": "belief",
        "sayso/proof/v1": "proof of a line",
        "c2sp.org/tlog-proof@v1": "tlog-proof",
    }
    folder = Path(proofs.__file__).parent
    # The forms of a receipt are not among them: tests/ledger/test_forms.py changes each of their bits.
    judged = re.findall(r"(?:kind ==|^   ) ([A-Z_]+):", (folder / "verify.py").read_text("utf-8"), re.M)
    text = "".join(path.read_text("utf-8") for path in sorted(folder.glob("*.py")))
    formats = {re.search(rf'^{name} = "([^"]+)"', text, re.M).group(1) for name in judged}  # type: ignore[union-attr]
    assert formats | {"c2sp.org/tlog-proof@v1"} == set(known)
    assert set(known.values()) <= set(SIGNED) | set(OF_ONE_PERSON)


def test_the_objects_are_what_their_names_say(town: Town) -> None:
    for name, raw in town.objects.items():
        assert town.verdict(raw, "manifest.json" if name == "manifest" else "object").ok, name
    formats = {name: json.loads(raw)["format"] for name, raw in town.objects.items() if raw[:1] == b"{"}
    assert formats["proof of presence"] == "sayso/membership/v1"
    assert formats["proof of absence"] == formats["proof of presence of several"] == "sayso/memberships/v1"

"""What goes wrong on a disk, planted in a real data folder one at a time: `sayso audit` finds just that, and names it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import create_engine

from sayso.app.jobs import deletion, logs, mend, people, recall, retention, sweep, unopening
from sayso.audit import KINDS
from sayso.facts.deeds import EpochTurned, OpeningsDestroyed, PersonsSet, PolicySet, Shredded
from sayso.facts.events import ChoiceMade, HoldPlaced, NoticeShown, Scope, TurnTaken
from sayso.facts.words import AccountId
from sayso.ledger.entries import SALT, body_of, leaf_of
from sayso.proofs import Checkpoint
from sayso.proofs.merkle import Frontier, leaf_hash
from sayso.vault.tables import ALL, row_digest

from .conftest import START, Home

pytestmark = pytest.mark.sqlite
Plant = Callable[[Home], None]


def sql(*statements: str, sums: bool = False) -> Plant:
    """Statements of somebody who holds the database; with *sums*, of one who read our code and mends the sums of the rows."""

    def plant(home: Home) -> None:
        with home.database() as database:
            for one in statements:
                assert database.execute(one).rowcount != 0, one
        if sums:
            engine = create_engine(f"sqlite:///{home.data / 'sayso.db'}")
            with engine.begin() as conn:
                for table in ALL:
                    for row in conn.execute(table.select()).mappings().all():
                        mine = [column == row[column.name] for column in table.primary_key.columns]
                        conn.execute(table.update().where(*mine).values(sum=row_digest(table, row)))
            engine.dispose()

    return plant


def file(path: str, raw: bytes | None) -> Plant:
    """A file that is taken away (`None`), made, or longer than it was."""

    def plant(home: Home) -> None:
        place = next(iter(sorted(home.folder.glob(path))), home.folder / path)
        if raw is not None:
            place.write_bytes((place.read_bytes() if place.exists() else b"") + raw)
        elif place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()

    return plant


def flipped(path: str) -> Plant:
    """A bit in the middle of a file, flipped."""

    def plant(home: Home) -> None:
        place = next(iter(sorted(home.folder.glob(path))))
        raw = bytearray(place.read_bytes())
        raw[len(raw) // 2] ^= 1
        place.write_bytes(raw)

    return plant


def of_ana(house, number: int):
    return list(house.past.of_account(people.account_of(house, "ana")))[number]


def said(kind: type, **fields: object) -> Plant:
    """A line that the operator's own program writes and signs, and nothing beside it."""

    def plant(home: Home) -> None:
        with home.open() as house, house.writing() as work:
            told = {name: value(house) if callable(value) else value for name, value in fields.items()}
            work.record([kind(**{"at": work.at, **told})])

    return plant


def ana(house):
    return people.account_of(house, "ana")


def shredded_while_kept(home: Home) -> None:
    """Everything is done as a shredding is done, before its time."""
    with home.open() as house:
        one = of_ana(house, 2)
        with house.writing() as work:
            house.vault.shred(work.conn, one)
            work.record([Shredded(at=work.at, conversation=one, why="somebody wished it")])
        house.vault.settle()
        for name in ("r1", "r2"):
            recall.recall(house, name)


def rewritten(home: Home) -> None:
    """The operator, who has every key, rewrites the past from its second line on and signs all of it anew."""
    with home.open() as house:
        signing = house.keys.signing
    with home.open(write=False, keys=False) as house, house.reading() as conn:
        entries = list(house.ledger.entries(conn))
        sizes = [Checkpoint.parse(note.partition("\n\n")[0] + "\n").size for note in house.ledger.checkpoints(conn)]
    edge, roots = Frontier(), {}
    with home.database() as database:
        for entry in entries:
            salt = b"x" * SALT if entry.seq == 2 else entry.salt
            leaf = leaf_of(salt, entry.seq, entry.recorded, body_of(entry.line))
            edge.append(leaf_hash(leaf))
            roots[entry.seq] = edge.root()
            database.execute("UPDATE ledger_events SET salt = ?, leaf = ? WHERE seq = ?", (salt, leaf, entry.seq))
        database.execute("UPDATE ledger_head SET frontier = ?", (edge.state(),))
        for size in sizes:
            note = signing.sign(Checkpoint(signing.name, size, roots[size]).body())
            database.execute("UPDATE ledger_checkpoints SET root = ?, note = ? WHERE size = ?", (roots[size], note, size))
    for proof in (home.data / "releases").glob("*.proof.json"):
        proof.unlink()
    for memory in ("seen.json", "deeds.jsonl"):
        (home.keys / memory).unlink()
    shutil.rmtree(home.folder / "public")
    with home.open() as house:
        mend.mend(house)
        logs.publish(house, home.folder / "public")


def two_releases(home: Home) -> None:
    shutil.copytree(home.data / "releases" / "r1", home.data / "releases" / "r9")


def deleted_again(home: Home) -> None:
    """What was shredded comes back from an old backup, key and all."""
    with home.open() as house:
        deletion.delete(house, conversation=of_ana(house, 2))
    before = home.data / "sayso.db"
    with sqlite3.connect(before) as database:
        key = database.execute("SELECT * FROM vault_keys").fetchall()
    home.clock.set(START + timedelta(days=100))
    with home.open() as house:
        sweep.sweep(house)
    with home.database() as database:
        for row in key:
            database.execute(f"INSERT OR IGNORE INTO vault_keys VALUES ({','.join('?' * len(row))})", row)


def instead(path: str, old: bytes, new: bytes) -> Plant:
    """Some bytes of a file, the first that fit, replaced by others of whatever length."""

    def plant(home: Home) -> None:
        place = home.folder / path
        raw = place.read_bytes()
        assert old in raw
        place.write_bytes(raw.replace(old, new, 1))

    return plant


def bo_in_the_lineage(home: Home) -> None:
    with home.open() as house:
        bo = list(house.past.of_account(people.account_of(house, "bo")))
        mine = of_ana(house, 2)
    place = home.data / "lineage" / "r2.jsonl"
    raw = place.read_bytes()
    assert mine.encode() in raw
    place.write_bytes(raw.replace(mine.encode(), bo[0].encode()))


def withdrawal_gone(home: Home) -> None:
    with home.open() as house:
        deletion.delete(house, conversation=of_ana(house, 2))
    newest = sorted((home.data / "releases" / "r2" / "revocations").iterdir())[-1]
    newest.unlink()


def left_long_ago(home: Home) -> None:
    with home.open() as house:
        deletion.delete(house, account=people.account_of(house, "bo"))
        retention.put_retention(house, evidence=0)
        home.clock.set(START + timedelta(days=100))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sweep, "unopen", lambda _: unopening.Unopened())
            assert sweep.sweep(house).forgotten == 1
    home.clock.set(START + timedelta(days=102))


def set_alone(home: Home) -> None:
    """The operator's own program puts the policy into force once more, past the jobs that would refuse."""
    with home.open() as house, house.writing() as work:
        now = house.policies_set(work.conn)[-1]
        work.record([PersonsSet(at=work.at, policy=2, by="olga", agreed="", why="nobody alone")])
        work.record([PolicySet(at=work.at, profile=now.profile, digest=now.digest)])


EMPTIED = "UPDATE ledger_events SET at = recorded, type = 'destroyed', account = NULL, conversation = NULL, body = x'', salt = x''"
PLANTED: list[tuple[str, set[str], Plant]] = [
    ("an old checkpoint was altered", {"log"}, sql("UPDATE ledger_checkpoints SET root = x'00' WHERE size = (SELECT min(size) FROM ledger_checkpoints)")),
    ("a line cannot be read", {"log", "uncheckable"}, sql("UPDATE ledger_events SET body = x'00' WHERE seq = 9")),
    ("a line is dated ahead", {"log_order"}, said(NoticeShown, at=START + timedelta(days=46, minutes=1), account=ana, purpose="model_training")),
    ("the past was rewritten and signed anew", {"past_changed"}, rewritten),
    ("a tile strangers read was altered", {"log_shown"}, flipped("public/tile/0/*/*")),
    ("the newest checkpoint is gone", {"log_unsigned"}, sql("DELETE FROM ledger_checkpoints WHERE size = (SELECT max(size) FROM ledger_checkpoints)")),
    ("a row of the vault was altered", {"vault"}, sql("UPDATE vault_holds SET sum = 'x'")),
    ("a key is gone", {"lost", "vault"}, sql("DELETE FROM vault_keys WHERE conversation = (SELECT min(conversation) FROM vault_keys)")),
    ("a key nobody recorded", {"unknown", "vault"}, sql("INSERT INTO vault_keys SELECT 'c_x', account, wrapped, sum FROM vault_keys LIMIT 1", sums=True)),
    ("a key was swapped", {"changed"}, sql("UPDATE vault_keys SET wrapped = randomblob(60) WHERE conversation = (SELECT min(conversation) FROM vault_keys)", sums=True)),
    ("a turn was never sealed", {"turns"}, said(TurnTaken, account=ana, conversation=lambda house: of_ana(house, 2))),
    ("a destroyed key came back", {"key_left", "vault"}, deleted_again),
    ("shredded while it was kept", {"shredded_early"}, shredded_while_kept),
    ("the sweep never came", {"overdue", "words_left"}, lambda home: home.clock.set(START + timedelta(days=100))),
    ("withdrawn rows were never emptied", {"words_left"}, lambda home: home.clock.set(START + timedelta(days=50))),
    ("looked at too late", {"schedule"}, sql("UPDATE vault_conversations SET next_change_at = next_change_at + 1 WHERE state = 'live' AND next_change_at > 0", sums=True)),
    ("deleted and shown", {"visibility"}, sql("UPDATE vault_conversations SET state = 'live' WHERE state = 'hidden'", sums=True)),
    ("a hold in the ledger alone", {"hold"}, said(HoldPlaced, hold="order-2", scope=Scope(accounts=(AccountId("nobody"),)))),
    ("a turn of the epoch nobody made", {"epoch"}, said(EpochTurned, epoch="9", previous="1", accounts=0, rekeyed=0, destroyed=True)),
    ("the policy was edited", {"policy", "uncheckable"}, file("data/policies/*.toml", b"\n# edited\n")),
    ("two officers were asked for, and one set it alone", {"policy_alone"}, set_alone),
    ("a notice is gone", {"notice"}, file("data/notices/*.json", None)),
    ("a release is gone", {"release_missing"}, file("data/releases/r1", None)),
    ("a release under another name", {"release_unknown"}, two_releases),
    ("a shard was altered", {"release_files"}, flipped("data/releases/r2/data/*")),
    ("a manifest says another time", {"release_changed", "release_files", "release_pin"}, instead("data/releases/r2/manifest.json", b'"at":"2025-10-17', b'"at":"2025-10-16')),
    ("a manifest counts other reasons", {"release_changed", "release_files", "release_counts"}, instead("data/releases/r2/manifest.json", b'"left_out":{', b'"left_out":{"a whim":1,')),
    ("a manifest counts one less", {"release_changed", "release_files", "release_omitted"}, instead("data/releases/r2/manifest.json", b'"left_out":{', b'"left_out":{"a whim":-1,')),
    ("a manifest names another policy", {"release_changed", "release_files", "release_policy"}, instead("data/releases/r2/manifest.json", b'"policy_digest":"', b'"policy_digest":"0')),
    ("the lineage names Bo", {"release_denied", "release_lineage", "release_omitted", "recall_missing"}, bo_in_the_lineage),
    ("Ana refused and nothing was recalled", {"recall_missing", "schedule"}, said(ChoiceMade, account=ana, purpose="model_training", say="refuse")),
    ("the newest withdrawal is gone", {"recall_changed", "recall_missing"}, withdrawal_gone),
    ("Ana is here, and a line says she is destroyed", {"opening_lost"}, said(OpeningsDestroyed, accounts=lambda house: (ana(house),), lines=(), conversations=0)),
    ("what Bo refused was emptied", {"opening_lost"}, sql(f"{EMPTIED} WHERE seq = (SELECT max(seq) FROM ledger_events WHERE type = 'choice')")),
    ("a line says that one is gone which is there", {"opening_left"}, said(OpeningsDestroyed, accounts=(), lines=((1, 1),), conversations=0)),
    ("Bo left long ago, and no sweep came", {"opening_left"}, left_long_ago),
    ("somebody made a copy", {"file_unknown"}, file("data/copy.db", b"x")),
]  # fmt: skip


@pytest.mark.parametrize(("what", "kinds", "plant"), PLANTED, ids=[what for what, *_ in PLANTED])
def test_what_was_planted_is_found_and_named(home: Home, what: str, kinds: set[str], plant: Plant) -> None:
    plant(home)
    assert home.kinds() == kinds, what


def test_every_kind_is_planted_in_a_real_folder_too() -> None:
    """Some come with another one here; test_mutations has each kind alone, in memory."""
    assert set(KINDS) == {kind for _, kinds, _ in PLANTED for kind in kinds}

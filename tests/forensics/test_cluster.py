"""The two searches over a house whose ledger and index lie in PostgreSQL: every byte of the server, while it runs and after it stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests import postgres
from tests.postgres import Server

from sayso.app.settings import Settings

from .cluster import Cluster
from .hunting import Hunt
from .life import LOST, Life, Planted
from .test_keys import DRAWN_FOR, GONE, LIVING, targets
from .thief import Remembered, Thief, bytes_of, keys_in


class Served(Life):
    """A life whose backups hold the server's bytes as well, as a copy of its disk would: the cluster remembers them."""

    cluster: Cluster
    database: str
    wrapped: tuple[bytes, ...] = ()
    """The keys of what is deleted in this life, as they lay wrapped in their rows."""

    def backup(self, name: str) -> None:
        super().backup(name)
        if name == "before":
            admin = self.cluster.server.admin
            mine = ", ".join(f"'{self.ids[key]}'" for key in LOST)
            self.wrapped = tuple(
                row[0] for row in admin(f"SELECT wrapped FROM vault_keys WHERE conversation IN ({mine})", self.database)
            )
        self.cluster.pieces()

    def upkeep(self, *commands: str) -> None:
        """What an operator's server does by itself: statistics, vacuum, checkpoints."""
        for command in commands:
            self.cluster.server.admin(command, self.database)


@pytest.fixture
def served(tmp_path: Path, planted: Planted, remembered: Remembered, server: Server) -> Served:
    address = server.new()
    server.admin("CHECKPOINT")
    life = Served(tmp_path / "life", planted, remembered)
    life.settings = Settings(data=life.folder / "data", keys=life.folder / "data.keys", database=address)
    life.database = f"house_{server.count}"
    life.cluster = Cluster(server, life.database)
    return life


def test_no_byte_of_the_server_holds_a_word_and_after_the_turn_none_opens_what_was_deleted(
    served: Served, planted: Planted, remembered: Remembered, temporary: Path
) -> None:
    hunt, looks = Hunt(planted.all()), list[str]()

    tables = ("ledger_events", "vault_accounts", "vault_keys", "vault_blocks", "vault_conversations", "vault_held")

    def look(when: str) -> None:
        if when in ("while an enrolment is open", "after the choices", "after the beginning"):
            return  # the same bytes are there at the next look, since nothing here is overwritten
        served.upkeep(f"ANALYZE {', '.join(tables)}")  # statistics keep samples of what is in a column, and outlive the row
        raws = served.cluster.fresh()
        assert [(name, sorted(found)) for name, raw in raws.items() if (found := hunt.found(raw))] == [], when
        if when in ("after the import", "after the turn"):
            assert hunt.found(b"\0".join(served.cluster.unpacked())) == set(), when
        assert hunt.in_files(served.folder / "data", served.folder / "data.keys", temporary) == [], when
        looks.append(when)

    house = served.live(look, releases=False)
    master = bytes.fromhex((served.settings.keys / "master.key").read_text())
    # (1) Before the turn: the server's own dead rows and its log are a backup that nobody asked for, and open it all.
    served.upkeep("VACUUM vault_keys, vault_accounts", "CHECKPOINT")
    keys = keys_in(served.settings.keys)
    before = Thief(
        [*served.cluster.pieces(), *bytes_of(served.settings.data)], keys, targets(served, remembered, master)
    ).open_all()
    keys_gone = {one for one in GONE if one.startswith("key")} | {"name of cy", "name of dee"}
    assert (keys_gone | LIVING) - before == set(), "the attack opens what can be opened"
    # (2) After it: the same bytes are still there, and all that the server ever kept, and every key that is left.
    served.turn(house, look)
    house.close()
    served.upkeep("VACUUM vault_keys, vault_accounts", "CHECKPOINT", "SELECT pg_switch_wal()")
    files = [*served.cluster.pieces(), *bytes_of(served.folder, temporary)]
    assert len(served.wrapped) == len(LOST)
    assert all(any(key in raw for raw in files) for key in served.wrapped), (
        "keys of what was deleted lie about, wrapped: that is the trap"
    )
    after = Thief(files, keys_in(served.settings.keys), targets(served, remembered, master)).open_all()
    assert after & GONE == set()
    assert LIVING - after == set(), "what lives is opened by the same attack"
    # (3) No lost key lies there plainly, in no form, nor the old master key.
    lost = remembered.of(*DRAWN_FOR) | {"the old master key": master}
    assert Hunt(lost).found(b"\0".join(files)) == set()
    assert len(looks) == 4


class Kept:
    """What an operator keeps of a server: base backups, the archive of its log, and a replica that follows it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.archive = server.folder / "archive"

    def back_up(self, name: str, *more: str) -> Path:
        to = self.server.folder / name
        reach = ("-h", str(self.server.folder), "-U", "sayso", "-D", str(to), "-c", "fast", "-X", "stream", *more)
        self.server.run(f"{self.server.binaries}/pg_basebackup", *reach)
        return to

    @contextmanager
    def followed(self) -> Iterator[Server]:
        """A replica, made now, that follows until the block ends."""
        data = self.back_up("replica/data", "-R")
        data.chmod(0o700)
        options = f"-c listen_addresses='' -c unix_socket_directories={data.parent} -c archive_mode=off"
        pg_ctl = (f"{self.server.binaries}/pg_ctl", "-D", str(data), "-w")
        self.server.run(*pg_ctl, "-l", f"{data.parent}/log", "-o", options, "start")
        try:
            yield Server(data.parent, self.server.binaries)
        finally:
            self.server.run(*pg_ctl, "-m", "fast", "stop")

    def settled(self, replica: Server) -> None:
        """Return once what was written so far lies in the archive, and the replica has it."""
        ends, name = self.server.admin("SELECT lsn, pg_walfile_name(lsn) FROM pg_switch_wal() AS lsn")[0]
        for server, asked in (
            (self.server, f"SELECT coalesce(max(last_archived_wal), '') >= '{name}' FROM pg_stat_archiver"),
            (replica, f"SELECT pg_last_wal_replay_lsn() >= '{ends}'"),
        ):
            until = time.monotonic() + 60
            while not server.admin(asked)[0][0]:
                assert time.monotonic() < until, "neither archived nor followed"
                time.sleep(0.05)
        replica.admin("CHECKPOINT")


def test_backups_an_archive_of_the_log_and_a_replica_open_what_was_deleted_before_the_turn_and_not_after(
    tmp_path: Path, planted: Planted, remembered: Remembered
) -> None:
    """What an operator keeps on purpose is searched as what the server keeps by itself: taken before the turn, and after it."""
    with postgres.running(archived=True) as server:
        life = Served(tmp_path / "life", planted, remembered)
        server.admin("CHECKPOINT")
        address = server.new()
        life.settings = Settings(data=life.folder / "data", keys=life.folder / "data.keys", database=address)
        life.database = f"house_{server.count}"
        life.cluster, kept, hunt = Cluster(server, life.database), Kept(server), Hunt(planted.all())
        house = life.live(lambda _: None, releases=False)
        master = bytes.fromhex((life.settings.keys / "master.key").read_text())
        before = kept.back_up("before")
        with kept.followed() as replica:
            # (1) Before the turn they open what was deleted, with the living keys: each holds all keys of it, wrapped.
            kept.settled(replica)
            places = {"backup": before, "archive": kept.archive, "replica": replica.folder / "data"}
            copies = {name: life.cluster.copied(place) for name, place in places.items()}
            assert len(life.wrapped) == len(LOST)
            assert [name for name, raws in copies.items() if not all(any(key in raw for raw in raws) for key in life.wrapped)] == []
            files = [*life.cluster.copied(kept.archive), *bytes_of(life.settings.data)]
            opened = Thief(files, keys_in(life.settings.keys), targets(life, remembered, master)).open_all()
            assert {one for one in GONE if one.startswith("key")} - opened == set(), "the attack opens what can be opened"
            # (2) After it all of them together, and those made since, open what lives and nothing else.
            life.turn(house, lambda _: None)
            house.close()
            kept.settled(replica)
            places["later backup"] = kept.back_up("after")
            pieces = [*life.cluster.copied(*places.values()), *bytes_of(life.folder)]
        after = Thief(pieces, keys_in(life.settings.keys), targets(life, remembered, master)).open_all()
        assert after & GONE == set()
        assert LIVING - after == set(), "what lives is opened by the same attack"
        # (3) No word lies in any of them, and no lost key plainly, nor the old master key.
        everything = b"\0".join(pieces)
        assert hunt.found(everything) == set()
        assert Hunt(remembered.of(*DRAWN_FOR) | {"the old master key": master}).found(everything) == set()


@pytest.mark.parametrize("where", ["a row", "a deleted row", "statistics", "a compressed value", "the server's log"])
def test_the_search_finds_what_a_server_keeps(served: Served, planted: Planted, where: str) -> None:
    """Each place that PostgreSQL writes to is one that the search reads."""
    secret = planted.names["ana"]
    admin, cluster = served.cluster.server.admin, served.cluster
    hunt = Hunt({"name of ana": secret})
    assert not any(hunt.found(raw) for raw in cluster.fresh().values())
    admin("CREATE TABLE plain (name text)", served.database)
    if where == "a compressed value":
        long = f"{'so it begins, and goes on and on. ' * 100}{secret}{' and so it ends' * 200}"
        admin(f"INSERT INTO plain VALUES ('{long}')", served.database)
        admin("DELETE FROM plain", served.database)
        admin("CHECKPOINT")
        assert any(hunt.found(raw) for raw in cluster.unpacked())
        return
    if where == "the server's log":
        with pytest.raises(Exception, match="no_such_table"):
            admin(f"SELECT '{secret}' FROM no_such_table")
    else:
        admin(f"INSERT INTO plain SELECT '{secret}' FROM generate_series(1, 300)", served.database)
        admin("ANALYZE" if where == "statistics" else "CHECKPOINT", served.database)
    if where in ("a deleted row", "statistics"):
        admin("TRUNCATE plain" if where == "statistics" else "DELETE FROM plain", served.database)
    admin("CHECKPOINT")
    found = [name for name, raw in cluster.fresh().items() if hunt.found(raw)]
    expected = {"a row": "base/", "a deleted row": "base/", "statistics": "base/", "the server's log": "log"}[where]
    assert any(expected in name for name in found), found

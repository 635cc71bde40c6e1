"""The log's files grow with the ledger, hold after every crash, and give away a past that was changed."""

from __future__ import annotations

import http.client
import os
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from sayso.app import logserver
from sayso.app.jobs import logs, people, strangers, witnessing
from sayso.app.mark import read_mark
from sayso.facts.errors import Broken, SaysoError, Unfit
from sayso.proofs import Checkpoint, CosigningKey, SigningKey
from sayso.proofs.notes import split_note
from sayso.proofs.tiles import check_files
from sayso.proofs.witness import request

WITNESS = CosigningKey("example.org/w1", bytes(range(32)))
AT = 1_760_000_000


@pytest.fixture
def public(tmp_path: Path) -> Path:
    return tmp_path / "public"


def key(house) -> str:
    return str(read_mark(house.folder)["log_key"])


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def problems(folder: Path, house, **more) -> tuple[str, ...]:
    return strangers.check_log(folder, key(house), **more).problems


def test_what_is_added_bit_by_bit_is_what_is_written_at_once(house, grow, public, tmp_path):
    before = 0
    for size in (20, 21, 255, 256, 257, 511, 700, 1025):
        grow(size)
        done = logs.publish(house, public)
        assert (done.size, done.before) == (size, before)
        assert problems(public, house) == ()
        before = size
    again = files(public)
    assert logs.publish(house, public).files == 0
    assert files(public) == again
    logs.publish(house, tmp_path / "anew")
    anew = files(tmp_path / "anew")
    assert {path: raw for path, raw in again.items() if path in anew} == anew
    assert not [path for path in again if path.startswith("tile/0/000.p/")], "a partial tile goes once its full one is there"


def test_the_files_say_nothing_of_anybody(house, grow, public):
    grow(30)
    logs.publish(house, public)
    raw = b"".join(files(public).values())
    with house.reading() as conn:
        entries = list(house.ledger.entries(conn))
    assert len(raw) == 30 * 34 + 30 * 32 + len((public / "checkpoint").read_bytes())
    for entry in entries:
        assert entry.leaf in raw
        assert entry.salt not in raw
    assert b"ana" not in raw


@pytest.mark.parametrize("step", range(14))
def test_whoever_stops_it_at_any_file_leaves_a_log_that_holds(house, grow, public, monkeypatch, step):
    grow(300)
    logs.publish(house, public)
    grow(1300)
    real, left = Path.replace, [step]

    def stop(self, target):
        if left[0] == 0:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(self, target)

    monkeypatch.setattr(Path, "replace", stop)
    try:
        logs.publish(house, public)
        finished = True
    except KeyboardInterrupt:
        finished = False
    monkeypatch.undo()
    shown = strangers.check_log(public, key(house))
    assert shown.problems == ()
    assert shown.size == (1300 if finished else 300)
    assert finished is (step >= 12)
    assert logs.publish(house, public).size == 1300
    assert problems(public, house) == ()
    assert not [name for name in files(public) if "/." in name or name.startswith(".")]


def test_a_first_writing_that_was_stopped_is_taken_up(house, grow, public, monkeypatch):
    grow(300)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(Broken, match="no space left"):
        logs.publish(house, public)
    monkeypatch.undo()
    with pytest.raises(Unfit, match="no checkpoint"):
        strangers.check_log(public, key(house))
    assert logs.publish(house, public).size == 300
    assert problems(public, house) == ()


def test_a_folder_of_other_things_is_left_alone(house, public):
    public.mkdir()
    (public / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(Unfit, match=r"holds other things, such as `holiday\.jpg`"):
        logs.publish(house, public)
    with pytest.raises(Unfit, match="outside the data folder"):
        logs.publish(house, house.folder / "log")
    assert files(public) == {"holiday.jpg": b"x"}


def test_a_log_of_another_house_or_ahead_of_ours_is_not_written_over(house, grow, public, tmp_path):
    grow(30)
    logs.publish(house, public)
    before = files(public)
    note = before["checkpoint"].decode()
    told = Checkpoint.parse(split_note(note)[0])
    stranger = SigningKey("example.net/other", bytes(32))
    (public / "checkpoint").write_text(stranger.sign(told.body()), "utf-8")
    with pytest.raises(Unfit, match="no signature of the key"):
        logs.publish(house, public)
    own = SigningKey.load((house.settings.keys / "signing.key").read_text())
    for other in (
        Checkpoint(told.origin, 31, told.root),
        Checkpoint(told.origin, 30, b"x" * 32),
        Checkpoint(told.origin, 12, b"x" * 32),
    ):
        (public / "checkpoint").write_text(own.sign(other.body()), "utf-8")
        with pytest.raises(Broken, match="nothing was written"):
            logs.publish(house, public)
    assert {**files(public), "checkpoint": note.encode()} == before


def test_tiles_that_were_altered_are_not_built_upon(house, grow, public):
    grow(300)
    logs.publish(house, public)
    path = public / "tile/1/000.p/1"
    path.write_bytes(b"x" * 32)
    grow(600)
    with pytest.raises(Broken, match="do not give the root"):
        logs.publish(house, public)
    assert Checkpoint.parse(split_note((public / "checkpoint").read_text("utf-8"))[0]).size == 300


def test_a_receipt_is_found_in_the_log_and_another_is_not(house, grow, public, tmp_path):
    ana = people.account_of(house, "ana")
    entry = people.choose(house, ana, "model_training", "allow")
    receipt = tmp_path / "receipt.json"
    import msgspec

    receipt.write_bytes(msgspec.json.encode(people.receipt_of(house, ana, entry.seq)))
    logs.publish(house, public)
    assert problems(public, house, receipts=[receipt]) == ()
    later = people.choose(house, ana, "model_training", "refuse")
    receipt.write_bytes(msgspec.json.encode(people.receipt_of(house, ana, later.seq)))
    assert "not in the log yet" in problems(public, house, receipts=[receipt])[0]
    logs.publish(house, public)
    assert problems(public, house, receipts=[receipt]) == ()
    receipt.write_bytes(receipt.read_bytes().replace(b'"refuse"', b'"allow"'))
    assert "does not hold" in problems(public, house, receipts=[receipt])[0]
    receipt.write_bytes(b"{}")
    assert problems(public, house, receipts=[receipt])


def other_past(house, folder: Path, size: int) -> Path:
    """The same house, whose operator rewrites line 6 and everything after it, and signs it with the same key."""
    from sayso.proofs import merkle
    from sayso.proofs.tiles import bundle

    with house.reading() as conn:
        leaves = [entry.leaf for entry in house.ledger.entries(conn)][:size]
    leaves[5] = b"another past, in thirty-two bytes"[:32]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    own = SigningKey.load((house.settings.keys / "signing.key").read_text())
    for kind, raw in (("entries", bundle(leaves)), ("0", b"".join(hashes))):
        path = folder / "tile" / kind / "000.p" / str(size)
        path.parent.mkdir(parents=True)
        path.write_bytes(raw)
    (folder / "checkpoint").write_text(own.sign(Checkpoint(own.name, size, merkle.root(hashes)).body()), "utf-8")
    return folder


def test_two_people_are_shown_two_pasts_and_the_witness_catches_it(house, grow, public, tmp_path):
    grow(40)
    logs.publish(house, public)
    for_bo = other_past(house, tmp_path / "for-bo", 40)
    # Each log, alone, is whole and signed.
    assert problems(public, house) == problems(for_bo, house) == ()
    state = tmp_path / "witness" / "seen.json"
    assert witnessing.cosign(public, state, WITNESS, AT, log=key(house)).status == 200
    answer = witnessing.cosign(for_bo, state, WITNESS, AT, log=None)
    assert answer.status == 422
    assert "the past was changed or split" in answer.why
    # Ana finds the witness on her checkpoint, Bo does not; and what he was shown is kept as evidence.
    wanted = [WITNESS.public.text()]
    assert problems(public, house, witnesses=wanted) == ()
    assert "did not cosign" in problems(for_bo, house, witnesses=wanted)[0]
    assert (tmp_path / "witness" / "seen.json.refused-40").read_bytes() == (for_bo / "checkpoint").read_bytes()
    # Comparing checkpoints finds it too, without a witness.
    assert "no beginning of this log" in problems(for_bo, house, remembered=[public / "checkpoint"])[0]


def test_a_log_that_goes_on_is_cosigned_again_and_one_that_shrank_is_not(house, grow, public, tmp_path):
    state = tmp_path / "witness" / "seen.json"
    grow(300)
    logs.publish(house, public)
    old = tmp_path / "yesterday"
    shutil.copytree(public, old)
    witnessing.cosign(public, state, WITNESS, AT, log=key(house))
    grow(900)
    logs.publish(house, public)
    for _ in range(2):
        assert witnessing.cosign(public, state, WITNESS, AT + 60, log=None).status == 200
    shown = strangers.check_log(public, key(house), remembered=[old / "checkpoint"], witnesses=[WITNESS.public.text()])
    assert shown.problems == ()
    assert shown.witnesses == {"example.org/w1": AT + 60}
    assert (public / "checkpoint").read_text("utf-8").count("example.org/w1") == 1
    answer = witnessing.cosign(old, state, WITNESS, AT, log=None)
    assert (answer.status, answer.body) == (409, "900\n")
    assert "went backwards" in problems(old, house, remembered=[public / "checkpoint"])[0]
    assert logs.publish(house, public).files == 0
    assert "example.org/w1" in (public / "checkpoint").read_text("utf-8"), "writing nothing new keeps the cosignature"


def test_a_witness_remembers_before_it_answers(house, grow, public, tmp_path, monkeypatch):
    grow(30)
    logs.publish(house, public)
    state = tmp_path / "witness" / "seen.json"
    before = (public / "checkpoint").read_bytes()
    monkeypatch.setattr(witnessing, "put", lambda path, raw: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="space"):
        witnessing.cosign(public, state, WITNESS, AT, log=key(house))
    assert (public / "checkpoint").read_bytes() == before
    monkeypatch.undo()
    real, written = witnessing.put, []
    monkeypatch.setattr(witnessing, "put", lambda path, raw: (written.append(path.name), real(path, raw)))
    assert witnessing.cosign(public, state, WITNESS, AT, log=key(house)).status == 200
    assert written == ["seen.json", "checkpoint"]


def test_a_witness_without_its_memory_or_its_key_does_not_go_on(house, grow, public, tmp_path):
    grow(30)
    logs.publish(house, public)
    state, secret = tmp_path / "witness" / "seen.json", tmp_path / "witness" / "secret.key"
    with pytest.raises(Unfit, match="name its public key with --log"):
        witnessing.cosign(public, state, WITNESS, AT, log=None)
    with pytest.raises(Unfit, match="apart from the log"):
        witnessing.cosign(public, public / "seen.json", WITNESS, AT, log=key(house))
    made = witnessing.witness_key(secret, "w", lambda count: b"7" * count, new=True)
    assert witnessing.witness_key(secret, "other", lambda count: b"8" * count, new=True).public == made.public
    assert secret.stat().st_mode & 0o77 == 0
    with pytest.raises(Broken, match="restore it"):
        witnessing.witness_key(tmp_path / "gone", "w", lambda count: b"7" * count, new=False)
    witnessing.cosign(public, state, WITNESS, AT, log=key(house))
    with pytest.raises(Unfit, match="under another key"):
        witnessing.cosign(public, state, WITNESS, AT, log=SigningKey(house.keys.signing.name, bytes(32)).vkey())
    for bent in (b"", b"{}", b'{"format":"sayso/witness/v1","logs":7}', state.read_bytes()[:-3]):
        state.write_bytes(bent)
        with pytest.raises(Broken, match="a witness that forgets can be deceived"):
            witnessing.cosign(public, state, WITNESS, AT, log=key(house))


def test_a_ledger_with_a_hole_is_not_published(house, grow, public):
    grow(30)
    with sqlite3.connect(house.folder / "sayso.db") as raw:
        names = [
            row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_events'")
        ]
        for name in names:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE ledger_events SET leaf = x'00' WHERE seq = 17")
    with pytest.raises(SaysoError, match="line 17 has no commitment"):
        logs.publish(house, public)
    assert not (public / "checkpoint").exists()


def test_the_log_is_served_and_nothing_else(house, grow, public):
    grow(300)
    logs.publish(house, public)
    (public / "tile" / "secret").write_text("not of the log")
    (public / "tile" / "0" / "007").symlink_to(house.settings.keys / "signing.key")
    with logserver.server(public, 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            asked = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)

            def get(path: str, verb: str = "GET") -> http.client.HTTPResponse:
                asked.request(verb, path)
                return asked.getresponse()

            def fetched(path: str) -> bytes:
                answer = get(f"/{path}")
                raw = answer.read()
                if answer.status != 200:
                    raise Unfit(path)
                return raw

            answer = get("/checkpoint")
            assert answer.read() == (public / "checkpoint").read_bytes()
            assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("text/plain; charset=utf-8", "no-cache")
            answer = get("/tile/0/000")
            assert answer.headers["Content-Type"] == "application/octet-stream"
            assert "immutable" in answer.headers["Cache-Control"]
            assert len(answer.read()) == 8192
            answer = get("/checkpoint", "HEAD")
            assert (answer.status, answer.read()) == (200, b"")
            told = Checkpoint.parse(split_note(fetched("checkpoint").decode("utf-8"))[0])
            assert list(check_files(fetched, told)) == []
            for path in (
                "/",
                "/tile/secret",
                "/tile/0/007",
                "/../data/sayso.db",
                "/tile/0/../secret",
                "/%2e%2e/data",
                "//etc/passwd",
                "/tile/0",
            ):
                answer = get(path)
                assert (answer.status, answer.read()) == (404, b"no such file of the log\n"), path
            answer = get("/checkpoint", "PUT")
            assert answer.status == 501
        finally:
            server.shutdown()


def test_a_witness_answers_over_http_and_never_two_pasts(house, grow, public, tmp_path):
    grow(40)
    logs.publish(house, public)
    other_past(house, tmp_path / "for-bo", 40)
    state = tmp_path / "witness" / "seen.json"
    with logserver.witness_server(lambda body: witnessing.answer(body, state, WITNESS, AT, log=key(house)), 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:

            def post(body: bytes, path: str = "/add-checkpoint", **headers: str) -> tuple[int, str, bytes]:
                asked = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
                asked.request("POST", path, body, headers)
                answer = asked.getresponse()
                return answer.status, answer.headers["Content-Type"], answer.read()

            def shown(folder: Path, old: int) -> bytes:
                return request(old, [], logs.checkpoint_in(folder)).encode()

            # Many ask at once; whoever is cosigned is cosigned for one past.
            answers: list[tuple[int, str, bytes]] = []
            asking = [
                threading.Thread(target=lambda folder=folder: answers.append(post(shown(folder, 0))))
                for folder in [public, tmp_path / "for-bo"] * 5
            ]
            for one in asking:
                one.start()
            for one in asking:
                one.join(60)
            assert sorted(status for status, _, _ in answers) == [200] + [409] * 9
            assert {(kind, raw) for status, kind, raw in answers if status == 409} == {("text/x.tlog.size", b"40\n")}
            assert sorted(post(shown(folder, 40))[0] for folder in (public, tmp_path / "for-bo")) == [200, 422]
            assert post(b"\xff")[0] == post(b"")[0] == 400
            assert post(b"", "/elsewhere")[0] == 404
            assert post(b"x", **{"Content-Length": "99999999999"})[0] == 400
            state.write_bytes(b"{}")
            assert post(shown(public, 40))[0] == 500
        finally:
            server.shutdown()

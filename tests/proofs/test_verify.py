"""Whatever file is handed to it, `verify` answers: a release that is what the log says, or one line on why not."""

import hashlib
import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.facts.canonical import canonical
from sayso.proofs import Checkpoint, CosigningKey, SigningKey, merkle, verify
from sayso.proofs.evidence import PROOF, evidence
from sayso.proofs.manifest import MANIFEST

KEY = SigningKey("example.com/log", bytes(range(32)))
SALT = b"s" * 32


def logged(line: dict[str, object], key: SigningKey = KEY) -> dict[str, object]:
    """The proof of *line* in a log of three."""
    text = canonical({"line": line, "recorded": "2025-10-08T12:00:00Z", "seq": 2})
    leaves = [merkle.leaf_hash(b"1"), merkle.leaf_hash(hashlib.sha256(SALT + text).digest()), merkle.leaf_hash(b"3")]
    note = key.sign(Checkpoint("example.com/log", 3, merkle.root(leaves)).body())
    return {"format": PROOF, "evidence": evidence(text, SALT, merkle.inclusion(leaves, 1), note)}


@pytest.fixture
def folder(tmp_path):
    """A release as it is handed on: manifest, proof, and two of its three files."""
    files = {"data/train-00000.jsonl": b"{}\n", "README.md": b"# card\n", "lineage.jsonl": b"inside\n"}
    for name, raw in files.items():
        if name != "lineage.jsonl":
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(raw)
    manifest = {
        "format": MANIFEST, "plan": {"name": "r1", "purpose": "model_training", "pin": 1}, "rows": 1, "root": "ab" * 32, "lineage": "cd" * 32,
        "files": [{"path": name, "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()} for name, raw in files.items()],
    }  # fmt: skip
    write(tmp_path, manifest)
    return tmp_path


def write(folder, manifest, **line):
    raw = canonical(manifest)
    (folder / "manifest.json").write_bytes(raw)
    told = {
        "type": "released", "at": "2025-10-08T12:00:00Z", "release": "r1", "purpose": "model_training", "pin": 1, "rows": 1,
        "root": "ab" * 32, "lineage": "cd" * 32, "manifest": hashlib.sha256(raw).hexdigest(), **line,
    }  # fmt: skip
    (folder / "proof.json").write_bytes(canonical(logged(told)))


def check(folder):
    return verify(folder / "manifest.json", KEY.vkey())


def test_a_release_that_is_what_the_log_says_holds(folder):
    verdict = check(folder)
    assert verdict.ok, verdict
    assert "2 of 3 listed files lie here and are unchanged; 1 do not lie here" in verdict.lines[1]
    assert verdict.lines[-1].startswith("does not prove")
    assert verify(str(folder / "proof.json"), KEY.vkey()).ok


def test_a_manifest_without_its_proof_or_with_another_proves_nothing(folder):
    whole = (folder / "proof.json").read_bytes()
    (folder / "proof.json").unlink()
    assert "no `proof.json` lies beside" in check(folder).lines[0]
    (folder / "proof.json").write_bytes(whole.replace(b"released", b"recalled"))
    assert not check(folder).ok
    (folder / "proof.json").write_bytes(canonical(logged({"type": "swept"})))
    assert "not of a release" in check(folder).lines[0]


def test_a_manifest_or_file_that_was_altered_does_not_hold(folder):
    (folder / "README.md").write_bytes(b"# Card\n")
    assert "`README.md` was altered" in check(folder).lines[0]
    (folder / "README.md").write_bytes(b"# card\n")
    assert check(folder).ok
    raw = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").write_bytes(raw.replace(b'"rows":1', b'"rows":2'))
    assert "not the one the log names" in check(folder).lines[0]


def test_the_proof_may_also_lie_beside_the_folder(folder):
    (folder / "proof.json").rename(folder.with_name(f"{folder.name}.proof.json"))
    assert check(folder).ok


def test_files_emptied_of_withdrawn_rows_are_told_apart_from_altered_ones(folder):
    hollow = b"# card, emptied\n"
    (folder / "README.md").write_bytes(hollow)
    (folder / "erasures").mkdir()
    manifest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    told = {
        "format": "sayso/erasure/v1",
        "manifest": manifest,
        "files": [{"path": "README.md", "bytes": len(hollow), "sha256": hashlib.sha256(hollow).hexdigest()}],
    }
    (folder / "erasures" / "000001.json").write_bytes(canonical({**told, "files": []}))
    assert "was altered" in check(folder).lines[0]
    (folder / "erasures" / "000002.json").write_bytes(canonical(told))
    verdict = check(folder)
    assert verdict.ok
    assert any(line.startswith("does not prove: that in 1 files only withdrawn rows were emptied") for line in verdict.lines)
    (folder / "erasures" / "000003.json").write_bytes(canonical({**told, "manifest": "0" * 64}))
    assert "not of this release" in check(folder).lines[0]


@pytest.mark.parametrize("field", ["release", "purpose", "pin", "rows", "root", "lineage"])
def test_a_manifest_that_says_other_things_than_the_log_does_not_hold(folder, field):
    write(folder, json.loads((folder / "manifest.json").read_bytes()), **{field: "other"})
    assert "different things" in check(folder).lines[0]


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/hostname", "a/../../x", "a\\b", "a//b", "./a", "a\0b", "", 7, None, "link", "way/file"]
)
def test_a_manifest_cannot_lead_out_of_its_folder(folder, path):
    (folder.parent / "outside").mkdir(exist_ok=True)
    (folder.parent / "outside" / "file").write_bytes(b"")
    os.symlink("/etc/hostname", folder / "link")
    os.symlink(folder.parent / "outside", folder / "way")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"] = [{"path": path, "bytes": 0, "sha256": hashlib.sha256(b"").hexdigest()}]
    write(folder, manifest)
    verdict = check(folder)
    assert not verdict.ok
    assert "listed file" in verdict.lines[0] or "lists a file" in verdict.lines[0]


HOSTILE = [
    b"", b"null", b"[]", b"{}", b"7", b'"x"', b"\xff\xfe", b"{", b"[" * 100_000, b'{"a":' * 50_000, b'{"format":"sayso/receipt/v1"}',
    b'{"format":"sayso/receipt/v2"}', b'{"format":"sayso/release/v1"}', b'{"format":"sayso/proof/v1"}', b'{"format":["sayso/proof/v1"]}', b'{"format":{}}',
    b'{"format":"sayso/proof/v1","format":"sayso/proof/v1"}', b'{"format":NaN}', b'{"format":1e999}', b"9" * 5_000, b"\xef\xbb\xbf{}",
    b'{"format":"sayso/proof/v1","evidence":{"opening":{"text":"\\ud800","salt":""},"inclusion":[],"checkpoint":"\\ud800"}}',
    b'{"format":"sayso/proof/v1","evidence":{"opening":{"text":1,"salt":1},"inclusion":7,"checkpoint":null}}',
    b'{"format":"sayso/receipt/v1","signature":"x","a":"\\ud800"}', b'{"format":"sayso/receipt/v1","signature":7,"a":1e400}',
    b" " * 4_000_001,
]  # fmt: skip


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_answered_in_lines(tmp_path, raw):
    (tmp_path / "f").write_bytes(raw)
    verdict = verify(tmp_path / "f", KEY.vkey())
    assert not verdict.ok
    assert verdict.lines[0].startswith("does not hold: ")
    assert all("\n" not in line and len(line) < 400 for line in verdict.lines)


def test_a_file_that_is_not_there_or_no_file_is_answered_too(tmp_path):
    assert "no such file" in verify(tmp_path / "gone", KEY.vkey()).lines[0]
    assert not verify(tmp_path, KEY.vkey()).ok
    os.mkfifo(tmp_path / "pipe")
    assert "no plain file" in verify(tmp_path / "pipe", KEY.vkey()).lines[0]
    assert not verify("nul\0name", KEY.vkey()).ok
    assert not verify("x" * 5_000, KEY.vkey()).ok


JSONISH = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["a" * 64, "x\n\n— y AAAAAAA=\n"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["line", "seq", "recorded", "text", "salt", "a"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_proof_with_any_nonsense_in_it_is_answered(folder, data):
    whole = folder / "whole.json"  # the example before this one left its nonsense in `proof.json`
    if not whole.exists():
        whole.write_bytes((folder / "proof.json").read_bytes())
    told = json.loads(whole.read_bytes())
    part = data.draw(st.sampled_from(["evidence", "opening", "text", "salt", "inclusion", "checkpoint"]))
    nonsense = data.draw(JSONISH)
    if part == "evidence":
        told["evidence"] = nonsense
    elif part in ("text", "salt"):
        told["evidence"]["opening"][part] = nonsense
    else:
        told["evidence"][part] = nonsense
    (folder / "proof.json").write_text(json.dumps(told))
    assert not verify(folder / "proof.json", KEY.vkey()).ok
    assert not check(folder).ok


def test_a_checkpoint_by_itself_says_how_many_lines_there_were_and_who_cosigned(tmp_path):
    key, witness = SigningKey("example.com/log", bytes(range(32))), CosigningKey("example.org/w", bytes(32))
    body = Checkpoint(key.name, 7, b"r" * 32).body()
    file = tmp_path / "checkpoint"
    file.write_text(key.sign(body) + witness.cosign(body, 1_760_000_000), "utf-8")
    plain, named = (verify(file, key.vkey(), one) for one in ((), [witness.public.text()]))
    assert plain.ok
    assert plain.lines[0] == f"proves: the log `example.com/log` had 7 lines under the root {(b'r' * 32).hex()}, signed"
    assert plain.lines[1].startswith("does not prove: that every reader")
    assert named.lines[1].startswith("proves: example.org/w cosigned")
    for wrong in (file.read_bytes().replace(b"\n7\n", b"\n8\n"), file.read_bytes() + b"\xff", file.read_bytes()[:-1]):
        file.write_bytes(wrong)
        assert not verify(file, key.vkey()).ok

"""Other people's examples are agreed with, one by one, and those of our own hold on any machine.

SAYSO_VECTORS names a folder with the `testdata` of github.com/transparency-dev/merkle (Apache-2.0), which is not kept here; unset, the published ones are
not part of the run.
"""

import base64
import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sayso.proofs import Checkpoint, CosigningKey, SigningKey, VerifierKey, merkle, witnessed
from sayso.proofs.merkle import check_consistency, check_inclusion, leaf_hash
from sayso.proofs.subtrees import check_subtree_consistency, check_subtree_inclusion, is_subtree

FOLDER = os.environ.get("SAYSO_VECTORS", "")


def raw(text: str | None) -> bytes:
    return base64.b64decode(text) if text else b""


def agrees(kind: str, told: dict) -> bool:
    """Whether we say of one published example what its authors say."""
    proof = [raw(step) for step in told.get("proof") or []]
    if kind == "inclusion":
        held = check_inclusion(told["leafIdx"], told["treeSize"], raw(told["leafHash"]), proof, raw(told["root"]))
    elif kind == "consistency":
        held = check_consistency(told["size1"], told["size2"], raw(told["root1"]), raw(told["root2"]), proof)
    elif kind == "subtreeinclusion":
        held = check_subtree_inclusion(told["leafIdx"], told["start"], told["end"], raw(told["leafHash"]), proof, raw(told["root"]))
    else:
        held = check_subtree_consistency(told["start"], told["end"], told["size"], raw(told["root1"]), raw(told["root2"]), proof)
    return held is not told["wantErr"]


def differing(folder: Path) -> tuple[int, list[str]]:
    found = [path for path in sorted(folder.rglob("*.json")) if path.relative_to(folder).parts[0] in KINDS]
    wrong = [
        str(path.relative_to(folder))
        for path in found
        if not agrees(path.relative_to(folder).parts[0], json.loads(path.read_text()))
    ]
    return len(found), wrong


KINDS = ("inclusion", "consistency", "subtreeinclusion", "subtreeconsistency")


def written(folder: Path) -> None:
    """Examples of our own, in the same form: for each that holds, several that do not."""
    leaves = [leaf_hash(bytes([at])) for at in range(11)]
    made: dict[str, list[dict]] = {kind: [] for kind in KINDS}
    for size in range(1, 12):
        tree = leaves[:size]
        top = merkle.root(tree)
        for at in range(size):
            proof = merkle.inclusion(tree, at)
            good = {"leafIdx": at, "treeSize": size, "leafHash": coded([tree[at]])[0], "root": coded([top])[0]}
            made["inclusion"] += [
                {**good, "proof": coded(proof), "wantErr": False},
                {**good, "proof": coded([*proof, top]), "wantErr": True},
                {**good, "leafIdx": size, "proof": coded(proof), "wantErr": True},
                {**good, "leafHash": coded([top + b"x"])[0], "proof": coded(proof), "wantErr": True},
            ]
            old = at + 1
            proof = merkle.consistency(tree, old)
            good = {"size1": old, "size2": size, "root1": coded([merkle.root(tree[:old])])[0], "root2": coded([top])[0]}
            made["consistency"] += [
                {**good, "proof": coded(proof), "wantErr": False},
                {**good, "proof": coded([*proof, top]), "wantErr": True},
                {**good, "size1": 0, "proof": [], "wantErr": True},
                {**good, "size1": size + 1, "proof": coded(proof), "wantErr": True},
            ]
            if is_subtree(at, size):
                run = tree[at:]
                good = {
                    "start": at,
                    "end": size,
                    "leafIdx": at,
                    "leafHash": coded([run[0]])[0],
                    "root": coded([merkle.root(run)])[0],
                }
                made["subtreeinclusion"] += [
                    {**good, "proof": coded(merkle.inclusion(run, 0)), "wantErr": False},
                    {**good, "leafIdx": at + len(run), "proof": coded(merkle.inclusion(run, 0)), "wantErr": True},
                ]
            good = {"start": 0, "end": old, "size": size, "root1": good_root(tree, old), "root2": coded([top])[0]}
            made["subtreeconsistency"] += [
                {**good, "proof": coded(proof), "wantErr": False},
                {**good, "end": size + 1, "proof": coded(proof), "wantErr": True},
            ]
    for kind, examples in made.items():
        (folder / kind).mkdir()
        for number, example in enumerate(examples):
            (folder / kind / f"{number}.json").write_text(json.dumps(example))


def coded(steps: list[bytes]) -> list[str]:
    return [base64.b64encode(step).decode() for step in steps]


def good_root(tree: list[bytes], old: int) -> str:
    return base64.b64encode(merkle.root(tree[:old])).decode()


def ours(folder: Path) -> tuple[int, list[str]]:
    written(folder)
    return differing(folder)


def test_our_own_examples_hold_and_their_bent_ones_do_not(tmp_path):
    count, wrong = ours(tmp_path)
    assert count > 600
    assert wrong == []


def test_an_example_we_disagree_with_would_be_named(tmp_path):
    written(tmp_path)
    path = tmp_path / "inclusion" / "0.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "wantErr": True}))
    assert differing(tmp_path)[1] == ["inclusion/0.json"]


@pytest.mark.parametrize("published", [False, True] if FOLDER else [False])
def test_every_example_is_agreed_with_or_refused_for_a_reason(published, tmp_path):
    count, wrong = differing(Path(FOLDER)) if published else ours(tmp_path)
    for name in wrong:  # we refuse where they accept: a run without leaves shows nothing, and a root has 32 bytes
        told = json.loads((Path(FOLDER) / name).read_text())
        assert not told["wantErr"]
        assert told["start"] == told["end"] or len(raw(told["root1"])) != 32, name
    if published:
        assert (count, len(wrong)) == (518, 7), "these are not the 518 examples of transparency-dev/merkle; name its `testdata`"


def test_a_witness_signs_what_the_specification_says():
    # The message of c2sp.org/tlog-cosignature for its own example of a checkpoint, signed here and taken apart by hand.
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    key = CosigningKey("witness.example.com/w1", bytes(range(32)))
    line = key.cosign(text, 1679315147)
    blob = base64.b64decode(line.split(" ")[2])
    assert (len(blob), blob[:4], int.from_bytes(blob[4:12], "big")) == (76, key.public.id, 1679315147)
    Ed25519PublicKey.from_public_bytes(key.public.public).verify(blob[12:], b"cosignature/v1\ntime 1679315147\n" + text.encode())
    note = SigningKey("example.com/behind-the-sofa", bytes(32)).sign(text) + line
    assert witnessed(note, [key.public]) == {"witness.example.com/w1": 1679315147}
    assert Checkpoint.parse(text).size == 20852163
    assert VerifierKey.parse(SigningKey("example.com/behind-the-sofa", bytes(32)).vkey()).name == "example.com/behind-the-sofa"

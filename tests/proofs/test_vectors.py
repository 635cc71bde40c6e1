"""Other people's examples are agreed with, one by one, and those of our own hold on any machine.

`rfc6962_examples.jsonl` writes down the values of the 518 examples of github.com/transparency-dev/merkle (Apache-2.0, `testdata`
at 417fb0c31475), without their descriptions; the `wycheproof_*.txt` name their source themselves.
"""

import base64
import json
from importlib import resources
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from sayso.proofs import Checkpoint, CosigningKey, SigningKey, VerifierKey, merkle, witnessed
from sayso.proofs.cosign import ED25519, ML_DSA_44
from sayso.proofs.merkle import check_consistency, check_inclusion, leaf_hash
from sayso.proofs.subtrees import check_subtree_consistency, check_subtree_inclusion, is_subtree

PUBLISHED = Path(__file__).with_name("rfc6962_examples.jsonl")


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


def test_every_published_example_is_agreed_with_or_refused_for_a_reason():
    found = [json.loads(line) for line in PUBLISHED.read_text("utf-8").splitlines()]
    wrong = [told for told in found if not agrees(told["name"].partition("/")[0], told)]
    assert (len(found), len(wrong)) == (518, 7)
    for told in wrong:  # we refuse where they accept: a run without leaves shows nothing, and a root has 32 bytes
        assert not told["wantErr"]
        assert told["start"] == told["end"] or len(raw(told["root1"])) != 32, told["name"]


def signatures(name: str) -> list[tuple[int, str, bytes, bytes, bytes]]:
    lines = [line.split(" ") for line in Path(__file__).with_name(name).read_text("ascii").splitlines() if line[0] != "#"]
    return [(int(number), result, *(raw(one if one != "-" else "") for one in rest)) for number, result, *rest in lines]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "scheme", "count", "valid"),
    [("wycheproof_ed25519.txt", ED25519, 151, 88), ("wycheproof_mldsa44.txt", ML_DSA_44, 16, 4)],
)
def test_signatures_that_others_made_to_deceive_are_told_apart(name, scheme, count, valid):
    found = signatures(name)
    for number, result, public, message, signature in found:
        try:
            scheme.verify(public, message, signature)
            held = True
        except (InvalidSignature, ValueError):
            held = False
        assert held is (result == "valid"), number
    assert (len(found), sum(result == "valid" for _, result, *_ in found)) == (count, valid)


def published(name: str) -> str:
    return resources.files("cryptography_vectors").joinpath("asymmetric", *name.split("/")).read_text("ascii")


def test_ed25519_keys_and_signatures_are_those_of_rfc_8032():
    lines = [line.split(":") for line in published("Ed25519/sign.input").splitlines() if line]
    for secret, public, message, signed, _ in lines[:300]:
        seed, text = bytes.fromhex(secret)[:32], bytes.fromhex(message)
        assert ED25519.public(seed) == bytes.fromhex(public)
        assert ED25519.sign(seed, text) == bytes.fromhex(signed)[:64]
    assert len(lines) == 1024


def test_ml_dsa_44_keys_and_signatures_are_those_of_fips_204():
    blocks = [
        dict(line.split(" = ", 1) for line in block.splitlines()[1:])
        for block in published("MLDSA/kat_MLDSA_44_det_pure.rsp").split("count = ")[1:]
    ]
    for one in blocks:
        seed, public, text = bytes.fromhex(one["xi"]), bytes.fromhex(one["pk"]), bytes.fromhex(one["msg"])
        assert ML_DSA_44.public(seed) == public
        # The published signatures carry a context, ours never do: one of theirs must not pass for one of ours.
        signature = bytes.fromhex(one["sm"])[:2420]
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, text, bytes.fromhex(one["ctx"]))
        if one["ctx"]:
            with pytest.raises(InvalidSignature):
                ML_DSA_44.verify(public, text, signature)
    assert len(blocks) == 100


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


def test_a_witness_signs_with_ml_dsa_what_the_specification_says():
    # `cosigned_message` of c2sp.org/tlog-cosignature, put together by hand.
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    key = CosigningKey("witness.example.com/w1", bytes(range(32)), ML_DSA_44.byte)
    line = key.cosign(text, 1679315147)
    blob = base64.b64decode(line.split(" ")[2])
    assert (len(blob), blob[:4], int.from_bytes(blob[4:12], "big")) == (4 + 8 + 2420, key.public.id, 1679315147)
    name, origin = b"witness.example.com/w1", b"example.com/behind-the-sofa"
    message = b"subtree/v1\n\0" + bytes([len(name)]) + name + (1679315147).to_bytes(8, "big") + bytes([len(origin)]) + origin
    message += (0).to_bytes(8, "big") + (20852163).to_bytes(8, "big") + raw("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    MLDSA44PublicKey.from_public_bytes(key.public.public).verify(blob[12:], message)
    note = SigningKey("example.com/behind-the-sofa", bytes(32)).sign(text) + line
    assert witnessed(note, [key.public]) == {"witness.example.com/w1": 1679315147}

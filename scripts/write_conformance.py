"""Make the examples of spec/conformance.jsonl anew: from fixed keys and salts, and from the examples on the pages of spec/."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from conformance import ROOT, VECTORS, Told, answer, read

from sayso.facts.canonical import canonical
from sayso.proofs import (
    Checkpoint,
    CosigningKey,
    SigningKey,
    account_membership,
    blind,
    blind_account,
    commitment,
    membership,
    merkle,
    tlog_proof,
)
from sayso.proofs.beliefs import Belief, Beliefs, joined, record
from sayso.proofs.cosign import ED25519, ML_DSA_44
from sayso.proofs.evidence import evidence
from sayso.proofs.promise import promise


def vectors() -> Iterator[Told]:
    """Yield every example but the one that is signed with chance, each with what is to be answered."""
    dice = random.Random(20261122)  # noqa: S311  # examples, not secrets
    key = SigningKey("example.com/log", bytes(range(32)))
    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(21)]
    hashes = [merkle.leaf_hash(one) for one in leaves]
    for size in (1, 2, 3, 7, 8, 21):
        root = merkle.root(hashes[:size])
        for index in sorted({0, size // 2, size - 1}):
            path = [one.hex() for one in merkle.inclusion(hashes[:size], index)]
            base = {"op": "inclusion", "index": index, "size": size, "leaf": hashes[index].hex(), "proof": path, "root": root.hex()}
            yield base
            yield {**base, "index": index + 1}
            yield {**base, "size": 0}
            yield {**base, "proof": [*path, path[-1] if path else "00" * 32]}
            yield {**base, "leaf": _bent(base["leaf"], dice)}
            if path:
                yield {**base, "proof": path[:-1]}
                yield {**base, "proof": [*path[:-1], _bent(path[-1], dice)]}
    for old, new in ((1, 1), (1, 2), (3, 7), (4, 8), (8, 21), (13, 21), (21, 21)):
        steps = [one.hex() for one in merkle.consistency(hashes[:new], old)]
        roots = {"old_root": merkle.root(hashes[:old]).hex(), "new_root": merkle.root(hashes[:new]).hex()}
        base = {"op": "consistency", "old": old, "new": new, "proof": steps, **roots}
        yield base
        yield {**base, "old": 0}
        yield {**base, "old": new + 1}
        yield {**base, "old_root": _bent(roots["old_root"], dice)}
        yield {**base, "new_root": _bent(roots["new_root"], dice)}
        if steps:
            yield {**base, "proof": steps[1:]}
    body = Checkpoint(key.name, 21, merkle.root(hashes)).body()
    note, other = key.sign(body), SigningKey("example.com/log", bytes(32))
    notes = [
        note,
        note[:-1],
        note.replace("21", "20", 1),
        note.replace("21", "021", 1),
        note.replace("\n\n", "\n", 1),
        other.sign(body),
    ]
    notes += [
        note + "— example.org/stranger AAAAAAAA\n",
        body.replace("\n", "\r\n") + note[len(body) :],
        key.sign(body + "extension\n"),
    ]
    yield from ({"op": "checkpoint", "note": one, "key": key.vkey()} for one in notes)
    witness = CosigningKey("example.org/w", bytes(range(32, 64)), ED25519.byte)
    signed = note + witness.cosign(body, 1_760_000_000)
    for one in (signed, note, signed.replace("\n21\n", "\n20\n"), note + CosigningKey("example.org/w", bytes(32)).cosign(body, 1)):
        yield {"op": "cosignature", "note": one, "key": witness.public.text()}
    secret = hashlib.sha256(b"secret").digest()
    names = [f"c_{number}" for number in range(200)]
    for release, name in (("autumn", "c_1"), ("autumn", "c_2"), ("winter", "c_1"), ("Frühling", "ü"), ("", "")):
        yield {"op": "blind", "secret": secret.hex(), "release": release, "conversation": name}
    ids = [blind(secret, "autumn", name) for name in names]
    for some in (ids[:1], ids[:63], ids[:64], ids, [*ids, *ids[:3]]):
        yield {"op": "commitment", "ids": some}
    made = commitment(ids)
    for asked in (ids[0], ids[199], blind(secret, "winter", "c_1"), "00" * 32):
        shown = made.prove(asked)
        bucket, path = [one.hex() for one in shown.bucket], [one.hex() for one in shown.path]
        base = {"op": "membership", "id_asked": asked, "bits": shown.bits, "bucket": bucket, "path": path, "root": made.root.hex()}
        yield base
        yield {**base, "bucket": [one for one in bucket if one != asked[:32]][1:]}
        yield {**base, "bucket": sorted([*bucket, asked[:32]])}
        yield {**base, "bucket": bucket[::-1]}
        yield {**base, "path": path[1:]}
        yield {**base, "bits": shown.bits + 1, "path": [*path, "00" * 32]}
        yield {**base, "id_asked": _bent(asked[:2], dice) + asked[2:]}
    yield from _people(secret)
    yield from _files(key, leaves, secret, dice)


def _people(secret: bytes) -> Iterator[Told]:
    """Yield how accounts are blinded, what commits to a belief about one, and the tree over such records."""
    for release, one in (("autumn", secret), ("winter", secret), ("Frühling", bytes(32)), ("", secret), ("autumn", secret[:31])):
        yield {"op": "account", "secret": one.hex(), "release": release}
    yes = {"model_training": {"line": 5, "say": "allow", "since": "2025-10-08T12:01:00Z", "stored": True}}
    no = {"ümlaut": {"line": 7, "say": "refuse", "since": "2025-10-08T12:01:00.5Z", "stored": False}, **yes}
    for pin, account, says in ((9, "ana", yes), (10, "ana", yes), (9, "bo", yes), (9, "ana", no), (0, "", {})):
        yield {"op": "record", "secret": secret.hex(), "pin": pin, "account": account, "says": says}
    yield {"op": "record", "secret": secret.hex()[2:], "pin": 9, "account": "ana", "says": yes}
    records = [record(hashlib.sha256(b"%d" % one).digest(), 9, f"a{one}", {}).hex() for one in range(200)]
    for some in ([], records[:1], records[:63], records[:64], records, records[::-1], [*records, records[3]]):
        yield {"op": "beliefs", "records": some}


_SAYS = {"model_training": Belief(say="refuse", since="2025-10-08T12:01:00Z", line=2)}


def _accounts() -> list[str]:
    return [blind_account(hashlib.sha256(b"%d" % one).digest(), "autumn") for one in range(70)]


def _own(line: Mapping[str, object], shown: dict[str, object], secret: bytes, key: SigningKey) -> Iterator[bytes]:
    """Yield files about one account: in a release and in another one's, believed something and nothing, promised a line."""
    if "accounts" in line and line["type"] == "released":
        made = commitment([*_accounts(), blind_account(secret, "autumn")])
        yield canonical(account_membership(made, shown, "autumn", secret))
        yield canonical(account_membership(made, shown, "autumn", bytes(32)))
    if line["type"] == "believed":
        says = _SAYS
        tree = Beliefs(joined(_records(secret, says)))
        yield canonical(tree.prove(shown, secret, 3, "ana", says))
        yield canonical(tree.prove(shown, bytes(32), 3, "bo", None))
        yield canonical(tree.prove(shown, secret, 3, "ana", None))
        yield canonical(tree.prove(shown, secret, 3, "bo", says))
        yield canonical(tree.prove(shown, secret, 3, "ana", {**says, "other": says["model_training"]}))
    if line["type"] == "choice":
        opened = {name: str(value) for name, value in dict(shown["opening"]).items()}  # type: ignore[call-overload]  # ours
        text, salt, by = opened["text"].encode(), bytes.fromhex(opened["salt"]), datetime(2025, 10, 9, tzinfo=UTC)
        for signer in (key, SigningKey("example.org/other", bytes(range(32)))):
            yield canonical(promise(text, salt, by=by, signer=signer))
        yield canonical({**promise(text, salt, by=by, signer=key), "by": "2025-10-10T00:00:00Z"})


def _records(secret: bytes, says: dict[str, Belief]) -> list[bytes]:
    others = [record(hashlib.sha256(b"%d" % one).digest(), 3, f"a{one}", says) for one in range(70)]
    return [*others, record(secret, 3, "ana", says)]


def _files(key: SigningKey, leaves: list[bytes], secret: bytes, dice: random.Random) -> Iterator[Told]:
    """Yield files as people hold them: those of the specification's pages, one of each kind of proof, and what became of them."""
    files = []
    for path in sorted((ROOT / "spec").glob("*.md")):
        text = path.read_text("utf-8")
        named = re.search(r"`([\w./]+\+[0-9a-f]{8}\+[\w+/=]{44})`", text)
        for example in re.findall(r"^```json\n(.*?)\n```", text, re.S | re.M) if named else ():
            compact = canonical(json.loads(example)) if _is_json(example) else b""
            files += [(compact, named[1])] if named and _holds(compact, named[1]) else []
    for line in (
        {"type": "choice", "account": "ana", "say": "allow", "purpose": "model_training"},
        {
            "type": "released",
            "release": "autumn",
            "root": commitment([blind(secret, "autumn", "c_1")]).root.hex(),
            "rows": 1,
            "pin": 3,
            "purpose": "model_training",
            "manifest": "ab" * 32,
            "lineage": "cd" * 32,
            "at": "2025-10-08T12:00:00Z",
        },
        {
            "type": "released",
            "release": "autumn",
            "root": commitment([]).root.hex(),
            "accounts": commitment([*_accounts(), blind_account(secret, "autumn")]).root.hex(),
        },
        {"type": "believed", "pin": 3, "root": Beliefs(joined(_records(secret, _SAYS))).root.hex(), "accounts": 71},
    ):
        text = canonical({"line": line, "recorded": "2025-10-08T12:02:00Z", "seq": 6})
        salt = hashlib.sha256(text).digest()
        grown = [merkle.leaf_hash(one) for one in [*leaves[:5], hashlib.sha256(salt + text).digest(), *leaves[6:9]]]
        note = key.sign(Checkpoint(key.name, len(grown), merkle.root(grown)).body())
        shown = evidence(text, salt, merkle.inclusion(grown, 5), note)
        files.append((canonical({"format": "sayso/proof/v1", "evidence": shown}), key.vkey()))
        files.append((tlog_proof(shown).encode(), key.vkey()))
        files += [(raw, key.vkey()) for raw in _own(line, shown, secret, key)]
        if line["type"] == "released" and "accounts" not in line:
            made = commitment([blind(secret, "autumn", "c_1")])
            files += [(canonical(membership(made, shown, "autumn", one, secret)), key.vkey()) for one in ("c_1", "c_2")]
    for raw, vkey in dict.fromkeys(files):
        yield {"op": "file", "file": base64.b64encode(raw).decode(), "key": vkey}
        if not _holds(raw, vkey):
            continue
        other = SigningKey(vkey.partition("+")[0], bytes(32)).vkey()
        yield {"op": "file", "file": base64.b64encode(raw).decode(), "key": other}
        found = 0
        while found < 4:
            at = dice.randrange(len(raw))
            bent = raw[:at] + bytes([raw[at] ^ 1 << dice.randrange(8)]) + raw[at + 1 :]
            if not _holds(bent, vkey):
                found += 1
                yield {"op": "file", "file": base64.b64encode(bent).decode(), "key": vkey}
        yield {"op": "file", "file": base64.b64encode(raw[:-3]).decode(), "key": vkey}


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _holds(raw: bytes, key: str) -> bool:
    return bool(answer({"op": "file", "file": base64.b64encode(raw).decode(), "key": key}))


def _bent(text: object, dice: random.Random) -> str:
    raw = bytearray.fromhex(str(text))
    raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
    return raw.hex()


def write(path: Path) -> int:
    """Write every example to *path*; one that is signed with chance is kept as it lies there, and made where there is none."""
    kept = [one for one in read(path) if one["op"] == "cosignature" and len(one["note"]) > 3_000] if path.exists() else []
    if not kept:
        body = Checkpoint("example.com/log", 21, bytes(32)).body()
        key = CosigningKey("example.org/q", bytes(range(64, 96)), ML_DSA_44.byte)
        signed = SigningKey("example.com/log", bytes(range(32))).sign(body) + key.cosign(body, 1_760_000_000)
        kept = [
            {"op": "cosignature", "note": one, "key": key.public.text()} for one in (signed, signed.replace("\n21\n", "\n20\n"))
        ]
    counts: dict[str, int] = {}
    lines = []
    for one in [*vectors(), *kept]:
        counts[one["op"]] = counts.get(one["op"], 0) + 1
        told = {name: value for name, value in one.items() if name not in ("id", "expect")}
        lines.append(json.dumps({"id": f"{one['op']}-{counts[one['op']]}", **told, "expect": answer(told)}, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return len(lines)


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else VECTORS
    print(f"wrote {write(place)} examples")

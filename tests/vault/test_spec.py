"""The example of the page is what the program does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from sayso.vault import frames, keys

PAGE = Path(__file__).resolve().parents[2] / "spec" / "vault.md"


def test_the_example_of_the_page_is_what_the_vault_writes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 100
    example = json.loads(text.split("```json")[1].split("```")[0])
    master, person = bytes.fromhex(example["master"]), bytes.fromhex(example["person_secret"])
    assert keys.derive(master, keys.purpose("wrap", example["epoch"])).hex() == example["wrapping_key"]
    assert keys.keyed_hash(keys.derive(master, keys.purpose("check")), b"1").hex() == example["check_value"]
    message = f"{example['source']}\0{example['external']}".encode()
    assert (
        keys.pseudonym("c", keys.keyed_hash(keys.derive(person, keys.purpose("conversations")), message)) == example["conversation"]
    )
    assert keys.derive(person, keys.purpose("blinding")).hex() == example["blinding"]
    block = example["block"]
    frame = frames.Frame(
        account=block["account"],
        conversation=block["conversation"],
        block=block["block"],
        turns=block["turns"],
        policy=bytes.fromhex(block["policy"]),
        length=len(block["stored"]) // 2,
    )
    stored = frames.seal(bytes.fromhex(block["key"]), frame, block["payload"].encode(), lambda _: bytes.fromhex(block["nonce"]))
    assert stored.hex() == block["stored"]
    assert hashlib.sha256(stored).hexdigest() == block["digest"]
    assert frames.unseal(bytes.fromhex(block["key"]), frame, stored) == b"words"
    assert f"The {frames.HEADER} bytes of header" in text

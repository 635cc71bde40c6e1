"""Real conversations go in and come back as they were, and no sixteen bytes of them lie in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sayso.facts.conversation import Conversation
from sayso.intake import read
from sayso.vault import Block, decode, encode, gather

POLICY = "ab" * 32


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["conversations/open-assistant-trees.jsonl.gz", "exports/claude_v2.zip", "exports/chatgpt_v2.zip"])
def test_real_conversations_come_back_as_they_were(house: Any, shared_data: Path, name: str) -> None:
    if not (shared_data / name).exists():
        pytest.skip(f"{name} is not among the real data")
    found = {one.id: one for one in read(shared_data / name) if isinstance(one, Conversation) and one.id}
    assert found
    with house.begin() as conn:
        account = house.vault.enrol(conn, "ana").account
        named = {house.vault.identify(conn, account, one.source, one.id): one for one in found.values()}
        assert len(named) == len(found)
        blocks = [
            Block(account=account, conversation=where, payload=encode(one, one.turns), turns=len(one.turns), policy=POLICY)
            for where, one in named.items()
        ]
        house.vault.seal_all(conn, blocks)
        for where, one in named.items():
            assert gather([decode(raw) for raw in house.vault.open(conn, where)]) == one
    disk = b"".join(house.bytes_on_disk().values())
    words = [turn.text.encode() for one in found.values() for turn in one.turns if len(turn.text.encode()) >= 16]
    assert words
    assert not any(word[at : at + 16] in disk for word in words[:300] for at in range(0, min(48, len(word) - 15), 16))

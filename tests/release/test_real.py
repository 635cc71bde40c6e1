"""Real conversations, as strangers wrote them: what goes into a release comes out of it, letter for letter."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso.facts.conversation import Text, Turn
from sayso.facts.lines import Kept
from sayso.facts.words import ConversationId
from sayso.release import Row, check, erase, fit, load, revoke, spoken, write

from .conftest import AT, plan_of

SPEAKER = re.compile(r"\n\n(Human|Assistant): ?")


def turns(whole: str) -> list[Turn]:
    """The turns of an hh-rlhf row."""
    parts = SPEAKER.split(whole)[1:]
    said = zip(parts[::2], parts[1::2], strict=True)
    return [
        Turn(id=str(n), role="user" if who == "Human" else "assistant", parts=(Text(text),)) for n, (who, text) in enumerate(said)
    ]


@pytest.mark.realdata
def test_real_conversations_come_back_as_they_were_and_a_third_withdraws(shared_data: Path, tmp_path: Path) -> None:
    expected: dict[str, list[dict[str, str]]] = {}
    left: list[str] = []

    def rows() -> Iterator[Row]:
        with gzip.open(shared_data / "conversations" / "hh-rlhf.jsonl.gz", "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                said = spoken(turns(json.loads(line)["chosen"]))
                fitting = fit(said.messages, record=str(number))
                if not isinstance(fitting, Kept):
                    left.append(fitting.why)
                    continue
                one = hashlib.sha256(str(number).encode()).hexdigest()
                expected[one] = [{"role": message.role, "content": message.content} for message in fitting.value]
                yield Row(id=one, messages=fitting.value, conversation=ConversationId(str(number)))

    manifest = write(tmp_path / "releases", plan_of(), rows(), shard_bytes=300_000)
    folder = tmp_path / "releases" / "autumn"
    assert manifest.rows + len(left) == 941
    assert manifest.rows > 900
    assert {row["id"]: row["messages"] for row in load(folder)} == expected
    gone = sorted(expected)[::3]
    revoke(folder, gone, at=AT)
    erase(folder, at=AT)
    assert check(folder) == []
    served = list(load(folder))
    assert [row["id"] for row in served] == sorted(expected)
    assert [row["id"] for row in served if row["masked"]] == gone
    assert all(row["messages"] == expected[row["id"]] for row in served if not row["masked"])

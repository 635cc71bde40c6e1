"""People and plans for the release tests."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sayso.facts.words import ConversationId, Digest
from sayso.release import Manifest, Message, Plan, Row, Scrubbed, write

AT = datetime(2025, 11, 1, tzinfo=UTC)


def blinded(person: str, number: int = 0) -> str:
    return hashlib.sha256(f"{person} {number}".encode()).hexdigest()


def row_of(person: str, number: int = 0, *, words: str = "How do I plant a pear tree?", language: str = "en") -> Row:
    return Row(
        id=blinded(person, number),
        messages=(Message("user", words), Message("assistant", f"Dig a hole. ({person} {number})")),
        language=language,
        tier="pro",
        labels=("skill:reasoning", "register:plain"),
        conversation=ConversationId(f"{person}-{number}"),
        turns=((0, 1),),
    )


def plan_of(name: str = "autumn") -> Plan:
    return Plan(
        name=name,
        purpose="model_training",
        policy="anthropic-consumer",
        policy_digest=Digest("ab" * 32),
        pin=41,
        at=AT,
        left_out={"Bo refused": 1, "Cy was never asked": 2},
        scrub=Scrubbed(engine="re2", table="t1", counts={"email": 3}),
        sources={"chat": 5},
        models=("model-1",),
        collected_from=datetime(2025, 9, 1, tzinfo=UTC),
        collected_to=datetime(2025, 10, 1, tzinfo=UTC),
    )


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    return tmp_path / "releases"


@pytest.fixture
def autumn(releases: Path) -> tuple[Path, Manifest]:
    """A release of 20 conversations of Ana in several shards."""
    manifest = write(releases, plan_of(), [row_of("ana", n) for n in range(20)], shard_bytes=2_000)
    return releases / "autumn", manifest

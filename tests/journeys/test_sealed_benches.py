"""The benches touch nothing: while one of them works, no file, process or socket may be opened."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sayso import policy, proofs, scrub
from sayso.facts.events import AccountOpened, ChoiceMade, TurnTaken
from sayso.facts.history import History

_armed: list[bool] = []
AT = datetime(2026, 1, 1, tzinfo=UTC)


def _hook(event: str, args: tuple[object, ...]) -> None:
    if _armed and (event in {"open", "os.listdir", "subprocess.Popen"} or event.startswith("socket.")):
        raise PermissionError(f"a bench touched the world: {event}")


sys.addaudithook(_hook)


@pytest.fixture
def sealed() -> Iterator[None]:
    _armed.append(True)
    yield
    _armed.clear()


def test_the_hook_bites(sealed: None) -> None:
    with pytest.raises(PermissionError, match="touched the world"):
        open("/etc/hostname")  # noqa: SIM115  # it must not open at all


def test_deciding_masking_and_proving_touch_nothing(request: pytest.FixtureRequest) -> None:
    loaded = policy.load("anthropic-consumer")
    past = [
        AccountOpened(at=AT, account="ana", tier="pro", region="US"),
        ChoiceMade(at=AT, account="ana", say="allow"),
        TurnTaken(at=AT, account="ana", conversation="c"),
    ]
    scrub.find("warm up the patterns: ana@example.com")
    policy.decide(loaded, History(past, AT).standing("c"), AT)
    request.getfixturevalue("sealed")
    ruled = policy.decide(loaded, History(past, AT).standing("c"), AT)
    assert ruled.may("model_training")
    assert scrub.mask("write to ana@example.com", scrub.Marks()).text == "write to [EMAIL_1]"
    assert proofs.commitment(["ab" * 32]).root
    assert len(proofs.blind(b"s" * 32, "r1", "c")) == 64

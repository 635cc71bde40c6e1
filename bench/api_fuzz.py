"""Ask the API what its own description allows, and what it forbids, and look whether it keeps to it. Nothing is measured.

Every operation is asked on a real house, half of the time with names that are there. A case that fails is printed as a request to
repeat. `make fuzz` gives it fifteen minutes; the tests give it seconds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig

from sayso.app.clock import StoryClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.grants import SCOPES
from sayso.app.house import create
from sayso.app.http import create_app
from sayso.app.http.limits import Strikes
from sayso.app.jobs import asked, build, people
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn

BASE = "http://testserver"
LEFT_OUT = ("positive_data_acceptance",)
"""What fits a shape may still be refused: a hold that reaches nothing, a notice that leans."""

REFUSED = {"checks": {"negative_data_rejection": {"expected-statuses": ["400", "401", "403", "404", "405", "409", "410", "412",
                                                                         "413", "415", "422", "428", "429"]}}}  # fmt: skip
"""How what does not fit may be answered: also by saying first that it is too long, or that its account is gone."""


class Patient(Strikes):
    """Locks nobody out: here somebody guesses all day, and that is tried elsewhere."""

    def count(self, where: str, at: datetime) -> None:
        """Forget it."""


@contextmanager
def served(folder: Path) -> Iterator[tuple[Any, str, dict[str, str]]]:
    """Yield the site of a new house, a key with every scope, and names that are there."""
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    with create(Settings(data=folder / "d", keys=folder / "k"), clock=StoryClock(at), policy="anthropic-consumer") as house:
        with house.writing() as work:
            account = people.enrol(house, work, "ana", tier="pro", region="US")
        people.choose(house, account, "model_training", "allow")
        turns = tuple(Turn(id=str(one), role=("user", "assistant")[one % 2], parts=(Text("bread"),)) for one in range(4))
        collect_all(house, "api", [Conversation(id="1", source="api", title="t", turns=turns)], Arrival(account="ana", own=True))
        build.build(house, "autumn", "model_training")
        desk = FrontDesk(house)
        app = create_app(desk, secret=house.keys.session, base_url=BASE, secure=False)
        app.state.setting.pace._most = 10**12
        app.state.setting = replace(app.state.setting, strikes=Patient())
        _, key = desk.hosts.grants.make_key("fuzz", SCOPES, house.now())
        asking = asked.add(house, "access", by="olga", account=account).number
        desk.console.releases.begin("olga", "autumn", "run-1", "fuzz")
        spare, _ = desk.hosts.grants.make_key("spare", ["count"], house.now())
        there = {
            "account": str(account),
            "conversation": str(house.present().of_account(account)[0]),
            "line": str(people.choices(house, account)[0].seq),
            "release": "autumn",
            "notice": str(desk.notice("settings", "host")[1]),
            "question": "settings",
            "slug": "stale",
            "id": spare.id,
            "request": str(asking),
            "run": "run-1",
        }
        yield app, key, there
        desk.console.sweeps.wait(60)
        desk.hosts.audits.wait(60)


def fuzz(folder: Path, *, examples: int, only: str = "", seed: int | None = None) -> int:
    """Return how many requests were sent; raises what the first failing one failed with."""
    sent = 0
    with served(folder) as (app, key, there):
        schema = schemathesis.openapi.from_asgi("/v1/openapi.json", app, config=SchemathesisConfig.from_dict(REFUSED))
        for found in schema.get_all_operations():
            operation = found.ok()
            if only in operation.label:
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    sent += ask_all(operation, mode, key, there, examples, seed)
    return sent


def ask_all(operation: Any, mode: GenerationMode, key: str, there: dict[str, str], examples: int, seed: int | None) -> int:
    """Return how many requests of one kind were sent to one operation."""
    if mode is GenerationMode.NEGATIVE and not (operation.path_parameters or operation.query or operation.body):
        return 0
    sent = 0
    left_out = [one for one in CHECKS.get_all() if one.__name__ in LEFT_OUT]

    def ask(case: Any, real: bool) -> None:
        nonlocal sent
        if real and mode is GenerationMode.POSITIVE:
            case.path_parameters = {name: there.get(name, one) for name, one in (case.path_parameters or {}).items()}
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, excluded_checks=left_out)
        sent += 1

    quiet = settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        derandomize=seed is None,
    )  # fmt: skip
    run = quiet(given(case=operation.as_strategy(mode), real=st.booleans())(ask))
    (run if seed is None else hypothesis.seed(seed)(run))()
    return sent


def main() -> int:
    """Ask for so many seconds, with ever more cases an operation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=900)
    parser.add_argument("--only", default="", help="operations whose name has this in it")
    given_ = parser.parse_args()
    until, sent, examples = time.monotonic() + given_.seconds, 0, 5
    while time.monotonic() < until:
        with tempfile.TemporaryDirectory() as folder:
            sent += fuzz(Path(folder), examples=examples, only=given_.only, seed=int.from_bytes(os.urandom(4)))
        print(f"{sent} requests, {examples} cases an operation and kind: the description holds", flush=True)
        examples = min(examples * 2, 320)
    return 0


if __name__ == "__main__":
    sys.exit(main())

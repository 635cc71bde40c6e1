"""What somebody ordered and could not be done is told as failed, and an order that is recorded has its reason with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sayso.app.console import orders
from sayso.app.fair import FairLock
from sayso.app.frontdesk import FrontDesk
from sayso.app.hosts import audits
from sayso.app.house import House
from sayso.app.jobs import retention
from sayso.facts.deeds import Acted, RetentionSet
from sayso.facts.endings import Retention
from sayso.facts.errors import Broken

Talk = Callable[..., None]


def lines(house: House) -> list[object]:
    with house.reading() as conn:
        return [entry.line for entry in house.ledger.entries(conn)]


def test_days_that_a_service_sets_have_its_name_and_reason_also_where_the_disk_fails_after_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, done, real = FrontDesk(house), [], House.writing

    @contextmanager
    def fails_after_one(self: House, **more: Any) -> Iterator[Any]:
        if done:
            raise Broken("the disk is full; nothing was recorded")
        with real(self, **more) as work:
            yield work
        done.append(work)

    monkeypatch.setattr(House, "writing", fails_after_one)
    desk.hosts.put_retention(Retention(notice=30, grace=9, evidence=400), by="service host", why="ordered by the board")
    monkeypatch.undo()
    kinds = [type(line) for line in lines(house)][-2:]
    assert kinds == [RetentionSet, Acted]
    assert retention.retention(house).grace == 9


def test_an_audit_that_a_service_asked_for_and_that_fails_is_not_told_as_the_one_before(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = audits.Audits(house.settings, house.clock)
    made.start(house.now())
    made.wait(60)
    assert made.state().report is not None

    def failing(_: House) -> Any:
        raise OSError("the disk went away")

    monkeypatch.setattr(audits.auditing, "audit", failing)
    made.start(house.now())
    made.wait(60)
    state = made.state()
    assert (state.running, state.report) == (False, None)
    assert "ended early" in state.failed
    monkeypatch.undo()
    made.start(house.now())
    made.wait(60)
    assert (made.state().failed, made.state().report is not None) == ("", True)


def test_a_sweep_that_an_officer_started_and_that_fails_says_so_on_the_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sweeps = orders.Sweeps(house, FairLock())

    def failing(*_: Any, **__: Any) -> Any:
        raise OSError("the disk went away")

    monkeypatch.setattr(orders.sweep_job, "sweep", failing)
    sweeps.start("olga", "monthly")
    sweeps.wait(60)
    seen = sweeps.view("olga")
    assert (seen.running, seen.done) == (False, None)
    assert "ended early" in seen.failed

"""Whatever happens in whatever order, the vault holds what a dictionary would hold, and nothing contradicts."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sayso.facts.errors import Refused
from sayso.vault import MasterKeys, Vault

from .conftest import MASTER, House

POLICY = "ab" * 32
MASTERS = {"1": MASTER} | {str(n): bytes(range(n, n + 32)) for n in range(2, 30)}
NOON = datetime(2025, 10, 8, 12, tzinfo=UTC)
WHO = st.sampled_from(["ana", "bo", "cy"])
DAYS = st.integers(0, 5)
PICK = st.integers(0, 100)


class Life(RuleBasedStateMachine):
    """People come, talk, delete, are held and leave, and epochs turn."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.house = House(Path(self.folder.name), roll=600)
        self.people: dict[str, str] = {}
        self.said: dict[str, list[bytes]] = {}
        self.owner: dict[str, str] = {}
        self.state: dict[str, str] = {}
        self.when: dict[str, datetime | None] = {}
        self.holds: dict[str, set[str]] = {}
        self.fingers: dict[tuple[str, str], str] = {}
        self.worn: set[str] = set()
        self.epoch, self.behind = 1, 0
        self.house.vault = self.opened()

    def teardown(self) -> None:
        self.house.close()
        self.folder.cleanup()

    def held(self, conversation: str) -> bool:
        return any(conversation in reach or self.owner[conversation] in reach for reach in self.holds.values())

    @rule(who=WHO, number=st.integers(0, 3), words=st.binary(max_size=200))
    def talk(self, who: str, number: int, words: bytes) -> None:
        with self.house.begin() as conn:
            enrolled = self.house.vault.enrol(conn, who)
            assert enrolled.created == (who not in self.people)
            account = self.people.setdefault(who, enrolled.account)
            assert account == enrolled.account
            self.fingers["account", account] = enrolled.digest
            conversation = self.house.vault.identify(conn, account, "claude", str(number))
            if self.state.get(conversation, "live") != "live":
                with pytest.raises(Refused):
                    self.house.vault.seal(conn, account, conversation, words, turns=1, policy=POLICY)
                return
            sealed = self.house.vault.seal(conn, account, conversation, words, turns=1, policy=POLICY)
        self.owner[conversation], self.state[conversation] = account, "live"
        self.said.setdefault(conversation, []).append(words)
        self.when.setdefault(conversation, None)
        self.fingers["key", conversation] = sealed.key_digest
        self.fingers["block", f"{conversation}/{sealed.block}"] = sealed.digest

    def pick(self, number: int) -> str:
        return sorted(self.said)[number % len(self.said)]

    def gone(self, conversation: str) -> None:
        self.state[conversation], self.when[conversation] = "shredded", None
        self.worn.add(self.owner[conversation])
        for kind, one in list(self.fingers):
            if one.split("/")[0] == conversation:
                del self.fingers[kind, one]

    @precondition(lambda self: self.said)
    @rule(number=PICK)
    def delete(self, number: int) -> None:
        conversation = self.pick(number)
        with self.house.begin() as conn:
            assert self.house.vault.hide(conn, conversation, NOON) == (self.state[conversation] == "live")
        if self.state[conversation] == "live":
            self.state[conversation] = "hidden"

    @precondition(lambda self: self.said)
    @rule(number=PICK)
    def shred(self, number: int) -> None:
        conversation = self.pick(number)
        with self.house.begin() as conn:
            if self.state[conversation] != "shredded" and self.held(conversation):
                with pytest.raises(Refused):
                    self.house.vault.shred(conn, conversation)
                return
            assert self.house.vault.shred(conn, conversation) == (self.state[conversation] != "shredded")
        if self.state[conversation] != "shredded":
            self.gone(conversation)

    @precondition(lambda self: self.said)
    @rule(number=PICK, hold=st.sampled_from(["h1", "h2"]), whole=st.booleans())
    def order(self, number: int, hold: str, whole: bool) -> None:
        conversation = self.pick(number)
        reach = self.owner[conversation] if whole else conversation
        with self.house.begin() as conn:
            self.house.vault.hold(conn, hold, **{"accounts" if whole else "conversations": [reach]})
        self.holds.setdefault(hold, set()).add(reach)

    @rule(hold=st.sampled_from(["h1", "h2"]))
    def end(self, hold: str) -> None:
        with self.house.begin() as conn:
            assert self.house.vault.release_hold(conn, hold) == (hold in self.holds)
        self.holds.pop(hold, None)

    @precondition(lambda self: self.people)
    @rule(number=PICK)
    def leave(self, number: int) -> None:
        who = sorted(self.people)[number % len(self.people)]
        account = self.people.pop(who)
        with self.house.begin() as conn:
            done = self.house.vault.forget(conn, account)
        for one in [one for one in self.said if self.owner[one] == account and self.state[one] != "shredded"]:
            if self.held(one):
                assert one in done.held
                self.state[one] = "hidden"
            else:
                assert one in done.shredded
                self.gone(one)
        if done.gone:
            del self.fingers["account", account]
            self.worn.discard(account)

    @rule()
    def finish_leaving(self) -> None:
        with self.house.begin() as conn:
            for account in self.house.vault.leaving(conn):
                done = self.house.vault.forget(conn, account)
                for one in done.shredded:
                    assert not self.held(one)
                    self.gone(one)
                if done.gone:
                    del self.fingers["account", account]
                    self.worn.discard(account)

    @precondition(lambda self: self.said)
    @rule(number=PICK, day=DAYS)
    def plan(self, number: int, day: int) -> None:
        conversation = self.pick(number)
        with self.house.begin() as conn:
            found = self.house.vault.schedule(conn, [(conversation, NOON + timedelta(days=day))])
        assert found == (self.state[conversation] != "shredded")
        if found:
            self.when[conversation] = NOON + timedelta(days=day)

    @rule(day=DAYS)
    def sweep(self, day: int) -> None:
        at = NOON + timedelta(days=day)
        with self.house.begin() as conn:
            due = self.house.vault.due(conn, at)
            assert set(due) == {one for one, when in self.when.items() if when is not None and when <= at}
            for one in due:
                if self.held(one):
                    self.house.vault.schedule(conn, [(one, None)])
                    self.when[one] = None
                else:
                    assert self.house.vault.shred(conn, one)
                    self.gone(one)

    @rule(settle=st.booleans())
    def tidy(self, settle: bool) -> None:
        with self.house.begin() as conn:
            self.house.vault.compact(conn, share=0.1)
        if settle:
            assert self.house.vault.settle().log_empty

    @rule()
    def crash(self) -> None:
        with self.house.engine.connect() as conn:
            account = self.house.vault.enrol(conn, "dee").account
            conversation = self.house.vault.identify(conn, account, "claude", "1")
            self.house.vault.seal(conn, account, conversation, b"never", turns=1, policy=POLICY)
            conn.rollback()
        self.house.close()
        self.house.engine, _ = self.house.open()
        self.house.vault = self.opened()

    def opened(self) -> Vault:
        """The vault with the master keys of every epoch that could come."""
        return Vault(self.house.engine, self.house.folder, MasterKeys(MASTERS), entropy=os.urandom, **self.house.options)

    @rule(limit=st.integers(1, 3))
    def turn(self, limit: int) -> None:
        """One batch: of the turn that is not over, or the first of the next one."""
        with self.house.begin() as conn:
            done = self.house.vault.turn(conn, str(self.epoch if self.behind else self.epoch + 1), limit=limit)
        self.epoch, self.behind = int(done.epoch), done.left
        assert set(done.rekeyed) == {one for one, _ in done.accounts} & self.worn
        self.worn -= set(done.rekeyed)
        self.fingers.update({("account", one): digest for one, digest in done.accounts})
        self.fingers.update({("key", one): digest for one, digest in done.keys})

    @invariant()
    def agrees(self) -> None:
        with self.house.begin() as conn:
            for who, account in self.people.items():
                assert self.house.vault.find(conn, who) == account
            for one, words in self.said.items():
                if self.state[one] == "live":
                    assert self.house.vault.open(conn, one) == words
                else:
                    with pytest.raises(Refused):
                        self.house.vault.open(conn, one)
            rows: dict[str, Any] = {row.conversation: row for row in self.house.vault.rows(conn)}
            assert {one: row.state for one, row in rows.items()} == self.state
            assert {one: row.next_change_at for one, row in rows.items()} == self.when
            prints = {(one.kind, one.id): one.digest for one in self.house.vault.fingerprints(conn)}
            assert {one for kind, one in prints if kind == "worn"} == self.worn
            assert {one: digest for one, digest in prints.items() if one[0] != "worn"} == self.fingers
            assert self.house.vault.check(conn) == []


Life.TestCase.settings = settings(max_examples=12, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck))
test_the_vault_and_a_dictionary_agree = Life.TestCase

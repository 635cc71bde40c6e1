"""Rights that are given and taken while the pages run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sayso.app.grants import FILE, Grants
from sayso.facts.errors import Broken, Unfit

AT = datetime(2026, 11, 1, tzinfo=UTC)


def test_who_holds_a_link_may_read_until_somebody_is_named_and_nobody_else_from_then_on(tmp_path: Path) -> None:
    grants = Grants(tmp_path)
    assert grants.roles("officer") == {"read"}
    grants.name_officer("olga", ["hold"], AT)
    assert grants.roles("olga") == {"read", "hold"}
    assert grants.roles("officer") == frozenset()
    grants.end_officer("olga", AT)
    assert grants.roles("olga") == grants.roles("officer") == frozenset()


def test_roles_are_those_named_last_also_for_who_reads_the_file_already(tmp_path: Path) -> None:
    serving, other = Grants(tmp_path), Grants(tmp_path)
    serving.name_officer("olga", ["hold", "approve"], AT)
    assert "approve" in serving.roles("olga")
    other.name_officer("olga", ["audit"], AT)
    assert serving.roles("olga") == {"read", "audit"}


def test_a_key_opens_until_it_is_revoked_and_lies_nowhere(tmp_path: Path) -> None:
    grants = Grants(tmp_path)
    made, text = grants.make_key("billing", ["count"], AT)
    assert grants.key(text) == made
    secret = text.rsplit("_", 1)[1]
    assert secret not in (tmp_path / FILE).read_text()
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    for wrong in (
        "",
        text[:-1],
        text + "0",
        text[:-1] + ("0" if text[-1] != "0" else "1"),
        f"sayso_{'0' * 12}_{secret}",
        "x" * 999,
    ):
        assert grants.key(wrong) is None
    Grants(tmp_path).revoke(made.id, AT)
    assert grants.key(text) is None
    with pytest.raises(Unfit, match="no key"):
        grants.revoke(made.id, AT)


def test_half_a_line_that_a_crash_left_counts_for_nothing_and_a_broken_one_lets_nobody_in(tmp_path: Path) -> None:
    grants = Grants(tmp_path)
    grants.name_officer("olga", [], AT)
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"at":"2026-11-01T00:00:00Z","what":"officer","name":"mal')
    assert set(grants.state().officers) == {"olga"}
    grants.name_officer("otto", [], AT)
    assert set(grants.state().officers) == {"olga", "otto"}
    with (tmp_path / FILE).open("ab") as file:
        file.write(b"nonsense\n")
    with pytest.raises(Broken, match="cannot be read"):
        grants.roles("olga")


@pytest.mark.parametrize("name", ["", "Olga", "o lga", "ö", "a" * 50, "<b>"])
def test_a_name_that_would_not_read_the_same_everywhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unfit):
        Grants(tmp_path).name_officer(name, ["hold"], AT)
    with pytest.raises(Unfit):
        Grants(tmp_path).make_key(name, ["count"], AT)
    assert not (tmp_path / FILE).exists()

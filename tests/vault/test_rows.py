"""The sum of a row: the same canonical bytes as everywhere, whatever its columns hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sayso.facts.canonical import digest
from sayso.facts.errors import Unfit
from sayso.vault.tables import HOLDS, row_digest


@given(some.text(), some.text())
def test_the_sum_of_a_row_is_taken_over_its_canonical_bytes(hold: str, matter: str) -> None:
    assert row_digest(HOLDS, {"hold": hold, "matter": matter}) == digest({"table": "vault_holds", "hold": hold, "matter": matter})


def test_half_a_character_has_no_sum() -> None:
    with pytest.raises(Unfit, match="half a character"):
        row_digest(HOLDS, {"hold": "\ud800", "matter": ""})

"""What people tell of themselves in passing is found by its table, in linear time, and in their own words only."""

from __future__ import annotations

import pytest

from sayso.scrub.telling import KINDS, MOST, TABLE, Telling, told


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.kind}-{TABLE.index(row)}")
def test_each_row_finds_its_examples_and_not_what_only_looks_alike(row: Telling) -> None:
    assert [one for one in row.yes if row.kind not in {kind for kind, _ in told([one])}] == []
    assert [one for one in row.no if row.kind in {kind for kind, _ in told([one])}] == []


def test_all_four_kinds_have_rows() -> None:
    assert {row.kind for row in TABLE} == set(KINDS)


def test_the_same_thing_told_in_other_letters_and_spaces_is_the_same() -> None:
    assert told(["I live in Port  Howard."]) == told(["i LIVE in Port Howard!"]) == [("place", "port howard")]


def test_a_mark_tells_nothing() -> None:
    assert told(["I live in [ADDRESS_1] and I work at [NAME_2] as [NAME_3]."]) == []


def test_many_values_of_one_kind_are_cut_off_and_cost_linear_time() -> None:
    many = told([f"I live in Town{number}. " * 3 for number in range(1_000)])
    assert len(many) == MOST
    assert told(["I work " + "at a " * 200_000, "i " * 300_000 + "as a", "I live in " + "A" * 500_000]) is not None

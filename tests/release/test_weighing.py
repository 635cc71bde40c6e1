"""What may still identify somebody: what only one account tells, says or is labelled as. Over the setting it is left out, counted."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sayso.facts.errors import Broken, Unfit
from sayso.release import Identifying, Manifest, Risk, Row, check, identifying, load, read, write
from sayso.release import grams as counting
from sayso.release.spill import Spill
from sayso.release.weighing import weigh

from .conftest import blinded, plan_of, row_of

NURSE = "I am 34. I live in Port Howard and I work at Kelp Trust as a ranger."


def said(person: str, number: int, words: str, **more: str) -> Row:
    return replace(row_of(person, number, words=words), account=blinded(person), region="GB", **more)  # type: ignore[arg-type]  # names of fields


def weighed(folder: Path, rows: list[Row], risk: Risk) -> tuple[Manifest, Identifying]:
    manifest = write(folder / "releases", plan_of(), rows, risk=risk)
    told = identifying(folder / "releases" / "autumn")
    assert told is not None
    return manifest, told


def only_weighed(folder: str, rows: list[Row], risk: Risk) -> tuple[set[str], Identifying]:
    """What stays, and the report, without writing the release."""
    with Spill(Path(folder)) as spill:
        for row in rows:
            spill.add(row)
        weighing = weigh(spill, "autumn", risk)
        return set(spill.ids()) - set(weighing.left_out), weighing.report


def stays(folder: Path, rows: list[Row], risk: Risk) -> set[str]:
    weighed(folder, rows, risk)
    return {one["id"] for one in load(folder / "releases" / "autumn")}


def test_what_ana_alone_tells_together_is_left_out_and_counted(tmp_path: Path) -> None:
    rows = [said("ana", 0, NURSE), said("bo", 0, "How do I plant a pear tree?"), said("cy", 0, "I am 34.")]
    manifest, told = weighed(tmp_path, rows, Risk())
    why = "risk: tells 3 or more of age, place, employer, job together, as fewer than 2 accounts do"
    assert manifest.rows == 2
    assert told.left_out == {why: 1}
    assert manifest.plan.left_out == {"Bo refused": 1, "Cy was never asked": 2, why: 1}
    assert manifest.plan.weighed.risk == Risk()  # type: ignore[union-attr]  # it was weighed
    assert (told.told, told.over) == ({"age": 1, "place": 0, "employer": 0, "job": 0}, 0)
    card = (tmp_path / "releases" / "autumn" / "README.md").read_text("utf-8")
    assert f"| {why} | 1 |" in card
    assert "Left out by it: 1" in card


def test_it_stays_once_bo_tells_the_same_and_goes_again_where_he_is_elsewhere(tmp_path: Path) -> None:
    ana, bo = said("ana", 0, NURSE), said("bo", 0, f"Hello! {NURSE} And I am 34.")
    assert stays(tmp_path / "a", [ana, bo], Risk()) == {ana.id, bo.id}
    assert stays(tmp_path / "b", [ana, replace(bo, region="US")], Risk()) == set()
    assert stays(tmp_path / "c", [ana, replace(ana, id=blinded("ana", 1))], Risk()) == set(), "twice by one account is one account"
    assert stays(tmp_path / "d", [ana], Risk(told=0)) == {ana.id}
    assert stays(tmp_path / "e", [ana, bo], Risk(crowd=3, told=4)) == set(), "and a larger crowd asks for more"


def test_labels_that_too_few_accounts_share_are_left_out(tmp_path: Path) -> None:
    rows = [said(who, 0, "hello") for who in ("ana", "bo", "cy")] + [said("di", n, "hello", tier="max") for n in range(5)]
    manifest, told = weighed(tmp_path, rows, Risk(crowd=3))
    assert manifest.rows == 3
    assert told.left_out == {"risk: labels that fewer than 3 accounts share": 5}
    assert (told.labels.classes, told.labels.smallest) == (1, 3)
    assert told.labels.under["5"].conversations == 3, "so it can be seen what a stricter setting would leave out"


def test_leaving_out_goes_on_until_all_that_stays_is_shared(tmp_path: Path) -> None:
    # Bo's labels go, so Ana is the only one left to tell hers, and with her the labels she shared with Cy.
    rows = [said("ana", 0, NURSE), said("bo", 0, NURSE, tier="max"), said("cy", 0, "hello")]
    rows = [replace(rows[0], tier="pro"), rows[1], replace(rows[2], tier="pro")]
    assert stays(tmp_path, rows, Risk(crowd=2)) == set()


def test_a_row_without_an_account_is_company_for_nobody(tmp_path: Path) -> None:
    rows = [replace(said(who, 0, NURSE), account="") for who in ("ana", "bo")]
    assert stays(tmp_path, rows, Risk()) == set()


@given(phrase=st.lists(st.sampled_from(["kelp", "marram", "tussac", "zopf", "ärger", "冬"]), min_size=3, max_size=8))
@settings(max_examples=25, deadline=None)
def test_a_phrase_is_rare_until_a_second_account_says_it(phrase: list[str]) -> None:
    words = " ".join(phrase)
    common = "the tree is in the garden of the house"
    rows = [said("ana", 0, f"{common} {words}"), said("bo", 0, common), said("cy", 0, common)]
    rows = [replace(row, messages=row.messages[:1]) for row in rows]
    with TemporaryDirectory() as folder:
        _, alone = only_weighed(folder, rows, Risk())
        again = replace(rows[1], messages=rows[0].messages)
        _, shared = only_weighed(folder, [rows[0], again, rows[2]], Risk())
        left, _ = only_weighed(folder, rows, Risk(rare_words=0))
        kept, _ = only_weighed(folder, [rows[0], again, rows[2]], Risk(rare_words=0, rare_phrases=0))
    assert alone.words.alone == len(set(phrase))
    assert alone.words.over["5"] == 1
    assert (shared.words.alone, shared.phrases.alone) == (0, 0)
    assert left == {rows[1].id, rows[2].id}
    assert len(kept) == 3


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ana", "bo", "cy", "di", "ed"]),
            st.lists(
                st.sampled_from(["I am 34.", "I live in Oban.", "I am a nurse.", "I work at Bosch.", "kelp", "pear"]), max_size=5
            ),
            st.sampled_from(["free", "pro"]),
        ),
        max_size=12,
    ),
    st.builds(
        Risk,
        crowd=st.integers(1, 3),
        told=st.integers(0, 4),
        rare_words=st.sampled_from([100, 30, 0]),
        rare_phrases=st.sampled_from([100, 20]),
    ),
    st.randoms(use_true_random=False),
)
@settings(max_examples=40, deadline=None)
def test_whatever_people_say_what_stays_holds_the_setting_and_nothing_goes_uncounted(
    talks: list[tuple[str, list[str], str]], risk: Risk, order: random.Random
) -> None:
    rows = [said(who, number, " ".join(words) or "hello", tier=tier) for number, (who, words, tier) in enumerate(talks)]
    with TemporaryDirectory() as folder:
        left, told = only_weighed(folder, rows, risk)
        assert len(left) + sum(told.left_out.values()) == len(rows)
        assert told.conversations == len(left)
        if left:
            assert told.labels.smallest >= risk.crowd
        if risk.told:
            assert all(told.together[str(count)].groups == 0 for count in range(risk.told, 5))
        # What stays, weighed again by itself, all stays: unless it had not come to rest, and then the report says so.
        again, _ = only_weighed(folder, [row for row in rows if row.id in left], risk)
        assert again == left or told.over
        shuffled = rows[:]
        order.shuffle(shuffled)
        assert only_weighed(folder, shuffled, risk) == (left, told), "the order in which rows come changes nothing"


def test_the_report_is_part_of_the_release_and_holds_no_word(tmp_path: Path) -> None:
    rows = [said("ana", 0, f"{NURSE} My project is codenamed Zyxthorpe."), said("bo", 0, "hello")]
    weighed(tmp_path, rows, Risk(told=0))
    folder = tmp_path / "releases" / "autumn"
    assert check(folder) == []
    assert {"identifying.html", "identifying.json"} <= {one.path for one in read(folder).files}
    for name in ("identifying.html", "identifying.json"):
        text = (folder / name).read_text("utf-8").casefold()
        assert not [word for word in ("zyxthorpe", "howard", "kelp", "ranger", "codenamed") if word in text]
    (folder / "identifying.json").write_bytes(b"{}")
    with pytest.raises(Broken, match="report of release"):
        identifying(folder)
    assert check(folder) == ["identifying.json is not what was written"]


def test_a_release_that_was_not_weighed_has_no_report(tmp_path: Path) -> None:
    manifest = write(tmp_path / "releases", plan_of(), [row_of("ana")])
    assert identifying(tmp_path / "releases" / "autumn") is None
    assert b"weighed" not in manifest.raw
    assert "Not weighed." in (tmp_path / "releases" / "autumn" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("wrong", [{"crowd": 0}, {"told": 5}, {"rare_words": 101}, {"rare_phrases": -1}])
def test_a_setting_that_says_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(Unfit, match="it lies between"):
        Risk(**wrong).checked()


def test_an_account_that_says_more_than_is_held_at_once_counts_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    talks = [counting.hashes([" ".join(f"w{(number * 7 + n) % 400}" for n in range(60))]) for number in range(80)]
    whole, parts = counting.Common(10_000), counting.Common(10_000)
    whole.count(talks)
    monkeypatch.setattr(counting, "TOGETHER", 50)
    parts.count(talks)
    parts.count(talks[:1])
    whole.count(talks[:1])
    assert (parts.distinct, parts.several) == (whole.distinct, whole.several)
    assert whole.several[0] == len(set(talks[0][0]))

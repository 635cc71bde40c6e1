"""A notice never changes, says what it must, and leans nowhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, Unfit
from sayso.notices import Notice, Words, faults, grade, publish, read, shipped
from sayso.notices.fitness import first_layer
from sayso.notices.wording import parse

RULES_ON_PAPER = {"C01", "C03", "C04", "C05", "C09", "C15", "C16", "C18", "C19", "C20", "C21", "C22", "C23", "C25", "C29"}


def named(name: str) -> Notice:
    return next(notice for notice in shipped("Example Chat") if notice.name == name)


def changed(language: str = "en", **words: Any) -> Notice:
    first = named("training-choice")
    return replace(first, words_by_language={**first.words_by_language, language: replace(first.words(language), **words)})


@pytest.mark.parametrize("notice", shipped("Example Chat"), ids=lambda notice: notice.name)
def test_every_shipped_notice_is_fit_and_reads_below_grade_eight(notice: Notice) -> None:
    assert faults(notice) == []
    assert set(notice.languages) == {"ar", "de", "en", "es", "fr", "ja"}
    for language in notice.languages:
        words = notice.words(language)
        assert grade(first_layer(words), language) < 8
        assert grade(" ".join(words.more), language) < 8
        assert "Example Chat" in first_layer(words)
        assert set(words.labels) == set(notice.offered)


def test_the_question_for_accounts_that_exist_offers_both_answers_and_later_last() -> None:
    assert named("training-choice").offered == ("allow", "refuse", "later")
    assert named("settings").offered == ("allow", "refuse")
    assert (named("imported").covers, named("training-choice").covers) == ("stored", "from_now")


def test_nothing_is_set_before_somebody_answers() -> None:
    assert {control.default for notice in shipped() for control in notice.controls} == {"unset"}
    raw = json.loads(named("training-choice").canonical())
    raw["controls"][0]["default"] = "on"
    import msgspec

    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(raw, Notice)


def test_a_published_notice_comes_back_as_it_was_and_its_name_proves_it(tmp_path: Path) -> None:
    notice = named("training-choice")
    name = publish(tmp_path, notice)
    assert name == notice.digest == digest((tmp_path / f"{name}.json").read_bytes())
    assert read(tmp_path, name) == notice
    assert publish(tmp_path, notice) == name
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.json"]


def test_one_other_word_is_another_notice(tmp_path: Path) -> None:
    other = changed(title="Do you allow or refuse training with your chats?")
    assert publish(tmp_path, other) != publish(tmp_path, named("training-choice"))
    assert len(list(tmp_path.iterdir())) == 2


def test_the_same_words_have_the_same_digest_whoever_the_machine_is() -> None:
    """Frozen: when this fails, a shipped text changed; give that notice a new `version` and freeze the new digest."""
    assert {notice.name: notice.digest for notice in shipped("Example Chat")} == json.loads(
        (Path(__file__).parent / "digests.json").read_text()
    )


@pytest.mark.parametrize("harm", ["word", "cut", "longer", "empty", "reordered"])
def test_a_file_that_was_changed_is_not_believed(tmp_path: Path, harm: str) -> None:
    name = publish(tmp_path, named("settings"))
    path = tmp_path / f"{name}.json"
    raw = path.read_bytes()
    spoilt = {
        "word": raw.replace(b"refuse", b"accept", 1),
        "cut": raw[:-1],
        "longer": raw + b" ",
        "empty": b"",
        "reordered": json.dumps(json.loads(raw)).encode(),
    }[harm]
    path.write_bytes(spoilt)
    with pytest.raises(Broken, match="does not hold the words"):
        read(tmp_path, name)
    with pytest.raises(Broken):
        publish(tmp_path, named("settings"))


@pytest.mark.parametrize("content", [b"{}", b"[]", b"\xff\xfe", b'{"name": 1}', b"null"])
def test_a_file_with_the_right_name_that_is_no_notice_is_broken(tmp_path: Path, content: bytes) -> None:
    (tmp_path / f"{digest(content)}.json").write_bytes(content)
    with pytest.raises(Broken, match="is no notice"):
        read(tmp_path, digest(content))


def test_a_notice_that_is_spelled_otherwise_is_broken(tmp_path: Path) -> None:
    raw = json.dumps(json.loads(named("settings").canonical()), indent=1).encode()
    (tmp_path / f"{digest(raw)}.json").write_bytes(raw)
    with pytest.raises(Broken, match="canonical"):
        read(tmp_path, digest(raw))


@pytest.mark.parametrize("name", ["", "../secrets", "A" * 64, "0" * 63, "0" * 64 + "/..", "\x00"])
def test_no_other_file_can_be_asked_for(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unfit, match="64 small hex digits"):
        read(tmp_path, name)
    with pytest.raises(Unfit, match="not published here"):
        read(tmp_path, "0" * 64)


@pytest.mark.parametrize(
    ("notice", "rule"),
    [
        (replace(named("training-choice"), controls=named("training-choice").controls[:1]), "C01"),
        (replace(named("training-choice"), controls=named("training-choice").controls[::2]), "C01 C03"),
        (replace(named("training-choice"), controls=named("training-choice").controls[::-1]), "C03"),
        (replace(named("training-choice"), controls=named("training-choice").controls[:1] * 2), "C05"),
        (replace(named("training-choice"), words_by_language={}), "C29"),
        (replace(named("training-choice"), name="Training!"), "a notice needs a name"),
        (changed(labels={"allow": "Accept", "refuse": "Refuse training", "later": "Decide later"}), "C16"),
        (changed(labels={"allow": "Allow training", "refuse": "Keep my account poor", "later": "Decide later"}), "C16"),
        (changed(labels={"allow": "Allow training", "later": "Decide later"}), "C16"),
        (
            changed(
                labels={
                    "allow": "Allow training",
                    "refuse": "Refuse training",
                    "later": "Decide about all of this at some later time",
                }
            ),
            "C04",
        ),
        (changed(title="Do you not allow or never refuse training on your chats?"), "C18"),
        (changed(more=("We may use it to improve things.",)), "C22 `may`"),
        (changed(more=("Please help us make it great!",)), "C23"),
        (changed(language="de", more=("Das ist leider so.",)), "C23 `leider`"),
        (changed(facts=named("training-choice").words("en").facts[1:]), "C29"),
        (changed(facts=()), "C19"),
        (changed(title=""), "C16"),
    ],
    ids=str,
)
def test_a_notice_that_leans_or_hides_is_never_published(tmp_path: Path, notice: Notice, rule: str) -> None:
    assert any(rule in line for line in faults(notice)), faults(notice)
    with pytest.raises(Unfit, match="not fit to be shown"):
        publish(tmp_path / "notices", notice)
    assert not (tmp_path / "notices").exists()


@pytest.mark.parametrize("kind", ["who", "what", "purpose", "if_allow", "if_refuse", "change", "cannot_undo"])
def test_no_required_fact_can_be_left_out(kind: str) -> None:
    first = named("training-choice")
    without = {
        tag: replace(words, facts=tuple(fact for fact in words.facts if fact.kind != kind))
        for tag, words in first.words_by_language.items()
    }
    assert any(f"`{kind}`" in line for line in faults(replace(first, words_by_language=without)))


def test_hard_words_are_measured_and_refused() -> None:
    hard = "Notwithstanding aforementioned considerations, interoperability obligations necessitate comprehensive organisational accountability documentation"
    assert grade(hard, "en") > 15
    assert any(
        "C25" in line
        for line in faults(
            changed(
                facts=(
                    *named("training-choice").words("en").facts[:-1],
                    replace(named("training-choice").words("en").facts[-1], text=" ".join([hard] * 8)),
                )
            )
        )
    )


def test_nobody_is_asked_in_words_that_are_not_there() -> None:
    assert named("settings").words("de-AT").title.startswith("Erlauben")
    with pytest.raises(Unfit, match="no words in `nl`; it has ar, de, en, es, fr, ja"):
        named("settings").words("nl")


@pytest.mark.parametrize("operator", ["", "   ", "x" * 61, "two\nlines"])
def test_an_operator_needs_a_plain_name(operator: str) -> None:
    with pytest.raises(Unfit, match="operator"):
        shipped(operator)


@pytest.mark.parametrize(
    ("text", "said"),
    [("= 1", "is no TOML"), ("name = 1", "expected `str`"), ('name = "x"\nextra = 1', "unknown field"), ("", "missing")],
)
def test_a_text_that_is_no_notice_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(Unfit, match=said):
        parse(text, name="mine")


def test_a_name_with_braces_stays_a_name() -> None:
    assert "{0} & <b> {who}" in first_layer(shipped("{0} & <b> {who}")[0].words("en"))


def test_the_list_of_rules_and_our_claims_agree(shared_data: Path) -> None:
    known = {rule["id"] for rule in json.loads((shared_data / "screens" / "rules.json").read_text())}
    assert known >= RULES_ON_PAPER
    spec = (Path(__file__).resolve().parents[2] / "spec" / "notice.md").read_text()
    assert all(rule in spec for rule in RULES_ON_PAPER)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["ar", "de", "en", "es", "fr", "ja"]))
def test_any_text_has_a_grade_and_none_breaks_the_measure(text: str, language: str) -> None:
    assert -20 < grade(text, language) < 10_000


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_a_notice_holds_any_words_and_gives_them_back(title: str) -> None:
    words = Words(title=title, facts=(), labels={})
    notice = replace(named("settings"), words_by_language={"en": words})
    import msgspec

    assert msgspec.json.decode(notice.canonical(), type=Notice) == notice

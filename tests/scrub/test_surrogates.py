"""Stand-ins: nobody's, found again as what they stand for, the same within a conversation and unlike in any two."""

from __future__ import annotations

import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.conversation import Text, ToolResult, Turn
from sayso.facts.kinds import ACTIONS, KINDS, SURROGATED
from sayso.policy.handling import Done
from sayso.scrub import ROWS, SURROGATES, Persons, Treated, find, mask, treat_turns
from sayso.scrub.checks import luhn
from sayso.scrub.masking import canonical_of, mark_of
from sayso.scrub.reserved import family
from sayso.scrub.treating import Actions

ALL: Actions = dict.fromkeys(SURROGATED, "surrogate")
SHOWN = [
    (row, before, value, after)
    for row in ROWS
    for text in row.yes
    if text.count("«") == 1
    for before, value, after in [re.split("[«»]", text.replace("·", ""))]
    if family(row.kind, value)
]
"""Every example of the table whose kind has surrogates, in its own surroundings."""


def test_the_words_a_policy_may_name_are_the_marks_of_the_table() -> None:
    assert set(KINDS) == {row.mark.lower() for row in ROWS} | {"private"}
    assert set(SURROGATED) == {row.mark.lower() for row, *_ in SHOWN}
    assert Done().do in ACTIONS


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SHOWN), st.binary(min_size=1, max_size=32))
def test_a_surrogate_is_another_value_and_is_found_as_the_same_kind_where_the_original_stood(shown: tuple, key: bytes) -> None:
    row, before, value, after = shown
    made = Treated(key, ALL).of(row.kind, value)
    assert canonical_of(row.kind, made) != canonical_of(row.kind, value)
    spans = [span for span in find(f"{before}{made}{after}") if span.start == len(before) and span.end == len(before) + len(made)]
    assert [mark_of(span.kind) for span in spans] == [row.mark]
    assert Treated(key, ALL).of(row.kind, value) == made, "drawn from nothing but the key"


@pytest.mark.parametrize("kind", ["card", "mac", "phone-us", "phone-national", "uk-nhs"])
def test_every_value_of_a_small_family_is_found_as_its_kind_and_none_twice(kind: str) -> None:
    _, before, value, after = next(one for one in SHOWN if one[0].kind == kind)
    pool = family(kind, value)
    assert pool is not None
    cores = [pool.core(number) for number in range(pool.size)]
    assert len(set(cores)) == pool.size
    for core in cores[:: max(1, pool.size // 100)]:
        text = f"{before}{pool.dress(value, core)}{after}"
        assert [mark_of(span.kind) for span in find(text)] == [mark_of(kind)], text


def test_no_surrogate_belongs_to_anybody() -> None:
    drawn = {kind: [Treated(bytes([n]), ALL).of(kind, value) for n in range(40)] for kind, value in ORIGINALS.items()}
    assert all(re.search(r"@example\.(com|net|org)$", one) for one in drawn["email"])
    assert all(re.fullmatch(r"\(\d{3}\) 555-01\d\d", one) for one in drawn["phone-us"])
    assert all(re.match(r"\+44 20 7946 0\d{3}$", one) for one in drawn["phone-international"])
    assert all(one.startswith(("198.18.", "198.19.")) for one in drawn["ipv4"])
    assert all(one.startswith("00:00:5e:00:53:") for one in drawn["mac"])
    assert all(one.startswith("9") and one[4:6] < "50" for one in drawn["us-ssn"])
    assert all(one[4:12] == "00000000" and one.startswith("DE") for one in drawn["iban"])
    assert all(luhn(re.sub(r"\D", "", one).encode()) for one in drawn["card"])
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(one, "US")) for one in drawn["phone-us"])


ORIGINALS = {
    "email": "bo@bank.de",
    "phone-us": "(415) 263-2671",
    "phone-international": "+44 20 7123 4567",
    "ipv4": "86.121.97.248",
    "mac": "3c:22:fb:9a:10:7e",
    "us-ssn": "078-05-1120",
    "iban": "GB28JHYZ70389205223963",
    "card": "4556 7375 8689 9855",
}


GOLDEN = [
    "maple8506@example.org",
    "(352) 555-0116",
    "+44 20 7946 0564",
    "198.18.87.139",
    "00:00:5e:00:53:0a",
    "981-27-1461",
    "DE80000000000606501117",
    "4012 8888 8888 1881",
]


def said(text: str, number: int = 1) -> Turn:
    return Turn(id=str(number), role="user", parts=(Text(text),))


def words(turns: tuple[Turn, ...]) -> list[str]:
    return [part.text for turn in turns for part in turn.parts if isinstance(part, Text)]


def test_ana_s_address_has_one_stand_in_in_a_conversation_and_others_in_others() -> None:
    turns = [said("Mail ana.lima@bank.de"), said("or ANA.LIMA@BANK.DE, or bo@bank.de", 2)]
    one, other = (words(treat_turns(turns, Treated(key, {"email": "surrogate"})).turns) for key in (b"one", b"other"))
    found = re.findall(r"\S+@example\.\w+", " ".join(one))
    assert found[0] == found[1] != found[2]
    assert not set(found) & set(re.findall(r"\S+@example\.\w+", " ".join(other)))
    assert "bank" not in " ".join(one)


def test_an_address_in_a_url_or_spelled_out_has_the_stand_in_of_the_address() -> None:
    marks = Treated(b"k", ALL)
    plain = marks.of("email", "ana@bank.de")
    assert marks.of("email-encoded", "ana%40bank.de") == plain.replace("@", "%40")
    assert marks.of("email-spoken", "ana at bank dot de") == plain.replace("@", " at ").replace(".", " dot ")
    assert marks.of("phone-us", "(415) 263-2671")[-8:] == marks.of("phone-international", "+1 415-263-2671").replace(" ", "-")[-8:]


def test_what_is_drawn_from_a_key_does_not_change_unless_its_version_does() -> None:
    marks = Treated(b"golden", ALL)
    assert SURROGATES == "sayso/surrogates/v1"
    assert [marks.of(kind, value) for kind, value in ORIGINALS.items()] == GOLDEN


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 255), min_size=1, max_size=60, unique=True), st.binary(max_size=8))
def test_no_surrogate_equals_an_original_of_the_conversation_or_another_surrogate(taken: list[int], key: bytes) -> None:
    originals = [f"00:00:5e:00:53:{number:02x}" for number in taken]
    treated = treat_turns([said(f"wlan0 {one} up", place) for place, one in enumerate(originals)], Treated(key, ALL))
    made = [text.split()[1] for text in words(treated.turns)]
    assert len(set(made)) == len(made)
    assert not set(made) & set(originals)


def test_where_a_conversation_has_too_many_values_for_a_family_all_of_that_kind_are_marked() -> None:
    turns = [said(f"wlan0 3c:22:fb:9a:10:{number:02x} up; mail bo{number}@bank.de", number) for number in range(90)]
    treated = treat_turns(turns, Treated(b"k", ALL))
    assert treated.counts["mac"] == {"mark": 90}
    assert treated.counts["email"] == {"surrogate": 90}
    assert len(set(re.findall(r"\S+@example\.\w+", " ".join(words(treated.turns))))) == 90


def test_a_turn_with_a_secret_goes_also_when_only_a_tool_said_it() -> None:
    leaked = Turn(id="2", role="assistant", parts=(Text("done"), ToolResult('{"password": "Kj8xPq2mZ7"}')))
    treated = treat_turns([said("hello"), leaked, said("thanks", 3)], Treated(b"k", {"secret": "drop_turn"}))
    assert words(treated.turns) == ["hello", "thanks"]
    assert treated.turns_dropped == {"secret": 1}
    assert sum(sum(each.values()) for each in treated.counts.values()) == 1


def test_a_conversation_with_a_passport_goes_as_a_whole_and_says_only_for_which_kind() -> None:
    treated = treat_turns(
        [said("my passport number is X12345678"), said("bo@bank.de", 2)], Treated(b"k", {"passport": "drop_conversation"})
    )
    assert (treated.turns, treated.dropped_for) == ((), "passport")
    assert treated.counts["passport"] == {"drop_conversation": 1}
    assert "X123" not in repr(treated)


def test_public_figures_stay_only_where_the_finder_leaves_them_and_everybody_else_is_marked() -> None:
    turns = [said("Okafor asked Barack Obama about it. I told Ngozi Okafor.")]
    kept = treat_turns(turns, Treated(b"k", {"name": "keep_public"}), recognizers=[Persons(keep_figures=True)])
    assert words(kept.turns) == ["[NAME_1] asked Barack Obama about it. I told [NAME_2]."]
    assert set(kept.counts["person-name"]) == {"mark"}


def test_a_kind_that_no_row_names_is_marked_as_ever() -> None:
    text = "passport number is X12345678, mail bo@bank.de"
    assert words(treat_turns([said(text)], Treated(b"k", {})).turns) == [mask(text, b"other").text]

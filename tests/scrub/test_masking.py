"""Marks stand for the same thing all through one conversation, and nothing but what was found is touched."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.scrub import ROWS, Marks, Span, find, mask
from sayso.scrub.fold import Folded
from sayso.scrub.spans import settle, to_code_points

EXAMPLES = [row.yes[0].replace("·", "").replace("«", "").replace("»", "") for row in ROWS]
LETTERS = st.text(st.characters(min_codepoint=1, max_codepoint=0x2FFFF, categories=None), max_size=12) | st.sampled_from(
    [
        "Żółć ",
        "李雷",
        "\ud800",
        "👩‍👩‍👧",
        "\u200b",
        "１２",
        "\u00a0",
        "@",
        ".",
        "[EMAIL_1]",
        "[",
        "]",
        "\n",
        ' "',
        "1",
        "-",
        "é",
        "\\n",
        "= ",
        ": ",
    ]
)
TEXTS = st.lists(LETTERS | st.sampled_from(EXAMPLES), max_size=8).map("".join)


def test_one_address_gets_one_mark_however_it_is_written():
    assert mask("Bob@Example.com, bob@example.com, eve@example.com", b"k").text == "[EMAIL_1], [EMAIL_1], [EMAIL_2]"
    assert mask("+1 415-263-2671 or (415) 263-2671", b"k").text == "[PHONE_1] or [PHONE_1]"
    assert mask("4111 1111 1111 1111 is 4111-1111-1111-1111", b"k").text == "[CARD_1] is [CARD_1]"


def test_anas_turns_share_marks_and_bos_conversation_starts_anew():
    ana, bo = Marks(b"ana"), Marks(b"bo")
    assert mask("I am a@example.org", ana).text == "I am [EMAIL_1]"
    assert mask("not b@example.org but a@example.org", ana).text == "not [EMAIL_2] but [EMAIL_1]"
    assert mask("write to b@example.org", bo).text == "write to [EMAIL_1]"


def test_marks_hold_no_value_and_say_none():
    marks = Marks(b"key")
    mask("ana.lima@example.org", marks)
    held = repr(marks) + repr(vars(marks))
    assert "ana.lima" not in held
    assert list(vars(Marks(b"one"))["_known"]) == []
    other = Marks(b"other")
    mask("ana.lima@example.org", other)
    assert marks._known.keys() != other._known.keys()


def test_a_mark_somebody_typed_is_never_given_to_somebody_else():
    assert mask("[EMAIL_1] wrote to a@example.org", b"k").text == "[EMAIL_1] wrote to [EMAIL_2]"


def test_counts_are_per_kind_and_spans_are_of_the_original():
    text = "żółw a@example.org, b@example.org from 86.121.97.248"
    masked = mask(text, b"k")
    assert masked.counts == {"email": 2, "ipv4": 1}
    assert [text[span.start : span.end] for span in masked.spans] == ["a@example.org", "b@example.org", "86.121.97.248"]
    assert {span.source for span in masked.spans} == {"pattern", "range"}


@pytest.mark.parametrize(
    "text",
    [
        "card ４１１１ １１１１ １１１１ １１１１",
        "card 4111\u200b1111\u200b1111\u200b1111",
        "card 4111\u00a01111\u00a01111\u00a01111",
        "card ٤١١١ ١١١١ ١١١١ ١١١١",
    ],
)
def test_foreign_digits_and_invisible_joiners_hide_no_card(text: str):
    masked = mask(text, b"k")
    assert masked.text == "card [CARD_1]"
    assert masked.counts == {"card": 1}


def test_fullwidth_and_plain_writing_of_one_card_share_a_mark():
    assert mask("4111111111111111 or ４１１１１１１１１１１１１１１１ card", b"k").text == "[CARD_1] or [CARD_1] card"


def test_a_partial_overlap_leaves_no_rest():
    assert settle([Span(0, 5, "a"), Span(3, 12, "b")]) == [Span(0, 12, "b")]
    assert settle([Span(0, 9, "a"), Span(2, 4, "b")]) == [Span(0, 9, "a")]


def test_a_span_never_cuts_a_character():
    assert to_code_points("aéb".encode(), [Span(2, 4, "x")]) == [Span(1, 3, "x")]


def test_lone_surrogates_and_odd_scripts_come_through():
    text = "\ud83d broken, a@example.org, \udc00"
    assert mask(text, b"k").text == "\ud83d broken, [EMAIL_1], \udc00"


def test_a_name_told_once_is_hidden_everywhere_in_that_text():
    text = "My name is Ana Lima. Ana Lima asked; Lima, Peru stays Lima's neighbour, and so does Limassol."
    masked = mask(text, b"k").text
    assert masked.startswith("My name is [NAME_1]. [NAME_1] asked;")
    assert "Limassol" in masked


def test_an_empty_text_stays_empty():
    assert mask("", b"").text == ""
    assert find("") == []


class Names:
    """A finder of names that a user plugs in."""

    def find(self, texts):
        return [[Span(at, at + 3, "model-name", "a model")] if (at := text.find("Cyd")) >= 0 else [] for text in texts]


def test_another_recognizer_adds_what_sayso_cannot_know():
    masked = mask("Cyd likes a@example.org", b"k", recognizers=[Names()])
    assert masked.text == "[PRIVATE_1] likes [EMAIL_1]"
    assert masked.counts == {"model-name": 1, "email": 1}


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_spans_are_sorted_disjoint_and_inside_the_text(text: str):
    spans = find(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_nothing_outside_the_spans_changes(text: str):
    masked = mask(text, b"k")
    rest, at = masked.text, 0
    for span in masked.spans:
        outside = text[at : span.start]
        assert rest.startswith(outside)
        rest = rest[len(outside) :]
        rest = rest[rest.index("]") + 1 :]
        at = span.end
    assert rest == text[at:]


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_masking_twice_finds_nothing_new(text: str):
    once = mask(text, b"k").text
    assert find(once) == []


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_folding_knows_the_way_back(text: str):
    folded = Folded(text)
    for at in range(len(folded.text)):
        start, end = folded.back(at, at + 1)
        assert Folded(text[start:end]).text.strip("\u200b") == folded.text[at]

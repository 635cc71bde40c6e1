"""A long text is read again with what was found taken out about the marks alone, and no less is found than in all of it."""

from __future__ import annotations

import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.scrub import ROWS, Span, find, phones, searching, secrecy
from sayso.scrub.confirming import Work
from sayso.scrub.engine import SHORT
from sayso.scrub.gates import spelled
from sayso.scrub.row import EVERYWHERE, within
from sayso.scrub.touching import NEIGHBOURS, beside

EXAMPLES = [text.replace("·", "").replace("«", "").replace("»", "") for row in ROWS for text in (*row.yes, *row.no)]
MARKS = sorted({f"[{row.mark}_1]" for row in ROWS})
GLUE = ["", " ", ", ", "\n", '"', '": "', "-", "1", "é", "\u200b", " is ", "[EMAIL_1]", "zip 12345 ", "４１"]
TEXTS = st.lists(st.sampled_from(EXAMPLES) | st.sampled_from(GLUE) | st.text(max_size=6), min_size=2, max_size=12).map("".join)


FILLER = "And then she said, on page 12 of 40: x = y[3]; see also the manual. " * 8


def in_full(text: str) -> list[Span]:
    """What is found where all that is left of a text is asked again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "near", lambda *_: None)
        return find(text)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=8), st.integers(0, 60))
def test_in_a_long_text_asking_about_the_marks_finds_what_asking_all_of_it_finds(said: list[str], cut: int):
    text = FILLER.join(said) + FILLER[cut:] * 9
    assert len(text) > SHORT
    assert find(text) == in_full(text)


@pytest.mark.parametrize(
    "said",
    [
        "zip 12345 4111 1111 1111 1111 and that is all",  # the code hid where the card begins
        'Cookie: PHPSESSID=r2t5uvjq435r4q7ib3vtdjq120; a=b, password="Kj8xPq2m"',
        "the bus drops you off at Dalmatinova 68\nmy address is 6750 Koskikatu 25 Apt. 864",
        'users: [{user: svc, password: "soon"}, {Username: "bar", Password: "pass", x: nil}]',
        "My name is Ana Lima. żółć \u200b Ana Lima, ana@example.org",
    ],
)
def test_what_another_hit_had_hidden_is_found_in_a_long_text(said: str):
    text = f"{FILLER}{said}\n{FILLER * 9}"
    assert find(text) == in_full(text)


def test_a_long_text_is_not_read_again_where_nothing_was_found():
    text = f"{FILLER * 40}and from 86.121.97.248 went. {FILLER * 40}"
    work = Work()
    assert len(find(text, work=work)) == 1
    assert work.triggered < 1.5 * len(text)


def _matches(pattern: re.Pattern[bytes], place: tuple[int, int], text: bytes) -> bool:
    """Whether a pattern may match at this very place."""
    return any(match.span()[0] == place[0] for match in pattern.finditer(text, place[0], place[1] + 1))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(ROWS), st.sampled_from(EXAMPLES), st.sampled_from(MARKS), st.data())
def test_no_match_touches_a_mark_where_the_pattern_is_said_not_to(row, example: str, mark: str, data):
    at = data.draw(st.integers(0, len(example)))
    end = data.draw(st.integers(at, len(example)))
    text = f"{example[:at]}{mark}{example[end:]}".encode()
    low = len(example[:at].encode())
    high = low + len(mark)
    pattern = re.compile(spelled(row.confirm).encode("latin-1"))

    def needs_the_mark(match: re.Match[bytes]) -> bool:
        """Whether it lies over the mark, or only stands beside it since a mark is there."""
        if match.end() > low and match.start() < high:
            return not low <= match.start() <= match.end() <= high
        others = (text[:low] + other * (high - low) + text[high:] for other in (b"[", b"a", b" "))
        return match.end() >= low and match.start() <= high and not all(_matches(pattern, match.span(), other) for other in others)

    touching = [match for match in pattern.finditer(text) if needs_the_mark(match)]
    ahead, behind = text[max(0, low - NEIGHBOURS) : low], text[high : high + NEIGHBOURS]
    assert not touching or beside(mark.encode(), ahead, behind)[row.confirm]


def test_beside_a_card_in_a_sentence_numbers_are_not_asked_again_and_told_keys_are():
    around = beside(b"[CARD_1]", b" ", b" ")
    asked = {row.kind for row in ROWS if around[row.confirm]}
    assert asked.isdisjoint({"card", "email", "iban", "ipv4", "us-ssn", "phone-us", "jwt"})
    assert {"told-key", "login-pair"} <= asked


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([row for row in ROWS if row.check and within(row.check) < EVERYWHERE]), TEXTS, st.binary(max_size=40))
def test_what_a_check_is_said_not_to_see_changes_nothing(row, said: str, other: bytes):
    text = f"{said} {row.yes[0]} {(*row.no, '')[0]}".replace("«", "").replace("»", "").replace("·", "").encode()
    near = within(row.check)
    for match in re.finditer(spelled(row.confirm).encode("latin-1"), text):
        start, end = next((span for span in match.regs[1:] if span[0] >= 0), match.span())
        low, high = max(0, start - near), end + near
        if start == end or low == 0:
            continue  # where the text begins is seen too
        found = row.check(text, start, end)
        changed = row.check(
            other + text[low:high] + (other if high <= len(text) else b""), start - low + len(other), end - low + len(other)
        )
        assert changed == (found and (found[0] - low + len(other), found[1] - low + len(other)))


@pytest.mark.parametrize("region", [region for region in phones._REGIONS if region])
def test_numbers_of_every_country_are_as_valid_as_phonenumbers_says(region: str):
    numbers = [phonenumbers.example_number_for_type(region, sort) for sort in range(11)]
    written = {
        "0" + before + said
        for number in numbers
        if number
        for said in (phonenumbers.national_significant_number(number),)
        for before in ("", "15", "0", "011")
    }
    written |= {phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL) for number in numbers if number}
    plans = dict(phones._plans()[1])
    for text in filter(re.compile(r"[\d ()/-]+").fullmatch, written):
        number = re.sub(r"\D", "", text)
        if number.startswith("0") and phones._valid_in(region, text):
            assert plans[region].fullmatch(number), region
        assert phones._national(text) == any(phones._valid_in(each, text) for each in phones._REGIONS), region


@settings(max_examples=150, deadline=None)
@given(st.from_regex(r"\A\(?0[0-9]{1,4}\)?(?:[ /-]{1,2}[0-9]{2,8}){1,3}\Z"))
def test_any_number_with_a_leading_zero_is_as_valid_as_phonenumbers_says(text: str):
    assert phones._national(text) == any(phones._valid_in(region, text) for region in phones._REGIONS)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40), st.sampled_from([2.2, 2.5, 3.0]))
def test_what_is_said_to_vary_has_that_entropy(value: bytes, bits: float):
    assert secrecy.varied(value, bits) == (secrecy.entropy(value) >= bits)

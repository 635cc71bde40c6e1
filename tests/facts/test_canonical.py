"""One spelling per value, as RFC 8785 says, so that a digest means the same on every machine."""

import json
import struct

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sayso.facts.canonical import canonical, digest
from sayso.facts.errors import Unfit
from sayso.facts.events import ChoiceMade, Scope, TurnTaken
from sayso.facts.instants import parse_instant


def double(hexed: str) -> float:
    return struct.unpack(">d", bytes.fromhex(hexed))[0]


# RFC 8785, appendix B.
NUMBERS = [
    ("0000000000000000", "0"), ("8000000000000000", "0"), ("0000000000000001", "5e-324"), ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"), ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"), ("c340000000000000", "-9007199254740992"), ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"), ("44b52d02c7e14af6", "1e+23"), ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"), ("444b1ae4d6e2ef4f", "999999999999999900000"), ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"), ("3eb0c6f7a0b5ed8d", "0.000001"), ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"), ("41b3de4355555555", "333333333.3333333"), ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"), ("becbf647612f3696", "-0.0000033333333333333333"), ("43143ff3c1cb0959", "1424953923781206.2"),
]  # fmt: skip


@pytest.mark.parametrize(("bits", "spelled"), NUMBERS)
def test_numbers_are_spelled_as_the_rfc_spells_them(bits, spelled):
    assert canonical(double(bits)) == spelled.encode()


def test_the_sample_of_the_rfc_comes_out_byte_by_byte():
    sample = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical(sample) == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'.encode()
    )


def test_names_are_sorted_by_utf16_units_as_the_rfc_sorts_them():
    names = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert list(json.loads(canonical(names)).values()) == [2, 4, 6, 7, 1, 5, 3]


@pytest.mark.parametrize(
    "bad",
    ["\ud800", {"a": "\udfff"}, {"\ud83d": 1}, ["x\ud800y"], float("nan"), float("inf"), [-float("inf")], 2**53 + 1, -(2**60), object(), {"a": object()}],
    ids=lambda bad: str(bad).partition(" at 0x")[0],  # an address differs between the processes that share the tests
)  # fmt: skip
def test_what_json_cannot_say_exactly_is_refused(bad):
    with pytest.raises(Unfit, match="canonical JSON"):
        canonical(bad)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2**52), 2**52)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_reading_canonical_bytes_and_spelling_them_again_changes_nothing(value):
    once = canonical(value)
    assert canonical(json.loads(once)) == once


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=3), st.integers(0, 9), max_size=6), st.randoms())
def test_the_order_names_were_written_in_does_not_count(told, random):
    mixed = list(told.items())
    random.shuffle(mixed)
    assert digest(dict(mixed)) == digest(told)


def test_a_fact_has_one_digest_whatever_zone_its_instant_was_told_in():
    one = ChoiceMade(at=parse_instant("2025-10-08T12:00:00Z"), account="ana", say="allow")
    two = ChoiceMade(at=parse_instant("2025-10-08T14:00:00+02:00"), account="ana", say="allow")
    assert digest(one) == digest(two)
    assert digest(one) != digest(ChoiceMade(at=one.at, account="ana", say="refuse"))


def test_a_scope_is_spelled_with_the_words_of_the_case_file():
    assert b'"except":null,"from":null' in canonical(Scope())


def test_bytes_are_hashed_as_they_are():
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest("abc") != digest(b"abc")


@given(st.text(), st.none() | st.text(), st.sampled_from(["allow", "refuse"]), st.booleans())
def test_a_line_of_plain_facts_is_spelled_as_the_rfc_spells_it_though_by_a_shorter_way(account, pressed, say, flag):
    at = parse_instant("2025-10-08T12:00:00.000001Z")
    for line in (
        ChoiceMade(at=at, account=account, say=say, pressed=pressed, locale="de"),
        TurnTaken(at=at, account=account, conversation=account, imported=flag),
    ):
        assert canonical(line) == rfc8785.dumps(msgspec.to_builtins(line))


@pytest.mark.parametrize("sign", [chr(one) for one in (*range(0x20), 0x22, 0x5C, 0x7F, 0x80, 0x2028, 0xFFFF, 0x1F600)], ids=ascii)
def test_every_sign_that_is_written_otherwise_is_written_as_the_rfc_says(sign):
    line = ChoiceMade(at=parse_instant("2025-10-08"), account=sign, say="allow")
    assert canonical(line) == rfc8785.dumps(msgspec.to_builtins(line))


_NUMBERS = st.integers(-(2**54), 2**54) | st.floats(allow_nan=True) | st.booleans() | st.none()
_TEXTS = st.text(st.characters(codec=None), max_size=8) | st.sampled_from(
    ["\x00", "\x1f", "\x7f", "\u2028", '"\\/', "é", "\ud800", "\U0001f600"]
)


@given(
    st.recursive(
        _NUMBERS | _TEXTS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
        max_leaves=12,
    )
)
def test_the_quick_spelling_is_that_of_the_published_one(value):
    try:
        expected = rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, ValueError):
        with pytest.raises(Unfit):
            canonical(value)
    else:
        assert canonical(value) == expected

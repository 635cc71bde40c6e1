"""A secret in two halves is masked in both, and two turns that merely follow each other stay as they are."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.conversation import Text, ToolCall, ToolResult, Turn
from sayso.scrub import Marks, chains, mask_json, mask_texts, mask_turns, seams
from sayso.scrub.seams import JOINED, KEY, SEAMS, over_texts, over_turns, over_values

GITHUB = "gh" + "p_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
STRIPE = "sk_" + "live_aB3dE5fG7hJ9kL1mN3pQ5rS7"
PEM = "-----BEGIN RSA PRIVATE KEY-----\n" + "\n".join(
    "MIIEpQIBAAKCAQEAn6O8liSX4m98LLYtPKSzEmQZBD7Loh9P13f4yQ92EF3yx" for _ in range(12)
)
PEM_END = "\nyxR5MsXFu9PRsABC8LLYtPKSzEmQ==\n-----END RSA PRIVATE KEY-----\nWhat is wrong with it?"


def says(*texts: str, roles: str = "ua") -> list[Turn]:
    role = {"u": "user", "a": "assistant"}
    return [
        Turn(id=str(n), role=role[of], parts=(Text(text),))
        for n, (text, of) in enumerate(zip(texts, itertools.cycle(roles), strict=False))
    ]


def masked(turns: list[Turn]) -> str:
    return "\n".join(turn.text for turn, _ in mask_turns(turns, Marks(b"k")))


@pytest.mark.parametrize("cut", [6, 12, 20, 30, 37])
def test_anas_token_that_goes_on_in_her_next_turn_is_masked_in_both(cut: int):
    shown = masked(says(f"my token is {GITHUB[:cut]}", f"{GITHUB[cut:]} and it fails", roles="u"))
    assert shown == "my token is [SECRET_1]\n[SECRET_2] and it fails"


def test_an_answer_between_the_halves_hides_nothing():
    shown = masked(says(f"I pasted {GITHUB[:15]}", "Is that all of it?", f"no: {GITHUB[15:]}"[4:]))
    assert GITHUB[:15] not in shown
    assert GITHUB[15:] not in shown
    assert "Is that all of it?" in shown


def test_a_json_value_that_goes_over_the_end_of_a_turn_is_masked_in_both():
    shown = masked(says('here is the file: {"user": "ana", "api_key": "9d71b1f2a8', 'af6323c04e", "port": 8080}', roles="u"))
    assert "9d71b1f2a8" not in shown
    assert "af6323c04e" not in shown
    assert '"port": 8080}' in shown
    assert '"user": "ana"' in shown


def test_a_name_at_the_end_of_one_turn_tells_what_stands_in_the_next():
    shown = masked(says("my password is", "hK8$2mQ1z", roles="u"))
    assert shown == "my password is\n[SECRET_1]"


def test_the_rest_of_a_private_key_is_no_longer_text():
    shown = masked(says(PEM, PEM_END, roles="u"))
    assert "MII" not in shown
    assert "yxR5" not in shown
    assert shown.endswith("What is wrong with it?")


def test_the_parts_of_one_turn_are_read_on_too():
    turn = Turn(
        id="1",
        role="tool",
        parts=(ToolResult(text=f"chunk 1: {STRIPE[:16]}", id="a"), ToolResult(text=f"{STRIPE[16:]}\n", id="b"), Text("done")),
    )
    ((shown, counts),) = mask_turns([turn], Marks(b"k"))
    assert [part.text for part in shown.parts] == ["chunk 1: [SECRET_1]", "[SECRET_2]\n", "done"]
    assert sum(counts.values()) == 2


@pytest.mark.parametrize(
    "document",
    [
        {"first": GITHUB[:18], "second": GITHUB[18:]},
        [GITHUB[:18], GITHUB[18:], "ok"],
        {"chunks": [{"delta": GITHUB[n : n + 7]} for n in range(0, len(GITHUB), 7)]},
    ],
    ids=["two names", "a list", "six pieces"],
)
def test_a_key_that_lies_over_several_json_values_is_masked_in_each(document: object):
    text = json.dumps(document)
    shown = mask_json(text, Marks(b"k")).text
    assert json.loads(shown)
    left = "".join(piece for piece in (GITHUB[n : n + 7] for n in range(0, len(GITHUB), 7)) if piece in shown)
    assert left == ""


def test_a_tools_input_with_a_split_key_stays_json():
    turn = Turn(
        id="1", role="assistant", parts=(ToolCall(name="set", input=json.dumps({"a": GITHUB[:18], "b": GITHUB[18:]}), id="c"),)
    )
    ((shown, _),) = mask_turns([turn], Marks(b"k"))
    assert json.loads(shown.parts[0].input) == {"a": "[SECRET_1]", "b": "[SECRET_2]"}


@pytest.mark.parametrize(
    "texts",
    [
        ("I use the key", "Thanks, that helped. 2 more questions."),
        ("What is my password?", "I cannot know your password, 100 % sure."),
        ("The commit is 0a1b2c3d4e5f6071", "8293a4b5 lines were changed"),
        ("see version 3.11", "12 tests failed"),
        ("the build number is 8841", "7 of them are red"),
        ("Bo lives in room 12", "34 people live there"),
    ],
)
def test_turns_that_merely_follow_each_other_stay_as_they_are(texts: tuple[str, str]):
    assert masked(says(*texts)) == "\n".join(texts)


def test_a_whole_key_at_the_end_of_a_turn_takes_nothing_of_the_next():
    assert masked(says(f"my key: {STRIPE}", "Thanks, I see 3 errors.")) == "my key: [SECRET_1]\nThanks, I see 3 errors."


def test_lists_of_identifiers_are_no_halves_of_a_key():
    identifiers = [f"{n:08x}{n * 7919:012x}" for n in range(50)]
    assert over_values(identifiers) == []


def test_texts_of_one_conversation_are_read_on_as_turns_are():
    assert [one.text for one in mask_texts([f"it is {GITHUB[:22]}", GITHUB[22:]], Marks(b"k"))] == [
        "it is [SECRET_1]",
        "[SECRET_2]",
    ]


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=30), st.integers(5, 38), st.text(max_size=30))
def test_wherever_it_is_cut_the_halves_lie_within_their_texts(before: str, cut: int, after: str):
    first, second = f"{before} {GITHUB[:cut]}", f"{GITHUB[cut:]} {after}"
    finders = over_texts([(first, second)])
    assert finders
    for text, spans in zip((first, second), finders[0].find([first, second]), strict=True):
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert GITHUB[:cut] not in "".join(one.text for one in mask_texts([first, second], Marks(b"k")))


def test_what_is_read_at_a_seam_is_bounded(monkeypatch: pytest.MonkeyPatch):
    read: list[int] = []
    monkeypatch.setattr(seams, "find", lambda text: read.append(len(text)) or [])
    monkeypatch.setattr(seams, "find_many", lambda texts: read.extend(map(len, texts)) or [[] for _ in texts])
    over_turns(says(*["x1" * 200_000] * 8))
    over_turns(says(*["-----BEGIN PRIVATE KEY-----\n" * 40_000] * 8))
    assert read
    assert max(read) <= 2 * KEY + 1
    read.clear()
    over_values(["a1" * 100] * 50_000)
    assert len(read) == SEAMS
    assert max(read) <= JOINED


@pytest.mark.realdata
def test_real_chats_hold_no_secret_over_the_end_of_a_turn(shared_data: Path):
    pairs, rows = [], []
    with gzip.open(shared_data / "conversations" / "hh-rlhf.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            turns = json.loads(line)["chosen"].split("\n\nAssistant: ")
            pairs += itertools.pairwise(turns)
            rows.append(turns)
    assert len(pairs) > 900
    assert over_texts(pairs, rows) == []


@pytest.mark.parametrize("pieces", [3, 4, 6, 8])
def test_bos_token_in_many_turns_is_masked_in_each(pieces: int):
    width = -(-len(GITHUB) // pieces)
    parts = [GITHUB[at : at + width] for at in range(0, len(GITHUB), width)]
    shown = masked(says(f"my token is {parts[0]}", *parts[1:-1], f"{parts[-1]} and it fails", roles="u"))
    assert not any(part in shown for part in parts)
    assert shown.startswith("my token is [SECRET_1]")
    assert shown.endswith("and it fails")


def test_a_json_value_over_three_turns_is_masked_in_all():
    shown = masked(says('{"user": "ana", "api_key": "9d71b1f2a8', "af6323c04e77", '12c0ffee91", "port": 8080}', roles="u"))
    assert not any(part in shown for part in ("9d71b1f2a8", "af6323c04e77", "12c0ffee91"))
    assert '"port": 8080}' in shown
    assert '"user": "ana"' in shown


def test_answers_between_the_pieces_hide_nothing():
    shown = masked(says(f"I pasted {GITHUB[:12]}", "Is that all?", GITHUB[12:26], "And then?", f"{GITHUB[26:]} now"))
    assert not any(part in shown for part in (GITHUB[:12], GITHUB[12:26], GITHUB[26:]))
    assert "Is that all?" in shown
    assert "And then?" in shown


def test_a_private_key_over_four_turns_is_no_longer_text():
    body = PEM.split("\n")
    turns = ["here it is:\n" + "\n".join(body[:4]), "\n".join(body[4:8]), "\n".join(body[8:]), PEM_END.strip()]
    shown = masked(says(*turns, roles="u"))
    assert "MIIE" not in shown
    assert "yxR5" not in shown
    assert shown.endswith("What is wrong with it?")


@pytest.mark.parametrize(
    "texts",
    [
        ("the token is", "ok", "thanks a lot"),
        ("I use python3", "yes", "and v2 of it"),
        ("see commit 0a1b2c3d4e5f", "done", "merged as 5f6e7d8c"),
        ("[EMAIL_1]", "[SECRET_1]", "[SECRET_2]"),
        ("sk-", "no", "thanks"),
    ],
)
def test_short_answers_stay_as_they_are(texts: tuple[str, ...]):
    assert masked(says(*texts, roles="u")) == "\n".join(texts)


def test_a_thousand_one_word_turns_are_read_in_bounded_pieces(monkeypatch: pytest.MonkeyPatch):
    read: list[int] = []
    monkeypatch.setattr(chains, "find", lambda text: read.append(len(text)) or [])
    list(chains.over_many(["x1" * 90] * 1_000))
    assert len(read) < 1_000
    assert max(read) <= chains.PIECES * chains.TAIL
    list(chains.over_many(["-----BEGIN PRIVATE KEY-----\n", *["QUJD" * 1_500] * 100]))
    assert max(read) <= chains.PIECES * (chains.KEY + 1)

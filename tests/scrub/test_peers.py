"""Other scrubbers beside sayso: how their hits are placed and counted, on texts small enough to count by hand; none of them is needed."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

BENCH = Path(__file__).resolve().parents[2] / "bench"
SIGNS = {"\uf8a0": "EMAIL", "\uf8a1": "IP"}
MAIL, ADDRESS = SIGNS


def imported(name: str) -> ModuleType:
    """Return a module of bench, which is no package."""
    sys.path.insert(0, str(BENCH))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(BENCH))


placing, counting, kinds, venvs, quality, speed = map(
    imported, ("placed", "peer_counts", "peer_kinds", "peer_venvs", "scrub_peers", "scrub_peers_speed")
)
Piece, Case, Asked = counting.Piece, counting.Case, counting.Asked
ANA = "Ana: ana@example.org from 86.1.2.3, not 1.2"


def test_what_was_replaced_is_found_again_where_it_stood() -> None:
    hits, loose = placing.placed(ANA, f"Ana: {MAIL} from {ADDRESS}, not 1.2", SIGNS)
    assert [(ANA[start:end], kind) for start, end, kind in hits] == [("ana@example.org", "EMAIL"), ("86.1.2.3", "IP")]
    assert loose == 0


def test_two_pieces_side_by_side_are_one_and_the_ends_of_a_text_are_places_too() -> None:
    assert placing.placed("ana@x.org1.1.1.1", MAIL + ADDRESS, SIGNS) == ([(0, 16, "EMAIL")], 0)
    assert placing.placed("a@b.c, a@b.c", f"{MAIL}, {MAIL}", SIGNS)[0] == [(0, 5, "EMAIL"), (7, 12, "EMAIL")]


def test_a_place_that_could_be_another_is_told() -> None:
    hits, loose = placing.placed("to a, b, c now", f"to {MAIL}, {MAIL} now", SIGNS)
    assert hits == [(3, 4, "EMAIL"), (6, 10, "EMAIL")], "each stretch that was left stands as far in front as it fits"
    assert loose == 2


@pytest.mark.parametrize(
    "masked", ["Bo", f"{ANA}{MAIL}", f"Bo {MAIL}", f"{MAIL} nothing of it {MAIL}", f"{ANA[:-1]}{MAIL}2", ANA[:-1]], ids=repr
)
def test_a_text_that_was_changed_besides_is_refused(masked: str) -> None:
    with pytest.raises(ValueError, match="not this text"):
        placing.placed(ANA, masked, SIGNS)


def test_a_text_that_holds_a_sign_is_refused() -> None:
    with pytest.raises(ValueError, match="holds a sign"):
        placing.placed(f"Ana {MAIL}", "Ana", SIGNS)


@given(
    st.lists(st.tuples(st.text("ab ", max_size=4), st.text("ab@.", min_size=1, max_size=4)), max_size=5), st.text("ab ", max_size=4)
)
@settings(max_examples=200, deadline=None)
def test_whatever_was_replaced_the_places_explain_the_masked_text(parts: list[tuple[str, str]], rest: str) -> None:
    text = "".join(kept + gone for kept, gone in parts) + rest
    masked = "".join(kept + MAIL for kept, _ in parts) + rest
    hits, loose = placing.placed(text, masked, SIGNS)
    again, at = "", 0
    for start, end, _ in hits:
        assert at <= start < end
        again, at = again + text[at:start] + MAIL, end
    assert again + text[at:] == re.sub(f"{MAIL}+", MAIL, masked)
    true, place = [], 0
    for kept, gone in parts:
        place += len(kept)
        true.append((place, place + len(gone)))
        place += len(gone)
    if not loose and all(kept for kept, _ in parts[1:]):
        assert [hit[:2] for hit in hits] == true, "where it could be nowhere else it is where it was"


def test_the_place_of_a_value_is_looked_for_in_its_own_line() -> None:
    text = "key = 1\npass = swordfish\nswordfish"
    starts = placing.line_starts(text)
    assert placing.of_line(text, starts, 2, "swordfish") == (15, 24)
    assert placing.of_line(text, starts, 1, "swordfish") == (0, 7), "what the line does not hold stands for all of it"
    assert placing.of_line(text, starts, 3, "") == (25, 34)


def counted(labels: tuple, hits: list, looks_for: set[str], **asked: object):  # type: ignore[no-untyped-def]  # of a module without types
    return counting.count([Case("x" * 100, labels)], [hits], looks_for, Asked(**asked))


def test_half_of_a_piece_is_found_and_less_is_not() -> None:
    label = (Piece(0, 10, "EMAIL"),)
    for end, found in ((4, 0), (5, 1), (10, 1)):
        assert counted(label, [Piece(0, end, "EMAIL")], {"EMAIL"}).found["EMAIL"] == found
    assert counted(label, [Piece(9, 12, "EMAIL")], {"EMAIL"}, least=0).found["EMAIL"] == 1, "or a hit anywhere, where that is asked"
    assert counted(label, [], {"EMAIL"}, least=0).found["EMAIL"] == 0
    twice = [Piece(0, 3, "EMAIL"), Piece(1, 4, "EMAIL")]
    assert counted(label, twice, {"EMAIL"}).found["EMAIL"] == 0, "what is masked twice is masked once"


def test_a_card_masked_as_a_telephone_is_masked_and_that_hit_is_right() -> None:
    made = counted((Piece(0, 16, "CARD"),), [Piece(0, 16, "PHONE")], {"CARD", "PHONE"})
    assert (made.found["CARD"], made.hits["PHONE"], made.right["PHONE"], made.wrong) == (1, 1, 1, 0)


def test_a_kind_nobody_looks_for_is_no_zero_and_no_hit() -> None:
    made = counted((Piece(0, 16, "CARD"),), [Piece(0, 16, "")], {"EMAIL"})
    assert not made.pieces
    assert not made.hits
    link = counted((Piece(0, 16, "EMAIL"),), [Piece(0, 16, "")], {"EMAIL"})
    assert (link.found["EMAIL"], link.hits.total()) == (1, 0), "an address masked as part of a link is masked"


def test_hits_on_what_nobody_knows_count_neither_way_and_on_decoys_they_are_wrong() -> None:
    case = Case("x" * 100, (), (Piece(0, 9, ""),), (Piece(50, 60, ""),))
    hits = [Piece(0, 5, "EMAIL"), Piece(20, 25, "EMAIL"), Piece(20, 25, "NAME"), Piece(50, 52, "NAME")]
    made = counting.count([case], [hits], {"EMAIL", "NAME"}, Asked(untold=("NAME",)))
    assert (made.hits, made.right.total()) == ({"EMAIL": 1, "NAME": 1}, 0)


def test_a_text_over_which_a_tool_fell_holds_nothing_it_found() -> None:
    made = counting.count([Case("x", (Piece(0, 1, "IP"),))], [None], {"IP"})
    assert (made.pieces["IP"], made.found["IP"], made.size) == (1, 0, 1)


def test_the_score_that_is_taken_for_a_tool_is_the_one_it_does_best_at() -> None:
    way = kinds.Way("Ana's", ("ana",), {"A": "EMAIL"}, scored=True)
    sure, doubtful, noise = [0, 5, "A", 0.9, ""], [10, 15, "A", 0.45, ""], [30, 31, "A", 0.2, ""]
    cases = [Case("x" * 40, (Piece(0, 5, "EMAIL"), Piece(10, 15, "EMAIL")))]
    assert quality.best_score(way, cases, {("ana", quality.MADE): [[sure, doubtful, noise]]}) == 0.3
    assert quality.best_score(way, cases, {("ana", quality.MADE): [[sure, noise, [20, 21, "A", 0.45, ""]]]}) == 0.5


def test_the_table_says_where_another_is_ahead() -> None:
    def of(found: int, right: int):  # type: ignore[no-untyped-def]  # of a module without types
        made = counting.Counts(size=1_000_000)
        made.pieces["PHONE"], made.found["PHONE"], made.hits["PHONE"], made.right["PHONE"] = 10, found, 10, right
        return made

    told = {kinds.PATTERNS: of(9, 9), kinds.NAMES: of(9, 9), "Ana's": of(10, 8), "Bo's": of(8, 10)}
    assert list(quality.better(told)) == [
        "Ana's finds 1.000 of phone, sayso 0.900",
        "Bo's is right in 1.000 of 10 hits called phone, sayso in 0.900 of 10",
    ]
    rows = [line.split(" | ") for line in quality.table(told)]
    assert [row[1].startswith("**") for row in rows[2:]] == [False, False, True, False]
    assert rows[4][3].rstrip(" |") == "2.0"


def test_a_tool_that_two_processes_make_up_has_the_hits_of_both_and_each_its_own_kinds() -> None:
    way = kinds.Way("both", ("a", "b"), {"MAIL": "EMAIL", "KEY": "SECRET"})
    answers = {("a", "s"): [[[0, 1, "MAIL", 1, ""]], None], ("b", "s"): [[[5, 6, "KEY", 1, ""]], [[0, 1, "X", 1, ""]]]}
    assert quality.hits_of(way, "s", answers) == [[Piece(0, 1, "EMAIL"), Piece(5, 6, "SECRET")], [Piece(0, 1, "")]]


def test_every_way_has_a_process_that_is_installed_somewhere() -> None:
    tools = imported("peer_tools").TOOLS
    for way in kinds.WAYS:
        for process in way.processes:
            assert process.startswith("sayso") or process in tools
            assert process.startswith("sayso") or venvs.venv_of(process) in venvs.VENVS
    assert set(speed.THEIRS) <= set(tools)


def test_who_is_faster_is_said_of_every_kind_of_text() -> None:
    own = {"clean": 50.0, "low": 20.0, "dense": 10.0, "first": 4.0, "size": 3.0}
    got = {
        "sayso-re2": own,
        "dolma-fast": own | {"dense": 20.0, "first": 6.0},
        "presidio": own | {"clean": 0.5, "low": 1, "dense": 1, "first": 1},
    }
    assert speed.faster(got) == [
        "dolma, fast tagger on dense text, 2.0 times",
        "dolma, fast tagger on clean text met for the first time, 1.5 times",
    ]
    assert list(speed.table(got))[-1] == "| Presidio | 0.5 | 1 | 1 | 1 | 100 | 20 | 10 | 3.00 |"


def test_rows_measured_apart_make_one_table_in_the_order_of_the_tools() -> None:
    lines = ["| Presidio, all countries | 1 |", "| Presidio | 2 |", "|---|", "| sayso, RE2, one by one | 0 |", "| Presidio | 3 |"]
    assert speed.joined(lines) == ["| sayso, RE2, one by one | 0 |", "| Presidio | 3 |", "| Presidio, all countries | 1 |"]


@pytest.mark.parametrize(("tried", "fit"), [([(4, 0.001)], None), ([(4, 2.0)], 3), ([(4, 9.0)], 1), ([(16, 0.01)], 16)], ids=str)
def test_a_slow_tool_reads_as_much_as_it_has_time_for(tried: list[tuple[int, float]], fit: int | None) -> None:
    assert speed.enough(tried, 16, 1.5) == fit


@pytest.fixture(scope="module")
def sayso() -> Iterator[object]:
    with venvs.Peer(Path("nowhere"), "sayso") as peer:
        yield peer


def test_a_process_is_asked_and_timed_and_keeps_to_its_orders(sayso) -> None:  # type: ignore[no-untyped-def]  # of a module without types
    assert sayso.asked(["Mail bo@bank.de", "Hello", "Mail bo@bank.de"], at_once=2) == [
        [[5, 15, "EMAIL", 1.0, ""]],
        [],
        [[5, 15, "EMAIL", 1.0, ""]],
    ]
    assert sayso.order(hold=["Hello"] * 50) == [None]
    assert sayso.order(time=[0, 50])[0] >= 0


def test_a_process_that_is_over_its_limit_is_said_to_be_gone_and_one_that_never_ran_is_named() -> None:
    with venvs.Peer(Path("nowhere"), "sayso") as peer:
        peer.order(hold=["Mail bo@bank.de " * 200_000])
        assert peer.order(limit=0) == [None]
        while peer.order(time=[0, 1]):
            pass
    with venvs.Peer(Path("nowhere"), "sayso-no-such-tool") as none, pytest.raises(SystemExit, match="sayso-no-such-tool"):
        none.asked(["Hello"])

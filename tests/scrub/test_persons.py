"""Names of persons that no words announce: found by a model, masked in every turn, kept only for public figures when asked."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.conversation import Text, Thinking, ToolCall, ToolResult, Turn
from sayso.scrub import Marks, Persons, find, mask_texts, mask_turns, seen
from sayso.scrub.batch import find_many
from sayso.scrub.masking import mark_of
from sayso.scrub.persons import Told, figures, lexicon, words
from sayso.scrub.persons import text as text_of_persons
from sayso.scrub.persons.model import Model, marginals, standard
from sayso.scrub.persons.text import AROUND, EDGE
from sayso.scrub.spans import Span

ROOT = Path(__file__).resolve().parents[2]
NAMES = Persons()


def named(text: str, finder: Persons = NAMES) -> list[str]:
    return [text[span.start : span.end] for span in finder.find([text])[0]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Yesterday Ana asked Kowalska about the invoice.", ["Ana", "Kowalska"]),
        ("I think Bo Lindqvist is angry with me, what do I do?", ["Bo Lindqvist"]),
        ("Mrs. Bennet called Elizabeth.", ["Mrs. Bennet", "Elizabeth"]),
        ("# TODO(Marta): fix this for Jürgen", ["Marta", "Jürgen"]),
        ("so i told jessica and she laughed", ["jessica"]),
        ("def close(fd):\n    # as Marta pointed out, fd may be None\n    return fd or DEFAULT_FD\n", ["Marta"]),
        ("#!/bin/sh\n# Written by Ngozi Okafor\nset -eu\n", ["Ngozi Okafor"]),
        ("Gestern hat Anna Schneider die Rechnung für den Umbau der Küche bezahlt.", ["Anna Schneider"]),
        ("Je ne sais pas si Camille Lefèvre est encore dans la maison.", ["Camille Lefèvre"]),
    ],
)
def test_a_name_without_words_around_it_is_found(text: str, names: list[str]):
    assert named(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "How do I install Docker on Ubuntu and connect it to Redis?",
        "class UserService extends BaseModel: def get(self) -> User: ...",
        "See you on Monday in Paris, or in March in Berlin.",
        "Human: How do magnets work?\n\nAssistant: Sure! Here is how.",
        "    elif lineno is None:\n        # the lineno of the last tuple, or of its struct\n        val = res[lineno] = attrs(stdin)\n",
        '{"isSidechain": false, "durationMs": 6, "errno": 2, "subtype": "stderr", "parentUuid": null}',
        "Die Verwaltung hat den Antrag auf Verlängerung der Frist für den Bau der neuen Brücke abgelehnt.",
        "Generated with Claude Code, which reads the repository and runs the tests.",
        "https://example.org/Ana_Lima/x.html /home/Ana/x Ana@example.org Ana.Lima.txt",
        "",
        "\n\n \n",
    ],
)
def test_what_is_no_persons_name_is_left(text: str):
    assert named(text) == []


def test_spans_are_in_code_points_of_the_text_as_given():
    text = "👩‍👩‍👧 Żaneta\u200b and K\u200bowalska, ｗｉｔｈ Ana"
    spans = NAMES.find([text])[0]
    assert {text[span.start : span.end].replace("\u200b", "") for span in spans} >= {"Kowalska", "Ana"}
    assert all(span.kind == "person-name" and mark_of(span.kind) == "NAME" for span in spans)


def test_a_name_found_once_is_masked_in_every_turn_whatever_the_order():
    turns = [
        Turn(id="1", role="user", parts=(Text("lima says hi. Okafor too?"),)),
        Turn(id="2", role="assistant", parts=(Thinking("LIMA, hm"), ToolCall(name="mail", input='{"to": "Lima"}', id="c"))),
        Turn(id="3", role="user", parts=(Text("My name is Ana Lima and I work with Ngozi Okafor."),)),
        Turn(id="4", role="tool", parts=(ToolResult(text="the port of limassol is open", id="c"),)),
    ]
    for order in itertools.permutations(turns):
        masked = {turn.id: turn for turn, _ in mask_turns(order, Marks(b"k"), recognizers=[NAMES])}
        said = " ".join(repr(turn) for turn in masked.values())
        assert "Okafor" not in said
        assert "LIMA" not in said
        assert '"Lima"' not in said
        assert "the port of limassol is open" in said
        assert "Ana" not in said


class FullNameOnly:
    """A finder that knows one full name and nothing of its words."""

    def find(self, texts):
        return [
            [Span(text.index("Ana Lima"), text.index("Ana Lima") + 8, "person-name")] if "Ana Lima" in text else []
            for text in texts
        ]


def test_a_text_in_which_a_told_name_adds_no_place_is_not_searched_again(monkeypatch: pytest.MonkeyPatch):
    searched = []

    def counted(texts, recognizers):
        searched.extend(texts)
        return find_many(texts, recognizers=recognizers)

    monkeypatch.setattr(seen, "find_many", counted)
    texts = ["It was Ana Lima who rang.", "Then LIMA rang.", "It was Ana Lima, or was it LIMA?", "Nobody else did."]
    masked = [one.text for one in mask_texts(texts, Marks(b"k"), recognizers=[FullNameOnly()])]
    assert not any("LIMA" in text or "Ana" in text for text in masked)
    assert [searched.count(text) for text in texts] == [1, 2, 2, 1]


def test_told_names_are_found_without_any_model():
    assert [one.text for one in mask_texts(["my name is Ana Lima", "then Lima left"], Marks(b"k"))] == [
        "my name is [NAME_1]",
        "then [NAME_2] left",
    ]


def test_a_told_name_that_is_a_plain_word_needs_company():
    told = Told(["Rose Okafor", "Will Lima"])
    text = "Rose wine. Will it rain? Rose Okafor and Will Lima will. Okafor rose."
    assert [text[span.start : span.end] for span in told.find([text])[0]] == ["Rose Okafor", "Will Lima", "Okafor"]


def test_one_person_keeps_one_mark_with_title_and_in_capitals():
    assert (
        mask_texts(["Mrs. Bennet wrote. BENNET! Bennet."], Marks(b"k"), recognizers=[NAMES])[0].text
        == "[NAME_1] wrote. [NAME_1]! [NAME_1]."
    )


def test_public_figures_stay_only_when_asked_and_never_for_whoever_says_it_is_her_name():
    text = "Barack Obama met Michael Jordan. Jordan smiled at John Paulson."
    assert named(text) == ["Barack Obama", "Michael Jordan", "Jordan", "John Paulson"]
    assert named(text, Persons(keep_figures=True)) == ["John Paulson"]
    own = "My name is Michael Jordan. Michael Jordan asked."
    assert "Jordan" not in mask_texts([own], Marks(b"k"), recognizers=[Persons(keep_figures=True)])[0].text
    full, alone = figures.figures()
    assert len(full) > 300
    assert not alone & {"jordan", "smith", "king", "will"}


def test_the_digest_says_what_decided():
    assert NAMES.digest == Persons().digest
    others = {Persons(keep_figures=True).digest, Persons(threshold=0.5).digest, Persons(model=Model("~\t0 0 0\n")).digest}
    assert len({NAMES.digest, *others}) == 4


def test_the_lexicon_holds_words_and_no_full_names():
    words = lexicon.lexicon()
    assert len(words) > 100_000
    assert not any(" " in word for word in words)
    assert list(words) == sorted(words)


def brute(odds: list[float], start: float, stay: float, back: float) -> list[float]:
    """The same chances by adding up every way to read the run."""
    total, yes = 0.0, [0.0] * len(odds)
    for states in itertools.product((False, True), repeat=len(odds)):
        weight, before = 1.0, False
        for state, odd in zip(states, odds, strict=True):
            weight *= (stay if before else start) * odd if state else back if before else 1.0
            before = state
        total += weight
        for n, state in enumerate(states):
            yes[n] += weight * state
    return [one / total for one in yes]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=6), st.tuples(*[st.floats(0.1, 10)] * 3))
def test_the_chain_gives_the_chances_that_counting_every_reading_gives(odds: list[float], chain: tuple[float, float, float]):
    assert marginals(odds, *chain) == pytest.approx(brute(odds, *chain))


TEXTS = st.lists(
    st.text(max_size=6)
    | st.sampled_from(["Ana ", "Lima", "'s", "Mr.", "\n", "J.", "de ", "-", "@", "\ud800", "e\u0301", "[NAME_1]", "李雷", " "]),
    max_size=14,
).map("".join)


@settings(max_examples=120, deadline=None)
@given(TEXTS)
def test_whatever_the_text_names_are_sorted_disjoint_and_inside(text: str):
    for finder in (NAMES, Told(["Ana de Lima", "Mr. J."])):
        spans = finder.find([text])[0]
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
        assert all(left.end <= right.start for left, right in itertools.pairwise(spans))
    assert all(0 <= span.start < span.end <= len(text) for span in find(text, recognizers=[NAMES]))


@pytest.mark.parametrize(
    "piece", ["Xk Yj Zl ", "Ana ", "A. ", "a", "Ana-", "a-", "'s", "\n", "van ", "Ana de ", "Mr.", "é\u0301", "@Ana/"]
)
def test_hostile_texts_are_read_in_linear_time(piece: str, monkeypatch: pytest.MonkeyPatch):
    """Counted, not timed: words read and places asked about grow as the text does; no pattern sees more than 256 characters."""
    seen = {"words": 0, "asked": 0}
    inner = Model.chances

    def counted(self, text):
        found = inner(self, text)
        seen["words"] += len(text.words)
        seen["asked"] += len(found)
        return found

    monkeypatch.setattr(Model, "chances", counted)
    sizes = []
    for size in (4_000, 16_000):
        seen.update(words=0, asked=0)
        NAMES.find([piece * (size // len(piece))])
        sizes.append(dict(seen))
    assert sizes[1]["words"] <= 4.2 * sizes[0]["words"] + 10
    assert sizes[1]["asked"] <= 4.2 * sizes[0]["asked"] + 10


@pytest.mark.parametrize("piece", ["Persons()", "Mr.", "!function(e,t){var n=e.a};", "x-y/", "ana,"])
def test_without_a_blank_a_word_is_looked_up_once_however_often_it_stands(piece: str, monkeypatch: pytest.MonkeyPatch):
    asked = []
    monkeypatch.setattr(text_of_persons, "known", lambda word, spoken=True: asked.append(word) or words.known(word, spoken))
    Persons(model=Model("~\t0 0 0\n")).find([piece * 20_000])
    assert 0 < len(asked) <= 40


def test_a_word_is_told_from_the_same_letters_in_a_path_or_a_call_after_it_was_met_there():
    model = Model("~\t0 0 0\n")
    for text, looks in (("tobi(x) a/tobi", "x"), ("so tobi said", "l"), ("tobi(x) tobi/b", "x")):
        assert {word.looks[0] for word in model.read(text).words if word.low == "tobi"} == {looks}


def test_a_word_that_is_a_name_of_code_elsewhere_and_the_language_are_told_to_the_model():
    text = standard().read("tobi = load(path)\nprint(tobi.name); x[tobi] = {}\nWith tobi it is the same.")
    last = max(n for n, word in enumerate(text.words) if word.low == "tobi" and word.maybe)
    text.candidates()
    elsewhere, _, register, tongue = text.about(last)
    assert (elsewhere, register >= 4, tongue) == (3, True, 1)
    assert text.coded > 0
    german = standard().read("Ich habe das nicht mit dem Rad, ich habe es von der Bahn.")
    german.candidates()
    assert (german.coded, german.about(german.candidates()[0])[3]) == (0, 2)


def test_ever_new_words_do_not_fill_the_memory():
    model = Model("~\t0 0 0\n")
    for start in range(0, 60_000, 6_000):
        model.read(" ".join(f"Qx{n}z" for n in range(start, start + 6_000)))
    assert 0 < len(model._reader.chunks) <= 40_001
    assert 0 < len(model._reader.words) <= 40_001
    assert not any(word.clues for word in model._reader.words.values())
    assert EDGE.weights == (0, 0, 0, 0, 0)
    assert standard().read("Ana").words[AROUND].weights != (0, 0, 0, 0, 0)


@pytest.mark.realdata
def test_names_in_made_up_sentences_of_others_are_found(shared_data: Path):
    """A floor a little under what docs/scrub.md says; nothing of this data was trained on."""
    spec = importlib.util.spec_from_file_location("scrub_persons", ROOT / "bench" / "scrub_persons.py")
    bench = importlib.util.module_from_spec(spec)
    sys.modules["scrub_persons"] = bench
    try:
        spec.loader.exec_module(bench)
        texts = bench.presidio(shared_data)
        covered, precision, _ = bench.shares([bench.count(one, NAMES.find([one.text])[0]) for one in texts])
    finally:
        del sys.modules["scrub_persons"]
    assert covered > 0.92
    assert precision > 0.65

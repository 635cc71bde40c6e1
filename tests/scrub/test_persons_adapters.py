"""GLiNER, Presidio and spaCy behind the one method.

spaCy and Presidio are used where they are installed, without any weights: a blank pipeline with rules, an engine with rules.
They are too heavy for the gate (spaCy alone is over 100 MB with what it needs), so elsewhere stand-ins take their place, whose
calls and answers have the shape of spaCy 3.8, presidio-analyzer 2.2 and gliner 0.2. GLiNER's model cannot be made without
weights, so it is always a stand-in.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from sayso.facts.errors import Unfit
from sayso.scrub import Gliner, Marks, Presidio, Spacy, mask, mask_texts
from sayso.scrub.persons.adapters import pieces

TEXT = "👩 Żaneta met Cyd Okoro in Lagos."


def installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def places(text: str, words: dict[str, str]) -> list[tuple[int, int, str]]:
    return sorted((text.find(word), text.find(word) + len(word), label) for word, label in words.items() if word in text)


WORDS = {"Żaneta": "PERSON", "Cyd Okoro": "PERSON", "Lagos": "GPE"}


def spacy_pipeline() -> Any:
    if installed("spacy"):
        import spacy

        nlp = spacy.blank("en")
        nlp.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": word} for word, label in WORDS.items()])
        return nlp
    return SimpleNamespace(
        meta={"lang": "en", "name": "pipeline", "version": "0.0.0"},
        pipe=lambda texts: (
            SimpleNamespace(
                ents=tuple(SimpleNamespace(start_char=low, end_char=high, label_=label) for low, high, label in places(text, WORDS))
            )
            for text in texts
        ),
    )


@dataclass
class Result:
    """As presidio_analyzer.RecognizerResult."""

    entity_type: str
    start: int
    end: int
    score: float


def presidio_engine() -> Any:
    if installed("presidio_analyzer") and installed("spacy"):
        from presidio_analyzer import AnalyzerEngine, PatternRecognizer, RecognizerRegistry
        from presidio_analyzer.nlp_engine import SpacyNlpEngine

        class Blank(SpacyNlpEngine):
            """Presidio's own engine over a pipeline without weights."""

            def __init__(self) -> None:
                super().__init__()
                self.nlp = {"en": spacy_pipeline()}

        registry = RecognizerRegistry(recognizers=[], supported_languages=["en"])
        for label in ("PERSON", "LOCATION"):
            listed = [word for word, kind in WORDS.items() if (kind == "PERSON") == (label == "PERSON")]
            registry.add_recognizer(PatternRecognizer(supported_entity=label, deny_list=listed))
        return AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])

    def analyze(text: str, language: str, entities: list[str] | None = None) -> list[Result]:
        found = [Result("PERSON" if label == "PERSON" else "LOCATION", low, high, 1.0) for low, high, label in places(text, WORDS)]
        return [one for one in found if entities is None or one.entity_type in entities]

    return SimpleNamespace(analyze=analyze)


class GlinerModel:
    """As gliner.GLiNER: predict_entities(text, labels, flat_ner=True, threshold=0.5, ...) -> dicts."""

    def predict_entities(self, text: str, labels: list[str], flat_ner: bool = True, threshold: float = 0.5) -> list[dict[str, Any]]:
        assert len(text) <= 1500
        known = {"Żaneta": "person", "Cyd Okoro": "person", "Lagos": "city"}
        return [
            {"start": low, "end": high, "text": text[low:high], "label": label, "score": 0.9}
            for low, high, label in places(text, known)
            if label in labels
        ]


def found(finder: Any, text: str = TEXT) -> list[tuple[str, str, str]]:
    return [(text[span.start : span.end], span.kind, span.source) for span in finder.find([text])[0]]


def test_spacys_persons_are_names_and_its_places_are_left():
    assert found(Spacy(spacy_pipeline())) == [("Żaneta", "person-name", "spacy"), ("Cyd Okoro", "person-name", "spacy")]


def test_presidios_persons_are_names_and_its_other_kinds_keep_their_word():
    engine = presidio_engine()
    assert sorted(found(Presidio(engine, ["PERSON"]))) == [
        ("Cyd Okoro", "person-name", "presidio"),
        ("Żaneta", "person-name", "presidio"),
    ]
    assert ("Lagos", "presidio-location", "presidio") in found(Presidio(engine))


def test_gliners_spans_come_in_code_points_from_every_piece_of_a_long_text():
    long = "x " * 3000 + TEXT
    assert found(Gliner(GlinerModel(), ["person", "city"]), long) == [
        ("Żaneta", "person-name", "gliner"),
        ("Cyd Okoro", "person-name", "gliner"),
        ("Lagos", "gliner-city", "gliner"),
    ]


def test_pieces_put_together_are_the_text():
    for text in ("", "a" * 5000, "word " * 1000, " " * 3000):
        assert "".join(piece for _, piece in pieces(text)) == text
        assert all(text[at : at + len(piece)] == piece for at, piece in pieces(text))


@pytest.mark.parametrize("finder", [Spacy(spacy_pipeline()), Presidio(presidio_engine(), ["PERSON"]), Gliner(GlinerModel())])
def test_what_another_finder_names_is_masked_like_our_own(finder: Any):
    assert mask(TEXT, b"k", recognizers=[finder]).text == "👩 [NAME_1] met [NAME_2] in Lagos."
    assert mask_texts(["Okoro?", TEXT], Marks(b"k"), recognizers=[finder])[0].text == "[NAME_1]?"


def test_each_says_what_to_write_down():
    for finder in (Spacy(spacy_pipeline()), Presidio(presidio_engine()), Gliner(GlinerModel())):
        assert set(finder.about()) == {"name", "version", "asked", "weights"}


def test_a_library_that_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch):
    def absent(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr("sayso.scrub.persons.adapters.import_module", absent)
    for load, extra in ((lambda: Gliner.load("x"), "gliner"), (Presidio.load, "presidio"), (lambda: Spacy.load("x"), "spacy")):
        with pytest.raises(Unfit, match=rf"install the extra `sayso\[{extra}\]`"):
            load()

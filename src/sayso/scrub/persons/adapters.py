"""Other people's finders behind the one method of a `Recognizer`: GLiNER, Presidio and spaCy, imported only when asked for.

Each takes what the library has loaded, so that its weights and settings stay in the hands of whoever runs it, or loads it by
name with `load`. None is trusted to give the same spans twice: `about` says what to write down beside what it helped to make.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

from sayso.facts.errors import Unfit
from sayso.scrub.persons.finder import KIND
from sayso.scrub.spans import Span

PERSON = frozenset({"person", "per", "person_name", "name"})


class _Gliner(Protocol):
    def predict_entities(self, text: str, labels: list[str], *, threshold: float) -> Sequence[Mapping[str, Any]]: ...


class _Result(Protocol):
    start: int
    end: int
    entity_type: str


class _Presidio(Protocol):
    def analyze(self, text: str, language: str, entities: list[str] | None = None) -> Sequence[_Result]: ...


class _Spacy(Protocol):
    def pipe(self, texts: Iterable[str]) -> Iterable[Any]: ...


class Gliner:
    """GLiNER's spans for the labels asked for; *model* is a `gliner.GLiNER`.

    Texts beyond its own window are read in pieces of about 1,500 characters, cut at blanks.
    """

    def __init__(self, model: _Gliner, labels: Sequence[str] = ("person",), threshold: float = 0.5) -> None:
        self.model, self.labels, self.threshold = model, list(labels), threshold

    @classmethod
    def load(cls, name: str, labels: Sequence[str] = ("person",), threshold: float = 0.5) -> Gliner:
        """Return it with weights by name or folder, which the library fetches where they are not there."""
        return cls(_library("gliner").GLiNER.from_pretrained(name), labels, threshold)

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return the spans of each text."""
        return [[span for start, piece in pieces(text) for span in self._piece(piece, start)] for text in texts]

    def _piece(self, text: str, at: int) -> list[Span]:
        found = self.model.predict_entities(text, self.labels, threshold=self.threshold)
        return [Span(at + one["start"], at + one["end"], _kind("gliner", one["label"]), "gliner") for one in found]

    def about(self) -> dict[str, str]:
        """Return the library's name and version, what it was asked for, and which weights it says it has."""
        weights = getattr(getattr(self.model, "config", None), "model_name", "unknown")
        return {"name": "gliner", "version": _version("gliner"), "asked": ", ".join(self.labels), "weights": str(weights)}


class Presidio:
    """Presidio's spans; *analyzer* is a `presidio_analyzer.AnalyzerEngine` with its recognizers."""

    def __init__(self, analyzer: _Presidio, entities: Sequence[str] | None = None, language: str = "en") -> None:
        self.analyzer, self.language = analyzer, language
        self.entities = None if entities is None else list(entities)

    @classmethod
    def load(cls, entities: Sequence[str] | None = None, language: str = "en") -> Presidio:
        """Return it with Presidio's own engine, which loads a spaCy pipeline and fetches it where it is not there."""
        return cls(_library("presidio_analyzer", "presidio").AnalyzerEngine(), entities, language)

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return the spans of each text."""
        return [
            [
                Span(one.start, one.end, _kind("presidio", one.entity_type), "presidio")
                for one in self.analyzer.analyze(text, self.language, self.entities)
            ]
            for text in texts
        ]

    def about(self) -> dict[str, str]:
        """Return the library's name and version, and what it was asked for."""
        asked = ", ".join(self.entities) if self.entities else "all"
        return {"name": "presidio", "version": _version("presidio-analyzer"), "asked": asked, "weights": "its engine's"}


class Spacy:
    """The entities of a spaCy pipeline that carry one of *labels*; *nlp* is what `spacy.load` gives."""

    def __init__(self, nlp: _Spacy, labels: Sequence[str] = ("PERSON", "PER")) -> None:
        self.nlp, self.labels = nlp, frozenset(labels)

    @classmethod
    def load(cls, name: str, labels: Sequence[str] = ("PERSON", "PER")) -> Spacy:
        """Return it with a pipeline that is installed or lies in a folder."""
        return cls(_library("spacy").load(name), labels)

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return the spans of each text."""
        return [
            [
                Span(one.start_char, one.end_char, _kind("spacy", one.label_), "spacy")
                for one in doc.ents
                if one.label_ in self.labels
            ]
            for doc in self.nlp.pipe(texts)
        ]

    def about(self) -> dict[str, str]:
        """Return the library's name and version, what it was asked for, and which pipeline it has."""
        meta = getattr(self.nlp, "meta", {})
        pipeline = " ".join(str(meta.get(part, "")) for part in ("lang", "name", "version")).strip() or "unknown"
        return {"name": "spacy", "version": _version("spacy"), "asked": ", ".join(sorted(self.labels)), "weights": pipeline}


def pieces(text: str, size: int = 1500) -> list[tuple[int, str]]:
    """Return a text in pieces that end at a blank where there is one, each with where it starts.

    >>> pieces("Ana saw Bo", 5)
    [(0, 'Ana '), (4, 'saw '), (8, 'Bo')]
    """
    out, at = [], 0
    while at < len(text):
        end = min(len(text), at + size)
        blank = text.rfind(" ", at, end) if end < len(text) else -1
        end = blank + 1 if blank > at else end
        out.append((at, text[at:end]))
        at = end
    return out


def _kind(library: str, label: str) -> str:
    return KIND if label.lower() in PERSON else f"{library}-{label.lower().replace(' ', '-')}"


def _library(module: str, extra: str = "") -> Any:  # what others ship has no types of ours
    try:
        return import_module(module)
    except ImportError:
        raise Unfit(f"the library `{module}` is not installed; install the extra `sayso[{extra or module}]`") from None


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"

"""Run another tool over texts, in that tool's own interpreter; knows nothing of sayso.

    PEERS/bin/python bench/peer_run.py detect-secrets|credsweeper|presidio < texts.json > hits.json

Reads a list of [name of a file, text]; writes for each text a list of hits: [line, from 1] for tools that name lines,
[start, end, type] for tools that name places. Each tool in the best configuration that it has without fetching anything.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

Texts = list[tuple[str, str]]


def detect_secrets(texts: Texts) -> Iterator[list[list[object]]]:
    """All plugins with their default settings and filters, line by line."""
    scan, settings = import_module("detect_secrets.core.scan"), import_module("detect_secrets.settings")
    with settings.default_settings():
        settings.get_settings().disable_filters("detect_secrets.filters.common.is_invalid_file")
        for name, text in texts:
            found = scan._process_line_based_plugins(lines=list(enumerate(text.split("\n"), 1)), filename=name)
            yield [[secret.line_number] for secret in found]


def credsweeper(texts: Texts) -> Iterator[list[list[object]]]:
    """All rules and the model that comes with it, at its default threshold."""
    provider = import_module("credsweeper.file_handler.text_content_provider").TextContentProvider
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, (name, text) in enumerate(texts):
            path = Path(folder) / str(number) / Path(name).name
            path.parent.mkdir()
            path.write_text(text, encoding="utf-8", errors="surrogatepass")
            paths.append(path)
        sweeper = import_module("credsweeper.app").CredSweeper(pool_count=1)
        sweeper.scan([provider(path) for path in paths], None)
        sweeper.post_processing(None)
        hits: list[list[list[object]]] = [[] for _ in texts]
        for candidate in sweeper.credential_manager.get_credentials():
            for line in candidate.line_data_list:
                hits[int(Path(str(line.path)).parent.name)].append([line.line_num])
    yield from hits


def presidio(texts: Texts) -> Iterator[list[list[object]]]:
    """All predefined recognizers, over a blank English pipeline of spaCy: context words work, names of persons do not."""
    logging.disable(logging.WARNING)
    package = import_module("presidio_analyzer")
    engine = import_module("presidio_analyzer.nlp_engine").SpacyNlpEngine()
    engine.nlp = {"en": import_module("spacy").blank("en")}
    registry = package.RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    registry.remove_recognizer("SpacyRecognizer")
    analyzer = package.AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
    for _, text in texts:
        yield [[hit.start, hit.end, hit.entity_type] for hit in analyzer.analyze(text=text, language="en", score_threshold=0.3)]


if __name__ == "__main__":
    tools = {"detect-secrets": detect_secrets, "credsweeper": credsweeper, "presidio": presidio}
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("tool", choices=sorted(tools), help="which of them reads the texts on standard input, a JSON array")
    json.dump(list(tools[options.parse_args().tool](json.load(sys.stdin))), sys.stdout)

"""Other scrubbers as they are, each in its own interpreter: asked for places, or put to work and timed. Knows nothing of sayso.

    PEERS/bin/python bench/peer_tools.py TOOL < orders > answers

Orders and answers are those of peer_orders.py. Each tool in the best configuration that it has without fetching anything: the settings, and
why, stand beside each.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from typing import Any

from peer_orders import Hit, Tool, serve
from placed import line_starts, of_line, placed

OPENED = ExitStack()
"""What has to stay open as long as a tool works."""
SIGNS = {chr(0xF8A0 + number): kind for number, kind in enumerate(("EMAIL", "IP", "PHONE", "SECRET", "ID", "OTHER"))}
SIGN = {kind: sign for sign, kind in SIGNS.items()}


def _masking(work: Callable[[str], str], timed: Callable[[str], str]) -> Tool:
    """Return a tool that writes signs where it masks; timed is the same with its own marks."""

    def ask(text: str) -> list[Hit]:
        hits, loose = placed(text, work(text), SIGNS)
        return [(start, end, kind, 1.0, f"loose {loose}") for start, end, kind in hits]

    return Tool(ask, timed)


def datatrove(every: bool) -> Tool:
    """PIIFormatter: mail and IPv4; by itself it leaves private addresses of machines, with *every* it does not."""
    made = import_module("datatrove.pipeline.formatters.pii").PIIFormatter
    signs = made(email_replacement=SIGN["EMAIL"], ip_replacement=SIGN["IP"], only_remove_public_ips=not every)
    return _masking(signs.format, made(only_remove_public_ips=not every).format)


def _juicer(name: str, module: str, **given: str) -> Any:
    return getattr(import_module(f"data_juicer.ops.mapper.{module}"), name)(**given)


def juicer_clean() -> Tool:
    """The two mappers of its recipes for pre-training: clean_email, clean_ip (IPv4 and IPv6)."""

    def chain(*given: dict[str, str]) -> Callable[[str], str]:
        mail = _juicer("CleanEmailMapper", "clean_email_mapper", **given[0])
        address = _juicer("CleanIpMapper", "clean_ip_mapper", **given[1])
        return lambda text: address.process_batched(mail.process_batched({"text": [text]}))["text"][0]  # type: ignore[no-any-return]  # its own

    return _masking(chain({"repl": SIGN["EMAIL"]}, {"repl": SIGN["IP"]}), chain({}, {}))


def juicer() -> Tool:
    """pii_redaction_mapper, all that it masks but links, and behind it the two that clean: together they find most."""
    names = {"email": "EMAIL", "ip": "IP", "phone": "PHONE", "secret": "SECRET", "pem": "SECRET", "jwt": "SECRET", "id_card": "ID"}
    others = dict.fromkeys(("path", "id", "channel_id", "url", "mac"), "OTHER")
    signs = {f"{name}_replacement": SIGN[kind] for name, kind in (names | others).items()}
    first, plain = (_juicer("PiiRedactionMapper", "pii_redaction_mapper", **given) for given in (signs, {}))
    mail = _juicer("CleanEmailMapper", "clean_email_mapper", repl=SIGN["EMAIL"])
    address = _juicer("CleanIpMapper", "clean_ip_mapper", repl=SIGN["IP"])

    def chain(redact: Callable[[dict[str, str]], dict[str, str]]) -> Callable[[str], str]:
        def work(text: str) -> str:
            batch = {"text": [redact({"text": text})["text"]]}
            return str(address.process_batched(mail.process_batched(batch))["text"][0])

        return work

    return _masking(chain(first.process_single), chain(plain.process_single))


def dolma(*names: str) -> Tool:
    """Taggers by name; their spans without those over the whole document."""
    import_module("dolma")
    document = import_module("dolma.core.data_types").Document
    registry = import_module("dolma.core.registry").TaggerRegistry
    taggers = [registry.get(name)() for name in names]

    def work(text: str) -> list[Any]:
        asked = document(source="s", id="i", text=text)
        return [span for tagger in taggers for span in tagger.predict(asked).spans]

    def ask(text: str) -> list[Hit]:
        found = [span for span in work(text) if not span.type.startswith("doc")]
        return [
            (span.start, span.end, span.type.partition("_" if span.type.startswith("SECRET") else "\0")[0], 1.0, "")
            for span in found
        ]

    return Tool(ask, work)


def presidio(every: bool) -> Tool:
    """All recognizers that need no model, over a blank pipeline whose lemma of a word is the word: so words of context count.

    With *every* those of all countries too, each made to read English; else the ones it enables for English.
    """
    package, ready = import_module("presidio_analyzer"), import_module("presidio_analyzer.predefined_recognizers")
    engine = import_module("presidio_analyzer.nlp_engine").SpacyNlpEngine()
    blank = import_module("spacy").blank("en")
    import_module("spacy").Language.component("words", func=_lemmas)
    blank.add_pipe("words")
    engine.nlp = {"en": blank}
    registry = package.RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    registry.remove_recognizer("SpacyRecognizer")
    if every:
        known = {one.name for one in registry.recognizers}
        pattern = package.PatternRecognizer
        for name in sorted(set(ready.__all__) - known - {"NLP_RECOGNIZERS"}):
            kind = getattr(ready, name)
            if issubclass(kind, pattern):
                registry.add_recognizer(kind(supported_language="en"))
    analyzer = package.AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])

    def work(text: str) -> list[Any]:
        return list(analyzer.analyze(text=text, language="en", score_threshold=0))

    return Tool(lambda text: [(hit.start, hit.end, hit.entity_type, hit.score, "") for hit in work(text)], work)


def _lemmas(doc: Any) -> Any:
    for token in doc:
        token.lemma_ = token.lower_
    return doc


def detect_secrets() -> Tool:
    """All plugins, default filters, line by line; the place of the value, and of its line: it names lines and masks nothing."""
    scan, settings = import_module("detect_secrets.core.scan"), import_module("detect_secrets.settings")
    OPENED.enter_context(settings.default_settings())
    settings.get_settings().disable_filters("detect_secrets.filters.common.is_invalid_file")

    def work(text: str) -> list[Any]:
        return list(scan._process_line_based_plugins(lines=list(enumerate(text.split("\n"), 1)), filename="chat.txt"))

    def ask(text: str) -> list[Hit]:
        starts, hits = line_starts(text), list[Hit]()
        for one in work(text):
            hits.append((*of_line(text, starts, one.line_number, one.secret_value or ""), "SECRET", 1.0, ""))
            hits.append((*of_line(text, starts, one.line_number, ""), "LINE", 1.0, ""))
        return hits

    return Tool(ask, work)


def credsweeper(**given: Any) -> Tool:
    """All rules and the model that comes with it, one thread; the places of the values."""
    sweeper = import_module("credsweeper.app").CredSweeper(pool_count=1, ml_threads_limit=1, **given)
    provider = import_module("credsweeper.file_handler.byte_content_provider").ByteContentProvider

    def work(text: str) -> list[Any]:
        sweeper.credential_manager.clear_credentials()
        raw = text.encode("utf-8", "replace")
        sweeper.credential_manager.set_credentials(sweeper.file_scan(provider(content=raw, file_path="chat.txt", file_type=".txt")))
        sweeper.post_processing(None)
        return list(sweeper.credential_manager.get_credentials())

    def ask(text: str) -> list[Hit]:
        starts = line_starts(text)
        lines = [line for one in work(text) for line in one.line_data_list]
        return [(*of_line(text, starts, line.line_num, line.value or ""), "SECRET", 1.0, "") for line in lines]

    return Tool(ask, work)


TOOLS: dict[str, Callable[[], Tool]] = {
    "dolma-fast": lambda: dolma("pii_regex_with_counts_fast_v2"),
    "dolma-v2": lambda: dolma("pii_regex_v2"),
    "dolma-secrets": lambda: dolma("code_secrets_v1"),
    "datatrove": lambda: datatrove(False),
    "datatrove-all": lambda: datatrove(True),
    "data-juicer-clean": juicer_clean,
    "data-juicer": juicer,
    "presidio": lambda: presidio(False),
    "presidio-all": lambda: presidio(True),
    "detect-secrets": detect_secrets,
    "credsweeper": credsweeper,
    "credsweeper-doc": lambda: credsweeper(doc=True),
}


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("tool", choices=sorted(TOOLS))
    serve(TOOLS[options.parse_args().tool])

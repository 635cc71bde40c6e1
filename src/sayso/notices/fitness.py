"""What is wrong with a notice, rule by rule: a leaning screen is refused before anybody sees it.

Rule numbers are those of `spec/notice.md`. What only a drawn page shows (size, contrast, steps) is measured in a browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from sayso.darkpatterns import lexicon
from sayso.darkpatterns.reading import grade
from sayso.notices.deadline import moment, until
from sayso.notices.notice import REQUIRED, Notice, Words

GRADE_LIMIT = 8.0
"""Our number: laws say `easy to read` and give none."""


def faults(notice: Notice) -> list[str]:
    """Return one line per rule that *notice* breaks, in a fixed order; empty for a fit one."""
    found = [*_of_controls(notice), *_of_languages(notice), *_of_deadline(notice)]
    for language in notice.languages:
        words = notice.words_by_language[language]
        for check in (_missing, _labels, _lexicon, _hard):
            found += [f"{language}: {line}" for line in check(words, language)]
    return found


def _of_controls(notice: Notice) -> Iterator[str]:
    if sorted(notice.offered) != sorted(set(notice.offered)):
        yield "C05 an answer is offered twice; offer each once"
    for answer in ("allow", "refuse"):
        if answer not in notice.offered:
            yield f"C01 C03 there is no control to {answer}; offer both answers beside each other"
    if "later" in notice.offered and notice.offered[-1] != "later":
        yield "C03 the control to decide later stands before or between the answers; put it last"
    if notice.version < 1 or not re.fullmatch(r"[a-z][a-z0-9-]{0,40}", notice.name):
        yield "a notice needs a name in small letters and a version from 1"


def _of_languages(notice: Notice) -> Iterator[str]:
    if not notice.languages:
        yield "C29 there are no words; write them in one language at least"
    kinds = {language: [fact.kind for fact in words.facts] for language, words in notice.words_by_language.items()}
    if len({tuple(order) for order in kinds.values()}) > 1:
        yield "C29 languages say different facts or in another order; say the same in each"


def _of_deadline(notice: Notice) -> Iterator[str]:
    """Yield what is wrong with the last day: it hurries nobody, is the same in every language, and shuts nobody out."""
    if not isinstance(notice.deadline, datetime):
        if any(words.until for words in notice.words_by_language.values()):
            yield "C24 a last day is said, and there is none; leave `until` out, or name the `deadline`"
        return
    if "later" not in notice.offered:
        yield "C24 only a question that can be put off has a last day; leave `deadline` out"
    when = moment(notice.deadline)
    for language, words in notice.words_by_language.items():
        ours = until(language, notice.deadline)
        if ours is not None and words.until != ours:
            yield f"{language}: C24 the last day is said in other words than ours; leave `until` out, and they are put there"
        elif not words.until or when not in words.until:
            yield f"{language}: C24 the last day is not said; write `until` with `{when}` in it, and that no answer is no yes"


def _missing(words: Words, _: str) -> Iterator[str]:
    kinds = [fact.kind for fact in words.facts]
    for kind in REQUIRED:
        if kind not in kinds:
            yield f"C19 C20 C21 the first layer does not say `{kind}`; add that fact"
    if len(kinds) != len(set(kinds)):
        yield "C19 a fact is said twice; say each once"
    if any(not fact.text.strip() or not fact.caption.strip() for fact in words.facts) or not words.title.strip():
        yield "C19 a fact or the title is empty; write it"


def _labels(words: Words, _: str) -> Iterator[str]:
    shown = {answer: label.strip() for answer, label in words.labels.items()}
    acts = dict(zip(("allow", "refuse"), lexicon.acts(shown.get("allow", ""), shown.get("refuse", "")), strict=True))
    for answer, act in acts.items():
        label = shown.get(answer, "")
        if not label or label.lower() in lexicon.BARE:
            yield f"C16 the label of `{answer}` does not name the act; write a verb and what it is about"
        elif not lexicon.asked(act, words.title):
            yield f"C16 the label of `{answer}` shares no word with the question; use the question's verb"
    longest = max(map(len, shown.values()), default=0)
    shortest = min(len(shown.get(answer, "")) for answer in ("allow", "refuse"))
    if shortest and longest > 2.5 * shortest:
        yield "C04 one label is far longer than another; bring them to one length"


def _lexicon(words: Words, language: str) -> Iterator[str]:
    everything = " ".join([first_layer(words), *words.more, *words.labels.values()])
    hits: list[tuple[str, dict[str, str]]] = [
        ("C22 `{}` leaves open what will happen; say what will", lexicon.VAGUE),
        ("C23 `{}` praises, begs or shames; say only what happens", lexicon.LEANING),
    ]
    for line, lists in hits:
        if found := lexicon.hit(lists, language, everything):
            yield line.format(found)
    if any(lexicon.negations(sentence, language) > 1 for sentence in [*words.labels.values(), words.title]):
        yield "C18 a control or question negates twice; say it once"


def _hard(words: Words, language: str) -> Iterator[str]:
    if lexicon.main(language) in lexicon.LANGUAGES and (hard := grade(first_layer(words), language)) > GRADE_LIMIT:
        yield f"C25 the first layer reads at grade {hard:.1f}; bring it to {GRADE_LIMIT:.0f} with shorter sentences and words"


def first_layer(words: Words) -> str:
    """Return what a person reads before answering, as running text."""
    return " ".join([words.title, *(f"{fact.text}" for fact in words.facts), *([words.until] if words.until else [])])

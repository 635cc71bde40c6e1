"""What the words of a question say and how: which facts are there, whether they lean, how hard they read, in which language."""

from __future__ import annotations

from sayso.darkpatterns import lexicon
from sayso.darkpatterns.equality import both
from sayso.darkpatterns.findings import Told, absent, told
from sayso.darkpatterns.legible import no_countdown
from sayso.darkpatterns.reading import grade
from sayso.darkpatterns.snapshot import Said, Snapshot

GRADE_MOST = 8.0
INFORM = ("who", "what", "purpose", "if_allow", "if_refuse")


def _missing(seen: Snapshot, kinds: tuple[str, ...]) -> Told:
    there = {one.kind for one in seen.facts() if one.text}
    if not there:
        return absent("fact")
    gone = [kind for kind in kinds if kind not in there]
    return told(not gone, f"{len(kinds) - len(gone)} of {len(kinds)}" + (f"; missing: {', '.join(gone)}" if gone else ""))


def one_purpose(seen: Snapshot) -> Told:
    """C15: each answer is about one purpose."""
    answers = [one for one in seen.controls if one.goal in ("allow", "refuse") and one.shown]
    if not answers:
        return absent("answer")
    counts = {len(one.purposes) for one in answers}
    return told(counts == {1}, f"{max(counts)} a control" if min(counts) else "not marked")


def labels_name_the_act(seen: Snapshot) -> Told:
    """C16: what sets the two labels apart is what the question asks, and neither label is a bare word."""
    title = next((one.text for one in seen.said if one.part == "title"), "")
    if (pair := both(seen)) is None or not title:
        return absent("question with its answers")
    labels = tuple(one.text.strip() for one in pair)
    fits = all(lexicon.asked(act, title) for act in lexicon.acts(*labels)) and not any(
        label.lower() in lexicon.BARE for label in labels
    )
    return told(fits, " / ".join(labels))


def no_double_negative(seen: Snapshot) -> Told:
    """C18: at most one negation in the question and in each label."""
    statements = [one.text for one in seen.controls if one.shown] + [
        one.text for one in seen.said if one.part in ("title", "state")
    ]
    if not statements:
        return absent("statement")
    most = max(lexicon.negations(one, seen.language) for one in statements)
    return told(most <= 1, f"at most {most}")


def informs(seen: Snapshot) -> Told:
    """C19: who, what, what for, and how long under either answer."""
    return _missing(seen, INFORM)


def says_how_to_change(seen: Snapshot) -> Told:
    """C20: how and where to take it back; the link beside it is followed where the page was driven (C35)."""
    return _missing(seen, ("change",))


def says_what_stays(seen: Snapshot) -> Told:
    """C21: what changing the answer cannot undo."""
    return _missing(seen, ("cannot_undo",))


def definite(seen: Snapshot) -> Told:
    """C22: says what will be, and never only that something gets better."""
    if not seen.words:
        return absent("text")
    vague = lexicon.hit(lexicon.VAGUE, seen.language, seen.words)
    purpose = " ".join(one.text for one in seen.facts() if one.kind == "purpose")
    only = lexicon.hit(lexicon.IMPROVE, seen.language, purpose) and not lexicon.hit(lexicon.NAMED, seen.language, purpose)
    return told(not vague and not only, f"`{vague}`" if vague else "only `improve`" if only else "0 hits")


def plain(seen: Snapshot) -> Told:
    """C23: no praise, shame, begging or cry, and no more benefits than consequences."""
    if not seen.words:
        return absent("text")
    leaning = lexicon.hit(lexicon.LEANING, seen.language, seen.words)
    benefits = sum(one.benefit for one in seen.facts())
    consequences = sum(one.kind in ("if_allow", "if_refuse", "either", "cannot_undo") and not one.benefit for one in seen.facts())
    weighs = benefits <= consequences or not seen.facts()
    return told(not leaning and weighs, f"`{leaning}`" if leaning else f"0 hits; {benefits} benefits, {consequences} consequences")


def unhurried(seen: Snapshot, deadline: str = "") -> Told:
    """C24: no words that hurry, and no timer but to the policy's own day."""
    verdict, measured = no_countdown(seen, deadline)
    hurry = lexicon.hit(lexicon.HURRY, seen.language, seen.words)
    return told(verdict == "holds" and not hurry, f"`{hurry}`" if hurry else measured)


def easy(seen: Snapshot) -> Told:
    """C25: the first layer reads below grade 8, each fact a sentence."""
    text = seen.first_layer()
    if not text or lexicon.main(seen.language) not in lexicon.LANGUAGES:
        return absent(f"reading formula for `{seen.language}`")
    found = grade(
        " ".join(one.text if _ended(one) else f"{one.text}." for one in seen.said if one.shown and one.part != "state"),
        seen.language,
    )
    return told(found <= GRADE_MOST, f"grade {max(found, 0):.1f}")


def nothing_behind(seen: Snapshot) -> Told:
    """C28: no fact stands only behind a summary or a press."""
    if not seen.facts():
        return absent("fact")
    hidden = [one.kind for one in seen.facts(shown=False)]
    return told(not hidden, "0 hidden" if not hidden else f"hidden: {', '.join(hidden)}")


def one_language(seen: Snapshot) -> Told:
    """C29: question, page and every sentence are in one language, as marked and as read."""
    tags = {lexicon.main(one.language or seen.language) for one in seen.said} | {
        lexicon.main(seen.language),
        lexicon.main(seen.page_language),
    }
    read = {tongue for one in seen.said if (tongue := lexicon.tongue(one.text))} | (
        {whole} if (whole := lexicon.tongue(seen.words)) else set()
    )
    return told(
        tags == read | tags and len(tags) == 1 and "" not in tags,
        f"marked {' '.join(sorted(tags))}, read {' '.join(sorted(read)) or '-'}",
    )


def _ended(one: Said) -> bool:
    return one.text.endswith((".", "?", "!", "。", "؟", ":"))

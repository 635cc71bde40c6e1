"""All rules in one table, and what they say of a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from sayso.darkpatterns import acts, equality, legible, saying
from sayso.darkpatterns.acts import Deeds
from sayso.darkpatterns.findings import ELSEWHERE, Finding, Told
from sayso.darkpatterns.snapshot import Snapshot

Kind = Literal["ask", "state"]
"""`ask`: a question with its answers. `state`: what holds now, and a way to the question."""


class Rule(Struct, frozen=True, kw_only=True):
    """One rule: what it asks, what it is measured on, on which screens, and where a machine's measure ends."""

    id: str
    asks: str
    on: Literal["page", "deeds", "set"]
    kinds: tuple[Kind, ...] = ("ask",)
    person: str = ""
    """What a person has to look at besides, because no measure tells it; nothing where the measure is the rule."""


class Looked(Struct, frozen=True, kw_only=True):
    """What is known of one screen: its kind, how it stood, what happened on it, and the screens beside it."""

    kind: Kind
    seen: Snapshot
    done: Deeds | None = None
    peers: tuple[Snapshot, ...] = ()
    deadline: str = ""
    """The day of the policy in the words a timer may show."""


_BOTH: tuple[Kind, ...] = ("ask", "state")
_TABLE: tuple[tuple[Rule, Callable[[Snapshot], Told] | Callable[[Deeds], Told] | None], ...] = (
    (Rule(id="C01", asks="A refuse control on the layer of the allow control", on="page"), equality.refusal_beside),
    (Rule(id="C02", asks="Refusing takes no more steps than allowing", on="deeds"), acts.no_more_steps),
    (Rule(id="C03", asks="Deciding later is never the only alternative", on="page"), equality.later_is_not_the_only_way),
    (Rule(id="C04", asks="Equal size", on="page"), equality.equal_size),
    (Rule(id="C05", asks="Same control type", on="page"), equality.same_type),
    (Rule(id="C06", asks="Same font size and weight", on="page"), equality.same_letters),
    (Rule(id="C07", asks="Every choice readable", on="page", kinds=_BOTH), legible.readable),
    (Rule(id="C08", asks="If one option is emphasised, it is the protective one", on="page"), equality.protective_emphasis),
    (Rule(id="C09", asks="Nothing is preset", on="page", kinds=_BOTH), legible.not_preset),
    (Rule(id="C10", asks="All options and key facts in view", on="page"), legible.in_view),
    (Rule(id="C11", asks="Closing, Escape, back and waiting are no consent", on="deeds"), acts.only_an_answer_is_one),
    (Rule(id="C12", asks="No answer by the deadline is no consent", on="deeds"), acts.silence_is_no_yes),
    (Rule(id="C13", asks="Focus does not start on allow, tab does not skip refuse", on="page"), legible.focus),
    (Rule(id="C14", asks="Separate from accepting terms", on="deeds"), acts.separate_acts),
    (Rule(id="C15", asks="One purpose per control", on="page"), saying.one_purpose),
    (Rule(id="C16", asks="Labels name the act and match the question", on="page"), saying.labels_name_the_act),
    (Rule(id="C17", asks="A toggle says what on means", on="page", kinds=_BOTH), legible.toggles_say_what),
    (Rule(id="C18", asks="No double negative", on="page", kinds=_BOTH), saying.no_double_negative),
    (Rule(id="C19", asks="Who, what, training, retention under both answers", on="page"), saying.informs),
    (Rule(id="C20", asks="How and where to take it back", on="page"), saying.says_how_to_change),
    (Rule(id="C21", asks="What taking back cannot undo", on="page"), saying.says_what_stays),
    (Rule(id="C22", asks="Will, not may; no purpose that is only to improve", on="page", kinds=_BOTH), saying.definite),
    (Rule(id="C23", asks="No praise, shame, begging or cry", on="page", kinds=_BOTH), saying.plain),
    (Rule(id="C24", asks="No countdown, no hurry", on="page", kinds=_BOTH), saying.unhurried),
    (Rule(id="C25", asks="Reads at grade 8 or below", on="page"), saying.easy),
    (Rule(id="C26", asks="Letters of 16 px and of the page's size", on="page", kinds=_BOTH), legible.letter_size),
    (Rule(id="C27", asks="Targets of 24 by 24 px", on="page", kinds=_BOTH), legible.target_size),
    (Rule(id="C28", asks="No fact only behind a summary", on="page"), saying.nothing_behind),
    (Rule(id="C29", asks="One language throughout", on="page", kinds=_BOTH), saying.one_language),
    (Rule(id="C30", asks="No asking back on refusing alone", on="deeds"), acts.confirmations),
    (Rule(id="C31", asks="Withdrawing as easy as giving", on="deeds"), acts.as_easy_to_withdraw),
    (Rule(id="C32", asks="Not asked again after a refusal", on="deeds"), acts.no_prompt_again),
    (Rule(id="C33", asks="Refusing costs nothing", on="deeds"), acts.costs_nothing),
    (Rule(id="C34", asks="Order and layout constant across screens", on="set"), None),
    (Rule(id="C35", asks="Links resolve, no waiting asymmetry", on="deeds"), acts.no_dead_ends),
    (Rule(id="C36", asks="Name, role and state for screen readers", on="page", kinds=_BOTH), legible.named),
    (Rule(id="C37", asks="The receipt proves the screen", on="deeds"), acts.proves_the_screen),
)  # fmt: skip

_PERSON = {
    "C08": "pictures, movement and arrows that point at one answer",
    "C14": "that the host's own sign-up form does not press for people",
    "C19": "that the facts are true of the policy in force",
    "C22": "phrases the word lists do not hold",
    "C23": "tone, pictures and humour: the word lists hold the common words only",
    "C25": "Japanese: the formula gives ease, not years; a reader judges",
    "C29": "that a translation says the same; the detector tells languages, not meanings",
    "C32": "what a host product draws beside our element",
    "C33": "prices and features of the host product: only its own flags can be compared",
    "C37": "no picture is taken of a person's screen: the code and the words on record draw it again",
}
"""What a person has to look at besides the measure."""

RULES: tuple[Rule, ...] = tuple(replace(rule, person=_PERSON.get(rule.id, "")) for rule, _ in _TABLE)
_MEASURES = {rule.id: measure for rule, measure in _TABLE}


def judge(screen: Looked, only: Iterable[str] = ()) -> list[Finding]:
    """Return what each rule says of *screen*, or those named in *only*, in the order of the table."""
    wanted = set(only)
    return [_one(rule, screen) for rule in RULES if not wanted or rule.id in wanted]


def _one(rule: Rule, screen: Looked) -> Finding:
    verdict, measured = _measured(rule, screen) if screen.kind in rule.kinds else ELSEWHERE
    return Finding(rule=rule.id, verdict=verdict, measured=measured)


def _measured(rule: Rule, screen: Looked) -> Told:
    if rule.on == "set":
        return equality.constant_layout(screen.seen, screen.peers)
    if rule.id == "C24":
        return saying.unhurried(screen.seen, screen.deadline)
    measure = _MEASURES[rule.id]
    if rule.on == "page":
        return measure(screen.seen)  # type: ignore[misc,arg-type]  # the table pairs rules on a page with measures of one
    return measure(screen.done) if screen.done is not None else ("unknown", "not tried")  # type: ignore[misc,arg-type]  # and on deeds alike

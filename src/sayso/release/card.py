"""The data set card: what a person reads first, with the front matter that the Hugging Face Hub and `datasets` read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from msgspec import UNSET

from sayso.facts.instants import iso
from sayso.release.duties import california, eu_user_data
from sayso.release.plan import Measured, Plan

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
)
_ACTIONS = {
    "mark": "a mark such as `[EMAIL_1]`",
    "surrogate": "a surrogate",
    "drop_turn": "its turn was left out",
    "drop_conversation": "its conversation was left out",
}
_PROMISES_NOT = (
    "That masking found everything: rows may still hold personal data or secrets. Handle them as personal data.",
    (
        "That a copy forgets: a withdrawal masks rows in `sayso.release.load` from the next row on. Other loaders, "
        "`datasets.load_dataset` among them, read the files as they are until withdrawn rows are erased in them; a copy made "
        "before keeps what it holds."
    ),
    "That a model forgets what it was trained on. A recall stops further use and names what was withdrawn.",
    "That nothing else was used: the commitment proves what is in this release, not what lies outside of it.",
    "That what people wrote is true, lawful or free of others' rights.",
)


def card(plan: Plan, *, rows: int, messages: int, root: str, languages: Mapping[str, int]) -> bytes:
    """Return the bytes of the `README.md` of a release of *plan*."""
    lines = [
        *_front(plan, rows, languages),
        "",
        f"# {plan.name}",
        "",
        _plain(plan.description) or "Conversations with an AI assistant, each used on the person's permission.",
        "",
        *_about(plan, rows, messages, root),
        *_reading(plan.name),
        *_counts("What was left out", "reason", "conversations", plan.left_out, "Nothing was left out."),
        *_counts("Left out within conversations", "part", "count", plan.parts_left_out, "Nothing was left out."),
        *_scrub(plan),
        *_identifying(plan),
        *_counts("Languages", "language", "conversations", {k or "not known": v for k, v in languages.items()}, "No rows."),
        *_answers("EU AI Act, art. 53(1)(d): section 2.4, user data", eu_user_data(plan)),
        *_answers("California AB 2013 (Civil Code 3111)", california(plan, rows=rows, messages=messages), numbered=True),
        "## What this release does not promise",
        "",
        *(f"- {line}" for line in _PROMISES_NOT),
    ]
    return ("\n".join(lines) + "\n").encode()


def _reading(name: str) -> Iterator[str]:
    """Yield how to read the release; `datasets` takes one format per folder, so the card offers it the Parquet files only."""
    yield from ("## How to read it", "", "```python")
    yield f'sayso.release.load("{name}")                          # rows in order; withdrawn ones masked; resumes exactly'
    yield f'datasets.load_dataset("{name}", split="train")        # the Parquet files as they are, withdrawals NOT applied'
    yield f'datasets.load_dataset("json", data_files="{name}/jsonl/*.jsonl", split="train")  # the same rows as text'
    yield from ("```", "")


def _front(plan: Plan, rows: int, languages: Mapping[str, int]) -> Iterator[str]:
    """Yield the YAML front matter; every value is quoted as JSON, which YAML reads alike (`no` is Norwegian, not false)."""
    tags = sorted({language.split("-")[0] for language in languages if language})
    yield "---"
    yield f"pretty_name: {json.dumps(plan.name)}"
    yield f"license: {json.dumps(plan.license)}"
    if tags:
        yield "language:"
        yield from (f"- {json.dumps(tag)}" for tag in tags)
    yield "size_categories:"
    yield f"- {json.dumps(next((label for limit, label in _SIZES if rows < limit), 'n>1T'))}"
    yield "task_categories:"
    yield '- "text-generation"'
    yield "tags:"
    yield '- "conversational"'
    yield '- "consent"'
    yield "configs:"
    yield '- config_name: "default"'
    yield "  default: true"
    yield "  data_files:"
    yield '  - split: "train"'
    yield '    path: "data/*.parquet"'
    yield "---"


def _about(plan: Plan, rows: int, messages: int, root: str) -> Iterator[str]:
    facts = {
        "Purpose": plan.purpose,
        "Conversations": str(rows),
        "Messages": str(messages),
        "Policy": f"`{plan.policy}` (SHA-256 `{plan.policy_digest}`)",
        "Facts up to ledger line": str(plan.pin),
        "Ruled at": iso(plan.at),
        "Operator": plan.operator or "not recorded",
        "Licence": plan.license if plan.license != "unknown" else "unknown: the operator sets one before sharing",
        "Commitment over the blinded ids": f"`{root}`",
    }
    yield "| | |"
    yield "|---|---|"
    yield from (f"| {name} | {_plain(value)} |" for name, value in facts.items())
    yield ""


def _scrub(plan: Plan) -> Iterator[str]:
    if plan.scrub is None:
        yield from ("## What was masked", "", "NOTHING WAS MASKED, or it is not recorded. Do not share this release.", "")
        return
    yield from _counts("What was masked", "kind", "spans", plan.scrub.counts, "Nothing was found to mask.")
    if plan.scrub.actions is not UNSET and plan.scrub.actions:
        yield from ("What was done with what was found, as the policy says:", "", "| kind | action | spans |", "|---|---|---:|")
        for kind, each in sorted(plan.scrub.actions.items()):
            yield from (
                f"| {_plain(kind)} | {_ACTIONS.get(done, _plain(done))} | {count} |" for done, count in sorted(each.items())
            )
        yield ""
    if plan.scrub.surrogates is not UNSET:
        yield f"Surrogates are values that nobody has, drawn anew for each conversation ({_plain(plan.scrub.surrogates)})."
    yield f"By {_plain(plan.scrub.engine)}, table {_plain(plan.scrub.table)}."
    if plan.scrub.names is UNSET:
        yield "Names of persons were masked only where words such as `my name is` stand around them."
    else:
        figures = "kept" if plan.scrub.figures == "kept" else "masked like all others"
        yield f"Names of persons: model {_plain(plan.scrub.names)}; persons of public life were {figures}."
    yield ""
    if plan.scrub.measured is not UNSET:
        yield from _measured(plan.scrub.measured)


def _measured(figures: Iterable[Measured]) -> Iterator[str]:
    """Yield what was measured of this table and model, on labelled texts that are not of this release."""
    rows = [_figure(one) for one in figures]
    yield from ("## How often masking missed, where it was measured", "")
    if not rows:
        yield from ("No figures were measured for this table of patterns and this model.", "")
        return
    yield "On labelled texts that are not of this release; other texts may do worse."
    yield from ("", "| what | on | labelled | found | wrong |", "|---|---|---:|---:|---|", *rows, "")


def _figure(one: Measured) -> str:
    wrong = ""
    if one.others is not UNSET and one.flagged is not UNSET:
        wrong = f"{one.flagged} of {one.others} others flagged"
    elif one.masked is not UNSET and one.right is not UNSET:
        wrong = f"{one.masked - one.right} of {one.masked} masked"
    share = f"{one.found / one.labelled:.3f}" if one.labelled else "none"
    return f"| {_plain(one.what)} | {_plain(one.on)} | {one.labelled} | {share} | {wrong} |"


def _identifying(plan: Plan) -> Iterator[str]:
    """Yield what may still identify somebody; the report beside the card has the rest."""
    yield from ("## What may still identify somebody", "")
    if plan.weighed is UNSET:
        yield from ("Not weighed.", "")
        return
    told = plan.weighed
    risk = told.risk
    facts = {
        "Fewest accounts that share the labels of a row": f"{told.smallest} (setting: {risk.crowd})",
        "Conversations that tell two or more of age, place, employer, job together as no second account does": str(told.alone),
        "Words that stand in one account only": str(told.rare_words),
        "Runs of three words that stand in one account only": str(told.rare_phrases),
        "Conversations over the setting all the same": str(told.over),
    }
    yield from ("| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items()), "")
    together = (
        f"{risk.told} or more told together must be shared by {risk.together} accounts" if risk.told else "no rule on what is told"
    )
    yield f"Setting: {together}; at most {risk.rare_words} % rare words and {risk.rare_phrases} % rare runs in a conversation."
    yield f"Left out by it: {sum(told.left_out.values())}, above by reason. Table of patterns {told.table}."
    yield from ("[identifying.html](identifying.html) has the counts; what no pattern finds is in none of them.", "")


def _counts(title: str, what: str, number: str, counts: Mapping[str, int], none: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    if not counts:
        yield none
    else:
        yield f"| {what} | {number} |"
        yield "|---|---:|"
        yield from (f"| {_plain(name)} | {count} |" for name, count in sorted(counts.items()))
    yield ""


def _answers(title: str, answers: Iterable[tuple[str, str]], *, numbered: bool = False) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    for number, (question, answer) in enumerate(answers, 1):
        yield f"{f'{number}.' if numbered else '-'} **{question}** {_plain(answer)}"
    yield ""


def _plain(text: str) -> str:
    """Return *text* as one line that ends no table cell and opens no tag."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")

"""The words of one conversation made fit for a release: policy (what to do with hits) -> vault (key) -> scrub."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection

from sayso import scrub as scrub_bench
from sayso.app.house import House
from sayso.facts.conversation import Text as Words
from sayso.facts.conversation import Turn
from sayso.facts.errors import Refused, Unfit
from sayso.facts.standings import Standing
from sayso.facts.words import Purpose
from sayso.policy import Policy, handling
from sayso.release import Plan
from sayso.scrub import Persons, Treatment


class Names:
    """What finds names, in both its settings; none is made before it is needed, so nothing opens before it is allowed."""

    def __init__(self, *, keep_figures: bool) -> None:
        self.keep_figures = keep_figures
        self._made: dict[bool, Persons] = {}

    def of(self, keep_figures: bool) -> Persons:
        """Return the finder that leaves persons of public life standing, or the one that does not."""
        if keep_figures not in self._made:
            self._made[keep_figures] = Persons(keep_figures=keep_figures)
        return self._made[keep_figures]

    @property
    def digest(self) -> str:
        """Return the digest of what finds names in the setting that a release records."""
        return self.of(self.keep_figures).digest


class Cleaned(Struct, frozen=True):
    """The turns that stay, masked; hits by kind and what was done with them; what took turns, and the row that took all."""

    turns: tuple[Turn, ...]
    found: Mapping[str, int]
    actions: Mapping[str, Mapping[str, int]]
    parts: Mapping[str, int]
    dropped: str = ""


def cleaned(
    house: House, conn: Connection, plan: Plan, policy: Policy, standing: Standing, turns: Sequence[Turn], names: Names | None
) -> Cleaned:
    """Return what a release may hold of *turns*: each hit handled as the policy says, by the strictest text that binds them.

    The key of the surrogates is the person's own, for this release and this conversation only: it goes when the person goes.
    """
    if names is None:  # a release from before there was a model for names, and before a policy could say anything of hits
        marks = scrub_bench.Marks()
        each = [scrub_bench.mask_turn(turn, marks) for turn in turns]
        found: Counter[str] = Counter()
        for _, kinds in each:
            found.update(kinds)
        return Cleaned(tuple(clean for clean, _ in each), found, {}, {})
    done = handling(policy, plan.purpose, plan.at, standing)
    actions = {kind: one.do for kind, one in done.items()}
    public = done["name"].do == "keep_public" if speaks_of_names(policy, plan.purpose) else names.keep_figures
    key = house.vault.surrogates(conn, standing.account, plan.name, standing.conversation)
    treated = scrub_bench.treat_turns(turns, scrub_bench.Treated(key, actions), recognizers=[names.of(public)])
    if treated.dropped_for:
        taken = {
            kind: {"drop_conversation": each["drop_conversation"]}
            for kind, each in treated.counts.items()
            if "drop_conversation" in each
        }
        return Cleaned((), {}, taken, {}, done[treated.dropped_for].row)
    parts = {f"turn, by `{done[kind].row}`": count for kind, count in treated.turns_dropped.items()}
    total = {kind: sum(each.values()) for kind, each in treated.counts.items()}
    return Cleaned(treated.turns, total, _counted(treated), parts)


class Text(Struct, frozen=True):
    """A text as it may be used, hits by kind and what was done with them, and the row that left all of it out."""

    text: str
    actions: Mapping[str, Mapping[str, int]]
    dropped: str = ""


def treated_text(
    policy: Policy, purpose: Purpose, text: str, at: datetime, key: bytes, *, keep_figures: bool = False, no_names: bool = False
) -> Text:
    """Return *text* as one turn that is said at *at* may be used for *purpose*; *key* draws the surrogates."""
    asked_for(policy, purpose)
    done = handling(policy, purpose, at)
    names = finder(policy, purpose, at, keep_figures=keep_figures)
    finders = [] if no_names else [names.of(names.keep_figures)]
    turn = Turn(id="1", role="user", parts=(Words(text),))
    marks = scrub_bench.Treated(key, {kind: one.do for kind, one in done.items()})
    treated = scrub_bench.treat_turns([turn], marks, recognizers=finders)
    actions = _counted(treated)
    if treated.turns:
        return Text("".join(part.text for part in treated.turns[0].parts if isinstance(part, Words)), actions)
    return Text("", actions, done[treated.dropped_for or next(iter(treated.turns_dropped))].row)


def _counted(treated: Treatment) -> dict[str, dict[str, int]]:
    return {kind: {str(do): count for do, count in each.items()} for kind, each in treated.counts.items()}


def asked_for(policy: Policy, purpose: Purpose) -> None:
    """Refuse a purpose that *policy* does not rule on."""
    if purpose not in policy.purposes:
        raise Unfit(f"policy `{policy.name}` knows no purpose `{purpose[:60]}`; it rules on {', '.join(policy.purposes)}")


def speaks_of_names(policy: Policy, purpose: Purpose) -> bool:
    """Return whether any version of *policy* says what is done with names; then no option of a command does."""
    rows = (row for version in policy.versions for row in version.scrub.get(purpose, ()))
    return any("name" in row.kinds or not row.kinds for row in rows)


def finder(policy: Policy, purpose: Purpose, at: datetime, *, keep_figures: bool) -> Names:
    """Return what finds names for what is used; refuses to keep those of public figures where the policy says otherwise."""
    if not speaks_of_names(policy, purpose):
        return Names(keep_figures=keep_figures)
    kept = handling(policy, purpose, at)["name"]
    if keep_figures and kept.do != "keep_public":
        raise Refused(f"policy `{policy.name}` says what is done with names (row `{kept.row}`); leave out --keep-public-figures")
    return Names(keep_figures=kept.do == "keep_public")

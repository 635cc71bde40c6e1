"""For each rule one change that must make it fail: `also` names the rules that the same change breaks by its nature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

import sayso.policy as policies
from sayso.facts.errors import Refused
from sayso.facts.events import parse_event
from sayso.facts.history import History
from sayso.facts.instants import parse_instant


class Drawn(Struct, frozen=True, kw_only=True):
    """A change of what is drawn: a script that is given the root and the three answers."""

    rule: str
    script: str
    screen: str = "notice"
    also: frozenset[str] = frozenset()


class Done(Struct, frozen=True, kw_only=True):
    """A change of what happens: in the page's script, or in what stands behind it."""

    rule: str
    part: str
    script: str = ""
    behind: Callable[[Any], None] | None = None
    screen: str = "notice"
    also: frozenset[str] = frozenset()


FIND = """([element, script]) => { const r = document.querySelector(element).shadowRoot, [allow, refuse, later] = ['allow', 'refuse', 'later'].map(a => r.querySelector(`[data-answer=${a}]`));
  const answers = r.querySelector('.answers'), fact = k => r.querySelector(`[data-fact=${k}]`), say = (k, t) => { fact(k).querySelector('dd').textContent = t; };
  new Function('r', 'allow', 'refuse', 'later', 'answers', 'fact', 'say', script)(r, allow, refuse, later, answers, fact, say); }"""

HARD = (
    "Notwithstanding aforementioned considerations, interoperability obligations necessitate comprehensive organisational accountability documentation "
    * 3
)
DRAWN = (
    Drawn(rule="C01", screen="signup", script="refuse.remove()"),
    Drawn(rule="C03", script="refuse.remove()", also=frozenset({"C01"})),
    Drawn(rule="C04", script="answers.style.gridTemplateColumns = '3fr 2fr'", also=frozenset({"C34"})),
    Drawn(rule="C05", script="refuse.setAttribute('role', 'link')"),
    Drawn(rule="C06", script="refuse.style.fontWeight = 400"),
    Drawn(rule="C07", script="allow.style.color = refuse.style.color = '#999'"),
    Drawn(rule="C08", script="allow.style.background = '#b9d4ee'"),
    Drawn(
        rule="C09",
        script="answers.insertAdjacentHTML('afterend', '<label><input type=checkbox checked style=\"width:24px;height:24px\"> Train on my chats</label>')",
    ),
    Drawn(rule="C10", script="answers.style.marginTop = '700px'"),
    Drawn(rule="C13", script="refuse.tabIndex = -1"),
    Drawn(rule="C15", script="answers.dataset.purpose = 'model_training product_analytics'"),
    Drawn(rule="C16", script="allow.textContent = 'Continue'"),
    Drawn(
        rule="C17",
        script="answers.insertAdjacentHTML('afterend', '<input type=checkbox role=switch aria-label=On style=\"width:24px;height:24px\">')",
    ),
    Drawn(
        rule="C18",
        script="r.querySelector('[data-title]').textContent = 'Do you not allow or never refuse training on your chats?'",
    ),
    Drawn(rule="C19", script="fact('if_refuse').remove()"),
    Drawn(rule="C20", script="fact('change').remove()"),
    Drawn(rule="C21", script="fact('cannot_undo').remove()"),
    Drawn(rule="C22", script="say('costs', 'Nothing. We may change this.')"),
    Drawn(rule="C23", script="say('costs', 'Nothing. It makes our service better for all.')"),
    Drawn(rule="C24", script="answers.insertAdjacentHTML('afterend', '<span role=timer>09:59</span>')"),
    Drawn(rule="C25", script=f"say('costs', '{HARD}')"),
    Drawn(rule="C26", script="fact('if_allow').querySelector('dd').style.fontSize = '13px'"),
    Drawn(rule="C27", script="later.style.cssText = 'min-height: 0; height: 20px; padding: 0'"),
    Drawn(rule="C28", script="r.querySelector('details').append(fact('if_allow'))"),
    Drawn(rule="C29", script="say('costs', 'Keine. Alle Funktionen bleiben und Sie zahlen nicht mehr.')"),
    Drawn(rule="C34", script="answers.prepend(refuse)"),
    Drawn(rule="C36", script="refuse.setAttribute('aria-hidden', 'true')"),
)


def terms_too(desk: Any) -> None:
    choose = desk.choose

    def both(account: str, purpose: str, say: Any, **more: Any) -> int:
        seq: int = choose(account, purpose, say, **more)
        desk.log.append(("choose", account, "terms", "allow", "notice", "", "en", "", "from_now"))
        return seq

    desk.choose = both


def forgets_the_no(desk: Any) -> None:
    person = desk.person
    desk.person = lambda account: (
        replace(person(account), says={"model_training": "unasked"}) if account == "bo" else person(account)
    )


def closes_a_page(desk: Any) -> None:
    conversations = desk.conversations

    def closed(account: str, *given: Any) -> Any:
        if account == "bo":
            raise Refused("only for those who allow")
        return conversations(account, *given)

    desk.conversations = closed


def forgets_the_code(desk: Any) -> None:
    notice = desk.notice

    def bare(name: str, drawn: str = "pages") -> Any:
        found = replace(notice(name, drawn)[0], screen=None)
        return found, found.digest

    desk.notice = bare


_TWICE = "addEventListener('click', e => { if (e.composedPath().includes(refuse) && !window.once) { window.once = true; e.stopImmediatePropagation(); e.preventDefault(); } }, true)"
DONE = (
    Done(rule="C02", part="press", script=_TWICE, also=frozenset({"C31"})),
    Done(rule="C11", part="without", script="addEventListener('keydown', e => e.key === 'Escape' && window.recordYes())"),
    Done(rule="C14", part="press", behind=terms_too),
    Done(
        rule="C30",
        part="press",
        script="addEventListener('click', e => e.composedPath().includes(refuse) && confirm('Are you sure?'), true)",
    ),
    Done(rule="C31", part="press", screen="settings", script=_TWICE, also=frozenset({"C02"})),
    Done(rule="C32", part="prompts", behind=forgets_the_no),
    Done(rule="C33", part="places", behind=closes_a_page),
    Done(rule="C35", part="links", script="fact('change').querySelector('a').href += 'nowhere'"),
    Done(rule="C37", part="press", behind=forgets_the_code),
)


def past_the_deadline(*, filled_in: bool = False) -> dict[str, str]:
    """What is on record of Cy, who was shown the question and never answered, and what the policy says of her chat two months on.

    With *filled_in* somebody at the operator's wrote a yes for all who were silent, the day after the last one to choose.
    """
    policy = policies.load("anthropic-consumer")
    events = [
        {"at": "2025-09-01T00:00:00Z", "type": "account", "account": "cy", "tier": "pro", "region": "US", "birth_year": 1990},
        {"at": "2025-09-05T00:00:00Z", "type": "notice_shown", "account": "cy"},
        {"at": "2025-11-01T00:00:00Z", "type": "turn", "account": "cy", "conversation": "c1"},
    ]
    if filled_in:
        events.insert(2, {"at": "2025-10-09T00:00:00Z", "type": "choice", "account": "cy", "say": "allow", "via": "administrator"})
    at = parse_instant("2025-12-01T00:00:00Z")
    standing = History([parse_event(one) for one in events], at).standing("c1")
    ruling = policies.decide(policy, standing, at)
    return {"state": standing.stretches[0].say["model_training"], "use": ruling.use["model_training"].use}

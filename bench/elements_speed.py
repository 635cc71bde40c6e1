"""What an element costs the page until its buttons answer, with the processor slowed four times: `python bench/elements_speed.py --write`.

Three pages of one host product are loaded in turn, again and again: one whose element is empty, one on which the same words are put as
plain HTML without any check, and ours. Counted is what the page's own thread worked, read from Chromium once the page is at rest, less
what it did for the tool that drives it. What ours costs is its difference to the empty one, of the same round. By the clock two stretches
are taken besides, not the network between them: from the file being there to the element being defined, and from the question being there
to its being drawn and checked with its buttons listening. `--write` puts the table into docs/screens.md.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import os
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from msgspec import Struct  # noqa: E402  # the folder of the tests is put on the path first
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright  # noqa: E402
from tests.browser.screens.stage import BY_NAME, Screen, Stage  # noqa: E402
from tests.chromium import ARGUMENTS, CHROMIUM  # noqa: E402

from sayso.app.pages import element_files  # noqa: E402

ROUNDS, SLOWER = 15, 4
BEGIN, END = "<!-- elementspeed:begin -->", "<!-- elementspeed:end -->"
REST = 400
"""Milliseconds of rest after which what a page does by itself, as painting, is over."""
WATCH = """window.at = {}; for (const one of ['sayso-ask', 'sayso-settings']) customElements.whenDefined(one).then(() => { at.defined ??= performance.now(); });
addEventListener('sayso-shown', () => { at.shown ??= performance.now(); console.debug('there'); });"""
TAKEN = """() => { const end = (part) => performance.getEntriesByType('resource').find((one) => one.name.includes(part)).responseEnd;
return [at.defined - end('/elements/'), at.shown - end('/ask/question')]; }"""
WORDS = "() => [...document.querySelectorAll('sayso-ask, sayso-settings')][0].shadowRoot.querySelector('.question').innerHTML"
EMPTY = "customElements.define(NAME, class extends HTMLElement {}); addEventListener('load', () => console.debug('there'));"
PLAIN = """customElements.define(NAME, class extends HTMLElement { connectedCallback() { this.innerHTML = WORDS; } });
addEventListener('load', () => console.debug('there'));"""


class Cost(Struct, frozen=True):
    """Milliseconds that the page's thread worked."""

    script: float
    drawn: float
    all: float

    def less(self, other: Cost) -> Cost:
        return Cost(self.script - other.script, self.drawn - other.drawn, self.all - other.all)


def fake() -> Any:
    spec = importlib.util.spec_from_file_location("sayso_fake_desk", ROOT / "tests" / "http" / "fake_desk.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def slowed(page: Page) -> CDPSession:
    asked = page.context.new_cdp_session(page)
    asked.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    asked.send("Performance.enable", {"timeDomain": "threadTicks"})
    return asked


def work(asked: CDPSession) -> Cost:
    told = {one["name"]: float(one["value"]) * 1000 for one in asked.send("Performance.getMetrics")["metrics"]}
    drawn = told["RecalcStyleDuration"] + told["LayoutDuration"]
    return Cost(told["ScriptDuration"], drawn, told["TaskDuration"] - told["DevToolsCommandDuration"])


def loaded(browser: Browser, address: str, body: str | None) -> Iterator[tuple[Page, Cost]]:
    """Yield the page at *address* once it is at rest, its element's file being *body*, and what its thread had worked by then."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(WATCH)
    page = context.new_page()
    # All three come by the same way, so that it costs all three the same.
    page.route(
        "**/elements/*",
        lambda route: route.fulfill(body=body, content_type="text/javascript", headers={"access-control-allow-origin": "*"}),
    )
    asked = slowed(page)
    with page.expect_console_message(lambda said: said.text == "there"):
        page.goto(address)
    page.wait_for_timeout(REST)
    yield page, work(asked)
    context.close()


def words(browser: Browser, address: str, body: str) -> str:
    (found,) = [page.evaluate(WORDS) for page, _ in loaded(browser, address, body)]
    return str(found)


class Measured(Struct):
    """What one element took, round by round."""

    costs: dict[str, list[Cost]]
    stretches: list[list[float]]

    def middle(self, page: str, part: str, less: str | None = None) -> float:
        rounds = zip(self.costs[page], self.costs[less or page], strict=True)
        return statistics.median(getattr(one.less(other) if less else one, part) for one, other in rounds)


def rounds(browser: Browser, stage: Stage, screen: Screen, ours: str) -> Measured:
    address, name = stage.address(screen, "en"), f"'{screen.element}'"
    plain = repr(words(browser, address, ours))
    bodies = {"empty": EMPTY.replace("NAME", name), "plain": PLAIN.replace("NAME", name).replace("WORDS", plain), "ours": ours}
    found = Measured({one: [] for one in bodies}, [])
    for _ in range(ROUNDS):
        for one, body in bodies.items():
            stage.anew()
            for page, cost in loaded(browser, address, body):
                found.costs[one].append(cost)
                if one == "ours":
                    found.stretches.append(page.evaluate(TAKEN))
    return found


def lines_of(screen: Screen, found: Measured, size: int) -> list[str]:
    made = []
    for page, told in (("empty", "an empty element"), ("plain", "the same words, plain"), ("ours", f"`<{screen.element}>`")):
        parts = [f"{found.middle(page, part):.0f}" for part in ("script", "drawn", "all")]
        made.append(f"| {screen.name}: {told} | {f'{size:,}' if page == 'ours' else ''} | {' | '.join(parts)} | | |")
    own = [f"{found.middle('ours', part, 'empty'):.0f}" for part in ("script", "drawn", "all")]
    both = [sum(one) for one in found.stretches]
    clock = f"{statistics.median(both):.0f} | {min(both):.0f}"
    return [
        *made,
        f"| **{screen.name}: what ours adds to the empty one** | | {' | '.join(f'**{one}**' for one in own)} | {clock} |",
    ]


def measured() -> list[str]:
    lines = ["| page | gzip, bytes | script, ms | style and layout, ms | all, ms | clock, median ms | clock, least ms |"]
    lines.append("| --- |" + " ---: |" * 6)
    stage = Stage(fake()).start()
    files = {name: body for name, (body, _) in element_files().items()}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for screen in (BY_NAME["notice"], BY_NAME["settings"]):
            body = files[f"{screen.element}.js"]
            text = body if isinstance(body, str) else body.decode("utf-8")
            lines += lines_of(screen, rounds(browser, stage, screen, text), len(gzip.compress(text.encode("utf-8"), 9)))
        browser.close()
    stage.stop()
    load = (
        f"Median of {ROUNDS} rounds, 390 x 844, in English; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
    )
    return [*lines, "", load]


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="put the table into docs/screens.md, between its marks")
    given = options.parse_args()
    made = "\n".join(measured())
    print(made)
    if given.write:
        path = ROOT / "docs" / "screens.md"
        before, _, rest = path.read_text("utf-8").partition(BEGIN)
        path.write_text(f"{before}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}", "utf-8")

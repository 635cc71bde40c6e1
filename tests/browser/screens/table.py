"""The whole table: every rule on every screen in every language, size and theme, written into docs/screens.md."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from playwright.sync_api import Browser, sync_playwright
from tests.browser.screens.conftest import fake_desk
from tests.browser.screens.driving import Driver
from tests.browser.screens.planted import past_the_deadline
from tests.browser.screens.stage import BY_NAME, SCREENS, Screen, Stage, look, looked, looking, views

from sayso.darkpatterns import RULES, Finding, Snapshot, judge

ROOT = Path(__file__).resolve().parents[3]
BEGIN, END = "<!-- screens:begin -->", "<!-- screens:end -->"


def main() -> None:
    """Measure, write the block, and end with 1 where a rule does not hold."""
    stage = Stage(fake_desk()).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        seen = {
            (screen.name, language, view): one
            for screen in SCREENS
            for language in screen.languages
            for view, one in taken(stage, browser, screen, language)
        }
        done = {screen.name: tried(stage, browser, screen) for screen in SCREENS if screen.kind == "ask"}
        version = browser.version
        browser.close()
    stage.stop()
    found: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    sizes = {key: (one.width, one.height) for key, one in seen.items()}
    for key, one in seen.items():
        peers = tuple(seen[other] for other in seen if sizes[other] == sizes[key] and other[1] == key[1])
        for finding in judge(looked(BY_NAME[key[0]], one, done.get(key[0]), peers)):
            found[finding.rule, key[0]].append(finding)
    write(found, len(seen), version)
    bad = sorted({f"{rule} on {name}: {one.measured}" for (rule, name), all_ in found.items() for one in all_ if not one.good})
    wide = sorted({f"{key} scrolls sideways" for key, one in seen.items() if one.wide})
    print("\n".join([*bad, *wide]) or f"{len(RULES)} rules hold on {len(SCREENS)} screens, {len(seen)} views")
    sys.exit(1 if bad or wide else 0)


def taken(stage: Stage, browser: Browser, screen: Screen, language: str) -> list[tuple[str, Snapshot]]:
    stage.anew()
    with looking(browser) as context:
        page = stage.open(context.new_page(), screen, language)
        return [(view.name, one) for view, one in zip(views(), look(page, screen, views()), strict=True)]


def tried(stage: Stage, browser: Browser, screen: Screen) -> Any:
    done = Driver(stage, browser, screen).deeds()
    # Milliseconds mean something only where nothing else runs; elsewhere requests are counted, and the page shows no time.
    seconds = timed(stage, browser, screen) if screen.element and os.getloadavg()[0] < (os.cpu_count() or 1) else None
    return replace(done, after_deadline=past_the_deadline(), seconds=seconds)


def timed(stage: Stage, browser: Browser, screen: Screen, pairs: int = 10) -> tuple[float, float]:
    """Seconds from press to recorded answer, refuse and allow in turn: the least of each, which what else runs here tells least of."""
    took: dict[str, list[float]] = {"refuse": [], "allow": []}
    with looking(browser) as context:
        page = context.new_page()
        for turn in range(pairs):
            for answer in sorted(took, reverse=bool(turn % 2)):
                stage.anew()
                stage.open(page, screen, "en")
                page.evaluate(
                    "() => { addEventListener('sayso-choice', () => { window.end = performance.now(); }); addEventListener('click', () => { window.start = performance.now(); }, true); }"
                )
                page.locator(f"[data-answer={answer}]").click()
                page.wait_for_function("() => window.end")
                took[answer].append(page.evaluate("() => (window.end - window.start) / 1000"))
    return min(took["refuse"]), min(took["allow"])


def cell(all_: list[Finding]) -> str:
    """Return what was measured over all views of a screen: the one value, or the span of the first number in it."""
    if any(not one.good for one in all_):
        return "**fails**: " + next(one.measured for one in all_ if not one.good)
    measured = [one.measured for one in all_ if one.verdict == "holds"]
    if not measured:
        return "–"
    numbers = [float(match[0]) for one in measured if (match := re.search(r"\d+(?:\.\d+)?", one))]
    if len(set(measured)) == 1:
        return re.sub(r"127\.0\.0\.1:\d+", "", measured[0])
    return f"{min(numbers):g} to {max(numbers):g}" if len(numbers) == len(measured) else f"{len(set(measured))} kinds"


def write(found: dict[tuple[str, str], list[Finding]], count: int, version: str) -> None:
    names = [one.name for one in SCREENS]
    lines = [
        f"{count} snapshots in Chromium {version}: {len(SCREENS)} screens, every language, {len(views())} views each.",
        "",
        "| rule | asks | " + " | ".join(names) + " |",
        "|---|---|" + "---|" * len(names),
    ]
    for rule in RULES:
        cells = [cell(found[rule.id, name]) for name in names]
        lines.append(f"| {rule.id} | {rule.asks} | " + " | ".join(cells) + " |")
    lines += ["", "What a person looks at besides:", ""]
    lines += [f"- {rule.id}: {rule.person}" for rule in RULES if rule.person]
    page = ROOT / "docs" / "screens.md"
    text = page.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    page.write_text(head + BEGIN + "\n" + "\n".join(lines) + "\n" + END + rest.split(END)[1], encoding="utf-8")

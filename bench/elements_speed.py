"""How long an element holds the page until its buttons answer, with the processor slowed four times: `python bench/elements_speed.py --write`.

By the clock two stretches are counted, not the network between them: from its file being there to its being defined, and from the question being
there to its being drawn and measured with its buttons listening. By the processor it is what the page's thread worked until then, less
what the same page works with an empty file: once its script, style and layout alone, and once all of it, with what the browser does for the
network, for painting and for being driven. `--write` puts the table into docs/screens.md.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import os
import statistics
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import CDPSession, Page, sync_playwright  # noqa: E402  # the folder of the tests is put on the path first
from tests.browser.screens.stage import BY_NAME, Stage  # noqa: E402
from tests.chromium import ARGUMENTS, CHROMIUM  # noqa: E402

from sayso.app.pages import element_files  # noqa: E402

ROUNDS, SLOWER = 15, 4
BEGIN, END = "<!-- elementspeed:begin -->", "<!-- elementspeed:end -->"
WATCH = """window.at = {}; for (const one of ['sayso-ask', 'sayso-settings'])
customElements.whenDefined(one).then(() => { at.defined ??= performance.now(); });
addEventListener('sayso-shown', () => { at.shown ??= performance.now(); });"""
TAKEN = """() => { const end = (part) => performance.getEntriesByType('resource').find((one) => one.name.includes(part)).responseEnd;
return [at.defined - end('/elements/'), at.shown - end('/ask/question')]; }"""


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


def work(asked: CDPSession) -> tuple[float, float]:
    """Return the milliseconds that the page's thread worked: at script, style and layout, and at all things."""
    told = {one["name"]: float(one["value"]) * 1000 for one in asked.send("Performance.getMetrics")["metrics"]}
    return sum(told[one] for one in ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")), told["TaskDuration"]


def beyond(worked: list[tuple[float, float]], empty: list[tuple[float, float]], part: int) -> float:
    return statistics.median(one[part] for one in worked) - statistics.median(one[part] for one in empty)


def measured() -> list[str]:
    lines = [
        "| element | gzip, bytes | file to defined, ms | question to buttons, ms | both, median | both, least | script, style and layout, by the processor | all, by the processor |"
    ]
    lines.append("| --- |" + " ---: |" * 7)
    stage = Stage(fake()).start()
    files = {name: body for name, (body, _) in element_files().items()}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for screen in (BY_NAME["notice"], BY_NAME["settings"]):
            taken, worked, empty = [], [], []
            for _ in range(ROUNDS):
                stage.anew()
                context = browser.new_context(viewport={"width": 390, "height": 844})
                context.add_init_script(WATCH)
                page = context.new_page()
                asked = slowed(page)
                page.goto(stage.address(screen, "en"))
                page.wait_for_function("() => window.at.shown && window.at.defined", polling=50)
                worked.append(work(asked))
                taken.append(page.evaluate(TAKEN))
                bare = context.new_page()
                bare.route("**/elements/*", lambda route: route.fulfill(body="", content_type="text/javascript"))
                asked = slowed(bare)
                bare.goto(stage.address(screen, "en"))
                bare.wait_for_function("() => document.readyState === 'complete'")
                empty.append(work(asked))
                context.close()
            defined, drawn = (statistics.median(one[part] for one in taken) for part in (0, 1))
            both = [sum(one) for one in taken]
            size = len(gzip.compress(files[f"{screen.element}.js"], 9))
            lines.append(
                f"| `<{screen.element}>` | {size:,} | {defined:.0f} | {drawn:.0f} | {statistics.median(both):.0f} | {min(both):.0f} | {beyond(worked, empty, 0):.0f} | {beyond(worked, empty, 1):.0f} |"
            )
        browser.close()
    stage.stop()
    load = f"Median of {ROUNDS}, 390 x 844, in English; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
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

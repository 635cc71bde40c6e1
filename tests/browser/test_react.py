"""The wrapper for React: checked against the elements' own types, built as its page says, and pressed as a person would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.screens.conftest import fake_desk
from tests.browser.screens.stage import BY_NAME, Screen, Stage, looking

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "react"
PAGE = ROOT / "docs" / "elements.md"


@pytest.fixture(scope="module")
def shop() -> Any:
    made = Stage(fake_desk()).start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def followed(shop: Stage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example in which every step of the page was taken."""
    modules = EXAMPLE / "node_modules"
    if not (modules / "react-dom").is_dir():
        pytest.skip("React is missing; npm ci --prefix examples/react --ignore-scripts")
    folder = tmp_path_factory.mktemp("react") / "example"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("node_modules", "built", "*.d.ts"))
    (folder / "node_modules").symlink_to(modules)
    steps = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[-1].splitlines()
    assert [step.split()[0] for step in steps] == ["curl", "npm", "npm", "npm"]
    for step in steps:
        if step.startswith("curl -o "):
            name, address = step.split()[2:]
            with urllib.request.urlopen(address.replace("https://say.example", shop.base)) as came:
                (folder / name).write_bytes(came.read())
        elif step != "npm ci --ignore-scripts":  # done once by scripts/bare-machine.sh, from the same lock file
            run(step, folder)
    return folder


def run(step: str, folder: Path) -> subprocess.CompletedProcess[str]:
    done = tried(step, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def tried(step: str, folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "npm_config_update_notifier": "false"}
    return subprocess.run(step.split(), cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)


def in_react(stage: Stage, folder: Path) -> Callable[[Page, Screen, str], None]:
    """Give the way to a screen that the wrapper draws."""

    def open_page(page: Page, screen: Screen, language: str) -> None:
        scripts = "".join(
            f'<script type="module" src="{one}"></script>' for one in (f"{stage.base}/elements/{screen.element}.js", "/app.js")
        )
        root = f'<div id="root" data-placement="{screen.placement}" data-lang="{language}" data-link="{escape(stage.link(screen.account))}"></div>'
        head = '<meta charset="utf-8"><title>Example Chat</title><link rel="stylesheet" href="/host.css">'
        stage.files = {
            "/react": (
                f'<!doctype html><html lang="{language}"><head>{head}{scripts}</head><body>{root}</body></html>',
                "text/html; charset=utf-8",
            ),
            "/app.js": ((folder / "built" / "app.js").read_text("utf-8"), "text/javascript"),
        }
        page.goto(f"{stage.shop}/react")
        page.wait_for_function(
            "e => document.querySelector(e)?.shadowRoot?.querySelector('[data-title], [data-state]')", arg=screen.element
        )

    return open_page


def pressed(browser: Browser, stage: Stage, open_page: Any, screen: Screen, answer: str, language: str) -> tuple[Any, list[str]]:
    """Open, press, and give what the desk wrote down and what the page was told."""
    stage.anew()
    complaints: list[str] = []
    with looking(browser) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.add_init_script(
            "window.told = []; for (const one of ['shown', 'state', 'choice', 'error', 'refused']) addEventListener(`sayso-${one}`, e => told.push(one + JSON.stringify(e.detail)));"
        )
        open_page(page, screen, language)
        page.locator(f"[data-answer={answer}]").click()
        page.wait_for_function("() => told.some((one) => one.startsWith('choice'))")
        page.wait_for_function("() => told.at(-1).startsWith('state')")
        told = page.evaluate("() => told")
        listed = page.locator("ol li").all_text_contents()
    assert complaints == []
    if listed:
        assert [one.split()[0] for one in listed] == [re.split(r"\W", one)[0] for one in told], (
            "the wrapper hands on every event, once"
        )
        assert f"choice {answer}{'' if answer == 'later' else ' written'}" in listed
    return [line for line in stage.desk.log if line[0] != "shown"], told


@pytest.mark.parametrize(
    ("name", "answer", "language"),
    [("notice", "allow", "en"), ("notice", "refuse", "de"), ("notice", "later", "ar"), ("signup", "refuse", "ja"), ("settings", "refuse", "fr"), ("settings after a no", "allow", "es")],
)  # fmt: skip
def test_an_answer_in_react_is_recorded_and_told_as_in_the_plain_element(
    browser: Browser, shop: Stage, followed: Path, name: str, answer: str, language: str
) -> None:
    screen = BY_NAME[name]
    plain, said = pressed(browser, shop, shop.open, screen, answer, language)
    wrapped, told = pressed(browser, shop, in_react(shop, followed), screen, answer, language)
    assert plain
    assert wrapped == plain
    assert told == said


def test_a_page_that_names_a_placement_or_an_event_that_is_not_there_does_not_compile(followed: Path) -> None:
    app = (followed / "app.tsx").read_text("utf-8")
    for right, wrong in (
        ("placement={placement} {...heard}", 'placement="reminder" {...heard}'),
        ("({state}: {state: string}) => say(`state ${state}`)", "({state}: {state: number}) => say(`state ${state}`)"),
    ):
        (followed / "app.tsx").write_text(app.replace(right, wrong, 1), "utf-8")
        assert app.replace(right, wrong, 1) != app
        done = tried("npm run check", followed)
        assert done.returncode != 0
        assert "error TS" in done.stdout
    (followed / "app.tsx").write_text(app, "utf-8")

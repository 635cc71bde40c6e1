"""People at work on a screen: what it takes to say no, what is no answer, where the links lead, what is on record after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from msgspec.structs import replace
from playwright.sync_api import Browser, Page
from tests.browser.screens.stage import Screen, Stage, looking

from sayso.app.pages import screen as drawn_by
from sayso.darkpatterns import Deeds, collector, shortest

HOLD = "k => window[Symbol.for('sayso.seen')][k]"


def answers(stage: Stage) -> list[Any]:
    """Return what was written down about the question itself."""
    return [line for line in stage.desk.log if line[0] == "defer" or (line[0] == "choose" and line[2] == "model_training")]


class Driver:
    """Tries one screen over and over; *spoil* plants something on every page it opens."""

    def __init__(self, stage: Stage, browser: Browser, screen: Screen, language: str = "en", spoil: Any = None) -> None:
        self.stage, self.browser, self.screen, self.language, self.spoil = stage, browser, screen, language, spoil
        self.posts: dict[str, int] = {}
        self.written: dict[str, int] = {}
        self.tried: dict[tuple[int, ...], tuple[str, int, Sequence[int]]] = {}

    def begin(self, page: Page) -> Page:
        self.stage.anew()
        if self.spoil:
            self.spoil(self.stage, None)
        self.stage.open(page, self.screen, self.language)
        if self.spoil:
            self.spoil(self.stage, page)
        self.stage.desk.log[:] = [line for line in self.stage.desk.log if line[0] == "shown"]
        return page

    def settle(self, page: Page) -> None:
        """Wait until the screen is at rest again: what was sent has come back, and what comes of it is drawn."""
        page.evaluate("() => new Promise(done => setTimeout(done, 30))")
        if self.screen.element:
            page.wait_for_function(
                "e => !document.querySelector(e).shadowRoot.querySelector('[aria-disabled=true]')", arg=self.screen.element
            )

    def press(self, way: tuple[int, ...]) -> tuple[str, int, Sequence[int]]:
        """Begin anew, press the controls of *way*; give what got recorded, how often something asked back, and what is next."""
        if way in self.tried:
            return self.tried[way]
        with looking(self.browser) as context:
            page = context.new_page()
            asked: list[str] = []
            sent: list[str] = []
            page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
            page.on("request", lambda one: sent.append(one.url) if one.method == "POST" and "receipt" not in one.url else None)
            self.begin(page)
            sent.clear()
            found = page.evaluate(collector(), self.screen.marks)
            for at, key in enumerate(way):
                pressed = page.evaluate_handle(HOLD, key).as_element()
                if self.screen.element:
                    pressed.click()  # type: ignore[union-attr]  # a key is of an element
                    self.settle(page)
                else:
                    with page.expect_navigation():
                        pressed.click()  # type: ignore[union-attr]  # a key is of an element
                if at + 1 < len(way):
                    found = page.evaluate(collector(), self.screen.marks)
            done = answers(self.stage)
            outcome = ("allow" if done[-1][3] == "allow" else "refuse") if done and done[-1][0] == "choose" else ""
            if self.screen.name == "page: stored chats" and done:
                # There a no to the stored ones keeps the yes to new ones: what is refused shows in what the line covers.
                outcome = "allow" if done[-1][8] == "stored" and done[-1][3] == "allow" else "refuse"
            if outcome:
                self.posts.setdefault(outcome, len(sent))
                self.written.setdefault(outcome, len(done))
            following = [one["key"] for one in found["controls"] if one["shown"] and one["tag"] == "button"]
            self.tried[way] = (outcome, len(asked), following)
            return self.tried[way]

    def without_answer(self) -> dict[str, list[str]]:
        """Everything that is no answer, and what was written down after it."""
        seen = {}
        acts = {
            "Escape": lambda page: page.keyboard.press("Escape"),
            "a press beside it": lambda page: page.mouse.click(2, page.viewport_size["height"] - 3),
            "loading again": lambda page: page.reload(),
            "going back": lambda page: (page.goto("about:blank"), page.go_back()),
            "scrolling": lambda page: page.mouse.wheel(0, 900),
            "waiting a day": lambda page: setattr(self.stage.desk, "at", self.stage.desk.at + timedelta(days=1)),
            "closing": lambda page: page.close(),
        }
        with looking(self.browser) as context:
            page = context.new_page()
            self.begin(page)
            for name, act in acts.items():
                act(page)  # type: ignore[no-untyped-call]
                if name != "closing":
                    page.wait_for_load_state("load")
                seen[name] = [line[3] for line in answers(self.stage) if line[0] == "choose"]
        return seen

    def prompts_after_refusal(self) -> int:
        """How often a year of months asks somebody who refused, where they did not come to change it."""
        again = (
            Screen(name="again", account="bo", element=self.screen.element, placement=self.screen.placement)
            if self.screen.element
            else None
        )
        count = 0
        with looking(self.browser) as context:
            page = context.new_page()
            self.begin(page)
            for _ in range(12):
                self.stage.desk.at += timedelta(days=31)
                if again is None:
                    page.goto(self.stage.link("bo"))
                    page.locator("main button").click()
                    page.wait_for_url("**/me/choice")
                    count += page.locator("form.question[data-notice=training-choice]").count()
                    continue
                with page.expect_response("**/ask/question"):
                    page.goto(self.stage.address(again, self.language))
                page.evaluate("() => new Promise(done => setTimeout(done, 20))")
                count += page.locator("[data-answer=allow]").count() if self.screen.placement in ("signup", "notice") else 0
            count += sum(line[0] == "shown" and line[1] == "bo" for line in self.stage.desk.log)
        return count

    def links(self) -> dict[str, int]:
        with looking(self.browser) as context:
            page = context.new_page()
            self.begin(page)
            found = page.evaluate(collector(), self.screen.marks)
            hrefs = {one["link"] for one in found["said"] if one["link"]} | {
                f"{self.stage.base}/",
                f"{self.stage.base}/verify.html",
            }
            return {href: context.request.get(href).status for href in sorted(hrefs)}

    def open_to(self, account: str) -> list[str]:
        """What of ours is open to somebody: pages and placements."""
        places = ["/me/choice", "/me/history", "/me/conversations", "/me/delete", "/me/takeout"]
        with looking(self.browser) as context:
            page = context.new_page()
            self.begin(page)
            page.goto(self.stage.link(account))
            page.locator("main button").click()
            page.wait_for_url("**/me/choice")
            came = [place for place in places if context.request.get(self.stage.base + place).status == 200]
            for place in ("settings", "reminder", "private"):
                told = context.request.post(
                    f"{self.stage.base}/ask/question",
                    form={"link": self.stage.link(account).split("?t=")[1], "place": place, "lang": "en"},
                    headers={"origin": self.stage.shop},
                )
                came += [place] if told.status == 200 else []
        return came

    def recorded(self) -> dict[str, bool]:
        """What the record of the last answer proves."""
        line = answers(self.stage)[-1]
        lines = self.stage.desk.choices(line[1])
        drawn = [f"{self.screen.element}.js"] if self.screen.element else ["pages"]
        found = next(
            (n for name in self.stage.desk.notices for d in drawn if (n := self.stage.desk.notice(name, d)[0]).digest == line[5]),
            None,
        )
        return {
            "words": found is not None,
            "language": found is not None and line[6] in found.languages,
            "pressed": found is not None and line[7] in found.words(line[6]).labels.values(),
            "default": found is not None and {one.default for one in found.controls} == {"unset"},
            "code": found is not None and found.screen == drawn_by(drawn[0]),
            "time": bool(lines) and lines[-1].at.tzinfo is not None,
        }

    def presses(self) -> Deeds:
        """The shortest ways to both answers, what they wrote, and what the record of the last proves."""
        allow, refuse = shortest(self.press, "allow"), shortest(self.press, "refuse")
        if self.screen.name == "page: stored chats":
            # A no to stored chats is two lines, the second of which keeps the yes to new ones (spec/notice.md): one act, one question.
            self.written["refuse"] = 1
        other = [
            line
            for line in self.stage.desk.log
            if line[0] not in ("choose", "shown", "defer") or (line[0] == "choose" and line[2] != "model_training")
        ]
        return Deeds(
            allow=allow,
            refuse=refuse,
            withdraw=refuse,
            records_per_press=self.written,
            others_written=len(other),
            recorded=self.recorded(),
            requests=(self.posts.get("refuse", 99), self.posts.get("allow", 99)),
        )

    def deeds(self, *parts: str) -> Deeds:
        """What there is to try on this screen, or the named parts of it."""
        wanted = parts or ("press", "without", "prompts", "places", "links")
        done = self.presses() if "press" in wanted else Deeds(requests=(1, 1))
        found: dict[str, Any] = {}
        if "without" in wanted:
            found["without_answer"] = self.without_answer()
        if "prompts" in wanted:
            found |= {"prompts_after_refusal": self.prompts_after_refusal(), "months": 12}
        if "places" in wanted:
            found |= {"open_to_allowers": self.open_to("ana"), "open_to_refusers": self.open_to("bo")}
        if "links" in wanted:
            found["links"] = self.links()
        return replace(done, **found)

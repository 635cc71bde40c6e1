"""What people do, in a real browser: answer, see the effect, change their mind, delete, with and without a mouse."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_cy_refuses_sees_it_changes_her_mind_and_keeps_a_receipt(visit: Visit, site: Any) -> None:
    page = visit("cy")
    page.get_by_role("button", name="Refuse training").click()
    expect(page.get_by_role("status")).to_contain_text("“Refuse” is written down")
    expect(page.locator("[data-state]")).to_have_text("You refuse training on your chats.")
    page.get_by_role("button", name="Allow training").click()
    expect(page.locator("[data-state]")).to_have_text("You allow training on your chats.")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the receipt").click()
    assert json.loads(download.value.path().read_text())["line"] == 43
    assert [line[3] for line in site.desk.log if line[0] == "choose"] == ["refuse", "allow"]


def test_ana_lets_stored_chats_in_and_out_again(visit: Visit, site: Any) -> None:
    page = visit("ana")
    page.get_by_role("button", name="Use stored chats").click()
    expect(page.locator("[data-stored]")).to_have_attribute("data-stored", "allow")
    page.get_by_role("button", name="Leave out stored chats").click()
    expect(page.locator("[data-stored]")).to_have_attribute("data-stored", "leave")
    expect(page.locator("[data-state]")).to_have_text("You allow training on your chats.")


def test_closing_escaping_going_back_and_waiting_are_no_answer(visit: Visit, site: Any) -> None:
    page = visit("cy")
    page.keyboard.press("Escape")
    page.mouse.click(5, 5)
    page.reload()
    page.goto(f"{site.base}/me/history")
    page.go_back()
    page.close()
    assert [line[0] for line in site.desk.log] == ["shown"]


def test_cy_puts_it_off_and_goes_on_using_everything(visit: Visit, site: Any) -> None:
    page = visit("cy")
    page.get_by_role("button", name="Decide later").click()
    expect(page.get_by_role("status")).to_contain_text("That is not a yes")
    page.get_by_role("link", name="Chats", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your chats")
    assert [line[0] for line in site.desk.log] == ["shown", "defer"]


def test_ana_reads_why_and_deletes_a_chat(visit: Visit, site: Any) -> None:
    page = visit("ana", to="conversations")
    page.get_by_role("link", name="Holiday in the Alps", exact=True).click()
    expect(page.locator("main")).to_contain_text("kept for the product until it ends")
    page.get_by_role("link", name="Delete").click()
    expect(page.locator("main")).to_contain_text("By 1 December 2026 its key is destroyed")
    page.get_by_role("link", name="Keep it").click()
    assert site.desk.log == []
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("By 1 December 2026 no one can read it")
    page.get_by_role("link", name="All chats").click()
    page.get_by_role("link", name="Deleted", exact=True).click()
    expect(page.locator(".card")).to_have_count(1)


def test_bo_deletes_his_account_and_is_out(visit: Visit, site: Any) -> None:
    page = visit("bo")
    page.get_by_role("link", name="Account").click()
    page.get_by_role("button", name="Delete account and chats").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is deleted")
    page.goto(f"{site.base}/me/choice")
    expect(page.get_by_role("heading", level=1)).to_have_text("This account is deleted")


def test_the_keyboard_alone_is_enough_and_reaches_both_answers_alike(visit: Visit, site: Any) -> None:
    page = visit("cy")
    expect(page.locator("h1")).to_be_focused()
    names = []
    for _ in range(3):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.dataset.answer || document.activeElement.textContent"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert names == ["allow", "refuse", "later"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "refuse")


def test_the_first_tab_stop_of_a_page_skips_to_its_content(visit: Visit) -> None:
    page = visit("ana", to="conversations")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_german_readers_read_german_throughout(visit: Visit, site: Any) -> None:
    page = visit("cy", language="de-AT")
    expect(page.get_by_role("heading", level=1)).to_have_text("Erlauben oder ablehnen: Training mit Ihren Chats?")
    page.get_by_role("button", name="Training ablehnen").click()
    expect(page.locator("[data-state]")).to_have_text("Sie lehnen das Training mit Ihren Chats ab.")
    assert site.desk.log[-1][6:8] == ("de", "Training ablehnen")
    page.get_by_role("link", name="English").click()
    expect(page.locator("[data-state]")).to_have_text("You refuse training on your chats.")
    page.get_by_role("link", name="History").click()
    assert page.evaluate("document.documentElement.lang") == "en"


def test_leaving_leaves_nothing_behind_to_go_back_to(visit: Visit, site: Any) -> None:
    page = visit("ana", to="conversations")
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("status")).to_contain_text("You have left")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are not in")


def test_a_hostile_title_runs_nothing(visit: Visit) -> None:
    page = visit("eve", to="conversations")
    assert "owned" not in page.title()
    expect(page.locator(".card")).to_have_count(7)
    assert page.locator("main script").count() == 0


def test_without_javascript_everything_works(visit: Visit, site: Any) -> None:
    page = visit("cy", java_script_enabled=False)
    page.get_by_role("button", name="Refuse training").click()
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "refuse")

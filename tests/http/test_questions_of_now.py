"""Whoever is asked is asked with the words of now: what was published, or what came into force, since the page was first shown."""

from __future__ import annotations

from importlib import resources
from typing import Any


def wording(version: int, **more: str) -> str:
    text = (resources.files("sayso.notices.wording") / "settings.toml").read_text("utf-8")
    assert "version = 2" in text
    return text.replace("version = 2", f"version = {version}", 1)


def test_words_that_are_published_while_people_are_asked_are_asked_with_from_then_on(api: Any) -> None:
    host = api.program()
    before = host.get("/v1/questions/settings").json()
    made = host.post("/v1/notices", {"toml": wording(90)})
    assert made.status_code == 201, made.text
    after = host.get("/v1/questions/settings").json()
    assert (before["version"], after["version"]) == (2, 90)
    assert after["notice"] == made.json()["notice"]
    assert host.get("/v1/questions/settings", drawn="pages").json()["version"] == 90
    ana, _ = api.person(host)
    pressed = {"question": "settings", "notice": before["notice"], "answer": "allow", "language": "en"}
    assert host.post(f"/v1/accounts/{ana}/choices", pressed).status_code == 409, "these are not the words of now"

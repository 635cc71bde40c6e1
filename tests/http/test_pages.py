"""What the pages say, to whom, in which language, and what they never let through."""

from __future__ import annotations

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar

import pytest

from sayso.app.pages import catalogue

PERSONAL = ["/me/choice", "/me/history", "/me/conversations", "/me/traces", "/me/changes", "/me/delete"]


class Shape(HTMLParser):
    """Tags as a browser sees them: no tag left open, no attribute that runs code or styles in place."""

    VOID: ClassVar = {"meta", "link", "input", "br", "rect", "line"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "style" or name.startswith("on") or tag in ("script", "style", "iframe"):
                self.faults.append(f"{tag} {name}")
            if name == "id" and value:
                self.ids.append(value)
            if name in ("href", "src", "action") and value and not value.startswith(("/", "#")):
                self.faults.append(f"{tag} leads away: {value}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.words += data


def shape(text: str) -> Shape:
    seen = Shape()
    seen.feed(text)
    assert seen.open == []
    assert seen.faults == []
    assert len(seen.ids) == len(set(seen.ids))
    return seen


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_is_whole_in_every_language(enter: Any, visitor: Any, language: str) -> None:
    pages = [visitor.get(f"/?lang={language}"), visitor.get(f"/nothing?lang={language}")]
    for name in ("ana", "bo", "cy", "eve", "many"):
        pages += [enter(name).get(f"{path}?lang={language}") for path in PERSONAL]
    ana = enter("ana")
    pages += [ana.get(f"/me/conversations/{one}{end}?lang={language}") for one in ("a1", "a2", "a3") for end in ("", "/delete")]
    pages.append(enter("olga", "officer", "overview").get(f"/officer?lang={language}"))
    for page in pages:
        assert f'<html lang="{language}">' in page.text
        shape(page.text)
        assert page.headers["content-language"] == language


def test_both_languages_have_the_same_sentences_with_the_same_gaps(visitor: Any) -> None:
    from sayso.app.pages import catalogues

    words = catalogues()
    gaps = {tag: {key: sorted(re.findall(r"\{(\w+)\}", text)) for key, text in one.sentences.items()} for tag, one in words.items()}
    assert gaps["en"] == gaps["de"]
    assert len(gaps["en"]) > 150
    assert all(text.strip() for one in words.values() for text in one.sentences.values())
    same = [key for key, text in words["en"].sentences.items() if text == words["de"].sentences[key]]
    assert all(
        key.startswith(("language.", "month.", "filter.", "nav.chats", "officer.chats", "chat.private", "chats.")) for key in same
    ), same


def test_no_sentence_is_there_for_nothing() -> None:
    from pathlib import Path

    import sayso.app
    from sayso.app.pages import catalogues

    folder = Path(sayso.app.__file__).parent
    source = "".join(
        path.read_text() for place in ("http", "pages") for path in (folder / place).rglob("*") if path.suffix in (".py", ".html")
    )
    families = (
        "reason",
        "month",
        "purpose",
        "ask",
        "via",
        "said",
        "label",
        "error",
        "filter",
        "nav",
        "officer",
        "date",
        "number",
        "language",
    )
    unused = [
        key
        for key in catalogues()["en"].sentences
        if key.split(".")[0] not in families
        and key not in source
        and key.rsplit(".", 1)[0] not in source
        and not (
            key.startswith(("ask.now_", "chat.use_", "design.state_", "design.name_", "design.about_")) or key == "choice.not_open"
        )
    ]
    assert unused == []


def test_hostile_titles_stay_words(enter: Any) -> None:
    text = enter("eve").get("/me/conversations").text
    seen = shape(text)
    assert "<script>" not in text
    assert "<script>document.title" in seen.words
    assert "{{ 7*7 }}" in seen.words
    assert "x" * 161 not in text
    assert "\u202e" not in text
    assert "\x07" not in text
    assert "Chat without a title" in text
    assert text.count("<bdi") == 7


@pytest.mark.parametrize("asked", ["?lang=de", ""])
def test_the_language_follows_what_was_asked_then_remembered_then_the_browser(visitor: Any, asked: str) -> None:
    assert '<html lang="de">' in visitor.get(f"/{asked}", accept_language="de-CH, fr;q=0.9").text
    after = visitor.get("/", accept_language="en").text
    assert ('<html lang="de">' in after) == bool(asked)
    assert '<html lang="en">' in visitor.get("/?lang=xx", accept_language="tlh, ;;;q=9, *").text or asked


def test_personal_pages_are_fenced_and_never_stored(enter: Any) -> None:
    ana = enter("ana")
    for path in [*PERSONAL, "/me/receipts/40", "/nothing"]:
        headers = ana.get(path).headers
        assert headers["content-security-policy"] == (
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"


def test_the_chats_say_use_reason_and_end(enter: Any) -> None:
    ana = enter("ana")
    text = shape(ana.get("/me/conversations").text).words
    assert "Used (turns 1–4, 7)" in " ".join(text.split())
    assert "Not settled, so not used" in text
    assert "with no known end" in text
    assert "autumn-2026" in text
    one = ana.get("/me/conversations/a1").text
    assert "kept for the product until it ends" in one
    assert "(A1 s.2)" in one
    assert "until 31 October 2031" in one


def test_a_page_holds_fifty_and_leads_on_to_each_further_one_once(enter: Any) -> None:
    many = enter("many")
    first = many.get("/me/conversations").text
    assert "120 chats" in first
    assert 'rel="first"' not in first
    page, seen, sizes = first, list[str](), list[int]()
    while True:
        sizes.append(page.count('class="card"'))
        seen += re.findall(r'<h2><a href="/me/conversations/(m\d+)"', page)
        on = re.search(r'rel="next" href="([^"]+)"', page)
        if on is None:
            break
        page = many.get(on[1].replace("&amp;", "&")).text
        assert 'rel="first" href="/me/conversations?show=all"' in page
    assert sizes == [50, 50, 20]
    assert sorted(seen) == [f"m{number:03d}" for number in range(120)]
    used = many.get("/me/conversations?show=used").text
    (on,) = re.findall(r'rel="next" href="([^"]+)"', used)
    assert on.startswith("/me/conversations?show=used&amp;before=")
    assert many.get(on.replace("&amp;", "&")).text.count('class="card"') == 10
    assert "No chat fits" in many.get("/me/conversations?show=deleted").text


def test_deleting_says_first_what_it_does_and_by_when(enter: Any, desk: Any) -> None:
    ana = enter("ana")
    page = ana.get("/me/conversations/a1/delete").text
    assert "By 1 December 2026 its key is destroyed" in page
    assert "withdrawn from these releases: autumn-2026" in page
    assert desk.log == []
    fields = ana.fields(page, "/me/conversations/a1/delete")
    came = ana.post("/me/conversations/a1/delete", fields)
    after = ana.get(came.headers["location"]).text
    assert "You deleted this chat on 1 November 2026. By 1 December 2026 no one can read it." in " ".join(after.split())
    ana.post("/me/conversations/a1/delete", fields)
    assert desk.log == [("delete", "ana", "a1")]
    assert ana.get("/me/conversations/a1/delete").status_code == 303
    assert "/me/conversations/a1/delete" not in ana.get("/me/conversations").text


def test_a_held_chat_is_not_promised_an_end(enter: Any) -> None:
    page = enter("ana").get("/me/conversations/a3/delete").text
    assert "A legal order keeps a locked copy" in page
    assert "its key is destroyed" not in page


def test_deleting_the_account_ends_the_visit_and_says_by_when(enter: Any, desk: Any) -> None:
    bo = enter("bo")
    page = bo.get("/me/delete").text
    assert "2 chats are deleted with it" in page
    came = bo.post("/me/delete", bo.fields(page, "/me/delete"))
    assert came.status_code == 200
    assert "By 1 December 2026 no one can read your chats" in came.text
    assert desk.log == [("delete account", "bo")]
    assert bo.get("/me/choice").status_code == 410


def test_names_are_in_no_address(enter: Any) -> None:
    ana = enter("ana")
    for path in PERSONAL:
        assert not any("@" in address for address in re.findall(r'(?:href|action)="([^"]*)"', ana.get(path).text))


def test_refusing_costs_nothing(enter: Any) -> None:
    """Ana allows and Bo refuses: the same pages, the same controls, the same menu."""

    def offered(name: str) -> dict[str, tuple[int, list[str]]]:
        someone = enter(name)
        seen = {}
        for path in ["/", *PERSONAL]:
            page = someone.get(path)
            places = {
                re.sub(r"/conversations/\w+", "/conversations/{one}", place)
                for place in re.findall(r'(?:href|action)="(/[^"]*)"', page.text)
            }
            seen[path] = (page.status_code, sorted(re.sub(r"\d+", "0", place) for place in places))
        return seen

    assert offered("ana") == offered("bo")


def test_taking_a_yes_back_needs_as_many_presses_as_giving_it(enter: Any, desk: Any) -> None:
    ana, bo = enter("ana"), enter("bo")
    for someone, answer in ((ana, "refuse"), (bo, "allow")):
        assert someone.press(answer).status_code == 303
        assert f'data-state="{answer}"' in someone.get("/me/choice").text


def test_an_officer_sees_counts_and_a_chart_and_no_names(enter: Any, desk: Any) -> None:
    text = enter("olga", "officer", "overview").get("/officer").text
    seen = shape(text)
    assert "4,623" in text
    assert not any(view.name in text for view in desk.people.values())
    assert "Smith v. Example <b>" in seen.words
    assert text.count("<rect") == 62
    assert '<desc id="ends-text">' in text
    assert "No known end" in text


@pytest.mark.parametrize(("language", "said"), [("en", "is missing or damaged"), ("de", "fehlt oder ist beschädigt")])
def test_an_officer_is_told_of_a_policy_whose_copy_went_bad(enter: Any, desk: Any, visitor: Any, language: str, said: str) -> None:
    page = enter("olga", "officer", "overview")
    assert said not in page.get(f"/officer?lang={language}").text
    assert visitor.get("/healthz").text == "ok\n"
    desk.bad = (("anthropic-consumer", "policies/0a.toml"),)
    text = page.get(f"/officer?lang={language}").text
    assert said in text
    assert "policies/0a.toml" in text
    shape(text)
    assert visitor.get("/healthz").text.startswith("warn: ")


def test_an_empty_house_has_an_overview_too(enter: Any, desk: Any) -> None:
    from msgspec.structs import replace

    full = desk.overview()
    desk.overview = lambda: replace(full, ends=(), holds=(), releases=(), uses={}, because={}, kept=(), says=())
    assert shape(enter("olga", "officer", "overview").get("/officer").text).words.count("None.") >= 4


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_the_pages_say_reads_below_grade_eight(language: str) -> None:
    from sayso.app.pages import catalogues
    from sayso.notices import grade

    families: dict[str, list[str]] = {}
    for key, text in catalogues()[language].sentences.items():
        if text.endswith((".", "?")):
            families.setdefault(key.split(".")[0], []).append(re.sub(r"[{}]", "", text))
    hard = {family: round(grade(" ".join(texts), language), 1) for family, texts in families.items()}
    assert len(hard) >= 10
    assert {family: value for family, value in hard.items() if value >= 8} == {}


@pytest.mark.parametrize("language", ["en", "de"])
def test_who_deletes_is_told_that_old_backups_end_later_than_the_key(language: str) -> None:
    """A key is destroyed by a sweep, and what backups hold of it by the turn of the epoch that follows: never on the same day."""
    folder = Path(catalogue.__file__).parent / "words"
    words = tomllib.loads((folder / f"{language}.toml").read_text("utf-8"))
    backups, master = {"en": ("backup", "master key"), "de": ("Sicherung", "Hauptschlüssel")}[language]
    for page in ("delete", "account"):
        by, later, end = words[page]["unreadable"].split(". ")[:3]
        assert "{day}" in by
        assert backups not in by
        assert backups in later
        assert master in later
        assert end.startswith(("Then", "Dann"))

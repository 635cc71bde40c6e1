"""What people saw is one digest: another word, another control, another style or another tag is another version."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

pytest.importorskip("jinja2", reason="the pages need the extra `serve`; pip install sayso[serve]")

from jinja2 import Environment, FileSystemLoader, meta

from sayso.app.pages import render, screen
from sayso.facts.canonical import digest
from sayso.notices import Notice, shipped

HERE = Path(render.__file__).parent


def leaves(told: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(told, dict):
        return [one for name, value in told.items() for one in leaves(value, (*at, name))]
    if isinstance(told, list):
        return [one for place, value in enumerate(told) for one in leaves(value, (*at, place))]
    return [at]


def test_everything_a_notice_says_is_in_its_digest() -> None:
    """Words per language, layout, each control with its kind and the state it starts in, what is offered, what draws it."""
    notice = msgspec.structs.replace(shipped()[0], screen=screen())
    told = json.loads(notice.canonical())
    assert {"words", "layout", "controls", "screen", "purpose", "covers", "version"} <= set(told)
    assert {field for control in told["controls"] for field in control} == {"answer", "kind", "default"}
    places = leaves(told)
    assert len(places) > 50
    for at in places:
        bent = json.loads(json.dumps(told))
        inner = bent
        for step in at[:-1]:
            inner = inner[step]
        inner[at[-1]] = f"{inner[at[-1]]}x"
        assert digest(bent) != notice.digest, at


def test_a_state_that_a_control_does_not_start_in_cannot_be_written_down() -> None:
    told = json.loads(shipped()[0].canonical())
    told["controls"][0]["default"] = "allow"
    with pytest.raises(msgspec.ValidationError, match="default"):
        msgspec.convert(told, Notice)


@pytest.mark.parametrize("name", [*render.DRAWN, "first/en.toml", "first/de.toml", "first/ar.toml", "asking/ja.toml"])
def test_a_changed_style_tag_or_sentence_around_the_question_is_another_screen(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = screen()
    shutil.copytree(HERE, tmp_path / "pages")
    monkeypatch.setattr(render, "_HERE", tmp_path / "pages")
    for folder in ("words", "first", "asking"):
        monkeypatch.setattr(f"sayso.app.pages.catalogue._{folder.upper()}", tmp_path / "pages" / folder)
    assert screen() == before, "the same files draw the same screen"
    file = tmp_path / "pages" / name
    text = file.read_text("utf-8")
    file.write_text(
        text.replace("[choice]\n", '[choice]\nmore_still = "x"\n').replace("[ask]\n", '[ask]\nnow_x = "x"\n')
        if name.endswith("toml")
        else f"{text} ",
        "utf-8",
    )
    assert screen() != before
    notice = shipped()[0]
    assert len({msgspec.structs.replace(notice, screen=one).digest for one in (None, before, screen())}) == 3


def test_every_template_that_draws_the_question_is_among_those_in_the_digest() -> None:
    env = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
    found, left = set(), ["choice.html"]
    while left:
        name = left.pop()
        found.add(f"templates/{name}")
        source = (HERE / "templates" / name).read_text("utf-8")
        left += [one for one in meta.find_referenced_templates(env.parse(source)) if one and f"templates/{one}" not in found]
    assert found <= set(render.DRAWN)

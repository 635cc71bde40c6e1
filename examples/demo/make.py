"""Write the demo's export files and its time line from the plain text under `authoring/`.

Run `python examples/demo/make.py`. The same text always gives the same bytes: ids are name-based UUIDs, and the seconds between
turns follow from how long the words are. A test compares the outcome with the committed files.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from book import Source, Talk, iso, name_id, parse
from exports import WRITERS

HERE = Path(__file__).resolve().parent
END = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAUSE = timedelta(minutes=30)
"""After so long without a turn the product hands over what it has."""

Json = dict[str, Any]


def story(sources: list[Source], steps: list[Json]) -> list[Json]:
    """Return the whole time line: the written steps, and a hand-over of each export after every pause in it."""
    talks = {talk.slug: (source, talk) for source in sources for talk in source.talks}
    named = [_named(step, talks) for step in steps]
    instants = sorted(datetime.fromisoformat(step["at"]) for step in named)
    collected = [step for source in sources if source.format in ("claude", "claude-code") for step in _collects(source, instants)]
    # One more hand-over, which brings nothing new, sets the clock to the end of the story.
    first = next(source for source in sources if source.format == "claude")
    collected.append({"at": iso(END), "do": "collect", "file": first.file, **_whose(first)})
    # A hand-over comes before whatever else happens at the same instant, so that a deletion finds what it deletes.
    return sorted([*collected, *named], key=lambda step: (step["at"], step["do"] != "collect"))


def _named(step: Json, talks: dict[str, tuple[Source, Talk]]) -> Json:
    """Return *step* with `person/slug` replaced by the file and the id that the export gives."""

    def place(slug: str) -> Json:
        source, talk = talks[slug]
        return {"file": source.file, "id": talk.id}

    plain = dict(step)
    if "conversation" in plain:
        plain["conversation"] = place(plain["conversation"])
    if "conversations" in plain.get("scope", {}):
        plain["scope"] = {**plain["scope"], "conversations": [place(slug) for slug in plain["scope"]["conversations"]]}
    return plain


def _collects(source: Source, instants: list[datetime]) -> Iterator[Json]:
    """Yield a hand-over a minute after each run of turns; a run ends with a pause, or where something else happens."""
    moments = sorted(piece.at for talk in source.talks for piece in talk.pieces)
    whose = _whose(source)
    for here, following in zip(moments, [*moments[1:], None], strict=True):
        happens = following is not None and any(here < moment <= following for moment in instants)
        if following is None or following - here > PAUSE or happens:
            after = datetime.fromtimestamp(int(here.timestamp()), UTC) + timedelta(seconds=1 if happens else 60)
            yield {"at": iso(after), "do": "collect", "file": source.file, **whose}


def _whose(source: Source) -> Json:
    """Return how the story says whose the conversations of an export are."""
    if source.format == "claude-code":
        return {"account": next(iter(source.people))}
    return {"accounts": {name_id(name): name for name in source.people}}


def expected(sources: list[Source], cases: list[Json]) -> list[Json]:
    """Return the cases with their conversations named as the exports name them; `name` keeps the readable one."""
    talks = {talk.slug: (source, talk) for source in sources for talk in source.talks}
    return [{"name": case["conversation"], **_named(case, talks)} for case in cases]


def rows(values: list[Json]) -> str:
    """Return a JSON list with one step a line, so that a person can read it."""
    return "[\n" + ",\n".join(json.dumps(value, ensure_ascii=False) for value in values) + "\n]\n"


def made() -> dict[str, str]:
    """Return every generated file: its path under this folder, and its text."""
    sources = [parse(path.read_text("utf-8")) for path in sorted((HERE / "authoring").glob("*.txt"))]
    files: dict[str, str] = {}
    for source in sources:
        files |= WRITERS[source.format](source)
    written = {name: json.loads((HERE / "authoring" / f"{name}.json").read_text("utf-8")) for name in ("story", "expected")}
    files["story.json"] = rows(story(sources, written["story"]))
    files["expected.json"] = rows(expected(sources, written["expected"]))
    return files


def main() -> int:
    """Write the files; return 0."""
    for name, text in made().items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

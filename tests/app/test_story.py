"""The bundled story, told to a real house: what must follow for each person follows."""

from __future__ import annotations

import json

from sayso.app.clock import StoryClock
from sayso.app.house import House
from sayso.app.jobs import build, demo, evidence, recall, rule, story, sweep
from sayso.facts.instants import parse_instant

END = parse_instant("2026-11-20T12:00:00Z")


def test_what_the_story_says_must_follow_follows(told: tuple[House, StoryClock, story.Teller]) -> None:
    house, clock, teller = told
    clock.set(END)
    expected = json.loads((demo.examples() / "expected.json").read_text())
    ids = {id(one): teller.conversation(one["conversation"]) for one in expected}
    wrong = []
    for one in expected:
        if one["expect"].get("gone"):
            continue
        _, ruled = rule.ruling(house, ids[id(one)], parse_instant(one["at"]))
        for purpose, use in one["expect"].get("use", {}).items():
            if ruled.use[purpose].use != use:
                wrong.append(f"{one['name']} at {one['at']}: {purpose} is {ruled.use[purpose].use}, expected {use}")
        if "keep_until" in one["expect"]:
            wanted = one["expect"]["keep_until"]
            if ruled.keep_until != (parse_instant(wanted) if wanted else None):
                wrong.append(f"{one['name']} at {one['at']}: kept until {ruled.keep_until}, expected {wanted}")
    assert not wrong, "\n".join(wrong)

    built = build.build(house, "story-1", "model_training")
    assert built.manifest.rows > 10
    assert {finding.kind for finding in evidence.audit(house)} == {"overdue"}, "nothing was swept yet, and that is all"
    sweep.sweep(house)
    with house.reading() as conn:
        for one in expected:
            stored = house.vault.look(conn, ids[id(one)])
            gone = stored is None or stored.state == "shredded"
            if one["expect"].get("gone"):
                assert gone, one["name"]
    assert evidence.audit(house) == []
    again = build.build(house, "story-2", "model_training")
    assert again.manifest.rows == built.manifest.rows - recall.recall(house, "story-1").withdrawn


def test_a_release_holds_nobody_who_did_not_allow(told: tuple[House, StoryClock, story.Teller]) -> None:
    house, clock, _ = told
    clock.set(END)
    name = "story-check"
    build.build(house, name, "model_training")
    past = house.present()
    feedback = 0
    for line in recall.lineage_of(house, name):
        standing = past.standing(line.conversation)  # type: ignore[arg-type]  # an id from the lineage
        if standing.say_now["model_training"] != "allow":
            assert standing.feedback_at is not None, "neither an allow nor a rating, and yet released"
            feedback += 1
    assert feedback <= 1

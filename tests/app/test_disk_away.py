"""The disk with the sealed words is not mounted, or an older copy of it is: nothing is written beside it, and nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from sayso.app.house import House
from sayso.app.jobs import deletion, evidence, people
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.errors import Broken
from sayso.vault import decode, gather

Talk = Callable[..., None]


def words(house: House) -> list[str]:
    with house.reading() as conn:
        found = [gather([decode(block) for block in house.vault.open(conn, one)]) for one in house.present().conversations()]
    return [part.text for chat in found for part in chat.turns[0].parts if isinstance(part, Text)]


@pytest.mark.parametrize("there", ["nothing", "an older copy"])
def test_what_comes_while_the_disk_is_away_is_refused_and_not_written_in_its_place(house: House, talk: Talk, there: str) -> None:
    segments = house.folder / "vault" / "segments"
    aside = house.folder.with_name("aside")
    talk("ana", "one", text="the first words")
    shutil.copytree(segments, aside)
    talk("bo", "two", text="the second words")
    mounted = house.folder.with_name("mounted")
    segments.rename(mounted)
    if there == "nothing":
        segments.mkdir()
    else:
        aside.rename(segments)
    late = Turn(id="t", role="user", parts=(Text("later words, longer than any that were said before " * 9),))
    for _ in range(3):
        with pytest.raises(Broken, match=r"segment 000001 has \d+ bytes and had \d+; put its folder back"):
            collect_all(house, "test", [Conversation(id="late", source="test", account="ana", turns=(late,))], Arrival(own=True))
    people.choose(house, people.account_of(house, "ana"), "model_training", "refuse", via="settings")
    assert deletion.delete(house, account=people.account_of(house, "cy"))[0], "a no and a deletion need no words"

    shutil.rmtree(segments)
    mounted.rename(segments)
    collect_all(house, "test", [Conversation(id="late", source="test", account="ana", turns=(late,))], Arrival(own=True))
    assert words(house)[:2] == ["the first words", "the second words"]
    assert len(words(house)) == 3
    assert evidence.audit(house) == []

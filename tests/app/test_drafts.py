"""What a process that died while it published a notice left behind is cleared away by the next one that writes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sayso.app.house import House, open_house
from sayso.app.jobs import mend, people
from sayso.app.settings import Settings


class Died(BaseException):
    """The process is killed here."""


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_crash_while_a_notice_is_published_leaves_a_draft_that_the_next_command_clears(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    notice, folder = people.shipped_notice("imported"), house.folder / "notices"
    real = getattr(os, step)

    def dying(*given: object) -> None:
        if step == "replace" and not str(given[0]).endswith(".part"):
            return real(*given)
        if step == "fsync" and not os.readlink(f"/proc/self/fd/{given[0]}").endswith(".part"):
            return real(*given)
        raise Died

    def publish() -> None:
        with house.writing() as work:
            people.show_notice(house, work, notice)

    with monkeypatch.context() as patched:
        patched.setattr(os, step, dying)
        with pytest.raises(Died):
            publish()
    (folder / "keep.part").write_text("no draft of ours")
    assert drafts(folder) == [f".{notice.digest}.part"]
    house.close()
    with open_house(settings, clock=house.clock) as again:
        mend.mend(again)
        assert drafts(folder) == []
        mend.mend(again)
        with again.writing() as work:
            people.show_notice(again, work, notice)
        mend.mend(again)
    assert (folder / f"{notice.digest}.json").is_file()
    assert (folder / "keep.part").is_file()


def drafts(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))

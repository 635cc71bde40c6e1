"""What a killed process left unfinished is finished or cleared away, by the same steps that would have done it then."""

from __future__ import annotations

from sayso import notices
from sayso import release as release_room
from sayso.app import answered, shelf
from sayso.app.house import House
from sayso.app.jobs import believing, cosigning, epochs, moving, recalling
from sayso.app.jobs.build import clear_unrecorded, prove
from sayso.app.jobs.enforce import clear_uncalled
from sayso.app.jobs.erasing import empty_releases
from sayso.app.jobs.recall import owed, recall, released
from sayso.app.sent import expire
from sayso.facts.deeds import Recalled, Released
from sayso.facts.errors import SaysoError


def mend(house: House) -> list[str]:
    """Clear away what was not recorded, make missing proofs, record what was not, end erasures and a turn, make owed recalls.

    Return a line for each release whose files do not let it; a release that is damaged or away keeps nobody from anything else.
    """
    wrong: list[str] = []
    with shelf.plainly("what a killed process left cannot be cleared away"):
        _mend(house, wrong)
    return list(dict.fromkeys(wrong))


def _mend(house: House, wrong: list[str]) -> None:
    clear_uncalled(house)
    notices.tidy(house.folder / "notices")
    known = {line.release for line in released(house)}
    release_room.tidy(house.folder / "releases", lineage=house.folder / "lineage")
    for name in release_room.names(house.folder / "releases"):
        if name not in known:
            clear_unrecorded(house, name)
    with house.reading() as conn:
        built = [
            (entry.seq, entry.line.release) for entry in house.ledger.of_kind(conn, Released) if isinstance(entry.line, Released)
        ]
        lines = [entry.line for entry in house.ledger.of_kind(conn, Recalled)]
    missed, failed = set(owed(house)), set()
    for seq, name in built:
        recorded = max((line.revision for line in lines if isinstance(line, Recalled) and line.release == name), default=0)
        try:
            if not (house.folder / "releases" / f"{name}.proof.json").is_file():
                prove(house, name, seq)
            if name in missed or release_room.revoked(house.folder / "releases" / name).revision != recorded:
                recall(house, name)
        except SaysoError as problem:
            failed.add(name)
            wrong.append(str(problem))
        except FileNotFoundError:
            failed.add(name)
            wrong.append(f"the folder `releases` is not there, so release `{name}` cannot be masked; put it back")
    paused: dict[str, str] = {}
    recalling.settle(house, wrong=paused)
    wrong += [why for name, why in paused.items() if name not in failed]
    moving.settle(house)
    epochs.finish(house)
    believing.tidy(house)
    cosigning.settle_key(house)
    expire(house)
    with house.writing() as work:
        answered.expire(work.conn, work.at)
    house.vault.tidy()
    if built:
        empty_releases(house, wrong)

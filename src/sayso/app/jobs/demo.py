"""The demo: the bundled story, or a person's own export, from the first turn to the audit, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol, cast

from msgspec.structs import replace

import sayso
from sayso import intake
from sayso.app.clock import StoryClock, SystemClock
from sayso.app.house import House, create
from sayso.app.jobs import build, deletion, evidence, people, story, sweep
from sayso.app.jobs.collect import Arrival, Tally, collect_all
from sayso.app.jobs.rule import rulings
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation
from sayso.facts.errors import Broken, Unfit
from sayso.facts.words import AccountId

MARK = "demo"
POLICY = "anthropic-consumer"
"""What the story tells is of these terms and their dates; a new installation begins under another policy."""
BEGIN = datetime(2025, 5, 1, tzinfo=UTC)
ASKED = datetime(2025, 8, 28, 16, tzinfo=UTC)
"""When the pop-up of 28 August 2025 was first shown; a supposed answer to it is recorded at this instant."""
LEAVES = "hana"
"""Who deletes her account at the end of the bundled story."""


class Says(Protocol):
    """What the demo needs of whoever prints."""

    def say(self, *lines: str) -> None: ...
    def table(self, title: str, columns: list[str], rows: list[list[object]]) -> None: ...
    def data(self, value: object) -> None: ...
    def progress(self, what: str, total: int | None = None): ...  # type: ignore[no-untyped-def]  # a context manager of a function


def examples() -> Path:
    """Return where the bundled story lies: in the package, or beside it in a checkout."""
    here = Path(sayso.__file__).resolve().parent
    for folder in (here / "_examples" / "demo", here.parents[1] / "examples" / "demo"):
        if (folder / "story.json").is_file():
            return folder
    raise Broken("the bundled story is missing from this installation; install sayso again")


def own_folder(settings: Settings, *, given_by_person: bool) -> Settings:
    """Return settings for the demo's own folder, emptied if an earlier demo made it; never touches another folder."""
    data = settings.data if given_by_person else Path("sayso-demo")
    keys = data.with_name(data.name + ".keys")
    if data.exists() or keys.exists():
        if not (keys / MARK).is_file():
            raise Unfit(f"`{data.name}` was not made by the demo and is left alone; name another folder with --data")
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(keys)
    return Settings(data=data, keys=keys, master_hex=None)


@contextmanager
def stage(settings: Settings, out: Says, source: Path | None, say: str | None) -> Iterator[House]:
    """Yield the house after the story was told, built, swept, deleted from and audited."""
    clock = StoryClock(BEGIN)
    with create(settings, clock=clock, policy=POLICY) as house:
        (settings.keys / MARK).write_text("made by sayso demo, and emptied by the next\n", encoding="ascii")
        if source is None:
            _bundled(house, clock, out)
        else:
            _own(house, clock, out, source, say)
        house.clock = SystemClock()
        _who_said_what(house, out)
        _release(house, out)
        _sweep(house, out)
        if source is None:
            _delete(house, out)
        _audit(house, out)
        yield house


def living(house: House) -> list[AccountId]:
    """Return the accounts that were not deleted."""
    past = house.present()
    return [one for one in past.accounts() if past.deleted_at(one) is None and one not in past.forgotten]


def _bundled(house: House, clock: StoryClock, out: Says) -> None:
    folder = examples()
    steps = story.load(folder)
    span = f"from {steps[0]['at'][:10]} to {steps[-1]['at'][:10]}"
    out.say(f"1. A story of {len(steps)} steps, {span}, under {house.policy_in_force().name}")
    teller = story.Teller(house, clock, folder)
    with out.progress("telling", len(steps)) as step:
        teller.tell(steps, step)
    tally = teller.tally
    count = len(list(house.past.conversations()))
    out.say(f"   {count} conversations, {tally.turns} turns, {tally.bytes:,} bytes sealed, each under its own key")


def _own(house: House, clock: StoryClock, out: Says, source: Path, say: str | None) -> None:
    """Take a person's own export as if this house had held those conversations all along."""
    form = intake.sniff(source)
    items = list(intake.read(source))
    names = dict.fromkeys((item.account or "you") for item in items if isinstance(item, Conversation))
    out.say(f"1. {source.name} ({form}), as if it had been collected here: account tier pro, region US assumed")
    with house.writing() as work:
        for name in names:
            people.enrol(house, work, name, tier="pro", region="US")
    if say is not None:
        clock.set(ASKED)
        for name in names:
            account = people.account_of(house, name)
            people.choose(house, account, "model_training", cast(Literal["allow", "refuse"], say), via="notice")
        out.say(f"   supposed that `{say}` was pressed on {ASKED.date()}; without --say nobody answered")
    house.clock = SystemClock()
    owned = [replace(item, account=item.account or "you") if isinstance(item, Conversation) else item for item in items]
    with out.progress("sealing", len(owned)) as step:
        tally = collect_all(house, source.name, owned, Arrival(own=True), step)
    _left(out, tally)


def _left(out: Says, tally: Tally) -> None:
    out.say(
        f"   {tally.conversations} conversations, {tally.turns} turns, {tally.bytes:,} bytes sealed; {len(tally.left)} left out"
    )
    for left in tally.left[:10]:
        out.say(f"     {left.line()}")


def _who_said_what(house: House, out: Says) -> None:
    """Print who said what, and what follows."""
    policy = house.policy_in_force()
    past = house.present()
    ruled_by: dict[AccountId, list[tuple[bool, str]]] = {}
    for standing, ruled in rulings(past, policy):
        verdict = ruled.use["model_training"]
        ruled_by.setdefault(standing.account, []).append(
            (ruled.may("model_training"), verdict.because[0].text if verdict.because else "")
        )
    rows: list[list[object]] = []
    with house.reading() as conn:
        for account in past.accounts():
            found = ruled_by.get(account, [])
            tier, region = past.tier_and_region(account)
            said = "deleted the account" if past.deleted_at(account) else past.answer(account, "model_training")
            nos = [why for may, why in found if not may]
            most = max(set(nos), key=nos.count) if nos else ""
            rows.append([house.vault.name(conn, account), tier, region, said, len(found), sum(may for may, _ in found), most])
    out.say("", "2. Who said what, and what follows")
    out.table("", ["who", "tier", "region", "says", "held", "may train", "why not, mostly"], rows)


def _release(house: House, out: Says) -> None:
    out.say("", "3. A training set from what may be used, scrubbed")
    with out.progress("building") as step:
        built = build.build(house, "demo-1", "model_training", progress=step)
    plan = built.manifest.plan
    out.say(f"   {build.describe(built)}")
    out.table("", ["left out because of row", "conversations"], [[why, count] for why, count in sorted(plan.left_out.items())])
    masked = plan.scrub.counts if plan.scrub else {}
    out.say("   masked: " + (", ".join(f"{count} {kind}" for kind, count in sorted(masked.items())) or "nothing was found"))


def _sweep(house: House, out: Says) -> None:
    out.say("", "4. A sweep: what no reason keeps any more is shredded")
    with out.progress("sweeping") as step:
        result = sweep.sweep(house, progress=step)
    for why, count in sorted(result.why.items()):
        out.say(f"   {count} shredded: {why}")
    out.say(f"   {result.due} due, {result.shredded} shredded, {result.forgotten} deleted accounts forgotten for good")


def _delete(house: House, out: Says) -> None:
    out.say("", f"5. {LEAVES.capitalize()} deletes her account")
    _, by = deletion.delete(house, account=people.account_of(house, LEAVES))
    when = f"the keys are destroyed by {by.date()}" if by else "kept by a hold alone"
    out.say(f"   out of sight at once, {when}; her rows in demo-1 are withdrawn (`sayso recall demo-1`)")


def _audit(house: House, out: Says) -> None:
    out.say("", "6. An audit: everything recomputed from the facts, without keys")
    findings = evidence.audit(house)
    for finding in findings:
        out.say(f"   {finding.kind}: {finding.where}: {finding.what}")
    out.say(f"   {len(findings)} findings" if findings else "   nothing differs", "")

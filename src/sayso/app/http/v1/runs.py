"""Training runs: which read a release, and up to which revision somebody vouches that they take in what was withdrawn."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from sayso.app.console.releases import ReleaseLine
from sayso.app.http.v1.keeping import Why
from sayso.app.http.v1.ops import At, Call, Nothing, Room
from sayso.app.http.v1.problems import Failure

room = Room("runs", "Training runs, and whether each takes in what was withdrawn from the release it read.")


class NewRun(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A run that begins to read a release, by your own name of it, and why."""

    run: Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$", examples=["run-1"])]
    why: Why


class Confirming(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How you know that the run leaves out what was withdrawn so far."""

    why: Why


class Run(Struct, frozen=True, kw_only=True):
    """One run: the revision that was confirmed for it (0 for none), by whom, and whether a newer one waits for that."""

    run: str
    began_at: At
    revision: int
    waiting: bool
    confirmed_at: At | None
    confirmed_by: str
    why: str


class RunList(Struct, frozen=True, kw_only=True):
    """The newest revision of what was withdrawn from a release, and every run that read it, in the order they began."""

    release: str
    revision: int
    runs: tuple[Run, ...]


@room.op("GET", "/releases/{release}/runs", "run", gives=RunList)
def list_runs(call: Call[Nothing, Nothing]) -> RunList:
    """List the runs that read a release."""
    return _shown(call)


@room.op("POST", "/releases/{release}/runs", "run", body=NewRun, gives=RunList, status=201, problems=("unfit",))
def note_run(call: Call[Nothing, NewRun]) -> RunList:
    """Note that a run begins to read a release; whoever asks where their words went is told of it."""
    _assert_there(call)
    call.hosts.runs.begin(call.by, call.path["release"], call.body.run, call.body.why)
    return _shown(call)


@room.op("POST", "/releases/{release}/runs/{run}/confirm", "run", body=Confirming, gives=RunList, problems=("conflict",))
def confirm_run(call: Call[Nothing, Confirming]) -> RunList:
    """Note that a run takes in everything withdrawn so far; what is withdrawn later waits anew."""
    seen = _shown(call)
    one = next((one for one in seen.runs if one.run == call.path["run"]), None)
    if one is None:
        raise Failure("not-found")
    if not one.waiting:
        raise Failure("conflict", "everything withdrawn so far is confirmed already")
    call.hosts.runs.confirm(call.by, seen.release, one.run, call.body.why)
    return _shown(call)


def _assert_there(call: Call[Any, Any]) -> None:
    if call.path["release"] not in call.hosts.releases():
        raise Failure("not-found")


def _shown(call: Call[Any, Any]) -> RunList:
    _assert_there(call)
    seen: ReleaseLine = call.hosts.runs.line(call.path["release"])
    waiting = {one.name for one in seen.waiting}
    return RunList(
        release=seen.line.release,
        revision=seen.revision,
        runs=tuple(
            Run(
                run=one.name,
                began_at=one.began,
                revision=one.revision,
                waiting=one.name in waiting,
                confirmed_at=one.at,
                confirmed_by=one.by,
                why=one.why,
            )
            for one in seen.runs
        ),
    )

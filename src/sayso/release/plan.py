"""What a release was meant to be, and what it became: the plan and the manifest, both part of what is hashed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from sayso.facts.canonical import canonical, digest
from sayso.facts.words import Digest, Purpose
from sayso.release.risk import Weighed

FORMAT = "sayso/release/v1"


class Measured(Struct, frozen=True, kw_only=True):
    """A figure of what masked: of so many labelled so many were found; and, where counted, what was flagged or masked besides."""

    what: str
    on: str
    labelled: int
    found: int
    others: int | UnsetType = UNSET
    """Lines or texts in which nothing of it stands, and how many of them were flagged all the same."""
    flagged: int | UnsetType = UNSET
    masked: int | UnsetType = UNSET
    """How many pieces were masked as this, and how many of those were right."""
    right: int | UnsetType = UNSET


class Scrubbed(Struct, frozen=True, kw_only=True):
    """What took personal data and secrets out: the engine, its table of patterns, what found names, and counts by kind."""

    engine: str
    table: str
    counts: Mapping[str, int] = field(default_factory=dict)
    names: str | UnsetType = UNSET
    """What found names of persons: its digest, over model, lexicon, list of public figures and settings. Not set: nothing did."""
    figures: Literal["masked", "kept"] | UnsetType = UNSET
    """Whether persons of public life were masked like others. Not set in releases from before there was a model for names."""
    actions: Mapping[str, Mapping[str, int]] | UnsetType = UNSET
    """By kind, how many hits met which action of the policy. Not set in releases from before a policy could name any."""
    surrogates: str | UnsetType = UNSET
    """How surrogates were drawn, where there are any."""
    measured: tuple[Measured, ...] | UnsetType = UNSET
    """The figures that held for that table and finder when this was built. Not set in releases from before there were any."""


class Plan(Struct, frozen=True, kw_only=True):
    """What a release is built from and for; everything its card says comes from here or from the rows."""

    name: str
    purpose: Purpose
    policy: str
    policy_digest: Digest
    pin: int
    """The last ledger line that was looked at: facts after it do not count in this release."""
    at: datetime
    """The instant ruled at."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """How many conversations were left out, per reason."""
    parts_left_out: Mapping[str, int] = field(default_factory=dict)
    """Within the conversations used: how many turns or parts were left out, per reason."""
    scrub: Scrubbed | None = None
    sources: Mapping[str, int] = field(default_factory=dict)
    """How many conversations came from each source, such as `chat` or an import format."""
    models: tuple[str, ...] = ()
    """The models whose answers are among the rows, where known."""
    collected_from: datetime | None = None
    collected_to: datetime | None = None
    first_used: str = ""
    """When a system was first developed on it, where known; empty says it is not recorded."""
    license: str = "unknown"
    """As the Hugging Face Hub spells it; sayso never guesses one."""
    operator: str = ""
    description: str = ""
    processing: tuple[str, ...] = ()
    """Other steps between the stored conversations and the rows, such as near-duplicate removal, one sentence each."""
    weighed: Weighed | UnsetType = UNSET
    """What may still identify somebody, and the setting by which conversations were left out. Not set in older releases."""


class FileOf(Struct, frozen=True, kw_only=True):
    """One file of a release: its path within the folder, its size and its SHA-256."""

    path: str
    bytes: int
    sha256: Digest


class Manifest(Struct, frozen=True, kw_only=True):
    """Everything a release is: its plan, its files, and a commitment to the blinded ids in it."""

    plan: Plan
    rows: int
    messages: int
    root: Digest
    files: tuple[FileOf, ...]
    lineage: Digest
    """Over the lineage file, which stays inside; enough to see whether it was changed."""
    written_by: str
    format: str = FORMAT

    @property
    def name(self) -> str:
        return self.plan.name

    @property
    def raw(self) -> bytes:
        """The bytes of `manifest.json`."""
        return canonical(self)

    @property
    def digest(self) -> Digest:
        """The SHA-256 of `manifest.json`, which the ledger's `released` line holds."""
        return digest(self.raw)

    def paths(self, under: str) -> tuple[str, ...]:
        """Return the paths of the files below the folder *under*."""
        return tuple(file.path for file in self.files if file.path.startswith(f"{under}/"))


class LineageLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which conversation, and which of its turns, a blinded id stands for. Internal: never part of what is shared."""

    id: str
    conversation: str
    turns: tuple[tuple[int, int], ...] = ()
    account: str = ""
    """The blinded id of the account it is of, under which the release's second tree has it; absent in older releases."""

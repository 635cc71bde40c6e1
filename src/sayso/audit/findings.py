"""What an audit can find: a closed list of kinds, each with what it means and what to do next."""

from __future__ import annotations

from msgspec import Struct


class Kind(Struct, frozen=True, kw_only=True):
    """What a kind of finding means, and who does what about it."""

    means: str
    next: str


_RESTORE = "stop writing, keep a copy of the folder, and compare it with a backup"
_LOOK = "stop, find out who or what changed it, and restore it from a backup"

KINDS: dict[str, Kind] = {
    "log": Kind(means="the ledger does not agree with itself or with what it signed", next=_RESTORE),
    "log_order": Kind(means="a line is out of order, or says it happened after it was recorded", next=_RESTORE),
    "past_changed": Kind(
        means="the ledger no longer begins with what somebody kept of it: lines were changed or cut off since",
        next="stop writing, keep the folder and what it was compared with: together they show what was changed",
    ),
    "log_shown": Kind(
        means="the log that strangers read is not the log of the ledger",
        next="publish nothing more; keep both, and compare them with a checkpoint that somebody else kept",
    ),
    "log_unsigned": Kind(
        means="the newest lines are not under a signed checkpoint", next="sign a checkpoint by recording anything, then audit again"
    ),
    "vault": Kind(means="the vault does not agree with itself", next=_RESTORE),
    "lost": Kind(
        means="the ledger says it is stored, and it is not in the vault",
        next="restore the vault from a backup, and do not sweep until then",
    ),
    "unknown": Kind(
        means="it is in the vault, and the ledger never heard of it", next="find out who put it there; it must not be used"
    ),
    "changed": Kind(means="what is stored is not what was recorded when it was stored", next=_LOOK),
    "turns": Kind(means="turns recorded, sealed and stored are not equally many", next=_RESTORE),
    "key_left": Kind(
        means="something of what was destroyed is still in the vault",
        next="run `sayso sweep` and audit again; then look for who brought it back",
    ),
    "shredded_early": Kind(
        means="it was destroyed while the policy still kept it", next="tell the privacy officer: it cannot be brought back"
    ),
    "overdue": Kind(
        means="it is kept after its last reason ended", next="run `sayso sweep`; if it stays, a hold in the vault keeps it"
    ),
    "schedule": Kind(
        means="the next look at it is not when its ruling changes",
        next="run `sayso sweep`, which looks anew at everything due, and audit again",
    ),
    "visibility": Kind(
        means="what a person deleted is still shown, or is hidden without their asking",
        next="run `sayso delete` for it once more, or restore the vault",
    ),
    "hold": Kind(
        means="the holds in the ledger and in the vault are not the same",
        next="place or end the hold again; do not sweep until then",
    ),
    "epoch": Kind(
        means="an account is not under the key it should be under, so an older copy may still open what was shredded",
        next="run `sayso epoch turn --everybody`",
    ),
    "policy": Kind(
        means="the policy that was in force cannot be shown",
        next="restore its file from a backup; nothing it ruled can be checked until then",
    ),
    "policy_alone": Kind(
        means="a policy came into force, or it was let do so, by fewer officers than it takes",
        next="find out who did it, put the policy before it into force with two officers, and look at what was ruled since",
    ),
    "notice": Kind(
        means="a notice that people were shown or answered cannot be shown again",
        next="restore its file from a backup: it is evidence",
    ),
    "release_missing": Kind(
        means="a release that was recorded is not there", next="restore it from a backup, or recall it everywhere"
    ),
    "release_unknown": Kind(
        means="a release is there that was never recorded", next="do not use it; find out who built it, then remove it"
    ),
    "release_files": Kind(means="files of a release are not what was written", next="do not train on it; restore it from a copy"),
    "release_changed": Kind(means="a release is not the one that was recorded", next=_LOOK),
    "release_pin": Kind(means="a release looked at facts it says it did not, or at another time", next=_LOOK),
    "release_policy": Kind(
        means="a release was built under another policy than the one in force", next="recall it, and build anew"
    ),
    "release_lineage": Kind(
        means="what stands behind the rows of a release does not agree with them",
        next="restore the lineage from a backup: without it no withdrawal reaches the release",
    ),
    "release_denied": Kind(
        means="a release holds what the policy did not allow", next="run `sayso recall`, tell the privacy officer, and build anew"
    ),
    "release_omitted": Kind(
        means="a permitted conversation is neither in a release nor counted as left out", next="find out why, and build anew"
    ),
    "release_counts": Kind(
        means="a release counts other reasons for leaving out than there were", next="find out why, and build anew"
    ),
    "recall_missing": Kind(means="a row that may no longer be used is not withdrawn", next="run `sayso recall` for that release"),
    "recall_changed": Kind(
        means="the withdrawals of a release are not those that were recorded",
        next="restore the revocations from a backup, then run `sayso recall`",
    ),
    "words_left": Kind(
        means="withdrawn rows still hold their words in the files of a release",
        next="run `sayso sweep`, which empties them",
    ),
    "file_unknown": Kind(
        means="a file nothing accounts for lies in the data folder",
        next="find out what it is; it may hold what should have been destroyed",
    ),
    "opening_lost": Kind(means="a line no longer opens, though nothing allowed to destroy what it said", next=_RESTORE),
    "opening_left": Kind(
        means="a line still opens that should open to nothing by now",
        next="run `sayso sweep`; if it stays, restore a copy that is newer than the line that says it was destroyed",
    ),
    "uncheckable": Kind(
        means="something could not be recomputed, which is not the same as being right", next="mend what it names and audit again"
    ),
}
"""Every kind there is; ``spec/audit.md`` lists them and a test holds both together."""


class Finding(Struct, frozen=True, kw_only=True, order=True):
    """One difference: its kind, where it is, what differs, and what to do next. Never a word of anybody's conversation."""

    kind: str
    where: str
    what: str
    next: str

    def line(self) -> str:
        """Return the one line a person reads."""
        return f"{self.kind}: {self.where}: {self.what}; {self.next}"


def found(kind: str, where: str, what: str) -> Finding:
    """Return a finding of *kind*, with what its kind says to do next.

    >>> found("lost", "conversation `c1`", "no key").line().split(";")[0]
    'lost: conversation `c1`: no key'
    """
    return Finding(kind=kind, where=where, what=" ".join(what.split()), next=KINDS[kind].next)

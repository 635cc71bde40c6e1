"""Which policies the ledger says were put into force, and the copies of them that are kept beside it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import Connection

from sayso import policy as policy_bench
from sayso.app import profiles, shelf
from sayso.app.told import Told
from sayso.app.work import Work
from sayso.facts.deeds import PolicySet
from sayso.facts.errors import Broken
from sayso.facts.history import History
from sayso.facts.words import PURPOSES, Digest, Purpose


class InForce:
    """The policies of one house. A copy is believed only where its digest is the one that a line of the ledger names."""

    folder: Path
    told: Told

    def __init__(self) -> None:
        self._policies: dict[str, policy_bench.Policy] = {}
        self._past: History | None = None
        self._ruled: tuple[History | None, policy_bench.Policy] | None = None

    def reading(self) -> AbstractContextManager[Connection]:
        """Yield a connection to read what is committed."""
        raise NotImplementedError

    def policy_in_force(self) -> policy_bench.Policy:
        """Return the policy the ledger says is in force, from the copy kept beside it."""
        with self.reading() as conn:
            return self.policy_at(conn, None)

    def ruled_by(self, conn: Connection) -> policy_bench.Policy:
        """Return what `policy_in_force` does; the ledger is not asked again while no line was recorded that was not folded in."""
        if self._ruled is None or self._past is None or self._ruled[0] is not self._past:
            self._ruled = self._past, self.policy_at(conn, None)
        return self._ruled[1]

    def policy_at(self, conn: Connection, upto: int | None) -> policy_bench.Policy:
        """Return the policy in force at ledger line *upto*, or now."""
        lines = self.policies_set(conn, upto)
        if not lines:
            raise Broken("no policy is in force; begin anew with `sayso init` in a new folder")
        return self._policy(lines[-1])

    def policies_set(self, conn: Connection, upto: int | None = None) -> list[PolicySet]:
        """Return the lines that put policies into force, oldest first, up to ledger line *upto*."""
        entries = self.told.lines(conn, PolicySet)
        return [one.line for one in entries if isinstance(one.line, PolicySet) and (upto is None or one.seq <= upto)]

    def policy_of(self, line: PolicySet) -> policy_bench.Policy:
        """Return the policy that *line* put in force; refuses a copy that is not the one it names."""
        return policy_bench.parse(profiles.kept(self.folder, line), name=line.profile)

    def damaged(self) -> list[PolicySet]:
        """Return the lines whose copy of a policy is missing or not what they name; who has it open goes on as before."""
        with self.reading() as conn:
            lines = {line.digest: line for line in self.policies_set(conn)}
        return [line for line in lines.values() if shelf.sha256(self.folder / "policies" / f"{line.digest}.toml") != line.digest]

    def cuts(self, conn: Connection) -> tuple[datetime, ...]:
        """Return the instants at which the terms of any policy that was ever in force change: no stretch reaches across one."""
        return tuple(sorted({one for line in self.policies_set(conn) for one in self._policy(line).instants}))

    def purposes(self, conn: Connection) -> tuple[Purpose, ...]:
        """Return every purpose that any policy that was ever in force rules on, after those that have a name everywhere."""
        return tuple(dict.fromkeys((*PURPOSES, *(one for line in self.policies_set(conn) for one in self._policy(line).purposes))))

    def _policy(self, line: PolicySet) -> policy_bench.Policy:
        if line.digest not in self._policies:
            self._policies[line.digest] = self.policy_of(line)
        return self._policies[line.digest]

    def set_policy(self, work: Work, name: str) -> policy_bench.Policy:
        """Put the profile *name* (shipped, or a file) into force: copy it, and record its digest."""
        return self.set_text(work, profiles.source(name), Path(name).stem)

    def copy_policy(self, text: str, name: str) -> policy_bench.Policy:
        """Return the policy *text* spells, copied under its digest; a copy that no line calls for is removed by `mend`."""
        policy = policy_bench.parse(text, name=name)
        profiles.keep(self.folder, policy.digest, text)
        return policy

    def set_text(self, work: Work, text: str, name: str, *, line: PolicySet | None = None) -> policy_bench.Policy:
        """Put the policy *text* spells into force under *name*; *line* has what is told beside it, such as who agreed."""
        policy = self.copy_policy(text, name)
        told = line or PolicySet(at=work.at, profile=name, digest=Digest(""))
        work.record([replace(told, at=work.at, profile=policy.name, digest=Digest(policy.digest))])
        if self._past is not None:
            self._past.cuts = tuple(sorted({*self._past.cuts, *policy.instants}))
            self._past.purposes = tuple(dict.fromkeys((*self._past.purposes, *policy.purposes)))
        return policy

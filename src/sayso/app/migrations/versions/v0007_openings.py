"""What lines said of forgotten accounts can be destroyed: the fence of the lines lets that one change through."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_SAID = "the ledger only grows: append a line that says what changed"
_TAKEN = "NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM ledger_events)"
_CHANGED = (
    "(NEW.seq = OLD.seq AND NEW.recorded = OLD.recorded AND NEW.leaf = OLD.leaf "
    "AND NEW.at = OLD.recorded AND NEW.type = 'destroyed' AND NEW.account IS NULL AND NEW.conversation IS NULL "
    "AND length(NEW.body) = 0 AND length(NEW.salt) = 0 "
    "AND coalesce(OLD.account, OLD.conversation) IS NOT NULL AND OLD.type NOT IN ('forgotten', 'held_read', 'merged') "
    "AND EXISTS (SELECT 1 FROM ledger_events WHERE type = 'openings_destroyed' AND seq > OLD.seq)) IS NOT TRUE"
)


def upgrade() -> None:
    """Let a line lose its text and its salt once another line says so."""
    _fence(_CHANGED)


def downgrade() -> None:
    """Let nothing through again; what was destroyed is not readable below this version, and is not brought back."""
    _fence(None)


def _fence(changed: str | None) -> None:
    conn = op.get_bind()
    if conn.dialect.name == "sqlite":
        when = f" WHEN {changed}" if changed else ""
        conn.exec_driver_sql("DROP TRIGGER ledger_events_no_update")
        conn.exec_driver_sql(
            f"CREATE TRIGGER ledger_events_no_update BEFORE UPDATE ON ledger_events{when} BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
        )
        return
    grown = f"IF TG_OP = 'UPDATE' THEN IF NOT ({changed}) THEN RETURN NEW; END IF; END IF; " if changed else ""
    body = (
        f" BEGIN IF TG_OP = 'INSERT' THEN IF NOT ({_TAKEN}) THEN RETURN NEW; END IF; END IF; {grown}"
        f"RAISE EXCEPTION '{_SAID}' USING ERRCODE = 'integrity_constraint_violation'; END "
    )
    conn.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION ledger_events_only_grows() RETURNS trigger LANGUAGE plpgsql AS $fence${body}$fence$"
    )

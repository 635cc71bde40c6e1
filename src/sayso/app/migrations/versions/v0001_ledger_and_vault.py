"""Ledger and vault as they were before epochs turned; frozen, never to be changed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SECRET = {
    "vault_instance": ["wrapped"],
    "vault_epochs": ["check_value"],
    "vault_accounts": ["lookup", "wrapped", "name", "secret"],
    "vault_keys": ["wrapped"],
}

_SAID = "the ledger only grows: append a line that says what changed"
_TAKEN = {
    "ledger_events": "NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM ledger_events)",
    "ledger_nodes": "EXISTS (SELECT 1 FROM ledger_nodes WHERE level = NEW.level AND number = NEW.number)",
    "ledger_head": "NEW.one <> 1 OR EXISTS (SELECT 1 FROM ledger_head)",
    "ledger_checkpoints": "EXISTS (SELECT 1 FROM ledger_checkpoints WHERE size = NEW.size AND signer = NEW.signer)",
}
_SHRINKING = "NEW.one <> 1 OR NEW.size <= OLD.size"


def upgrade() -> None:
    """Make the tables and the fences of the ledger."""
    _ledger()
    _vault()
    if op.get_bind().dialect.name == "sqlite":
        _fences_of_sqlite()
    else:
        _fences_of_postgresql()
        for table, columns in _SECRET.items():
            for column in columns:
                op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    """Refuse: below the first version there is nothing, and nothing may come of a ledger."""
    raise NotImplementedError


def _some(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _ledger() -> None:
    op.create_table(
        "ledger_events",
        sa.Column("seq", _COUNT, primary_key=True, autoincrement=False),
        _some("recorded", sa.String(27)),
        _some("at", sa.String(27)),
        _some("type", sa.String(40)),
        sa.Column("account", _TEXT),
        sa.Column("conversation", _TEXT),
        _some("body", sa.LargeBinary()),
        _some("salt", sa.LargeBinary(32)),
        _some("leaf", sa.LargeBinary(32)),
    )
    for column in ("at", "type", "account", "conversation"):
        op.create_index(f"ledger_events_{column}", "ledger_events", [column])
    op.create_table(
        "ledger_nodes",
        sa.Column("level", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", _COUNT, primary_key=True, autoincrement=False),
        _some("hash", sa.LargeBinary(32)),
    )
    op.create_table(
        "ledger_head",
        sa.Column("one", sa.Integer(), primary_key=True, autoincrement=False),
        _some("size", _COUNT),
        _some("frontier", sa.LargeBinary()),
        _some("behind", sa.Integer()),
    )
    op.create_table(
        "ledger_checkpoints",
        sa.Column("size", _COUNT, primary_key=True, autoincrement=False),
        sa.Column("signer", _TEXT, primary_key=True),
        _some("root", sa.LargeBinary(32)),
        _some("note", _TEXT),
    )


def _vault() -> None:
    op.create_table(
        "vault_instance",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        _some("version", sa.Integer()),
        _some("epoch", _TEXT),
        _some("wrapped", sa.LargeBinary()),
        _some("sum", _TEXT),
    )
    op.create_table(
        "vault_epochs", sa.Column("epoch", _TEXT, primary_key=True), _some("check_value", sa.LargeBinary()), _some("sum", _TEXT)
    )
    op.create_table(
        "vault_accounts",
        sa.Column("account", _TEXT, primary_key=True),
        sa.Column("lookup", sa.LargeBinary(), unique=True),
        _some("lookup_digest", _TEXT),
        _some("wrapped", sa.LargeBinary()),
        _some("name", sa.LargeBinary()),
        _some("secret", sa.LargeBinary()),
        _some("epoch", _TEXT),
        _some("leaving", sa.Integer()),
        _some("sum", _TEXT),
    )
    op.create_table(
        "vault_conversations",
        sa.Column("conversation", _TEXT, primary_key=True),
        _some("account", _TEXT),
        _some("seq", sa.BigInteger()),
        _some("state", _TEXT),
        _some("turns", sa.BigInteger()),
        _some("blocks", sa.Integer()),
        _some("bytes", sa.BigInteger()),
        sa.Column("began_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("hidden_at", sa.BigInteger()),
        sa.Column("next_change_at", sa.BigInteger()),
        _some("sum", _TEXT),
    )
    op.create_index("vault_by_account", "vault_conversations", ["account", "seq"])
    op.create_index("vault_by_seq", "vault_conversations", ["seq"])
    op.create_index("vault_due", "vault_conversations", ["next_change_at"])
    op.create_table(
        "vault_keys",
        sa.Column("conversation", _TEXT, primary_key=True),
        _some("account", _TEXT),
        _some("wrapped", sa.LargeBinary()),
        _some("sum", _TEXT),
    )
    op.create_table(
        "vault_blocks",
        sa.Column("conversation", _TEXT, primary_key=True),
        sa.Column("block", sa.Integer(), primary_key=True, autoincrement=False),
        _some("turns", sa.Integer()),
        _some("policy", _TEXT),
        _some("segment", sa.Integer()),
        _some("start", sa.BigInteger()),
        _some("length", sa.Integer()),
        _some("digest", _TEXT),
        _some("sum", _TEXT),
    )
    op.create_index("vault_by_place", "vault_blocks", ["segment", "start"], unique=True)
    op.create_table("vault_holds", sa.Column("hold", _TEXT, primary_key=True), _some("matter", _TEXT), _some("sum", _TEXT))
    op.create_table(
        "vault_held",
        sa.Column("hold", _TEXT, primary_key=True),
        sa.Column("line", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("conversation", _TEXT),
        sa.Column("account", _TEXT),
        sa.Column("since", sa.BigInteger()),
        sa.Column("until", sa.BigInteger()),
        _some("sum", _TEXT),
    )
    op.create_index("vault_held_by", "vault_held", ["conversation", "account"])


def _fences_of_sqlite() -> None:
    for table, taken in _TAKEN.items():
        growing = f" WHEN {_SHRINKING}" if table == "ledger_head" else ""
        for verb, when in (("UPDATE", growing), ("DELETE", ""), ("INSERT", f" WHEN {taken}")):
            name = f"{table}_no_{verb.lower()}"
            op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table}{when} BEGIN SELECT RAISE(ABORT, '{_SAID}'); END")


def _fences_of_postgresql() -> None:
    for table, taken in _TAKEN.items():
        name = f"{table}_only_grows"
        grown = f"IF TG_OP = 'UPDATE' THEN IF NOT ({_SHRINKING}) THEN RETURN NEW; END IF; END IF; "
        grown = grown if table == "ledger_head" else ""
        body = (
            f" BEGIN IF TG_OP = 'INSERT' THEN IF NOT ({taken}) THEN RETURN NEW; END IF; END IF; {grown}"
            f"RAISE EXCEPTION '{_SAID}' USING ERRCODE = 'integrity_constraint_violation'; END "
        )
        for sql in (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $fence${body}$fence$",
            f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"CREATE TRIGGER {table}_stays BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stays",
        ):
            op.get_bind().exec_driver_sql(sql)

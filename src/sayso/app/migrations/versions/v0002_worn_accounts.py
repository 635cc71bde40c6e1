"""Epochs turn: the accounts that lost something since they got their key are listed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sayso.facts.canonical import digest

revision = "0002"
down_revision = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the list, with every account that ever lost something: when it got its key was not kept before."""
    worn = op.create_table("vault_worn", sa.Column("account", _TEXT, primary_key=True), sa.Column("sum", _TEXT, nullable=False))
    lost = op.get_bind().exec_driver_sql(
        "SELECT account FROM vault_accounts WHERE account IN (SELECT account FROM vault_conversations WHERE state = 'shredded')"
    )
    rows = [{"account": one, "sum": digest({"table": "vault_worn", "account": one})} for one in sorted(lost.scalars())]
    if rows:
        op.bulk_insert(worn, rows)


def downgrade() -> None:
    """Take the list away; the version before gives every account that ever lost something a new key."""
    op.drop_table("vault_worn")

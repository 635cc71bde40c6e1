"""What officers remarked on scrubbed words, sealed beside the words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table; nobody has remarked anything."""
    op.create_table(
        "vault_remarks",
        sa.Column("conversation", _TEXT, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("sum", _TEXT, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE vault_remarks ALTER COLUMN sealed SET STATISTICS 0")


def downgrade() -> None:
    """Take it away, with what was remarked; export it before."""
    op.drop_table("vault_remarks")

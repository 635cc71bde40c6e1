"""Counts for the officers' pages are kept between two starts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table; the first look at the pages counts."""
    op.create_table(
        "console_counts",
        sa.Column("name", _TEXT, primary_key=True),
        sa.Column("upto", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("sum", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    """Take it away; all of it can be counted anew, but for what rulings were on days gone by."""
    op.drop_table("console_counts")

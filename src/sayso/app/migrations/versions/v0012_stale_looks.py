"""What changes for all that a person has is one row: their next looks are brought up to date when somebody asks for what is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sayso.facts.errors import Unfit

revision = "0012"
down_revision = "0011"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table; until now every look was written down at once, so none is stale."""
    op.create_table(
        "vault_stale",
        sa.Column("account", _TEXT, primary_key=True),
        sa.Column("upto", _TEXT, nullable=False),
        sa.Column("sum", _TEXT, nullable=False),
    )


def downgrade() -> None:
    """Take it away; refuses while a look is stale, since the version before would go by it."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM vault_stale")).scalar_one():
        raise Unfit("next looks of some accounts are stale, and the version before would go by them; run `sayso sweep` first")
    op.drop_table("vault_stale")

"""Storage commitments, asked of us and by us.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create their table."""
    op.create_table(
        "commitment",
        sa.Column("id", _ID, nullable=False),
        sa.Column("role", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("peer", sa.String(length=16), nullable=False),
        sa.Column("own_title", sa.String(length=16), nullable=False),
        sa.Column("transaction_uid", sa.String(length=64), nullable=False),
        sa.Column("instances", sa.Text(), nullable=False),
        sa.Column("failures", sa.Text(), server_default="", nullable=False),
        sa.Column("tries", _ID, server_default="0", nullable=False),
        sa.Column("next_try", sa.Float(), nullable=False),
        sa.Column("claimed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("claimed_until", sa.Float(), nullable=False),
        sa.Column("sentence", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
    )
    op.create_index("ix_commitment_state", "commitment", ["state", "next_try"])
    op.create_index("ix_commitment_transaction_uid", "commitment", ["transaction_uid"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("commitment")

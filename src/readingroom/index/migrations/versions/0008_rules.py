"""Rules for what arrives.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, server_default="0", nullable=False)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "rule",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("keys", "send_to", "notify")),
        _count("prepare"),
        sa.Column("quiet_seconds", sa.Float(), nullable=False),
        *map(_count, ("is_enabled", "seen")),
        sa.PrimaryKeyConstraint("id", name="pk_rule"),
        sa.UniqueConstraint("name", name="uq_rule_name"),
    )
    op.create_table(
        "rule_pending",
        sa.Column("rule_id", _NUMBER, nullable=False),
        sa.Column("study_uid", sa.String(64), nullable=False),
        sa.Column("series_uid", sa.String(64), nullable=False),
        _count("first"),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["rule.id"], name="fk_rule_pending_rule_id_rule", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("rule_id", "study_uid", "series_uid", name="pk_rule_pending"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("rule_pending")
    op.drop_table("rule")

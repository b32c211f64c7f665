"""Jobs and their items.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, server_default="0", nullable=False)


def _time(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Float(), server_default="0", nullable=False)


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "job",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        _text("node"),
        _text("subject"),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        _text("ordered_by"),
        sa.Column("state", sa.String(16), nullable=False),
        *map(_count, ("run", "enqueued", "attempts", "waiting", "done", "warning", "failed")),
        _text("words"),
        sa.Column("created", sa.Float(), nullable=False),
        *map(_time, ("started", "ended", "next_try")),
        *map(_count, ("is_cancelling", "is_seen")),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_state", "job", ["state", "id"])
    op.create_table(
        "job_item",
        sa.Column("job_id", _NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        _text("words"),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_job_item_job_id_job", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "position", name="pk_job_item"),
        sa.UniqueConstraint("job_id", "key", name="uq_job_item_job_id"),
    )
    op.create_index("ix_job_item_state", "job_item", ["job_id", "state", "position"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("job_item")
    op.drop_table("job")

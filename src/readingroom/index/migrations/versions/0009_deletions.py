"""What was deleted and can be restored; the highest ids, so that none is given twice.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, server_default="0", nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "highest_id",
        sa.Column("kind", sa.String(16), nullable=False),
        _count("id"),
        sa.PrimaryKeyConstraint("kind", name="pk_highest_id"),
    )
    op.create_table(
        "deletion",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("study_uid", sa.String(64), nullable=False),
        *map(_text, ("series_uid", "sop_uid", "deleted_by")),
        sa.Column("at", sa.Float(), nullable=False),
        *map(_text, ("reason", "patient_name", "patient_id", "study_date", "description", "modalities")),
        *map(_count, ("series_count", "instance_count", "bytes", "is_purging")),
        sa.PrimaryKeyConstraint("key", name="pk_deletion"),
    )
    op.create_table(
        "deleted_parent",
        sa.Column("deletion", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deletion"], ["deletion.key"], name="fk_deleted_parent_deletion_deletion", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("deletion", "kind", "id", name="pk_deleted_parent"),
    )
    op.create_table(
        "deleted_content",
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("deletion", sa.String(32), nullable=False),
        *map(_count, ("instance_id", "series_id")),
        sa.Column("uid", sa.String(64), nullable=False),
        _count("is_current"),
        sa.Column("sha256", sa.String(64), nullable=False),
        _count("dataset_offset"),
        sa.Column("row", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deletion"], ["deletion.key"], name="fk_deleted_content_deletion_deletion", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("blob", name="pk_deleted_content"),
    )
    op.create_index("ix_deleted_content_deletion", "deleted_content", ["deletion"])


def downgrade() -> None:
    """Drop them: what is deleted then is found again by `readingroom verify --rebuild`."""
    for table in ("deleted_content", "deleted_parent", "deletion", "highest_id"):
        op.drop_table(table)

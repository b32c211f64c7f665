"""Hanging protocols, and the sessions that people read in: what a reader makes.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "hanging",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.UniqueConstraint("owner", "name", name="uq_hanging_owner"),
    )
    op.create_table(
        "reading_session",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("studies", sa.Text(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("used", sa.Float(), nullable=False),
        sa.UniqueConstraint("owner", "key", name="uq_reading_session_owner"),
    )
    op.create_index("ix_reading_session_used", "reading_session", ["used"])
    op.create_table(
        "reading_window",
        sa.Column("session_id", _ID, nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["reading_session.id"],
            name="fk_reading_window_session_id_reading_session",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "seat", name="pk_reading_window"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("reading_window")
    op.drop_index("ix_reading_session_used", "reading_session")
    op.drop_table("reading_session")
    op.drop_table("hanging")

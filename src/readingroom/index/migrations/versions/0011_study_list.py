"""What the study list of many studies needs: body parts, full text, indexes to sort by, saved searches.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

from readingroom.model import fold

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SORTED = (
    *("birth_date", "description", "referring", "modalities", "body_parts", "source"),
    "instance_count",
)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ALONE = re.compile("([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3\U00020000-\U0003ffff])")
_SPACES = str.maketrans({"^": " ", "=": " ", "\\": " ", "\0": " "})
_REMOVE = "INSERT INTO study_search(study_search, rowid, words) VALUES ('delete', old.id, old.words);"
_ADD = "INSERT INTO study_search(rowid, words) VALUES (new.id, new.words);"


def upgrade() -> None:
    """Create them; the words of what is here are written anew."""
    op.add_column("study", sa.Column("body_parts", sa.Text(), nullable=False, server_default=""))
    op.execute(
        r"UPDATE study SET body_parts = coalesce((SELECT group_concat(part, '\') FROM "
        "(SELECT DISTINCT body_part AS part FROM series WHERE series.study_pk = study.id "
        "AND body_part != '' ORDER BY series.id)), '')"
    )
    driver: Any = op.get_bind().connection.dbapi_connection
    driver.create_function("words_0011", 1, _words, deterministic=True)
    op.execute(
        "UPDATE study SET words = words_0011(name_alphabetic || ' ' || name_ideographic || ' ' || "
        "name_phonetic || ' ' || referring || ' ' || patient_id || ' ' || "
        "accession_number || ' ' || study_id || ' ' || "
        "description || ' ' || birth_date || ' ' || modalities || ' ' || body_parts)"
    )
    for column in _SORTED:
        op.create_index(f"ix_study_{column}", "study", [column])
    op.execute(
        "CREATE VIRTUAL TABLE study_search USING fts5(words, content='study', content_rowid='id', "
        "detail=none, columnsize=0, tokenize='trigram case_sensitive 1')"
    )
    op.execute("INSERT INTO study_search(study_search) VALUES ('rebuild')")
    op.execute(f"CREATE TRIGGER study_search_added AFTER INSERT ON study BEGIN {_ADD} END")
    op.execute(f"CREATE TRIGGER study_search_gone AFTER DELETE ON study BEGIN {_REMOVE} END")
    op.execute(
        "CREATE TRIGGER study_search_changed AFTER UPDATE OF words ON study WHEN old.words IS NOT new.words "
        f"BEGIN {_REMOVE} {_ADD} END"
    )
    op.create_table(
        "saved_search",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_search"),
        sa.UniqueConstraint("owner", "name", name="uq_saved_search_owner"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("saved_search")
    for trigger in ("changed", "gone", "added"):
        op.execute(f"DROP TRIGGER study_search_{trigger}")
    op.execute("DROP TABLE study_search")
    for column in _SORTED:
        op.drop_index(f"ix_study_{column}", table_name="study")
    op.drop_column("study", "body_parts")


def _words(text: str) -> str:
    """As `index.wording.searchable` was when this was written."""
    spaced = _ALONE.sub(r" \1 ", fold(text).translate(_SPACES))
    return f" {' '.join(spaced.split())} "

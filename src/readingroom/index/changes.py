"""The change feed, and what verification asks of the index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, union_all

from readingroom.model import StoredInstance

from .finding import stored_instance
from .schema import (
    change,
    deleted_content,
    deletion,
    frame_index,
    highest_id,
    instance,
    patient,
    revision,
    series,
    series_metadata,
    study,
    study_modality,
    thumbnail,
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a series; seq grows, at: seconds since the epoch."""

    seq: int
    kind: str
    study_uid: str
    series_uid: str
    instances: int
    at: float


def last_change(connection: Connection) -> int:
    """The newest number of the feed, 0 when nothing happened yet."""
    return int(connection.execute(select(func.coalesce(func.max(change.c.seq), 0))).scalar_one())


def changes_since(connection: Connection, seq: int, limit: int = 1000) -> list[Change]:
    """Changes after `seq`, oldest first."""
    rows = connection.execute(select(change).where(change.c.seq > seq).order_by(change.c.seq).limit(limit))
    return [Change(r.seq, r.kind, r.study_uid, r.series_uid, r.instances, r.at) for r in rows]


def known_blobs(connection: Connection, keys: list[str], *, with_deleted: bool = True) -> set[str]:
    """Which of the blob keys the index knows: as current content, as a revision, or as deleted."""
    known = [
        select(instance.c.blob).where(instance.c.blob.in_(keys)),
        select(revision.c.blob).where(revision.c.blob.in_(keys)),
    ]
    if with_deleted:
        known.append(select(deleted_content.c.blob).where(deleted_content.c.blob.in_(keys)))
    return set(connection.execute(union_all(*known)).scalars())


def every_instance(connection: Connection) -> Iterator[StoredInstance]:
    """Every current instance in the order it was stored."""
    statement = (
        select(instance, series.c.uid.label("series_uid"), study.c.uid.label("study_uid"))
        .join(series, series.c.id == instance.c.series_pk)
        .join(study, study.c.id == series.c.study_pk)
        .order_by(instance.c.id)
    )
    for row in connection.execution_options(yield_per=1000).execute(statement):
        yield stored_instance(row._asdict())


def every_revision(connection: Connection) -> Iterator[tuple[str, str, int]]:
    """(blob, sha256, dataset_offset) of every superseded content."""
    statement = select(revision.c.blob, revision.c.sha256, revision.c.dataset_offset)
    for row in connection.execute(statement.order_by(revision.c.id)):
        yield row.blob, row.sha256, row.dataset_offset


def clear_images(connection: Connection) -> None:
    """Forget every patient, study, series and instance, deleted ones too; users, nodes and events stay."""
    for table in (
        deletion,
        highest_id,
        frame_index,
        thumbnail,
        series_metadata,
        revision,
        instance,
        series,
        study_modality,
        study,
        patient,
        change,
    ):
        connection.execute(delete(table))

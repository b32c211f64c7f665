"""Studies, series and instances out of the index, back into it, and away for good.

What is deleted leaves the tables that are searched, so that nobody who asks has to know of deletions: the
rows are kept as they were, as JSON, beside who deleted them. All that is done here is one transaction of
the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Table, delete, func, insert, select, update

from readingroom.errors import NotFound
from readingroom.model import Deletion

from .identities import keep_highest
from .record import load
from .restoring import put_back
from .schema import (
    change,
    deleted_content,
    deleted_parent,
    deletion,
    frame_index,
    instance,
    patient,
    revision,
    series,
    study,
)
from .tallies import tally_series, tally_study

_AT_ONCE = 500
_PATIENT_NAME = 0x00100010


def delete_path(connection: Connection, wanted: Deletion) -> Deletion:
    """Take out all that is at the path of `wanted`; the deletion with its counts is returned.

    Raises NotFound when nothing is there.
    """
    below = (
        select(instance.c.id)
        .join(series, series.c.id == instance.c.series_pk)
        .join(study, study.c.id == series.c.study_pk)
        .where(study.c.uid == wanted.study_instance_uid)
    )
    if wanted.series_instance_uid:
        below = below.where(series.c.uid == wanted.series_instance_uid)
    if wanted.sop_instance_uid:
        below = below.where(instance.c.uid == wanted.sop_instance_uid)
    return _take_out(connection, wanted, list(connection.execute(below).scalars()))


def delete_blobs(connection: Connection, wanted: Deletion, blobs: Sequence[str]) -> Deletion:
    """Take out the instances whose current content is one of these blobs, after the index was made anew.

    Raises NotFound when there are none.
    """
    pks: list[int] = []
    for some in _groups(blobs):
        pks += connection.execute(select(instance.c.id).where(instance.c.blob.in_(some))).scalars()
    return _take_out(connection, wanted, pks)


def deletions(
    connection: Connection, *, limit: int, before: str = "", uid: str = "", until: float | None = None
) -> list[Deletion]:
    """The newest first. before: only those before that key; uid: only of that object; until: of then or
    earlier."""
    statement = select(deletion).order_by(deletion.c.key.desc()).limit(limit)
    if before:
        statement = statement.where(deletion.c.key < before)
    if until is not None:
        statement = statement.where(deletion.c.at <= until)
    if uid:
        statement = statement.where(
            (deletion.c.sop_uid == uid)
            | ((deletion.c.series_uid == uid) & (deletion.c.sop_uid == ""))
            | ((deletion.c.study_uid == uid) & (deletion.c.series_uid == ""))
        )
    return [_deletion(row) for row in connection.execute(statement)]


def count_deletions(connection: Connection) -> int:
    """How many there are."""
    return int(connection.execute(select(func.count()).select_from(deletion)).scalar_one())


def find_deletion(connection: Connection, key: str) -> Deletion:
    """Raises NotFound."""
    row = connection.execute(select(deletion).where(deletion.c.key == key)).one_or_none()
    if row is None:
        raise NotFound(f"There is no deletion {key}: it was restored or purged.")
    return _deletion(row)


def blobs_of(connection: Connection, key: str) -> list[str]:
    """All that a deletion holds, revisions included, in the order they came."""
    own = select(deleted_content.c.blob).where(deleted_content.c.deletion == key)
    return list(
        connection.execute(
            own.order_by(deleted_content.c.instance_id, deleted_content.c.is_current)
        ).scalars()
    )


def deleted_instances(connection: Connection, study_uid: str) -> set[str]:
    """SOP Instance UIDs that were deleted from a study, also those that were stored again since."""
    statement = (
        select(deleted_content.c.uid)
        .join(deletion, deletion.c.key == deleted_content.c.deletion)
        .where(deletion.c.study_uid == study_uid)
    )
    return set(connection.execute(statement).scalars())


def every_deleted(connection: Connection) -> Iterator[tuple[str, str, str, int]]:
    """(blob, SOP Instance UID, sha256, dataset_offset) of every deleted content."""
    own = deleted_content.c
    for row in connection.execute(select(own.blob, own.uid, own.sha256, own.dataset_offset)):
        yield row.blob, row.uid, row.sha256, row.dataset_offset


def restore(connection: Connection, key: str, at: float) -> Deletion:
    """Put everything back. Raises NotFound, also for what is being purged."""
    found = find_deletion(connection, key)
    if found.is_purging:
        raise NotFound(f"The deletion {key} is being purged: its files are gone.")
    parents = {
        kind: {row.id: orjson.loads(row.row) for row in rows}
        for kind, rows in _by_kind(
            connection.execute(select(deleted_parent).where(deleted_parent.c.deletion == key))
        ).items()
    }
    own = deleted_content.c
    contents = connection.execute(
        select(deleted_content).where(own.deletion == key).order_by(own.instance_id, own.is_current)
    ).all()
    touched = put_back(connection, parents, contents)
    _count_again(connection, touched.values())
    _tell(connection, "restored", found.study_instance_uid, _uids(connection, touched), at)
    _drop(connection, key)
    return found


def begin_purge(connection: Connection, key: str) -> Deletion:
    """From now on it cannot be restored. Raises NotFound."""
    found = find_deletion(connection, key)
    connection.execute(update(deletion).where(deletion.c.key == key).values(is_purging=1))
    return found


def end_purge(connection: Connection, key: str) -> None:
    """Forget a deletion whose files are gone."""
    for some in _groups(blobs_of(connection, key)):
        connection.execute(delete(frame_index).where(frame_index.c.blob.in_(some)))
    _drop(connection, key)


def _take_out(connection: Connection, wanted: Deletion, pks: Sequence[int]) -> Deletion:
    if not pks:
        raise NotFound(f"There is no such {wanted.level} here.", uid=wanted.uid)
    keep_highest(connection)
    rows = _rows(connection, instance, instance.c.id, pks)
    older = _rows(connection, revision, revision.c.instance_pk, pks)
    of_series = _rows(connection, series, series.c.id, sorted({row.series_pk for row in rows}))
    (of_study,) = _rows(connection, study, study.c.id, sorted({row.study_pk for row in of_series}))
    of_patient = _rows(connection, patient, patient.c.id, [of_study.patient_pk])
    told = _described(wanted, of_study, of_series, rows, older)
    connection.execute(insert(deletion), _columns(told))
    parents = [("patient", of_patient), ("study", [of_study]), ("series", of_series)]
    connection.execute(
        insert(deleted_parent),
        [
            {"deletion": told.key, "kind": kind, "id": row.id, "row": _dumped(row)}
            for kind, found in parents
            for row in found
        ],
    )
    by_pk = {row.id: row for row in rows}
    contents = [_content(told.key, row, row, is_current=True) for row in rows]
    contents += [_content(told.key, by_pk[row.instance_pk], row, is_current=False) for row in older]
    connection.execute(insert(deleted_content), contents)
    for some in _groups(pks):
        connection.execute(delete(instance).where(instance.c.id.in_(some)))
    _tell(connection, "deleted", of_study.uid, [row.uid for row in of_series], told.at)
    _count_again(connection, [(of_study.id, row.id) for row in of_series])
    return told


def _count_again(connection: Connection, touched: Iterable[tuple[int, int]]) -> None:
    """Counts of series and studies, by their ids; those without instances go, and so does their patient."""
    pairs = sorted(set(touched))
    for _, series_pk in pairs:
        if not tally_series(connection, series_pk):
            connection.execute(delete(series).where(series.c.id == series_pk))
    for study_pk in dict.fromkeys(study_pk for study_pk, _ in pairs):
        if tally_study(connection, study_pk):
            continue
        owner = connection.execute(select(study.c.patient_pk).where(study.c.id == study_pk)).scalar_one()
        connection.execute(delete(study).where(study.c.id == study_pk))
        if not connection.execute(select(study.c.id).where(study.c.patient_pk == owner).limit(1)).scalar():
            connection.execute(delete(patient).where(patient.c.id == owner))


def _tell(connection: Connection, kind: str, study_uid: str, series_uids: Iterable[str], at: float) -> None:
    rows = [
        {"kind": kind, "study_uid": study_uid, "series_uid": uid, "instances": 0, "at": at}
        for uid in series_uids
    ]
    connection.execute(insert(change), rows)


def _uids(connection: Connection, touched: Mapping[int, tuple[int, int]]) -> list[str]:
    return [
        row.uid for row in _rows(connection, series, series.c.id, sorted({pk for _, pk in touched.values()}))
    ]


def _drop(connection: Connection, key: str) -> None:
    connection.execute(delete(deletion).where(deletion.c.key == key))


def _described(
    wanted: Deletion, of_study: Row[Any], of_series: Sequence[Row[Any]], rows: Sequence[Row[Any]], older: Any
) -> Deletion:
    named = load(of_study.attributes).get(_PATIENT_NAME)
    return Deletion(
        key=wanted.key,
        study_instance_uid=wanted.study_instance_uid,
        series_instance_uid=wanted.series_instance_uid,
        sop_instance_uid=wanted.sop_instance_uid,
        deleted_by=wanted.deleted_by,
        at=wanted.at,
        reason=wanted.reason,
        patient_name=str(named.first or "") if named else "",
        patient_id=of_study.patient_id,
        study_date=of_study.study_date,
        description=of_study.description if wanted.level == "study" else of_series[0].description,
        modalities=tuple(dict.fromkeys(row.modality for row in of_series if row.modality)),
        series_count=len(of_series),
        instance_count=len(rows),
        byte_count=sum(row.size for row in rows) + sum(row.size for row in older),
    )


def _columns(told: Deletion) -> dict[str, Any]:
    return {
        "key": told.key,
        "study_uid": told.study_instance_uid,
        "series_uid": told.series_instance_uid,
        "sop_uid": told.sop_instance_uid,
        "deleted_by": told.deleted_by,
        "at": told.at,
        "reason": told.reason,
        "patient_name": told.patient_name,
        "patient_id": told.patient_id,
        "study_date": told.study_date,
        "description": told.description,
        "modalities": "\\".join(told.modalities),
        "series_count": told.series_count,
        "instance_count": told.instance_count,
        "bytes": told.byte_count,
        "is_purging": int(told.is_purging),
    }


def _deletion(row: Row[Any]) -> Deletion:
    return Deletion(
        key=row.key,
        study_instance_uid=row.study_uid,
        series_instance_uid=row.series_uid,
        sop_instance_uid=row.sop_uid,
        deleted_by=row.deleted_by,
        at=row.at,
        reason=row.reason,
        patient_name=row.patient_name,
        patient_id=row.patient_id,
        study_date=row.study_date,
        description=row.description,
        modalities=tuple(filter(None, row.modalities.split("\\"))),
        series_count=row.series_count,
        instance_count=row.instance_count,
        byte_count=row.bytes,
        is_purging=bool(row.is_purging),
    )


def _content(key: str, of_instance: Row[Any], row: Row[Any], *, is_current: bool) -> dict[str, Any]:
    return {
        "blob": row.blob,
        "deletion": key,
        "instance_id": of_instance.id,
        "series_id": of_instance.series_pk,
        "uid": of_instance.uid,
        "is_current": int(is_current),
        "sha256": row.sha256,
        "dataset_offset": row.dataset_offset,
        "row": _dumped(row),
    }


def _dumped(row: Row[Any]) -> str:
    return orjson.dumps({str(name): value for name, value in row._mapping.items()}).decode()


def _rows(connection: Connection, table: Table, column: Any, keys: Sequence[Any]) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for some in _groups(keys):
        found += connection.execute(select(table).where(column.in_(some)).order_by(table.c.id))
    return found


def _by_kind(rows: Iterable[Row[Any]]) -> dict[str, list[Row[Any]]]:
    kinds: dict[str, list[Row[Any]]] = {}
    for row in rows:
        kinds.setdefault(row.kind, []).append(row)
    return kinds


def _groups(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]

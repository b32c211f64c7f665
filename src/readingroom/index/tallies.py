"""What a study and a series row say of what is below them, counted anew after rows went or came back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from .schema import instance, revision, series, study, study_modality
from .wording import study_words


def tally_series(connection: Connection, pk: int) -> int:
    """Count a series again; returns how many instances it has. Its version grows."""
    own = instance.c.series_pk == pk
    said = connection.execute(
        select(
            func.count().label("instances"),
            func.coalesce(func.sum(instance.c.frames), 0).label("frames"),
            func.coalesce(func.sum(instance.c.size), 0).label("bytes"),
            func.max(instance.c.received).label("received"),
        ).where(own)
    ).one()
    if not said.instances:
        return 0
    older = select(func.coalesce(func.sum(revision.c.size), 0)).join(instance).where(own)
    row = connection.execute(select(series).where(series.c.id == pk)).one()
    connection.execute(
        update(series)
        .where(series.c.id == pk)
        .values(
            sop_classes=_listed(row.sop_classes, _first_seen(connection, instance.c.sop_class, own)),
            transfer_syntaxes=_listed(
                row.transfer_syntaxes, _first_seen(connection, instance.c.transfer_syntax, own)
            ),
            instance_count=said.instances,
            frame_count=said.frames,
            bytes=said.bytes + connection.execute(older).scalar_one(),
            received_last=said.received,
            version=row.version + 1,
        )
    )
    return int(said.instances)


def tally_study(connection: Connection, pk: int) -> int:
    """Count a study again from its series; returns how many it has. Its version grows."""
    below = connection.execute(select(series).where(series.c.study_pk == pk).order_by(series.c.id)).all()
    if not below:
        return 0
    row = connection.execute(select(study).where(study.c.id == pk)).one()
    modalities = _listed(row.modalities, (one.modality for one in below))
    body_parts = _listed(row.body_parts, (one.body_part for one in below))
    lists = {"modalities": modalities, "body_parts": body_parts}
    classes = (sop_class for one in below for sop_class in one.sop_classes.split("\\"))
    connection.execute(
        update(study)
        .where(study.c.id == pk)
        .values(
            **lists,
            words=study_words({**row._mapping, **lists}),
            sop_classes=_listed(row.sop_classes, classes),
            series_count=len(below),
            instance_count=sum(one.instance_count for one in below),
            bytes=sum(one.bytes for one in below),
            received_last=max(one.received_last for one in below),
            version=row.version + 1,
        )
    )
    connection.execute(delete(study_modality).where(study_modality.c.study_pk == pk))
    dated = {"study_date": row.study_date, "study_time": row.study_time, "study_pk": pk}
    listed = [dated | {"modality": modality} for modality in modalities.split("\\") if modality]
    if listed:
        connection.execute(insert(study_modality), listed)
    return len(below)


def _first_seen(connection: Connection, column: Any, own: Any) -> list[str]:
    """The distinct values of a column, in the order in which they came."""
    statement = select(column).where(own).group_by(column).order_by(func.min(instance.c.id))
    return list(connection.execute(statement).scalars())


def _listed(known: str, present: Iterable[str]) -> str:
    """A backslash-joined list of what is present; what was listed keeps its order."""
    there = dict.fromkeys(filter(None, present))
    return "\\".join(dict.fromkeys([*(one for one in known.split("\\") if one in there), *there]))

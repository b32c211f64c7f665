"""Deleted rows back where they were, or beside what was stored in their place meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from .schema import instance, patient, revision, series, study

Parents = Mapping[str, Mapping[int, dict[str, Any]]]
"""The rows of "patient", "study" and "series" as they were, by their ids."""

_CONTENT = ("blob", "sha256", "transfer_syntax", "size", "dataset_offset", "origin", "received")

_REVISION = ("instance_pk", "number", *_CONTENT)
"""Without its id, which may be another's by now: nobody keeps it."""


def put_back(
    connection: Connection, parents: Parents, contents: Sequence[Row[Any]]
) -> dict[int, tuple[int, int]]:
    """Write rows back under their old ids; what is there keeps what it says of itself.

    contents: rows of `deleted_content` ordered by instance, the current one last. Counts are left to the
    caller: returned is, by the id that a series had, the ids that its study and it have now.
    """
    places = _put_back_parents(connection, parents)
    fresh: list[dict[str, Any]] = []
    older: list[dict[str, Any]] = []
    here = _present(connection, [series_pk for _, series_pk in places.values()])
    for _, group in groupby(contents, key=lambda row: row.instance_id):
        versions = [orjson.loads(row.row) for row in group]
        current = versions[-1]
        current["series_pk"] = places[current["series_pk"]][1]
        known = here.get((current["series_pk"], current["uid"]))
        if known is not None:
            _merge(connection, known, versions)
            continue
        fresh.append(current)
        older += ({name: one[name] for name in _REVISION} for one in versions[:-1])
    if fresh:
        connection.execute(insert(instance), fresh)
    if older:
        connection.execute(insert(revision), older)
    return places


def _put_back_parents(connection: Connection, parents: Parents) -> dict[int, tuple[int, int]]:
    ((_, of_study),) = parents["study"].items()
    row = connection.execute(select(study).where(study.c.uid == of_study["uid"])).one_or_none()
    if row is None:
        study_pk = of_study["id"]
        owner = _patient(connection, parents["patient"][of_study["patient_pk"]])
        connection.execute(insert(study), of_study | {"patient_pk": owner})
    else:
        study_pk = row.id
        first = {"received_first": min(row.received_first, of_study["received_first"])}
        lists = _joined(("modalities", "sop_classes"), of_study, row)
        connection.execute(update(study).where(study.c.id == study_pk).values(first | lists))
    places = {}
    for old_pk, of_series in parents["series"].items():
        own = (series.c.study_pk == study_pk) & (series.c.uid == of_series["uid"])
        known = connection.execute(select(series).where(own)).one_or_none()
        if known is None:
            connection.execute(insert(series), of_series | {"study_pk": study_pk})
        else:
            lists = _joined(("sop_classes", "transfer_syntaxes"), of_series, known)
            connection.execute(update(series).where(series.c.id == known.id).values(lists))
        places[old_pk] = (study_pk, of_series["id"] if known is None else known.id)
    return places


def _joined(names: Sequence[str], before: Mapping[str, Any], now: Row[Any]) -> dict[str, str]:
    """Backslash-joined lists in their former order, what came meanwhile behind."""
    return {
        name: "\\".join(
            dict.fromkeys(filter(None, [*before[name].split("\\"), *getattr(now, name).split("\\")]))
        )
        for name in names
    }


def _patient(connection: Connection, row: dict[str, Any]) -> int:
    """The patient with that key, who may have got another id."""
    found = connection.execute(select(patient.c.id).where(patient.c.key == row["key"])).scalar()
    if found is not None:
        return int(found)
    columns = {name: value for name, value in row.items() if name != "id"}
    key = connection.execute(insert(patient), columns).inserted_primary_key
    assert key is not None
    return int(key[0])


def _present(connection: Connection, series_pks: Sequence[int]) -> dict[tuple[int, str], dict[str, Any]]:
    """Instances that were stored again meanwhile."""
    found = {}
    for pk in series_pks:
        for row in connection.execute(select(instance).where(instance.c.series_pk == pk)):
            found[row.series_pk, row.uid] = dict(row._mapping)
    return found


def _merge(connection: Connection, known: dict[str, Any], versions: Sequence[dict[str, Any]]) -> None:
    """One instance of both: what came last is its content, all others are its revisions."""
    pk = known["id"]
    earlier = connection.execute(select(revision).where(revision.c.instance_pk == pk)).all()
    every = [known, *versions, *(dict(row._mapping) for row in earlier)]
    every.sort(key=lambda one: one["received"])
    newest = versions[-1] if versions[-1]["received"] > known["received"] else known
    every.remove(newest)
    connection.execute(delete(revision).where(revision.c.instance_pk == pk))
    connection.execute(
        update(instance)
        .where(instance.c.id == pk)
        .values(newest | {"id": pk, "series_pk": known["series_pk"], "revision": len(every)})
    )
    connection.execute(
        insert(revision),
        [
            {name: one[name] for name in _CONTENT} | {"instance_pk": pk, "number": number}
            for number, one in enumerate(every)
        ],
    )

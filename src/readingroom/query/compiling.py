"""From keys to conditions of the index: what the database can decide exactly is left to it.

What it cannot decide stays as keys that `matching` checks on each row.
"""

from __future__ import annotations

from dataclasses import dataclass

from readingroom.index import Condition, Sorting, Test, needle
from readingroom.model import Key, Level, Query, Tag, fold, normalise_name, range_end, split_range
from readingroom.standard import levels

from .matching import EMPTY, RANGE_VRS, is_wild
from .timezone import is_moved, with_neighbours

_NAME_GROUPS = ("name_alphabetic", "name_ideographic", "name_phonetic")
_PATIENT_COLUMNS = {
    0x00100020: "patient_id",
    0x00100021: "issuer",
    0x00100030: "birth_date",
    0x00100040: "sex",
}
_COLUMNS: dict[Tag, str] = {
    0x0020000D: "study.uid",
    0x00080020: "study.study_date",
    0x00080030: "study.study_time",
    0x00080050: "study.accession_number",
    0x00200010: "study.study_id",
    0x00081030: "study.description",
    0x0020000E: "series.uid",
    0x00080060: "series.modality",
    0x0008103E: "series.description",
    0x00080021: "series.series_date",
    0x00080031: "series.series_time",
    0x00180015: "series.body_part",
    0x00080018: "instance.uid",
    0x00080016: "instance.sop_class",
    0x00080023: "instance.content_date",
    0x00080033: "instance.content_time",
}
_LISTS: dict[Tag, str] = {
    levels.MODALITIES_IN_STUDY: "study.modalities",
    levels.SOP_CLASSES_IN_STUDY: "study.sop_classes",
}
_LOOSE: dict[Tag, tuple[str, ...]] = {
    0x00100010: ("study.name_alphabetic", "study.name_ideographic", "study.name_phonetic"),
    0x00100020: ("study.patient_id",),
    0x00080050: ("study.accession_number",),
    0x00081030: ("study.description",),
    0x00080090: ("study.referring",),
    0x00180015: ("study.body_parts",),
    levels.SOURCE: ("study.source",),
}
_SORTS: dict[Tag, str] = {
    0x00100010: "name_alphabetic",
    0x00100020: "patient_id",
    0x00100030: "birth_date",
    0x00080090: "study.referring",
    levels.MODALITIES_IN_STUDY: "study.modalities",
    levels.NUMBER_OF_STUDY_RELATED_INSTANCES: "study.instance_count",
    levels.NUMBER_OF_STUDY_RELATED_SERIES: "study.series_count",
    0x00200011: "series.number",
    0x00200013: "instance.number",
    levels.RECEIVED: "study.received_last",
    levels.SOURCE: "study.source",
    levels.BODY_PARTS: "study.body_parts",
}
_TABLE_OF = {"study": Level.STUDY, "series": Level.SERIES, "instance": Level.IMAGE}


@dataclass(frozen=True, slots=True)
class Plan:
    """What the index decides, and what remains to be checked on each row."""

    conditions: tuple[Condition, ...]
    remaining: tuple[Key, ...]
    order: tuple[Sorting, ...]


def compile_query(query: Query) -> Plan:
    """Split a query between the index and the matcher.

    Keys of lower levels than the asked one match nothing an answer could carry and are left out, except
    Modality, which at the study level is taken as Modalities in Study, as many clients mean it.
    """
    conditions: list[Condition] = []
    remaining: list[Key] = []
    level_of = levels.level_of()
    for key in query.keys:
        if query.level <= Level.STUDY and key.path == (0x00080060,):
            key = Key((levels.MODALITIES_IN_STUDY,), key.vr, key.values)
        if level_of.get(key.path[0], Level.PATIENT) > query.level:
            continue
        if all(value == "*" for value in key.values):
            continue
        is_later = bool(query.timezone) and is_moved(key)
        found = _condition(_before_moving(key) if is_later else key, query.level)
        if found is None or is_later:
            remaining.append(key)
        if found is not None:
            conditions.append(found)
    if query.text and query.level >= Level.STUDY:
        conditions.append(Condition(("study.words",), Test.HOLDS, tuple(map(needle, query.text))))
    conditions += [_loose(key) for key in query.loose if query.level >= Level.STUDY]
    if query.received_since is not None and query.level >= Level.STUDY:
        conditions.append(Condition(("study.received_last",), Test.BETWEEN, (str(query.received_since), "")))
    if query.combined_datetime and query.level >= Level.STUDY:
        conditions, combined = _combined(conditions, query)
        remaining += combined
    return Plan(tuple(conditions), tuple(remaining), _order(query))


def _loose(key: Key) -> Condition:
    fold_value = normalise_name if key.vr == "PN" else fold
    folded = (fold_value(value.strip()) for value in key.values)
    patterns = tuple(value if "*" in value or "?" in value else f"*{value}*" for value in folded)
    return Condition(_LOOSE[key.tag], Test.CONTAINS, patterns)


def _before_moving(key: Key) -> Key:
    """What a row must meet before its moment is moved to the time zone of the query."""
    if key.vr != "DA" or len(key.values) > 1:
        return Key(key.path, key.vr, ())
    low, high = with_neighbours(key.values[0])
    return Key(key.path, key.vr, (f"{low}-{high}",) if low or high else ())


def _combined(conditions: list[Condition], query: Query) -> tuple[list[Condition], list[Key]]:
    """Study Date and Study Time as one range: the time bounds only count on the boundary days."""
    dates = [k for k in query.keys if k.path == (0x00080020,)]
    times = [k for k in query.keys if k.path == (0x00080030,)]
    if not (dates and times and split_range(dates[0].values[0]) and split_range(times[0].values[0])):
        return conditions, []
    kept = [c for c in conditions if c.columns not in (("study.study_date",), ("study.study_time",))]
    day, hour = split_range(dates[0].values[0]), split_range(times[0].values[0])
    assert day is not None
    assert hour is not None
    low = day[0] + hour[0] if day[0] else ""
    high = day[1] + hour[1] if day[1] else ""
    kept.append(Condition(("study.date_and_time",), Test.BETWEEN, (low, range_end(high))))
    return kept, []


def _own_table(level: Level) -> str:
    return "patient" if level is Level.PATIENT else "study"


def _condition(key: Key, level: Level) -> Condition | None:
    if len(key.path) > 1 or not key.values or key.values == EMPTY:
        return None
    tag, table = key.tag, _own_table(level)
    if tag == 0x00100010:
        return _name_condition(key, tuple(f"{table}.{group}" for group in _NAME_GROUPS))
    if tag == 0x00080090:
        return None  # its column joins all groups for sorting and the search box
    if tag in _LISTS:
        if any(is_wild(value, key.vr) for value in key.values):
            return None
        return Condition((_LISTS[tag],), Test.LISTS, key.values)
    column = f"{table}.{_PATIENT_COLUMNS[tag]}" if tag in _PATIENT_COLUMNS else _COLUMNS.get(tag)
    return _column_condition(key, column) if column else None


def _name_condition(key: Key, columns: tuple[str, ...]) -> Condition | None:
    if any("=" in value for value in key.values):
        return None
    wanted = tuple(normalise_name(value) for value in key.values)
    wild = [is_wild(value, "PN") for value in wanted]
    if all(wild):
        return Condition(columns, Test.LIKE, wanted)
    return None if any(wild) else Condition(columns, Test.IS, wanted)


def _column_condition(key: Key, column: str) -> Condition | None:
    form = RANGE_VRS.get(key.vr)
    if form is not None:
        ends = [split_range(value) for value in key.values]
        if len(ends) == 1 and ends[0] is not None:
            low, high = form(ends[0][0]), form(ends[0][1])
            return Condition((column,), Test.BETWEEN, (low, range_end(high)))
        return None if any(ends) else Condition((column,), Test.IS, tuple(map(form, key.values)))
    wild = [is_wild(value, key.vr) for value in key.values]
    if all(wild):
        return Condition((column,), Test.LIKE, tuple(value.strip() for value in key.values))
    return None if any(wild) else Condition((column,), Test.IS, tuple(v.strip() for v in key.values))


def _order(query: Query) -> tuple[Sorting, ...]:
    sortings = []
    for order in query.order:
        column = _SORTS.get(order.tag) or _PATIENT_COLUMNS.get(order.tag) or _COLUMNS.get(order.tag)
        if column is None:
            continue
        if "." not in column:
            column = f"{_own_table(query.level)}.{column}"
        if _TABLE_OF.get(column.partition(".")[0], Level.PATIENT) <= query.level:
            sortings.append(Sorting(column, order.descending))
    return tuple(sortings)

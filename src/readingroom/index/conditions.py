"""Conditions as the study list asks them: values in place, led by an index or checked on each row."""

from __future__ import annotations

import re
import sys
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, false, func, literal_column, or_, select
from sqlalchemy.sql.expression import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from .schema import study, study_modality
from .search_statement import FOLDED, Condition, Test, column, escape_glob


def unindexed(found: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same for SQLite, but for no index: an index of ours has been chosen already."""
    return UnaryExpression(found, operator=custom_op("+"), type_=found.type)


def like(found: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """Meets a pattern with * and ?."""
    return found.op("GLOB")(escape_glob(pattern))


def clause(condition: Condition) -> ColumnElement[bool]:
    """The condition; SQLite may use any index for it."""
    if condition.test is Test.LISTS and condition.columns == ("study.modalities",):
        # A table of its own, so that a modality nobody has costs nothing (contract: backend-stack 4).
        chosen = select(study_modality.c.study_pk).where(study_modality.c.modality.in_(condition.values))
        return study.c.id.in_(chosen)
    return _any_column(condition, is_indexed=True)


def check(condition: Condition) -> ColumnElement[bool]:
    """The same, to be checked on each row that was found by something else."""
    return _any_column(condition, is_indexed=False)


def _any_column(condition: Condition, *, is_indexed: bool) -> ColumnElement[bool]:
    if not condition.values:
        return false()
    found = [(name, column(name) if is_indexed else unindexed(column(name))) for name in condition.columns]
    return or_(*(_compare(name, one, condition) for name, one in found))


def _compare(name: str, found: ColumnElement[Any], condition: Condition) -> ColumnElement[bool]:
    values = condition.values
    match condition.test:
        case Test.IS:
            return found.in_(values)
        case Test.LIKE:
            return or_(*(like(found, value) for value in values))
        case Test.CONTAINS:
            folded = found if FOLDED.fullmatch(name) else func.folded(found)
            return or_(*(like(folded, value) for value in values))
        case Test.BETWEEN:
            is_number = isinstance(found.type, Float)  # compared with text, every number is less
            low, high = (float(end) if end and is_number else end for end in values)
            parts = [found != ""]
            parts += [found >= low] if low else []
            parts += [found <= high] if high else []
            return and_(*parts)
        case Test.HOLDS:
            return and_(*(func.instr(found, value) > 0 for value in values))
        case Test.LISTS:
            joined = literal_column("'\\'").concat(found).concat(literal_column("'\\'"))
            return or_(*(func.instr(joined, f"\\{value}\\") > 0 for value in values))


def literal_start(pattern: str) -> str:
    """What stands before the first wildcard."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0]


def between_prefixes(found: ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    """Not empty, and from the prefix to before the next one in the order of code points."""
    told = found != literal_column("''")  # as the partial indexes say it
    last = ord(prefix[-1]) + 1
    if last > sys.maxunicode:
        return and_(told, found >= prefix)
    after = prefix[:-1] + chr(0xE000 if 0xD800 <= last <= 0xDFFF else last)
    return and_(told, found >= prefix, found < after)

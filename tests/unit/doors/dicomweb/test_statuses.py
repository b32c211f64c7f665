"""The tables from kinds of errors to statuses are complete."""

from __future__ import annotations

import logging

import orjson
import pytest

from readingroom import errors
from readingroom.doors.dicomweb.statuses import (
    FAILURE_REASON,
    STATUS,
    BadMediaType,
    TooLarge,
    failure_reason,
    status_of,
    tell,
)

HOUSE = {
    errors.Invalid: 400, errors.NotFound: 404, errors.Refused: 403, errors.Unknown: 401,
    errors.Conflict: 409, errors.Unsupported: 406, errors.Unavailable: 503, BadMediaType: 415,
    TooLarge: 413,
}  # fmt: skip
REASONS = {
    errors.Invalid: 0xC000, errors.NotFound: 0x0110, errors.Refused: 0x0124, errors.Unknown: 0x0124,
    errors.Conflict: 0xA900, errors.Unsupported: 0x0122, errors.Unavailable: 0xA700,
}  # fmt: skip


def kinds() -> set[type]:
    below: set[type] = set()
    todo: list[type] = [errors.ReadingRoomError]
    while todo:
        found = [kind for kind in todo.pop().__subclasses__() if kind.__module__ == "readingroom.errors"]
        below.update(found)
        todo += found
    return below


def test_tables_are_complete() -> None:
    assert STATUS.keys() == kinds() | {BadMediaType, TooLarge}
    assert {kind: int(status) for kind, status in STATUS.items()} == HOUSE
    assert FAILURE_REASON.keys() == kinds()
    assert dict(FAILURE_REASON) == REASONS


def test_kinds_of_kinds_and_bugs() -> None:
    assert failure_reason(BadMediaType()) == 0x0122
    assert failure_reason(ZeroDivisionError()) == failure_reason(None) == 0x0110
    assert status_of(ZeroDivisionError()) == 500


def test_problem_response(caplog: pytest.LogCaptureFixture) -> None:
    response = tell(errors.NotFound("There is no such study here.", uid="1.2"))
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert orjson.loads(response.body)["uid"] == "1.2"
    assert not caplog.records
    with caplog.at_level(logging.ERROR):
        assert tell(ZeroDivisionError("inside")).status_code == 500
    assert "inside" in caplog.text

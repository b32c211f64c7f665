"""Every kind of error has its status in every service (house.md section 5, PS3.7 annex C)."""

from __future__ import annotations

from typing import Any, cast

import pytest

from readingroom import errors
from readingroom.association import CommandField
from readingroom.doors.dimse.retrieval import Counters, final_status
from readingroom.doors.dimse.statuses import TABLES, status_of

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type)
    and issubclass(kind, errors.ReadingRoomError)
    and kind is not errors.ReadingRoomError
]


class _Asked:
    """As much of a command as the table looks at."""

    def __init__(self, command_field: int) -> None:
        self.command_field = command_field


def status(field: int, error: Exception) -> int:
    return status_of(cast(Any, None), cast(Any, None), cast(Any, _Asked(field)), error)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("field", sorted(TABLES))
def test_no_kind_is_forgotten(field: int, kind: type[Exception]) -> None:
    assert status(field, kind()) in set(TABLES[field].values())


@pytest.mark.ps("3.4 B.2.3")
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.Unavailable(), 0xA700),
        (errors.Conflict(), 0xA900),
        (errors.Invalid(), 0xC000),
        (errors.Refused(), 0x0124),
        (ValueError("a bug"), 0x0110),
    ],
)
def test_store(error: Exception, expected: int) -> None:
    assert status(CommandField.C_STORE_RQ, error) == expected


@pytest.mark.ps("3.4 C.4.1.1.4")
@pytest.mark.parametrize(
    ("error", "expected"),
    [(errors.Invalid(), 0xA900), (errors.Unavailable(), 0xA700), (ValueError("a bug"), 0xC001)],
)
def test_find(error: Exception, expected: int) -> None:
    assert status(CommandField.C_FIND_RQ, error) == expected


@pytest.mark.ps("3.4 C.4.2.1.5")
@pytest.mark.parametrize(
    ("error", "expected"),
    [(errors.NotFound(), 0xA801), (errors.Invalid(), 0xA900), (errors.Unavailable(), 0xA701)],
)
def test_move(error: Exception, expected: int) -> None:
    assert status(CommandField.C_MOVE_RQ, error) == expected


@pytest.mark.ps("3.4 C.4.2.3.1")
@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([0x0000, 0x0000], 0x0000),
        ([0x0000, 0xA700], 0xB000),
        ([0xB000, 0x0000], 0xB000),
        ([0xA700, 0xC000], 0xA702),
    ],
)
def test_the_final_status_of_a_retrieval(statuses: list[int], expected: int) -> None:
    counters = Counters(len(statuses))
    for number, one in enumerate(statuses):
        counters.count(f"1.2.{number}", one)
    assert counters.remaining == 0
    assert final_status(counters) == expected
    failed = [one for one in statuses if one not in (0x0000, 0xB000)]
    assert (counters.failed, len(counters.failed_uids)) == (len(failed), len(failed))

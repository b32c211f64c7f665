"""Errors told as RFC 9457 problems; statuses as the table of house.md and errors.py has them."""

from __future__ import annotations

from http import HTTPStatus

import orjson
import pytest

from readingroom import errors
from readingroom.wire import STATUS_OF_KIND, problem, status_of

HOUSE = {
    errors.Invalid: 400, errors.NotFound: 404, errors.Refused: 403, errors.Unknown: 401,
    errors.Conflict: 409, errors.Unsupported: 406, errors.Unavailable: 503,
}  # fmt: skip


def kinds(parent: type[errors.ReadingRoomError] = errors.ReadingRoomError) -> set[type]:
    below = {kind for kind in parent.__subclasses__() if kind.__module__ == "readingroom.errors"}
    return below.union(*map(kinds, below))


def test_every_kind_has_its_status() -> None:
    assert STATUS_OF_KIND.keys() == kinds() == HOUSE.keys()
    assert {kind: int(status) for kind, status in STATUS_OF_KIND.items()} == HOUSE


def test_a_kind_of_a_kind_answers_as_its_parent() -> None:
    class NoSuchFrame(errors.NotFound):
        """That frame does not exist."""

    assert status_of(NoSuchFrame()) == 404
    assert status_of(KeyError("x")) == 500
    assert status_of(errors.ReadingRoomError("x")) == 500


def test_body_and_headers() -> None:
    told = problem(errors.NotFound("No such study.", uid="1.2", tag=0x0020000D, type="x", count=2**60))
    assert told.status == 404
    assert told.headers["content-type"] == "application/problem+json"
    assert orjson.loads(told.body) == {
        "type": "about:blank", "title": "Not Found", "status": 404, "detail": "No such study.",
        "uid": "1.2", "tag": "0020000D", "count": str(2**60),
    }  # fmt: skip


def test_headers_that_go_with_a_status() -> None:
    assert problem(errors.Unknown()).headers["www-authenticate"].startswith("Basic")
    assert problem(errors.Unknown(), challenge="Bearer").headers["www-authenticate"] == "Bearer"
    assert "www-authenticate" not in problem(errors.Refused()).headers
    assert problem(errors.Unavailable()).headers["retry-after"] == "5"
    assert problem(errors.Unavailable(retry_after=30)).headers["retry-after"] == "30"


def test_a_place_may_know_the_status_better() -> None:
    told = problem(errors.Unsupported("No."), status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    assert orjson.loads(told.body)["status"] == told.status == 415


def test_a_bug_keeps_its_words_to_itself() -> None:
    told = problem(KeyError("secret of /var/lib"))
    assert told.status == 500
    assert b"secret" not in told.body


@pytest.mark.parametrize("fact", ["a\udcffb", b"\xff", object(), {1: 2}, None, 1.5])
def test_any_fact_can_be_told(fact: object) -> None:
    assert orjson.loads(problem(errors.Invalid("bad \udcff", fact=fact)).body)["status"] == 400

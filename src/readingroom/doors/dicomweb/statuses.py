"""From what went wrong to what HTTP and a store response say of it (PS3.18 8.5, I.2.2)."""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

from readingroom.errors import (
    Conflict,
    Invalid,
    NotFound,
    ReadingRoomError,
    Refused,
    Unavailable,
    Unknown,
    Unsupported,
)
from readingroom.wire import STATUS_OF_KIND, problem

log = logging.getLogger("readingroom.dicomweb")


class BadMediaType(Unsupported):
    """That media type cannot be stored; send multipart/related of application/dicom."""


class TooLarge(Invalid):
    """The request is larger than this server takes; send it in several."""


STATUS: Mapping[type[ReadingRoomError], HTTPStatus] = {
    **STATUS_OF_KIND,
    BadMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
"""Every kind of error that can reach this door; anything else is a bug, 500."""

FAILURE_REASON: Mapping[type[ReadingRoomError], int] = {
    Invalid: 0xC000,  # cannot understand
    Conflict: 0xA900,  # the Data Set does not match: its SOP class, the study it was sent to
    Unsupported: 0x0122,  # SOP class not supported
    Unavailable: 0xA700,  # out of resources
    Refused: 0x0124,  # not authorised
    Unknown: 0x0124,
    NotFound: 0x0110,
}
"""Failure Reason (0008,1197) of one instance, PS3.18 table I.2-2; 0110, processing failure, for a bug."""


def failure_reason(error: BaseException | None) -> int:
    """The Failure Reason for what kept an instance from being stored."""
    for kind in type(error).__mro__:
        if kind in FAILURE_REASON:
            return FAILURE_REASON[kind]
    return 0x0110


def status_of(error: BaseException) -> HTTPStatus:
    """The HTTP status of an error."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR


_OUTAGES = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE, errno.ENFILE, errno.EMFILE}
)
"""What the system says when a disk or the share behind it is full or gone, or we have too many files open."""


def tell(error: Exception) -> Response:
    """The error as a response; bugs are logged with their trace."""
    if isinstance(error, OSError) and error.errno in _OUTAGES:
        log.error("%s", error)
        error = Unavailable(f"A disk of the server cannot be used at present: {error.strerror}.")
    if not isinstance(error, ReadingRoomError):
        log.error("a bug in the DICOMweb door: %s", error, exc_info=error)
    told = problem(error, status=status_of(error))
    return Response(told.body, told.status, dict(told.headers))

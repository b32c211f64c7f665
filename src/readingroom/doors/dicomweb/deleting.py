"""DELETE of a study, series or instance, for administrators: our extension, PS3.18 has no such transaction.

What is deleted is answered 404 and not 410 from then on: it can be restored, and 410 says "for good" and is
kept by caches (RFC 9110 15.5.11).
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from readingroom.access import Caller
from readingroom.wire import Parameter

from .services import Services

REASON = Parameter("reason", "why, kept with the deletion; at most 500 characters")


def delete(services: Services, request: Request, caller: Caller) -> Response:
    """204; Link names the deletion below /api, where it is restored and purged. Raises NotFound, Invalid."""
    path = request.path_params
    told = services.lifecycle.delete(
        path["study"],
        path.get("series", ""),
        path.get("instance", ""),
        by=caller.name,
        why=request.query_params.get("reason", ""),
        address=request.client.host if request.client else "",
    )
    return Response(status_code=204, headers={"link": f'</api/deleted/{told.key}>; rel="related"'})

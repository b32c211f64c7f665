"""anonymize=yes: objects and pictures that do not tell who it is (PS3.18 9.4.1.2, PS3.15 annex E)."""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import Unsupported
from readingroom.index import DONE, FAILED, Event
from readingroom.model import StoredInstance
from readingroom.objects import deidentified, transcoded, why_not_deidentified

from .media_types import DICOM
from .negotiation import unchanged
from .services import Services
from .streaming import streamed
from .wado_rs import as_rewritten, file_meta


def check_anonymous(services: Services, stored: StoredInstance) -> None:
    """Raises Unsupported when a picture of it may show who it is."""
    with services.frames.open(stored) as frames:
        attributes = frames.attributes
    _refuse(why_not_deidentified(stored, attributes))


def answer_anonymous(services: Services, request: Request, stored: StoredInstance, uid: str) -> Response:
    """The object without identity in a transfer syntax that `wado_rs.why_not` has nothing against."""
    etag = f'"{stored.sha256[:32]}-{uid}-anonymous"'
    if (same := unchanged(request, etag)) is not None:
        return same
    with services.archive.open(stored) as file:
        try:
            made = deidentified(file, stored, services.deidentifying_key)
        except Unsupported as error:
            _refuse(error.sentence)
            raise
    written = made.data_set
    if uid != made.stored.transfer_syntax_uid:
        with made.data_set.file as whole:
            written = transcoded(whole, made.stored, uid)
    meta = file_meta(made.stored, uid)
    headers = {"etag": etag, "cache-control": "private, no-cache", "vary": "Accept", "content-type": DICOM}
    headers["content-length"] = str(len(meta) + written.length)
    return streamed(as_rewritten(meta, written), headers)


def tell_anonymous(
    services: Services,
    request: Request,
    stored: StoredInstance,
    media_type: str,
    refusal: Unsupported | None = None,
) -> None:
    """The event of what left without identity, or was asked for so and refused: who, and which object.

    The UID it was given stands nowhere: together with this event it would undo what was done.
    """
    ref, caller = stored.ref, request.state.caller
    said = f"Given as {media_type}, de-identified by the Basic Application Level Confidentiality Profile."
    services.archive.tell(
        Event(
            time.time(), "WADO-URI", caller.name, ref.sop_instance_uid,
            f"Not given de-identified: {refusal.sentence}" if refusal else said,
            outcome=FAILED if refusal else DONE,
            address=request.client.host if request.client else "",
            facts={
                "deidentified": refusal is None, "media_type": media_type,
                "studies": [ref.study_instance_uid], "series": ref.series_instance_uid,
            },
        )
    )  # fmt: skip


def _refuse(why: str | None) -> None:
    if why is not None:
        raise Unsupported(why, parameter="anonymize")

"""WADO-RS: whole studies, series and instances as DICOM files (PS3.18 10.4)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from starlette.requests import Request
from starlette.responses import Response

from readingroom.dataset import write_file_meta
from readingroom.errors import Invalid, Unsupported
from readingroom.model import StoredInstance
from readingroom.objects import Rewritten, transcoded
from readingroom.pixels import WRITTEN_WITH_LOSS, keeps_codestream, obstacle
from readingroom.standard.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from readingroom.standard.transfer_syntaxes import UNCOMPRESSED
from readingroom.wire import Acceptable, MediaType, Offer, Part, choose, new_boundary, related, write_parts

from .addresses import Addresses
from .instances import instances_of
from .media_types import DICOM, NEVER_ON_THE_WEB, instance_offers
from .negotiation import acceptable, unchanged
from .services import Services
from .streaming import CHUNK, streamed

log = logging.getLogger("readingroom.dicomweb")

_NOT_ACCEPTABLE = "These objects cannot be given in any form that the request accepts."
Form = tuple[StoredInstance, Offer]


def retrieve(services: Services, request: Request) -> Response:
    """/studies/{study}, .../series/{series}, .../instances/{instance}"""
    instances = instances_of(services, request)
    wanted = acceptable(request)
    if len(instances) == 1:
        (stored,) = instances
        several, single = (instance_offers(stored, multipart=multipart) for multipart in (True, False))
        offer = choose(wanted, [*several, *single])
        if offer is None:
            raise Unsupported(_NOT_ACCEPTABLE)
        if not offer.multipart:
            return answer_instance(services, request, stored, offer)
        return _several(services, request, [(stored, offer)], is_whole=True)
    forms = [form for stored in instances if (form := _form(stored, wanted)) is not None]
    if not forms:
        raise Unsupported(_NOT_ACCEPTABLE)
    return _several(services, request, forms, is_whole=len(forms) == len(instances))


def why_not(services: Services, stored: StoredInstance, uid: str) -> str | None:
    """Why an object cannot be given in a transfer syntax, as a sentence; None when it can."""
    if uid in NEVER_ON_THE_WEB:
        return "Implicit VR and Big Endian never go over the web (PS3.18 8.7.3)."
    source = stored.transfer_syntax_uid
    if uid == source or (source in UNCOMPRESSED and uid in UNCOMPRESSED):
        return None
    if not stored.number_of_frames:
        if uid in UNCOMPRESSED:
            return None
        return f"An object without pixel data is never given in {uid} (PS3.5 A.4)."
    if uid in WRITTEN_WITH_LOSS and not keeps_codestream(source, uid):
        return (
            "An object is not compressed with loss under its own UID; ask for a lossless form or a picture."
        )
    with services.frames.open(stored) as frames:
        return obstacle(frames.description, uid)


def _form(stored: StoredInstance, wanted: tuple[Acceptable, ...]) -> Form | None:
    offer = choose(wanted, instance_offers(stored, multipart=True))
    return None if offer is None else (stored, offer)


def answer_instance(services: Services, request: Request, stored: StoredInstance, offer: Offer) -> Response:
    """One object as the whole answer, or 304; offer: one that `why_not` has nothing against."""
    etag = f'"{stored.sha256[:32]}-{offer.transfer_syntax}"'
    if (same := unchanged(request, etag)) is not None:
        return same
    part = _part(services, stored, offer, Addresses(request))
    headers = {"content-type": part.content_type, "etag": etag, "cache-control": "private, no-cache"}
    headers |= {"vary": "Accept", "content-length": str(part.length), "content-location": part.location or ""}
    return streamed(iter(part.body), headers)


def _several(services: Services, request: Request, forms: Sequence[Form], *, is_whole: bool) -> Response:
    boundary, addresses = new_boundary(), Addresses(request)
    is_alone = len(forms) == 1
    parts = (
        _part(services, stored, offer, addresses)
        if is_alone
        else _part_in_any_case(services, stored, offer, addresses)
        for stored, offer in forms
    )
    headers = {
        "content-type": related(DICOM, boundary),
        "vary": "Accept",
        "cache-control": "private, no-cache",
    }
    return streamed(write_parts(parts, boundary), headers, 200 if is_whole else 206)


def _part(services: Services, stored: StoredInstance, offer: Offer, addresses: Addresses) -> Part:
    syntax = offer.transfer_syntax or ""
    location = addresses.of_instance(stored.ref)
    if syntax == stored.transfer_syntax_uid:
        return Part(_content_type(syntax), _as_stored(services, stored), stored.size, location)
    with services.archive.open(stored) as file:
        rewritten = transcoded(file, stored, syntax)
    meta = _file_meta(stored, syntax)
    body = _as_rewritten(meta, rewritten)
    return Part(_content_type(syntax), body, len(meta) + rewritten.length, location)


def _part_in_any_case(services: Services, stored: StoredInstance, offer: Offer, addresses: Addresses) -> Part:
    """As `_part`; an object whose pixel data turn out to be broken goes out as it is stored, and says so.

    The status has been sent by then, and one broken object should not keep a study from its readers.
    """
    try:
        return _part(services, stored, offer, addresses)
    except (Invalid, Unsupported) as error:
        log.warning("%s is sent as stored: %s", stored.ref.sop_instance_uid, error.sentence)
        as_stored = Offer(DICOM, offer.multipart, stored.transfer_syntax_uid)
        return _part(services, stored, as_stored, addresses)


def _file_meta(stored: StoredInstance, transfer_syntax_uid: str) -> bytes:
    return write_file_meta(
        stored.sop_class_uid,
        stored.ref.sop_instance_uid,
        transfer_syntax_uid,
        implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        implementation_version_name=IMPLEMENTATION_VERSION_NAME,
    )


def _as_rewritten(meta: bytes, rewritten: Rewritten) -> Iterator[bytes]:
    with rewritten.file as file:
        yield meta + file.read(CHUNK)
        while chunk := file.read(CHUNK):
            yield chunk


def _content_type(transfer_syntax_uid: str) -> str:
    return str(MediaType(DICOM, {"transfer-syntax": transfer_syntax_uid}))


def _as_stored(services: Services, stored: StoredInstance) -> Iterator[bytes]:
    with services.archive.open(stored) as file:
        while chunk := file.read(CHUNK):
            yield chunk

"""WADO-RS: whole studies, series and instances as DICOM files (PS3.18 10.4)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence

from starlette.requests import Request
from starlette.responses import Response

from readingroom.dataset import write_file_meta
from readingroom.errors import Invalid, Unsupported
from readingroom.model import StoredInstance
from readingroom.objects import Rewritten, transcoded
from readingroom.pixels import WRITTEN_WITH_LOSS, keeps_codestream, obstacle
from readingroom.standard.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE, UNCOMPRESSED
from readingroom.wire import (
    ZIP,
    Acceptable,
    MediaType,
    Offer,
    Part,
    ZipEntry,
    new_boundary,
    related,
    write_parts,
    write_zip,
)

from .addresses import Addresses
from .instances import instances_of
from .media_types import DICOM, NEVER_ON_THE_WEB, form_on_the_web, instance_offers
from .negotiation import acceptable, choose_fitting, not_acceptable, unchanged
from .ranges import answer_ranges
from .services import Services
from .streaming import CHUNK, streamed

log = logging.getLogger("readingroom.dicomweb")

_NOT_ACCEPTABLE = "These objects cannot be given in any form that the request accepts."
_NOT_IN_NAMES = re.compile(r"[^0-9A-Za-z.-]")
Form = tuple[StoredInstance, Offer]


def retrieve(services: Services, request: Request) -> Response:
    """/studies/{study}, .../series/{series}, .../instances/{instance}"""
    instances = instances_of(services, request)
    is_one = len(instances) == 1
    forms: list[Form] = []
    container = None  # what the first is given in, all are
    for stored in instances:
        offer = _choose(services, acceptable(request), stored, is_one, container)
        if offer is not None:
            forms.append((stored, offer))
            container = container or offer.media_type
    if not forms:
        raise not_acceptable(_NOT_ACCEPTABLE, _offers(instances[0], is_one))
    is_whole = len(forms) == len(instances)
    if container == ZIP:
        return _zipped(services, forms, is_whole=is_whole)
    if is_one and not forms[0][1].multipart:
        return answer_instance(services, request, *forms[0])
    return _several(services, request, forms, is_whole=is_whole)


def _choose(
    services: Services,
    wanted: tuple[Acceptable, ...],
    stored: StoredInstance,
    is_one: bool,
    container: str | None,
) -> Offer | None:
    offers = [offer for offer in _offers(stored, is_one) if container in (None, offer.media_type)]
    return choose_fitting(wanted, offers, lambda offer: _fits(services, stored, offer))


def _offers(stored: StoredInstance, is_one: bool) -> list[Offer]:
    """Parts, a single file when there is only one, or a ZIP file."""
    single = instance_offers(stored, multipart=False) if is_one else []
    zipped = instance_offers(stored, multipart=False, media_type=ZIP)
    return [*instance_offers(stored, multipart=True), *single, *zipped]


def _fits(services: Services, stored: StoredInstance, offer: Offer) -> bool:
    syntax = offer.transfer_syntax or ""
    if syntax in (stored.transfer_syntax_uid, EXPLICIT_LE):
        return True  # what no codec has to hold
    try:
        return why_not(services, stored, syntax) is None
    except Invalid:
        return True  # a broken one is dealt with where it is written


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


def answer_instance(services: Services, request: Request, stored: StoredInstance, offer: Offer) -> Response:
    """One object as the whole answer, or 304; offer: one that `why_not` has nothing against."""
    etag = f'"{stored.sha256[:32]}-{offer.transfer_syntax}"'
    if (same := unchanged(request, etag)) is not None:
        return same
    addresses = Addresses(request)
    headers = {"etag": etag, "cache-control": "private, no-cache", "vary": "Accept"}
    headers["content-location"] = addresses.of_instance(stored.ref)
    if offer.transfer_syntax == stored.transfer_syntax_uid:

        def read(start: int, stop: int) -> Iterator[bytes]:
            return _as_stored(services, stored, start, stop)

        return answer_ranges(request, read, stored.size, headers, _content_type(stored.transfer_syntax_uid))
    part = _part(services, stored, offer, addresses)
    headers |= {"content-type": part.content_type, "content-length": str(part.length)}
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


def _zipped(services: Services, forms: Sequence[Form], *, is_whole: bool) -> Response:
    """A ZIP file with a folder for each series; made while it is sent, one object after the other."""

    def entries() -> Iterator[ZipEntry]:
        for stored, offer in forms:
            part = _part_in_any_case(services, stored, offer, None)
            series, instance = (
                _NOT_IN_NAMES.sub("_", uid).lstrip(".") or "_"
                for uid in (stored.ref.series_instance_uid, stored.ref.sop_instance_uid)
            )
            yield ZipEntry(f"{series}/{instance}.dcm", part.body, part.length or 0)

    headers = {"content-type": ZIP, "vary": "Accept", "cache-control": "private, no-cache"}
    return streamed(write_zip(entries()), headers, 200 if is_whole else 206)


def _part(services: Services, stored: StoredInstance, offer: Offer, addresses: Addresses | None) -> Part:
    syntax = offer.transfer_syntax or ""
    location = addresses.of_instance(stored.ref) if addresses else None
    if syntax == stored.transfer_syntax_uid:
        body = _as_stored(services, stored, 0, stored.size)
        return Part(_content_type(syntax), body, stored.size, location)
    with services.archive.open(stored) as file:
        rewritten = transcoded(file, stored, syntax)
    meta = file_meta(stored, syntax)
    body = as_rewritten(meta, rewritten)
    return Part(_content_type(syntax), body, len(meta) + rewritten.length, location)


def _part_in_any_case(
    services: Services, stored: StoredInstance, offer: Offer, addresses: Addresses | None
) -> Part:
    """As `_part`; an object whose pixel data turn out to be broken goes out as it is stored, and says so.

    The status has been sent by then, and one broken object should not keep a study from its readers.
    """
    try:
        return _part(services, stored, offer, addresses)
    except (Invalid, Unsupported) as error:
        log.warning("%s is sent as stored: %s", stored.ref.sop_instance_uid, error.sentence)
        as_stored = Offer(DICOM, offer.multipart, form_on_the_web(stored))
        return _part(services, stored, as_stored, addresses)


def file_meta(stored: StoredInstance, transfer_syntax_uid: str) -> bytes:
    """Preamble and File Meta Information of an object that we wrote in that form."""
    return write_file_meta(
        stored.sop_class_uid,
        stored.ref.sop_instance_uid,
        transfer_syntax_uid,
        implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        implementation_version_name=IMPLEMENTATION_VERSION_NAME,
    )


def as_rewritten(meta: bytes, rewritten: Rewritten) -> Iterator[bytes]:
    """The whole file in chunks; closes what was rewritten."""
    with rewritten.file as file:
        yield meta + file.read(CHUNK)
        while chunk := file.read(CHUNK):
            yield chunk


def _content_type(transfer_syntax_uid: str) -> str:
    return str(MediaType(DICOM, {"transfer-syntax": transfer_syntax_uid}))


def _as_stored(services: Services, stored: StoredInstance, start: int, stop: int) -> Iterator[bytes]:
    with services.archive.open(stored) as file:
        file.seek(start)
        while start < stop and (chunk := file.read(min(CHUNK, stop - start))):
            start += len(chunk)
            yield chunk

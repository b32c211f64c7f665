"""STOW-RS, the Store transaction (PS3.18 10.5), in constant memory."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Sequence

import anyio.from_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from readingroom.access import Caller
from readingroom.archive import Archive, Receiving
from readingroom.dataset import read_file_meta
from readingroom.errors import Conflict, Invalid, ReadingRoomError, Unavailable
from readingroom.index import DONE, FAILED, WARNING, Event
from readingroom.model import (
    Attribute,
    Attributes,
    InstanceRef,
    Origin,
    OriginKind,
    Outcome,
    OutcomeKind,
    StoredInstance,
)
from readingroom.wire import (
    DICOM_XML,
    MULTIPART,
    MediaType,
    Offer,
    boundary_of,
    choose,
    dump_dicom_json,
    parse_media_type,
    read_parts,
    to_dicom_json,
    to_native_xml,
)

from .addresses import Addresses
from .media_types import DICOM, OCTETS, REPORT_OFFERS
from .negotiation import acceptable
from .services import Services
from .statuses import BadMediaType, TooLarge, failure_reason

_BEGINNING = 4096
_STORABLE = frozenset({DICOM, OCTETS, ""})
_SOP_CLASS, _SOP_INSTANCE, _RETRIEVE_URL = 0x00081150, 0x00081155, 0x00081190
_WARNING_REASON, _FAILURE_REASON = 0x00081196, 0x00081197
_DOES_NOT_MATCH = 0xB007  # kept, though it does not match its SOP class (PS3.18 table I.2-1)
_FAILED_SEQUENCE, _REFERENCED_SEQUENCE, _OTHER_FAILURES = 0x00081198, 0x00081199, 0x0008119A


async def store(services: Services, request: Request, caller: Caller) -> Response:
    """POST /studies and /studies/{study}; the work is done in a thread that pulls the body as it comes."""
    body = request.stream()
    return await run_in_threadpool(_store, services, request, caller, body)


def _store(services: Services, request: Request, caller: Caller, body: AsyncIterator[bytes]) -> Response:
    media = parse_media_type(request.headers.get("content-type", ""))
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BadMediaType("Send the objects without Content-Encoding.")
    address = request.client.host if request.client else ""
    origin = Origin(OriginKind.STOW, caller.name, address)
    storing = _Storing(services.archive, origin, request.path_params.get("study"))
    try:
        storing.take(media, _pull(body, services.most_request_bytes))
    finally:
        _tell(services.archive, origin, storing)
    return _report(storing, request)


def _tell(archive: Archive, origin: Origin, storing: _Storing) -> None:
    """One event for the request; each refusal has one of its own."""
    refused = sum(outcome.kind is OutcomeKind.FAILED for outcome in storing.outcomes)
    warned = sum(bool(outcome.warnings) for outcome in storing.outcomes)
    stored = len(storing.outcomes) - refused
    words = f"{stored} stored, {warned} of them with a warning, {refused} refused."
    private = f"The request broke off: {storing.broken.sentence}" if storing.broken else ""
    archive.tell(
        Event(
            time.time(), "STOW-RS", origin.caller, "", words,
            outcome=FAILED if refused or private or not stored else WARNING if warned else DONE,
            address=origin.address,
            facts={"stored": stored, "warned": warned, "refused": refused},
            private=private,
        )
    )  # fmt: skip


def _pull(body: AsyncIterator[bytes], most: int) -> Iterator[bytes]:
    """The request's body, pulled from the event loop by this worker thread."""

    async def following() -> bytes | None:
        return await anext(body, None)

    size = 0
    while (chunk := anyio.from_thread.run(following)) is not None:
        size += len(chunk)
        if most and size > most:
            raise TooLarge(f"A request may have {most} bytes at most; send the objects in several.")
        if chunk:
            yield chunk


class _Storing:
    """The instances of one request on their way into the archive, and what became of each."""

    def __init__(self, archive: Archive, origin: Origin, study: str | None) -> None:
        self.outcomes: list[Outcome] = []
        self.broken: ReadingRoomError | None = None
        self._archive = archive
        self._origin = origin
        self._study = study

    def take(self, media: MediaType, body: Iterator[bytes]) -> None:
        """Store all there is. A request that breaks off keeps what came whole before."""
        if media.name != MULTIPART and media.name not in _STORABLE:
            raise BadMediaType(f"{media.name} cannot be stored here.")
        if media.name == MULTIPART and (media.get("type") or DICOM).lower() not in _STORABLE:
            raise BadMediaType(f"Parts of {media.get('type')} cannot be stored here.")
        try:
            if media.name == MULTIPART:
                for part in read_parts(body, boundary_of(media)):
                    self._take_part(part.headers.get("content-type", ""), part.chunks())
            else:
                self._take_one(body)
        except (Invalid, Unavailable) as error:
            self.broken = error
        self._archive.indexer.flush()

    def _take_part(self, content_type: str, chunks: Iterator[bytes]) -> None:
        name = content_type.partition(";")[0].strip().lower()
        if name in _STORABLE:
            self._take_one(chunks)
        else:
            self.outcomes.append(Outcome(OutcomeKind.FAILED, "", None, BadMediaType()))

    def _take_one(self, chunks: Iterator[bytes]) -> None:
        """Errors of the object end in its outcome; those of the request's own form go up."""
        beginning = b""
        failure: ReadingRoomError | None = None
        receiving = self._archive.receive(self._origin)
        try:
            for chunk in chunks:
                if len(beginning) < _BEGINNING:
                    beginning += chunk[:_BEGINNING]
                if failure is None:
                    failure = _write(receiving, chunk)
        except BaseException:
            receiving.abandon()
            raise
        if failure is None:
            try:
                arrival = receiving.finish(self._check_study)
            except ReadingRoomError as error:
                failure = error
            else:
                stored = arrival.stored
                assert stored is not None
                warnings = (arrival.mismatch.sentence,) if arrival.mismatch else ()
                self.outcomes.append(
                    Outcome(OutcomeKind.STORED, stored.sop_class_uid, stored.ref, warnings=warnings)
                )
                return
        receiving.abandon()
        self._refuse(beginning, failure)

    def _check_study(self, stored: StoredInstance) -> None:
        if self._study is not None and stored.ref.study_instance_uid != self._study:
            raise Conflict(
                f"The object belongs to study {stored.ref.study_instance_uid}, not to {self._study}.",
                uid=stored.ref.sop_instance_uid,
            )

    def _refuse(self, beginning: bytes, error: ReadingRoomError) -> None:
        sop_class, sop_instance = _said_to_be(beginning)
        self._archive.refuse(self._origin, sop_instance, error)
        ref = InstanceRef("", "", sop_instance) if sop_instance else None
        self.outcomes.append(Outcome(OutcomeKind.FAILED, sop_class, ref, error))


def _report(storing: _Storing, request: Request) -> Response:
    """The Store Instances Response Module (PS3.18 I.1) and the status (table 10.5.3-1)."""
    kept = [outcome for outcome in storing.outcomes if outcome.kind is not OutcomeKind.FAILED]
    failed = [outcome for outcome in storing.outcomes if outcome.kind is OutcomeKind.FAILED]
    if not kept:
        if storing.broken is not None:
            raise storing.broken
        if not failed:
            raise Invalid("There is no object in the request.")
        unavailable = [o.error for o in failed if isinstance(o.error, Unavailable)]
        if len(unavailable) == len(failed):
            raise unavailable[0]
    warned = any(outcome.warnings for outcome in kept)
    status = 409 if not kept else 202 if failed or warned or storing.broken else 200
    report = _module(kept, failed, storing.broken, Addresses(request))
    offer = choose(acceptable(request), REPORT_OFFERS) or Offer(REPORT_OFFERS[0].media_type)
    is_xml = offer.media_type == DICOM_XML
    body = to_native_xml(report) if is_xml else dump_dicom_json(to_dicom_json(report))
    return Response(body, status, {"content-type": offer.media_type, "cache-control": "no-store"})


def _module(
    kept: Sequence[Outcome], failed: Sequence[Outcome], broken: ReadingRoomError | None, addresses: Addresses
) -> Attributes:
    studies = {outcome.ref.study_instance_uid for outcome in kept if outcome.ref}
    url = (addresses.of(studies.pop()),) if len(studies) == 1 else ()
    report = {_RETRIEVE_URL: Attribute("UR", url)}
    if kept:
        report[_REFERENCED_SEQUENCE] = Attribute("SQ", tuple(_kept(outcome, addresses) for outcome in kept))
    named = [outcome for outcome in failed if outcome.ref]
    if named:
        report[_FAILED_SEQUENCE] = Attribute("SQ", tuple(map(_failed, named)))
    nameless = [outcome.error for outcome in failed if not outcome.ref] + ([broken] if broken else [])
    if nameless:
        report[_OTHER_FAILURES] = Attribute("SQ", tuple({_FAILURE_REASON: _reason(e)} for e in nameless))
    return report


def _kept(outcome: Outcome, addresses: Addresses) -> Attributes:
    assert outcome.ref is not None
    told = {
        _SOP_CLASS: Attribute("UI", (outcome.sop_class_uid,)),
        _SOP_INSTANCE: Attribute("UI", (outcome.ref.sop_instance_uid,)),
        _RETRIEVE_URL: Attribute("UR", (addresses.of_instance(outcome.ref),)),
    }
    if outcome.warnings:
        told[_WARNING_REASON] = Attribute("US", (_DOES_NOT_MATCH,))
    return told


def _failed(outcome: Outcome) -> Attributes:
    assert outcome.ref is not None
    return {
        _SOP_CLASS: Attribute("UI", (outcome.sop_class_uid,) if outcome.sop_class_uid else ()),
        _SOP_INSTANCE: Attribute("UI", (outcome.ref.sop_instance_uid,)),
        _FAILURE_REASON: _reason(outcome.error),
    }


def _reason(error: BaseException | None) -> Attribute:
    return Attribute("US", (failure_reason(error),))


def _write(receiving: Receiving, chunk: bytes) -> ReadingRoomError | None:
    try:
        receiving.write([chunk])
    except ReadingRoomError as error:
        return error
    return None


def _said_to_be(beginning: bytes) -> tuple[str, str]:
    """SOP class and instance by the File Meta Information of an object that was not stored."""
    try:
        meta = read_file_meta(beginning)
    except ReadingRoomError:
        return "", ""
    return meta.sop_class_uid, meta.sop_instance_uid

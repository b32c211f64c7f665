"""WADO-RS: frames and other bulk data (PS3.18 10.4.1.1.5, 10.4.1.1.6)."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import Invalid, NotFound
from readingroom.model import StoredInstance
from readingroom.objects import OpenFrames
from readingroom.pixels import VIDEO_FORMS, keeps_codestream, obstacle, spare_resolutions
from readingroom.prepare import VALID_AS
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE, IMPLICIT_LE
from readingroom.wire import (
    PIXEL_DATA,
    MediaType,
    Offer,
    Part,
    choose,
    new_boundary,
    parse_path,
    related,
    write_parts,
)

from .addresses import Addresses
from .bulk_values import open_bulk_value
from .instances import instances_of
from .media_types import OCTETS, frame_offers, is_encapsulated
from .negotiation import acceptable, choose_fitting, not_acceptable, unchanged
from .parameters import naming, read_frames, read_ready, read_size
from .ranges import answer_ranges
from .services import Services
from .streaming import CHUNK, streamed

_PLAIN = frozenset({EXPLICIT_LE, IMPLICIT_LE})  # pixel data are native and little endian in the file itself
_BULK_OFFERS = (Offer(OCTETS), Offer(OCTETS, multipart=True))


def retrieve_frames(services: Services, request: Request) -> Response:
    """.../instances/{instance}/frames/{frames}"""
    numbers = read_frames(request.path_params["frames"])
    (stored,) = instances_of(services, request)
    return _frames(services, request, stored, numbers)


def retrieve_bulk_data(services: Services, request: Request) -> Response:
    """.../instances/{instance}/bulkdata/{path}: the URIs that metadata name."""
    with naming("path"):
        path = parse_path(request.path_params["path"])
    (stored,) = instances_of(services, request)
    if path[0] in PIXEL_DATA and len(path) == 1 and is_encapsulated(stored.transfer_syntax_uid):
        with services.frames.open(stored) as frames:
            count = frames.count
        return _frames(services, request, stored, range(1, count + 1))
    offer = choose(acceptable(request), _BULK_OFFERS)
    if offer is None:
        raise not_acceptable("This value is given as application/octet-stream.", _BULK_OFFERS)
    etag = f'"{stored.sha256[:32]}-{request.path_params["path"].replace("/", "-")}"'
    if (same := unchanged(request, etag)) is not None:
        return same
    with open_bulk_value(services.archive, stored, path) as value:
        length = len(value)

    def read(start: int, stop: int) -> Iterator[bytes]:
        with open_bulk_value(services.archive, stored, path) as value:
            for at in range(start, stop, CHUNK):
                yield bytes(value[at : min(at + CHUNK, stop)])

    headers = {"etag": etag, "vary": "Accept", "cache-control": "private, no-cache"}
    if offer.multipart:
        boundary = new_boundary()
        part = Part(OCTETS, read(0, length), length, str(request.url))
        return streamed(write_parts([part], boundary), headers | {"content-type": related(OCTETS, boundary)})
    return answer_ranges(request, read, length, headers, OCTETS)


def _frames(services: Services, request: Request, stored: StoredInstance, numbers: Sequence[int]) -> Response:
    if not stored.number_of_frames:
        raise NotFound("This object has no frames.", uid=stored.ref.sop_instance_uid)
    offers = frame_offers(stored, multipart=True)
    if len(numbers) == 1:
        offers += frame_offers(stored, multipart=False)
    offer = choose_fitting(acceptable(request), offers, lambda offer: _fits(services, stored, offer))
    if offer is None:
        raise not_acceptable("These frames cannot be given in any form that the request accepts.", offers)
    size = read_size(request.query_params)
    if size is not None and offer.transfer_syntax not in VALID_AS:
        raise Invalid(
            "A viewport is for frames in HTJ2K; accept image/jphc, or leave it out.", parameter="viewport"
        )
    headers = {"vary": "Accept", "cache-control": "private, no-cache"}
    query = f"?viewport={size[0]},{size[1]}" if size else ""
    if len(numbers) == 1:
        kind = f"{offer.transfer_syntax}{query.replace('?viewport=', '-').replace(',', 'x')}"
        headers["etag"] = etag = f'"{stored.sha256[:32]}-{numbers[0]}-{kind}"'
        if (same := unchanged(request, etag)) is not None:
            return same
    if size is not None and len(numbers) == 1 and read_ready(request.query_params):
        ready = _ready_frame(services, stored, numbers[0], size)
        if ready is None:
            return Response(status_code=204, headers={"vary": "Accept", "cache-control": "no-store"})
        bodies = (body for body in (ready,))
    else:
        bodies = _read_frames(services, stored, numbers, offer, size)
    location = Addresses(request).of_instance(stored.ref)
    if not offer.multipart:
        body = next(bodies)
        bodies.close()
        headers["content-location"] = f"{location}/frames/{numbers[0]}{query}"

        def read(start: int, stop: int) -> Iterator[bytes]:
            yield body[start:stop]

        return answer_ranges(request, read, len(body), headers, _content_type(offer))
    boundary = new_boundary()
    parts = _frame_parts(bodies, numbers, offer, location, query)
    payload = write_parts(parts, boundary)
    headers["content-type"] = related(offer.media_type, boundary, offer.transfer_syntax)
    if len(numbers) == 1:
        return Response(b"".join(payload), headers=headers)
    return streamed(payload, headers)


def _ready_frame(
    services: Services, stored: StoredInstance, number: int, size: tuple[int, int]
) -> bytes | None:
    """The small image from its rendition; None where there is none: nobody waits for its making."""
    with services.frames.open(stored) as frames:
        _must_have(frames, number, stored)
        return services.tier.ready(stored, frames, number, spare_resolutions(frames.description, *size))


def _must_have(frames: OpenFrames, number: int, stored: StoredInstance) -> None:
    if number > frames.count:
        told = f"This object has no frame {number} but {frames.count} in all."
        if stored.transfer_syntax_uid in VIDEO_FORMS:  # PS3.18 8.7.3.3.2
            told = "This object is a video, and one stream: that is frame 1. Single frames are /rendered."
        elif frames.count < stored.number_of_frames:
            told = f"Its pixel data ends early: {frames.count} of {stored.number_of_frames} frames are whole."
        raise NotFound(told, uid=stored.ref.sop_instance_uid)


def _fits(services: Services, stored: StoredInstance, offer: Offer) -> bool:
    """Whether the codec of the offer can hold such an image."""
    syntax = offer.transfer_syntax or ""
    if syntax in (stored.transfer_syntax_uid, EXPLICIT_LE):
        return True
    with services.frames.open(stored) as frames:
        return obstacle(frames.description, syntax) is None


def _read_frames(
    services: Services,
    stored: StoredInstance,
    numbers: Sequence[int],
    offer: Offer,
    size: tuple[int, int] | None,
) -> Generator[bytes, None, None]:
    """size: of the viewport that a resolution of each has to fill, for the forms of the view tier."""
    syntax = offer.transfer_syntax or ""
    with services.frames.open(stored) as frames:
        _must_have(frames, max(numbers), stored)
        if is_encapsulated(stored.transfer_syntax_uid):
            is_untouched = syntax == stored.transfer_syntax_uid
        else:  # frames of single bits may begin inside a byte
            is_plain = stored.transfer_syntax_uid in _PLAIN and frames.description.bits_allocated % 8 == 0
            is_untouched = is_plain and syntax == EXPLICIT_LE
        reduce = spare_resolutions(frames.description, *size) if size else 0
        is_made_ahead = syntax in VALID_AS and not keeps_codestream(stored.transfer_syntax_uid, syntax)
        for number in numbers:
            if size or is_made_ahead:
                yield services.tier.codestream(stored, frames, number, reduce)
            elif is_untouched:
                yield frames.stored(number)
            else:
                yield frames.transcoded(number, syntax)


def _frame_parts(
    bodies: Iterator[bytes], numbers: Sequence[int], offer: Offer, location: str, query: str
) -> Iterator[Part]:
    for number, body in zip(numbers, bodies, strict=True):
        yield Part(_content_type(offer), [body], len(body), f"{location}/frames/{number}{query}")


def _content_type(offer: Offer) -> str:
    return str(MediaType(offer.media_type, {"transfer-syntax": offer.transfer_syntax or ""}))

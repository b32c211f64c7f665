"""WADO-URI: one instance by a hyperlink, as an object, a picture or a document (PS3.18 9)."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import Invalid, Unsupported
from readingroom.model import StoredInstance
from readingroom.render import (
    MAX_PICTURE_PIXELS,
    SUMMARISED,
    Presentation,
    Region,
    picture_size,
    value_range,
)
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE
from readingroom.wire import Offer, choose

from .anonymous import answer_anonymous, check_anonymous, tell_anonymous
from .documents import answer_document, document_types
from .instances import instance_of
from .media_types import DICOM, MP4, PICTURE_TYPES, form_on_the_web, video_types
from .negotiation import acceptable
from .presentation_states import check_switches, state_named
from .rendered import Wish, answer_animation, answer_picture, moves
from .services import Services
from .uri_parameters import UriRequest, read_uri_request
from .videos import cine_types
from .wado_rs import answer_instance, why_not
from .waveforms import answer_waveform, waveform_types

STORED, EXPLICIT = "stored", "explicit_le"
"""What `Services.wado_uri_default` can be: the form of an object when no transferSyntax is named."""


def retrieve_by_uri(services: Services, request: Request) -> Response:
    """?requestType=WADO&studyUID=...&seriesUID=...&objectUID=..."""
    asked = read_uri_request(request.query_params)
    stored = instance_of(services, asked.ref)
    _check_frame(stored, asked)
    chosen = _choose(request, asked, _media_types(services, stored, asked))
    if not asked.is_anonymous:
        return _answer(services, request, stored, asked, chosen)
    try:
        response = _answer(services, request, stored, asked, chosen)
    except Unsupported as refusal:
        tell_anonymous(services, request, stored, chosen, refusal)
        raise
    if response.status_code == HTTPStatus.OK and request.method != "HEAD":
        tell_anonymous(services, request, stored, chosen)
    return response


def _answer(
    services: Services, request: Request, stored: StoredInstance, asked: UriRequest, chosen: str
) -> Response:
    if asked.is_anonymous and chosen != DICOM:
        check_anonymous(services, stored)
    if chosen == DICOM:
        response = _object(services, request, stored, asked)
    elif chosen in waveform_types(stored):
        response = answer_waveform(services, request, stored, chosen, _viewport(asked))
    elif chosen in PICTURE_TYPES:
        response = _picture(services, request, stored, asked, chosen)
    else:
        presentation = _presentation(services, stored, asked, 1) if chosen == MP4 else Presentation()
        response = answer_document(services, request, stored, chosen, asked.charsets, presentation)
    if asked.charsets and "charset=" not in response.headers.get("content-type", "charset="):
        told = "charset was ignored: what is stored is given as it is."
        response.headers["warning"] = f'299 {request.url.netloc or "-"} "{told}"'
    return response


def _media_types(services: Services, stored: StoredInstance, asked: UriRequest) -> tuple[str, ...]:
    """What the object can be given as, the default of its kind first (PS3.18 9.4.4, 9.5.4).

    A picture for a single frame and for the frame that is named, a document for what holds one, the object
    itself for everything else. Without identity: the object, or a picture when one is asked for.
    """
    if asked.is_anonymous:
        return (DICOM, *PICTURE_TYPES) if stored.number_of_frames else (DICOM,)
    documents = document_types(services, stored)
    if stored.number_of_frames:
        is_single = stored.number_of_frames == 1 or asked.frame_number is not None
        others = (*video_types(stored), *documents, *cine_types(stored))
        return (*PICTURE_TYPES, DICOM, *others) if is_single else (DICOM, *others, *PICTURE_TYPES)
    if stored.sop_class_uid in SUMMARISED:
        return (DICOM, *documents)
    return (*documents, DICOM, *waveform_types(stored))


def _choose(request: Request, asked: UriRequest, types: tuple[str, ...]) -> str:
    """The media type of contentType; without one the default, unless the Accept header excludes it."""
    offers = [Offer(name) for name in types]
    if asked.content_types:
        offer = choose(asked.content_types, offers)
    else:
        offer = choose(acceptable(request), offers[:1]) or choose(acceptable(request), offers)
    if offer is None:
        listed = ", ".join(types)
        raise Unsupported(
            f"This object can be given as {listed}.", parameter="contentType", acceptable=listed
        )
    return offer.media_type


def _check_frame(stored: StoredInstance, asked: UriRequest) -> None:
    count = stored.number_of_frames
    if asked.frame_number is not None and asked.frame_number > count:
        right = (
            f"must be a whole number from 1 to {count}"
            if count
            else "is for images, this object has no frames"
        )
        raise Invalid(f"frameNumber {right}.", parameter="frameNumber")


def _object(services: Services, request: Request, stored: StoredInstance, asked: UriRequest) -> Response:
    uid = _transfer_syntax(services, stored, asked)
    if (why := why_not(services, stored, uid)) is not None:
        raise Unsupported(why, parameter="transferSyntax")
    if asked.is_anonymous:
        return answer_anonymous(services, request, stored, uid)
    response = answer_instance(services, request, stored, Offer(DICOM, transfer_syntax=uid))
    if "content-type" in response.headers:
        response.headers["content-type"] = DICOM  # as old clients compare it
        del response.headers["content-location"]
    return response


def _transfer_syntax(services: Services, stored: StoredInstance, asked: UriRequest) -> str:
    as_stored = form_on_the_web(stored)
    if asked.wants_original:
        return as_stored
    if asked.transfer_syntax is not None:
        return asked.transfer_syntax
    if services.wado_uri_default == EXPLICIT and why_not(services, stored, EXPLICIT_LE) is None:
        return EXPLICIT_LE
    return as_stored


def _picture(
    services: Services, request: Request, stored: StoredInstance, asked: UriRequest, media_type: str
) -> Response:
    number = asked.frame_number or 1
    presentation = _presentation(services, stored, asked, number)
    wish = Wish(media_type, asked.quality, tuple(sorted(asked.annotations)))
    if asked.frame_number is None and moves(stored, media_type):
        return answer_animation(services, request, stored, presentation, wish)
    return answer_picture(services, request, stored, number, presentation, wish)


def _presentation(services: Services, stored: StoredInstance, asked: UriRequest, number: int) -> Presentation:
    region = state = None
    if asked.presentation is not None:
        check_switches(asked.overlays, asked.shows_shutter, asked.subtracts)
        state = state_named(services, stored.ref.study_instance_uid, *asked.presentation)
    if asked.region is not None or asked.window is not None:
        with services.frames.open(stored) as frames:
            description, attributes = frames.description, frames.attributes
        if asked.region is not None:  # of what the state displays, when there is one (PS3.18 9.5.2)
            size = (description.columns, description.rows)
            if state is not None:
                size = picture_size(description, attributes, Presentation(state=state), number)
            region = _pixels(asked.region, *size)
        ends = value_range(attributes, description, number, asked.subtracts if state is None else False)
        if asked.window is not None and ends is not None:
            _check_window(asked.window.center, asked.window.width, *ends)
    return Presentation(
        window=asked.window,
        region=region,
        viewport=_viewport(asked),
        state=state,
        overlays=asked.overlays,
        shows_shutter=asked.shows_shutter,
        subtracts=asked.subtracts,
    )


def _check_window(center: float, width: float, low: float, high: float) -> None:
    """contract/spec/dicomweb.toml [wado_uri.server_imageserver]: inside the range of pixel values."""
    if not low <= center <= high:
        right = f"must lie among this image's values, {low:g} to {high:g}"
        raise Invalid(f"windowCenter {right}, not at {center:g}.", parameter="windowCenter")
    if width > high - low + 1:
        right = f"must not exceed the range of this image's values, {high - low + 1:g}"
        raise Invalid(f"windowWidth {right}, as {width:g} does.", parameter="windowWidth")


def _pixels(region: tuple[float, float, float, float], columns: int, rows: int) -> Region:
    """The region in whole pixels, at least one."""
    left, right = (min(round(fraction * columns), columns) for fraction in region[::2])
    top, bottom = (min(round(fraction * rows), rows) for fraction in region[1::2])
    left, top = min(left, columns - 1), min(top, rows - 1)
    return Region(left, top, max(1, right - left), max(1, bottom - top))


def _viewport(asked: UriRequest) -> tuple[int, int] | None:
    """(width, height) that the picture is fitted into; one side alone leaves the other free (9.5.1.2)."""
    if asked.columns is None and asked.rows is None:
        return None
    if asked.columns is None or asked.rows is None:
        given = asked.columns or asked.rows or 1
        free = MAX_PICTURE_PIXELS // given
        return (given, free) if asked.rows is None else (free, given)
    if asked.columns * asked.rows > MAX_PICTURE_PIXELS:
        raise Invalid(f"rows times columns must not exceed {MAX_PICTURE_PIXELS}.", parameter="rows")
    return asked.columns, asked.rows

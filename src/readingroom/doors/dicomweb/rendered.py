"""Rendered resources and thumbnails (PS3.18 10.4.1.1.3, 10.4.1.1.4)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import NotFound, Unsupported
from readingroom.model import StoredInstance
from readingroom.prepare import Form, Written, picture_key
from readingroom.render import ColorSpace, Presentation
from readingroom.wire import Offer, Part, choose, new_boundary, related, write_parts

from .addresses import Addresses
from .documents import answer_document, held_types
from .instances import instances_of, representative
from .known_pictures import PictureAnswer
from .media_types import JPEG, PICTURE_TYPES, video_types
from .negotiation import acceptable, not_acceptable, unchanged
from .parameters import read_annotations, read_color_space, read_frames, read_presentation, read_quality
from .presentation_states import applied, images_of, is_state, with_state
from .services import Services
from .streaming import streamed

_SINGLE = tuple(Offer(name) for name in PICTURE_TYPES)
_MULTIPART = tuple(Offer(name, multipart=True) for name in PICTURE_TYPES)
_THUMBNAIL = (160, 160)
_GIF = Form.GIF.value


def retrieve_rendered(services: Services, request: Request) -> Response:
    """A picture of one frame; of a study or series, one picture of each image when multipart is accepted,
    else the one that stands for all. An instance's first frame stands for it. Of a presentation state, the
    images it is for, as it wants them; of an instance with a document or video, that."""
    instances = instances_of(services, request)
    if "instance" in request.path_params and is_state(instances[0]):
        return _as_state_wants(services, request, instances[0])
    offers: list[Offer] = []  # of what it holds beside pictures
    if len(instances) == 1 and "frames" not in request.path_params:
        offers = [Offer(name) for name in held_types(services, instances[0])]
        # a JPEG of an image for */*; the page of a dose for browsers, which like text/html as much as others
        is_image = bool(instances[0].number_of_frames) and not video_types(instances[0])
        choices = [*_SINGLE[:1], *offers, *_SINGLE[1:], *_MULTIPART] if is_image else offers
        offer = choose(acceptable(request), choices)
        if offer is not None and offer in offers:
            presentation = _presentation(services, request)
            return answer_document(
                services, request, instances[0], offer.media_type, presentation=presentation
            )
        if offers and not instances[0].number_of_frames:
            raise not_acceptable("A document is given as what it is.", offers)
    if not any(stored.number_of_frames for stored in instances):
        raise Unsupported("There is nothing in it that can be shown as a picture.")
    frames = read_frames(request.path_params["frames"]) if "frames" in request.path_params else [1]
    offer = choose(acceptable(request), [*(_SINGLE if len(frames) == 1 else ()), *_MULTIPART])
    if offer is None:
        would_fit = _SINGLE if len(frames) == 1 else _MULTIPART
        raise not_acceptable("It is given in these forms.", [*would_fit, *offers])
    if offer.multipart:
        images = [stored for stored in instances if stored.number_of_frames]
        sights = [(stored, number) for stored in images for number in frames]
        return _several(services, request, sights, _presentation(services, request), offer.media_type)
    stored = representative(instances)
    if (
        "frames" not in request.path_params
        and "instance" in request.path_params
        and moves(stored, offer.media_type)
    ):
        return answer_animation(
            services, request, stored, _presentation(services, request), _wish(request, offer.media_type)
        )
    return _picture(services, request, stored, frames[0], offer.media_type)


def retrieve_thumbnail(services: Services, request: Request) -> Response:
    """A small picture that stands for a study, series, instance or frame."""
    offer = choose(acceptable(request), _SINGLE)
    if offer is None:
        raise not_acceptable("Thumbnails are given in these forms.", _SINGLE)
    stored = representative(instances_of(services, request))
    if "instance" not in request.path_params and not request.query_params and offer.media_type == JPEG:
        return _kept_thumbnail(services, request, stored)
    if "frames" in request.path_params:
        number = read_frames(request.path_params["frames"])[0]
    else:
        number = (stored.number_of_frames + 1) // 2
    return _picture(services, request, stored, number, offer.media_type, _THUMBNAIL)


def _as_state_wants(services: Services, request: Request, stored: StoredInstance) -> Response:
    """The images of a presentation state when multipart is accepted, else the first of them."""
    if "frames" in request.path_params:
        _check_frame(stored, 1)
    state = services.pictures.state_of(stored)
    presentation = applied(read_presentation(request.query_params), state)
    sights = images_of(services, state, stored.ref.study_instance_uid)
    offer = choose(acceptable(request), [*_SINGLE, *_MULTIPART])
    if offer is None:
        raise not_acceptable("Pictures are given in these forms.", _SINGLE)
    if offer.multipart:
        return _several(services, request, sights, presentation, offer.media_type, stored)
    image, number = sights[0]
    return answer_picture(services, request, image, number, presentation, _wish(request, offer.media_type))


def _presentation(services: Services, request: Request) -> Presentation:
    """What the parameters say, with the presentation state they name."""
    asked = read_presentation(request.query_params)
    return with_state(services, request.query_params, request.path_params["study"], asked)


def _kept_thumbnail(services: Services, request: Request, stored: StoredInstance) -> Response:
    body = services.pictures.thumbnail(stored.ref.study_instance_uid, stored.ref.series_instance_uid)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return unchanged(request, etag) or Response(body, headers=_headers(JPEG, etag))


def _picture(
    services: Services,
    request: Request,
    stored: StoredInstance,
    number: int,
    media_type: str,
    size: tuple[int, int] | None = None,
) -> Response:
    presentation, wish = _presentation(services, request), _wish(request, media_type)
    presentation = replace(presentation, viewport=presentation.viewport or size)
    _check_frame(stored, number)
    return answer_picture(services, request, stored, number, presentation, wish)


@dataclass(frozen=True, slots=True)
class Wish:
    """How a picture is written. quality: 1 to 100. captions: of `render.CAPTIONS`, drawn into it.

    color_space: other than NO, with an ICC profile."""

    media_type: str
    quality: int
    captions: tuple[str, ...] = ()
    color_space: ColorSpace = ColorSpace.NO


def answer_picture(
    services: Services,
    request: Request,
    stored: StoredInstance,
    number: int,
    presentation: Presentation,
    wish: Wish,
) -> Response:
    """One frame as a picture, or 304; the same for WADO-RS and WADO-URI."""
    etag = f'"{stored.sha256[:32]}-{number}-{_short(presentation, wish)}"'
    if (same := unchanged(request, etag)) is not None:
        return same
    body = _drawn(services, stored, number, presentation, wish)
    key = picture_key(stored, number, presentation, _written(wish))
    return PictureAnswer(body, _headers(wish.media_type, etag), key)


def moves(stored: StoredInstance, media_type: str) -> bool:
    """Whether an instance is given as an animation (PS3.18 table 8.7.4-1: multi-frame images, not video)."""
    return media_type == _GIF and stored.number_of_frames > 1 and not video_types(stored)


def answer_animation(
    services: Services, request: Request, stored: StoredInstance, presentation: Presentation, wish: Wish
) -> Response:
    """All frames of an instance as a GIF, or 304; the same for WADO-RS and WADO-URI."""
    etag = f'"{stored.sha256[:32]}-all-{_short(presentation, wish)}"'
    if (same := unchanged(request, etag)) is not None:
        return same
    if wish.color_space is not ColorSpace.NO:
        raise Unsupported("No ICC profile is put into a GIF.", parameter="iccprofile")
    body = services.pictures.animated(stored, presentation, frozenset(wish.captions))
    return Response(body, headers=_headers(_GIF, etag))


def _drawn(
    services: Services, stored: StoredInstance, number: int, presentation: Presentation, wish: Wish
) -> bytes:
    return services.pictures.encoded(stored, number, presentation, _written(wish))


def _written(wish: Wish) -> Written:
    return Written(Form(wish.media_type), wish.quality, frozenset(wish.captions), wish.color_space)


def _wish(request: Request, media_type: str) -> Wish:
    asked = request.query_params
    return Wish(
        media_type, read_quality(asked), tuple(sorted(read_annotations(asked))), read_color_space(asked)
    )


def _several(
    services: Services,
    request: Request,
    sights: Sequence[tuple[StoredInstance, int]],
    presentation: Presentation,
    media_type: str,
    state: StoredInstance | None = None,
) -> Response:
    """Pictures of instances and frames. state: where these come from, named in their locations."""
    wish = _wish(request, media_type)
    addresses, boundary = Addresses(request), new_boundary()
    named = "" if state is None else f"?presentationSeriesUID={state.ref.series_instance_uid}"
    named += "" if state is None else f"&presentationUID={state.ref.sop_instance_uid}"
    for stored, number in sights:
        _check_frame(stored, number)

    def parts() -> Iterator[Part]:
        for stored, number in sights:
            body = _drawn(services, stored, number, presentation, wish)
            location = f"{addresses.of_instance(stored.ref)}/frames/{number}/rendered{named}"
            yield Part(media_type, [body], len(body), location)

    headers = {"content-type": related(media_type, boundary), "vary": "Accept"}
    return streamed(write_parts(parts(), boundary), headers)


def _check_frame(stored: StoredInstance, number: int) -> None:
    count = stored.number_of_frames
    if not 1 <= number <= count:
        raise NotFound(f"This object has {count} frames, not {number}.", uid=stored.ref.sop_instance_uid)


def _short(*wishes: object) -> str:
    """The same few letters for the same wishes, in every process."""
    return hashlib.sha256(repr(wishes).encode()).hexdigest()[:12]


def _headers(media_type: str, etag: str) -> dict[str, str]:
    return {"content-type": media_type, "etag": etag, "vary": "Accept", "cache-control": "private, no-cache"}

"""Presentation states that requests name, and the images of a state that is asked for itself."""

from __future__ import annotations

from dataclasses import replace

from starlette.datastructures import QueryParams

from readingroom.errors import Invalid, NotFound
from readingroom.model import InstanceRef, Selection, StoredInstance
from readingroom.prepare import series_images
from readingroom.render import STATE_CLASSES, Presentation, PresentationState

from .instances import instance_of
from .services import Services

_MOST = 10_000


def is_state(stored: StoredInstance) -> bool:
    """Whether an instance is a presentation state that can be applied."""
    return stored.sop_class_uid in STATE_CLASSES


def state_named(
    services: Services, study_instance_uid: str, series_instance_uid: str, sop_instance_uid: str
) -> PresentationState:
    """The state of that name. Raises NotFound, Unsupported for another kind of object, Invalid."""
    ref = InstanceRef(study_instance_uid, series_instance_uid, sop_instance_uid)
    return services.pictures.state_of(instance_of(services, ref))


def with_state(
    services: Services, parameters: QueryParams, study_instance_uid: str, presentation: Presentation
) -> Presentation:
    """The presentation with the state of presentationSeriesUID and presentationUID, as for WADO-URI.

    It must be in the study of the image. Raises Invalid when one of the two is missing, or a window is
    given, too.
    """
    series, instance = parameters.get("presentationSeriesUID"), parameters.get("presentationUID")
    if not series and not instance:
        return presentation
    if not series or not instance:
        missing = "presentationSeriesUID" if not series else "presentationUID"
        raise Invalid(
            f"{missing} is missing; a presentation state is named by both its UIDs.", parameter=missing
        )
    return applied(presentation, state_named(services, study_instance_uid, series, instance))


def applied(presentation: Presentation, state: PresentationState) -> Presentation:
    """The presentation with a state. Raises Invalid with a window, overlays, shutter or mask beside it."""
    if presentation.window is not None:
        raise Invalid(
            "A window cannot go with a presentation state, which brings its own.", parameter="window"
        )
    check_switches(presentation.overlays, presentation.shows_shutter, presentation.subtracts)
    return replace(presentation, state=state)


def check_switches(overlays: frozenset[int], shows_shutter: bool, subtracts: bool | None) -> None:
    """Raises Invalid when the image's own overlays, shutter or mask are spoken of beside a state."""
    switches = {"overlays": bool(overlays), "shutter": shows_shutter, "mask": subtracts is not None}
    for name, asked in switches.items():
        if asked:
            why = f"{name} cannot go with a presentation state, which says what is shown."
            raise Invalid(why, parameter=name)


def images_of(
    services: Services, state: PresentationState, study_instance_uid: str
) -> list[tuple[StoredInstance, int]]:
    """The images and frames a state is shown on, in its order; of a blending state, the underlying ones; of
    an advanced one, those that give the geometry.

    An image that is referred to as a whole is shown by its first frame. Raises NotFound when none is here.
    """
    references = state.blending.underlying if state.blending else state.images
    if state.advanced is not None and not references:
        geometry = state.advanced.geometry
        references = series_images(
            services.archive, geometry.study_instance_uid, geometry.series_instance_uid
        )
    selection = Selection(
        study_instance_uids=tuple({one.study_instance_uid or study_instance_uid for one in references}),
        sop_instance_uids=tuple(dict.fromkeys(one.sop_instance_uid for one in references)),
    )
    here = {stored.ref.sop_instance_uid: stored for stored in services.archive.instances(selection)}
    shown = [
        (here[one.sop_instance_uid], number)
        for one in references
        if one.sop_instance_uid in here
        for number in one.frame_numbers or (1,)
        if 1 <= number <= here[one.sop_instance_uid].number_of_frames
    ]
    if not shown:
        raise NotFound("None of the images that the presentation state is for is here.")
    return shown[:_MOST]

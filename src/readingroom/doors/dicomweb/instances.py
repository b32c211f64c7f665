"""The stored instances that a path names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request

from readingroom.errors import NotFound
from readingroom.model import InstanceRef, Selection, StoredInstance

from .services import Services


def instances_of(services: Services, request: Request) -> list[StoredInstance]:
    """All instances below the study, series or instance of the path; raises NotFound when there is none."""
    path: Mapping[str, str] = request.path_params
    selection = Selection(
        study_instance_uids=(path["study"],),
        series_instance_uids=(path["series"],) if "series" in path else (),
        sop_instance_uids=(path["instance"],) if "instance" in path else (),
    )
    found = _find(services, selection)
    if not found:
        level = next(name for name in ("instance", "series", "study") if name in path)
        raise NotFound(f"There is no such {level} here.", uid=path[level])
    return found


def instance_of(services: Services, ref: InstanceRef) -> StoredInstance:
    """The one instance of that name; raises NotFound."""
    selection = Selection(
        study_instance_uids=(ref.study_instance_uid,),
        series_instance_uids=(ref.series_instance_uid,),
        sop_instance_uids=(ref.sop_instance_uid,),
    )
    found = _find(services, selection)
    if not found:
        raise NotFound("There is no such instance here.", uid=ref.sop_instance_uid)
    return found[0]


def _find(services: Services, selection: Selection) -> list[StoredInstance]:
    found = services.archive.instances(selection)
    if not found:
        services.archive.indexer.flush()  # it may have come a moment ago
        found = services.archive.instances(selection)
    return found


def representative(instances: Sequence[StoredInstance]) -> StoredInstance:
    """The one that stands for all in a picture: the middle of the first series that has images.

    Raises NotFound when none has.
    """
    images = [stored for stored in instances if stored.number_of_frames]
    if not images:
        raise NotFound("There is no image in it.")
    first = images[0].ref.series_instance_uid
    series = [stored for stored in images if stored.ref.series_instance_uid == first]
    return series[len(series) // 2]

"""The query parameters of each resource, for the OpenAPI document. `(search_)parameters` read them."""

from __future__ import annotations

from readingroom.model import Level
from readingroom.render import CAPTIONS, ColorSpace, LeadLayout
from readingroom.standard import levels
from readingroom.wire import FLAG, Parameter, between, one_of

from .search_parameters import read_attribute

ACCEPT = Parameter("accept", "media types, before those of the Accept header (PS3.18 8.3.3.1)")
_COUNT = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
_KEYS = {
    Level.STUDY: """StudyInstanceUID StudyDate StudyTime AccessionNumber ModalitiesInStudy PatientName
        PatientID ReferringPhysicianName StudyID""",
    Level.SERIES: """SeriesInstanceUID Modality SeriesNumber PerformedProcedureStepStartDate
        PerformedProcedureStepStartTime RequestAttributesSequence.ScheduledProcedureStepID
        RequestAttributesSequence.RequestedProcedureID""",
    Level.IMAGE: "SOPInstanceUID SOPClassUID InstanceNumber",
}
"""Those that every server matches, PS3.18 table 10.6.1-5."""


def search_parameters(level: Level) -> tuple[Parameter, ...]:
    """Of a search at that level; any other attribute that the index keeps can be a key, too."""
    keys = (name for at in Level if at <= level for name in _KEYS.get(at, "").split())
    return (
        *(Parameter(name, f"VR {_vr(name)}; also by its tag (PS3.18 8.3.4.1)") for name in keys),
        Parameter("includefield", "attributes by keyword or tag, with commas, or all (8.3.4.3)"),
        Parameter("TimezoneOffsetFromUTC", "of the dates and times of keys, +0100 (PS3.4 C.2.2.2.5)"),
        Parameter("fuzzymatching", "ignored with a Warning (8.3.4.2)", FLAG),
        Parameter("emptyvaluematching", 'the key "" finds empty and absent values (8.3.4.5)', FLAG),
        Parameter("multiplevaluematching", "all values of a key must be there (8.3.4.6)", FLAG),
        Parameter("count", "tells in X-Total-Count how many match (not in the standard)", FLAG),
        Parameter("limit", "answers at most (8.3.4.4)", _COUNT),
        Parameter("offset", "answers left out at the beginning (8.3.4.4)", _COUNT),
        ACCEPT,
    )


def _vr(name: str) -> str:
    path = read_attribute(name)
    assert path is not None
    return levels.vr_of(path[-1])


FRAMES = (
    Parameter("viewport", "width,height that HTJ2K frames need to fill at most (not in the standard)"),
    Parameter("ready", "true: of one frame with a viewport only what was made ahead, else 204 (not in it)"),
    ACCEPT,
)
"""Of frames."""

RENDERED = (
    Parameter("annotation", "with a comma between: " + ", ".join(sorted(CAPTIONS)) + " (8.3.5.1.1)"),
    Parameter("quality", "of forms with loss (8.3.5.1.2)", between(1, 100)),
    Parameter("viewport", "vw,vh or vw,vh,sx,sy,sw,sh; pixels to fit in, and a region (8.3.5.1.3)"),
    Parameter("window", "center,width,function: linear, linear-exact or sigmoid (8.3.5.1.4)"),
    Parameter(
        "iccprofile", "of JPEG, PNG, WebP, AVIF (8.3.5.1.5)", one_of(*(space.value for space in ColorSpace))
    ),
    Parameter("presentationSeriesUID", "goes with presentationUID (not in the standard)"),
    Parameter("presentationUID", "a presentation state of the same study (not in the standard)"),
    Parameter("overlays", "yes, no or groups such as 6000,6004: the image's own (not in the standard)"),
    Parameter("shutter", "yes: behind the image's own shutter (not in the standard)", one_of("yes", "no")),
    Parameter(
        "mask",
        "whether the image's own mask is subtracted; as the image recommends (not in the standard)",
        one_of("yes", "no"),
    ),
    Parameter(
        "layout", "of a 12-lead ECG (not in the standard)", one_of(*(layout.value for layout in LeadLayout))
    ),
    ACCEPT,
)
"""Of pictures, PS3.18 8.3.5."""

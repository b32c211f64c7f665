"""The linear and sigmoid VOI functions' parameters (PS3.3 C.11.2.1.2, C.11.2.1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isfinite

from readingroom.errors import Invalid


class VoiFunction(Enum):
    """VOI LUT Function (0028,1056), PS3.3 C.11.2.1.3."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True, slots=True)
class Window:
    """Window Center and Width, in modality values.

    Raises Invalid for a width below 1 (LINEAR), not above 0 (LINEAR_EXACT, SIGMOID), or values that are
    no finite numbers. PS3.3 C.11.2.1.2.1, C.11.2.1.3.
    """

    center: float
    width: float
    function: VoiFunction = VoiFunction.LINEAR

    def __post_init__(self) -> None:
        if not (isfinite(self.center) and isfinite(self.width)):
            raise Invalid("Window Center and Width must be finite numbers.")
        if self.function is VoiFunction.LINEAR and self.width < 1:
            raise Invalid(f"Window Width {self.width:g} is below 1, the least a LINEAR window may have.")
        if self.width <= 0:
            raise Invalid(f"Window Width {self.width:g} must be above 0.")

"""From an advanced blending presentation state to inputs and steps (PS3.3 C.11.33, C.11.34)."""

from __future__ import annotations

from typing import Final

from readingroom.errors import Invalid, Unsupported
from readingroom.model import Attributes
from readingroom.pixels import Palette

from .numbers import decimals, exactly, items, text
from .read_grey_stage import read_grey_stage
from .scope import read_scope
from .state import AdvancedBlending, BlendingInput, BlendingStep, ThresholdType

_INPUTS, _NUMBER, _STUDY, _SERIES = 0x00701B01, 0x00701B02, 0x0020000D, 0x0020000E
_TIME, _GEOMETRY, _PALETTES = 0x00701B07, 0x00701B08, 0x00480120
_STEPS, _STEP_INPUTS, _MODE, _OPACITY = 0x00701B04, 0x00701B03, 0x00701B06, 0x00700403
_THRESHOLDS, _THRESHOLD_TYPE, _THRESHOLD_VALUES, _VALUE = 0x00701B11, 0x00701B13, 0x00701B12, 0x00701B14
_MOST: Final = 16


def read_advanced_blending(attributes: Attributes) -> AdvancedBlending:
    """Read both sequences. Raises Invalid for inputs and steps that do not make one picture, Unsupported for
    blending over time, more than 16 inputs or steps, and thresholds of a type we do not know."""
    read, displayed = items(attributes, _INPUTS), items(attributes, _STEPS)
    if max(len(read), len(displayed)) > _MOST:
        raise Unsupported(f"Blending of more than {_MOST} inputs or steps.")
    inputs = {_number(item): _input(item) for item in read}
    steps: dict[int, BlendingStep] = {}
    last = []
    for item in displayed:
        if _NUMBER not in item:
            last.append(_step(item))
        elif _number(item) in inputs or _number(item) in steps:
            raise Invalid(f"Blending Input Number {_number(item)} stands twice.", tag=_NUMBER)
        else:
            steps[_number(item)] = _step(item)
    if not inputs or len(inputs) != len(read) or len(last) != 1:
        raise Invalid("An advanced blending state needs inputs with numbers, and one last step.", tag=_STEPS)
    _check(inputs, steps, last[0])
    return AdvancedBlending(inputs, steps, last[0])


def _check(inputs: dict[int, BlendingInput], steps: dict[int, BlendingStep], last: BlendingStep) -> None:
    """Raise Invalid when a step needs what is not there, or itself."""
    done = set(inputs)
    open_steps = dict(steps)
    while ready := [number for number, step in open_steps.items() if done.issuperset(step.inputs)]:
        done.update(ready)
        open_steps = {number: step for number, step in open_steps.items() if number not in done}
    if open_steps or not done.issuperset(last.inputs):
        raise Invalid("A step of the blending needs itself, or a number that nothing has.", tag=_STEP_INPUTS)


def _number(item: Attributes) -> int:
    return int(exactly(item, _NUMBER, 1, "Blending Input Number")[0])


def _input(item: Attributes) -> BlendingInput:
    if text(item, _TIME).upper() == "TRUE":
        raise Unsupported("Blending over time: each picture here is of one time.", tag=_TIME)
    palette = items(item, _PALETTES)
    return BlendingInput(
        images=read_scope(item),
        series_instance_uid=text(item, _SERIES),
        study_instance_uid=text(item, _STUDY),
        stage=read_grey_stage(item),
        palette=Palette.of(palette[0]) if palette else None,
        thresholds=tuple(_threshold(one) for one in items(item, _THRESHOLDS)[:_MOST]),
        is_geometry=text(item, _GEOMETRY).upper() == "TRUE",
    )


def _threshold(item: Attributes) -> tuple[ThresholdType, tuple[float, ...]]:
    name = text(item, _THRESHOLD_TYPE).upper()
    if name not in ThresholdType.__members__:
        raise Unsupported(f"Threshold Type “{name[:16]}” is none that is applied here.", tag=_THRESHOLD_TYPE)
    kind = ThresholdType(name)
    values = [value for one in items(item, _THRESHOLD_VALUES) for value in decimals(one, _VALUE)]
    if len(values) != (2 if kind is ThresholdType.RANGE_INCL else 1):
        raise Invalid("A threshold needs one value, a range two.", tag=_THRESHOLD_VALUES)
    return kind, tuple(sorted(values))


def _step(item: Attributes) -> BlendingStep:
    numbers = tuple(_number(one) for one in items(item, _STEP_INPUTS)[: _MOST + 1])
    mode = text(item, _MODE).upper()
    if mode == "EQUAL" and 1 <= len(numbers) <= _MOST:
        return BlendingStep(numbers, None)
    if mode != "FOREGROUND" or len(numbers) != 2:
        raise Invalid("Blending Mode is EQUAL, or FOREGROUND of two inputs.", tag=_MODE)
    (opacity,) = exactly(item, _OPACITY, 1, "Relative Opacity")
    if not 0 <= opacity <= 1:
        raise Invalid("Relative Opacity must be from 0 to 1.", tag=_OPACITY)
    return BlendingStep(numbers, opacity)

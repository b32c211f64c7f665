"""Data Sets as pydicom reads them, told in our nouns: the independent reader beside which wire is tested."""

from __future__ import annotations

from typing import Any

from pydicom import Dataset
from pydicom.multival import MultiValue

from readingroom.model import Attribute

BINARY = {"OB", "OD", "OF", "OL", "OV", "OW", "UN"}


def attributes_of(ds: Dataset) -> dict[int, Attribute]:
    """Every attribute of a pydicom Data Set, file meta left out."""
    return {
        int(element.tag): Attribute(str(element.VR), _values(element.VR, element.value)) for element in ds
    }


def _values(vr: str, value: Any) -> tuple[Any, ...]:
    if vr == "SQ":
        return tuple(attributes_of(item) for item in value)
    if value is None or value == "" or value == b"" or (isinstance(value, MultiValue | list) and not value):
        return ()
    if vr in BINARY:
        return (bytes(value),)
    many = value if isinstance(value, MultiValue | list) else [value]
    return tuple(_value(vr, one) for one in many)


def _value(vr: str, value: Any) -> Any:
    if vr in ("DS", "IS"):
        return getattr(value, "original_string", None) or ("" if value is None else str(value))
    if vr == "AT":
        return int(value)
    if vr in ("FL", "FD", "SL", "SS", "SV", "UL", "US", "UV"):
        return value
    return str(value)

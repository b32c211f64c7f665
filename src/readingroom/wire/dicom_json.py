"""The DICOM JSON Model, both ways (PS3.18 annex F).

Specific Character Set is passed on as it stands in the object (F.2.2 note 3): it tells of the source, the
JSON itself is always UTF-8.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

from readingroom.errors import Invalid
from readingroom.model import Attribute, Attributes, Packed, Tag

from .bulk_data import BINARY_VRS, DEEPEST, AttributePath, BulkData, BulkLocator, check_depth, is_told

JsonObject: TypeAlias = dict[str, Any]

DICOM_JSON = "application/dicom+json"

_NAME_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
_INTEGER = re.compile(r"[+-]?\d{1,15}\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII)
_EXACT = 2**53  # beyond this a JavaScript number loses digits (F.2.3 note)
_NUMBER_VRS = frozenset({"FL", "FD", "SL", "SS", "SV", "UL", "US", "UV"})
_NUMBER_STRING_VRS = frozenset({"DS", "IS"})
_TEXT_VRS = frozenset({"AE", "AS", "CS", "DA", "DT", "LO", "LT", "SH", "ST", "TM", "UC", "UI", "UR", "UT"})
_VRS = _TEXT_VRS | _NUMBER_VRS | _NUMBER_STRING_VRS | BINARY_VRS | {"AT", "PN", "SQ"}


def to_dicom_json(attributes: Attributes, bulk: BulkLocator | None = None) -> JsonObject:
    """The JSON model of one Data Set, ordered by tag, without group 0002 and group lengths.

    IS and DS become numbers where they are ones, else stay the strings they are. NaN and infinities, which
    JSON lacks, become the strings "NaN", "Infinity", "-Infinity", as JavaScript's Number() reads them.
    bulk: what to leave out and under which URI; without it every value is inline. Raises Invalid when
    Sequences are nested absurdly deep.
    """
    return _model(attributes, bulk, ())


class JsonChoice:
    """Makes the models of many Data Sets that all show the same tags."""

    def __init__(self, tags: Iterable[Tag]) -> None:
        self._wanted = [(tag, _tag_name(tag)) for tag in sorted(tags) if is_told(tag)]

    def model(self, attributes: Packed) -> JsonObject:
        """What `to_dicom_json` makes of those of the tags that are there, in a fraction of the time."""
        told: JsonObject = {}
        for name, vr, values in attributes.chosen(self._wanted):
            if len(values) == 1:
                value = values[0]
                if vr in _TEXT_VRS:
                    told[name] = {"vr": vr, "Value": values} if value else {"vr": vr}
                    continue
                if vr == "PN" and value and "=" not in value and value[-1] != " ":
                    told[name] = {"vr": "PN", "Value": ({"Alphabetic": value},)}
                    continue
            told[name] = _attribute(Attribute(vr, tuple(values)), None, ())
        return told


def dump_dicom_json(model: JsonObject | Iterable[JsonObject]) -> bytes:
    """UTF-8 bytes of one model or an array of them; what UTF-8 cannot hold becomes a question mark."""
    tree = model if isinstance(model, dict) else list(model)
    try:
        return orjson.dumps(tree)
    except TypeError:
        return _dump_oddities(tree)


def _dump_oddities(tree: JsonObject | list[JsonObject]) -> bytes:
    """Half surrogates, and sequences nested deeper than the fast encoder goes (254 levels of JSON)."""
    plain = _encodable(tree)
    try:
        return orjson.dumps(plain)
    except TypeError:
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def load_dicom_json(data: bytes) -> list[dict[Tag, Attribute]]:
    """The Data Sets of a DICOM JSON payload: an array of models, or a single one."""
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"This is not JSON: {error}.") from None
    models = tree if isinstance(tree, list) else [tree]
    return [from_dicom_json(model) for model in models]


def from_dicom_json(model: object) -> dict[Tag, Attribute]:
    """The Data Set of one JSON model.

    A BulkDataURI becomes a `BulkData` value. Raises Invalid, with the tag, for what is no DICOM JSON.
    """
    return _dataset(model, 0)


# ------------------------------------------------------------------------------------------- writing


def _model(attributes: Attributes, bulk: BulkLocator | None, outer: AttributePath) -> JsonObject:
    check_depth(outer)
    told: JsonObject = {}
    for tag in sorted(attributes):
        if is_told(tag):
            attribute = attributes[tag]
            plain = bulk is None and attribute.vr in _TEXT_VRS
            name = _tag_name(tag)
            told[name] = _text(attribute) if plain else _attribute(attribute, bulk, (*outer, tag))
    return told


@lru_cache(4096)
def _tag_name(tag: Tag) -> str:
    return f"{tag:08X}"


def _text(attribute: Attribute) -> JsonObject:
    """Most attributes are text, which needs nothing but null for an empty position (F.2.5)."""
    vr, values = attribute.vr, attribute.values
    if len(values) == 1:
        value = values[0]
        if isinstance(value, BulkData):
            return {"vr": vr, "BulkDataURI": value.uri}
        return {"vr": vr, "Value": [value]} if value else {"vr": vr}
    return {"vr": vr, "Value": [value or None for value in values]} if values else {"vr": vr}


def _attribute(attribute: Attribute, bulk: BulkLocator | None, path: AttributePath) -> JsonObject:
    vr, values = attribute.vr, attribute.values
    told: JsonObject = {"vr": vr}
    if not values:
        return told
    if isinstance(values[0], BulkData):
        return told | {"BulkDataURI": values[0].uri}
    if bulk is not None and vr != "SQ" and (uri := bulk(path, attribute)) is not None:
        return told | {"BulkDataURI": uri}
    if vr == "SQ":
        told["Value"] = [_model(item, bulk, (*path, n)) for n, item in enumerate(values, 1)]
    elif vr in BINARY_VRS:
        if values[0]:
            told["InlineBinary"] = base64.b64encode(values[0]).decode("ascii")
    else:
        if vr in _TEXT_VRS:
            return _text(attribute)
        shown = [_value(vr, value) for value in values]
        if shown != [None]:
            told["Value"] = shown
    return told


def _value(vr: str, value: Any) -> Any:
    if value is None or value == "":
        return None
    if vr == "PN":
        return _name(value)
    if vr == "AT":
        return f"{value:08X}"
    if vr in _NUMBER_STRING_VRS and isinstance(value, str):
        return _number(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, int) and not -_EXACT <= value <= _EXACT:
        return str(value)
    return value


def _name(value: str) -> JsonObject | None:
    if "=" not in value:
        shown = value.rstrip(" ")
        return {"Alphabetic": shown} if shown else None
    groups = zip(_NAME_GROUPS, value.split("="), strict=False)
    return {group: text.rstrip(" ") for group, text in groups if text.rstrip(" ")} or None


def _number(text: str) -> int | float | str:
    plain = text.strip(" \0")
    if _INTEGER.match(plain):
        return int(plain)
    if _DECIMAL.match(plain) and math.isfinite(number := float(plain)):
        return number
    return text


def _encodable(tree: Any) -> Any:
    if isinstance(tree, str):
        return tree.encode("utf-8", "replace").decode()
    if isinstance(tree, dict):
        return {_encodable(key): _encodable(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_encodable(value) for value in tree]
    return tree


# ------------------------------------------------------------------------------------------- reading


def _dataset(model: object, depth: int) -> dict[Tag, Attribute]:
    if not isinstance(model, dict):
        raise Invalid("A DICOM JSON model is an object of attributes.")
    if depth > DEEPEST:
        raise Invalid(f"Sequences are nested more than {DEEPEST} deep.")
    found: dict[Tag, Attribute] = {}
    for name, told in model.items():
        tag = _tag(name)
        if not isinstance(told, dict):
            raise Invalid(f"Attribute {name} is not an object with a vr.", tag=tag)
        found[tag] = _read_attribute(tag, told, depth)
    return found


def _tag(name: object) -> Tag:
    if isinstance(name, str) and re.fullmatch(r"[0-9A-Fa-f]{8}", name):
        return int(name, 16)
    raise Invalid(f"“{str(name)[:40]}” is not a tag of eight hexadecimal digits.")


def _read_attribute(tag: Tag, told: Mapping[str, Any], depth: int) -> Attribute:
    vr = told.get("vr")
    if not isinstance(vr, str) or vr not in _VRS:
        raise Invalid(f"Attribute {tag:08X} has no valid vr.", tag=tag)
    if "BulkDataURI" in told:
        if not isinstance(told["BulkDataURI"], str):
            raise Invalid(f"The BulkDataURI of {tag:08X} is not a string.", tag=tag)
        return Attribute(vr, (BulkData(told["BulkDataURI"]),))
    if "InlineBinary" in told:
        return Attribute(vr, _read_inline(tag, vr, told["InlineBinary"]))
    values = told.get("Value")
    if values is None:
        return Attribute(vr)
    if not isinstance(values, list) or (vr in BINARY_VRS and values):
        raise Invalid(f"Attribute {tag:08X} has a Value that its vr does not allow.", tag=tag)
    if vr == "SQ":
        return Attribute(vr, tuple(_dataset({} if v is None else v, depth + 1) for v in values))
    return Attribute(vr, tuple(_read_value(tag, vr, value) for value in values))


def _read_inline(tag: Tag, vr: str, text: object) -> tuple[bytes, ...]:
    if vr not in BINARY_VRS or not isinstance(text, str):
        raise Invalid(f"Attribute {tag:08X} cannot have InlineBinary.", tag=tag)
    try:
        value = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(f"The InlineBinary of {tag:08X} is not base64.", tag=tag) from None
    return (value,) if value else ()


def _read_value(tag: Tag, vr: str, value: Any) -> Any:
    if vr == "PN":
        return _read_name(tag, value)
    if vr == "AT":
        return _tag(value)
    if vr in _NUMBER_VRS:
        return read_number(tag, vr, value)
    if value is None:
        return ""
    if vr in _NUMBER_STRING_VRS and isinstance(value, int | float) and not isinstance(value, bool):
        return _decimal_string(value)
    if not isinstance(value, str):
        raise Invalid(f"A value of {tag:08X} is not a string.", tag=tag)
    return value


def _read_name(tag: Tag, value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    groups = [value.get(group) or "" for group in _NAME_GROUPS] if isinstance(value, dict) else [None]
    if not all(isinstance(group, str) for group in groups):
        raise Invalid(f"A value of {tag:08X} is not a person name.", tag=tag)
    return "=".join(map(str, groups)).rstrip("=")


def read_number(tag: Tag, vr: str, value: Any) -> int | float:
    """A binary number of JSON or XML: a number, or its string; integers for integer VRs."""
    kind = float if vr in ("FL", "FD") else int
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            number = kind(value)
        except (ValueError, OverflowError):
            pass
        else:
            if kind is float or isinstance(value, str) or number == value:
                return number
    raise Invalid(f"A value of {tag:08X} is not a number that {vr} can hold.", tag=tag)


def _decimal_string(value: int | float) -> str:
    """The value as DS: at most 16 characters, as many digits as fit (PS3.5 6.2)."""
    text = repr(value)
    digits = 16
    while len(text) > 16 and digits:
        text = f"{value:.{digits}g}"
        digits -= 1
    return text

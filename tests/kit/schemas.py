"""The schemas of DICOM's web forms: XML by PS3.19 A.1.6, JSON by the text of PS3.18 annex F."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from functools import cache

from jsonschema import Draft202012Validator
from lxml import etree

from .shared_data import REPOSITORY

_DEEP = 20_000
"""Calls: the validator makes some 20 for each level of sequences, and hostile objects have 100."""
_FOLDER = REPOSITORY / "tests" / "data" / "schemas"


def json_errors(model: object, name: str = "") -> list[str]:
    """What is wrong with one Data Set in JSON: by the schema, and tags that do not ascend (F.2.2)."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(_DEEP)
    try:
        found = list(_json_schema().iter_errors(model))
    finally:
        sys.setrecursionlimit(usual)
    told = [f"{name} {error.json_path}: {error.message[:200]}" for error in found]
    return told + [f"{name} tags do not ascend: {tags}" for tags in _unordered(model)]


def xml_errors(document: bytes, name: str = "") -> list[str]:
    """What is wrong with one NativeDicomModel document."""
    schema = _xml_schema()
    if schema.validate(etree.fromstring(document)):
        return []
    return [f"{name} line {error.line}: {error.message}" for error in schema.error_log]


@cache
def _json_schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads((_FOLDER / "dicom-json-model.json").read_text()))


@cache
def _xml_schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(_FOLDER / "native-dicom-model.rng"))


def _unordered(model: object) -> Iterable[list[str]]:
    if not isinstance(model, dict):
        return
    if list(model) != sorted(model):
        yield list(model)
    for attribute in model.values():
        if isinstance(attribute, dict) and attribute.get("vr") == "SQ":
            for item in attribute.get("Value", []):
                yield from _unordered(item)

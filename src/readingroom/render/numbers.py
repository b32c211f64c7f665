"""Numbers, text and Items of attributes, read tolerantly; what must be there is refused when it is not."""

from __future__ import annotations

from math import isfinite

from readingroom.errors import Invalid
from readingroom.model import Attributes, Tag


def decimals(attributes: Attributes, tag: Tag) -> tuple[float, ...]:
    """The finite numbers among the values of DS, IS, FL, FD or integer attributes; () when absent."""
    attribute = attributes.get(tag)
    if attribute is None:
        return ()
    numbers = []
    for value in attribute.values:
        try:
            number = float(value)
        except (TypeError, ValueError):
            continue
        if isfinite(number):
            numbers.append(number)
    return tuple(numbers)


def text(attributes: Attributes, tag: Tag) -> str:
    """The first value as text without padding, "" when absent."""
    attribute = attributes.get(tag)
    return "" if attribute is None or attribute.first is None else str(attribute.first).strip(" \0")


def items(attributes: Attributes, tag: Tag) -> tuple[Attributes, ...]:
    """The Items of a sequence, () when it is absent or none."""
    attribute = attributes.get(tag)
    return attribute.values if attribute is not None and attribute.vr == "SQ" else ()


def first_decimal(attributes: Attributes, tag: Tag, absent: float) -> float:
    """The first number, `absent` when there is none."""
    return (decimals(attributes, tag) or (absent,))[0]


def exactly(attributes: Attributes, tag: Tag, count: int, name: str) -> tuple[float, ...]:
    """`count` numbers. Raises Invalid, naming the attribute, when there are fewer, more or others."""
    attribute = attributes.get(tag)
    numbers = decimals(attributes, tag)
    if attribute is None or len(numbers) != count or len(attribute.values) != count:
        raise Invalid(f"{name} must be {count} numbers.", tag=tag)
    return numbers

"""Decimal and whole numbers of attributes, read tolerantly."""

from __future__ import annotations

from math import isfinite

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

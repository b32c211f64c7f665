"""How a C codec's complaint becomes our own error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from readingroom.errors import Invalid


@contextmanager
def told_as_invalid(codec: str) -> Iterator[None]:
    """Turn what imagecodecs and Pillow raise on a bad codestream into Invalid."""
    try:
        yield
    except (RuntimeError, ValueError, OSError, SyntaxError, OverflowError, IndexError) as error:
        raise Invalid(f"The {codec} codestream cannot be decoded: {error}") from error

"""RTF as striprtf, an independent reader, takes it (RTF 1.9.1)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from striprtf.striprtf import rtf_to_text

from readingroom.render import rich_text

LINE = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"))
)


@given(st.lists(LINE, max_size=4))
def test_every_line_comes_back(lines: list[str]) -> None:
    words = "\n".join(lines)
    assert rtf_to_text(rich_text(words).decode("ascii")).splitlines() == words.splitlines()


def test_what_has_a_meaning_in_rtf() -> None:
    assert rtf_to_text(rich_text("a{b}\\par c\n  \\'e9\n").decode()).splitlines() == ["a{b}\\par c", "\\'e9"]


def test_characters_beyond_16_bits_are_two_units() -> None:
    assert rb"\u-10179?\u-8704?" in rich_text("😀")


def test_steps_to_the_right() -> None:
    assert rb"{\pard\li480 deep\par}" in rich_text("Title\n    deep")

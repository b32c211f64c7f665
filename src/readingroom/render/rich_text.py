"""Text as Rich Text Format, for word processors (RTF 1.9.1)."""

from __future__ import annotations

from struct import iter_unpack

_BEGINNING = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Helvetica;}}\uc1\f0\fs20" + "\n"
_INDENT = 240
_SPECIAL = {"\\": r"\\", "{": r"\{", "}": r"\}", "\t": r"\tab "}


def rich_text(words: str) -> bytes:
    """The lines as paragraphs, the first of them bold, each two spaces in front as one step to the right.

    ASCII only: other characters stand as their UTF-16 code units, which every reader takes.
    """
    paragraphs = [_paragraph(line, is_title=number == 0) for number, line in enumerate(words.splitlines())]
    return (_BEGINNING + "".join(paragraphs) + "}\n").encode("ascii")


def _paragraph(line: str, *, is_title: bool) -> str:
    text = line.lstrip(" ")
    depth = (len(line) - len(text)) // 2
    style = r"\b " if is_title else ""
    return rf"{{\pard\li{depth * _INDENT} {style}{''.join(map(_written, text))}\par}}" + "\n"


def _written(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    if " " <= character <= "~":
        return character
    if character < " ":
        return ""
    units = iter_unpack("<h", character.encode("utf-16-le", "replace"))
    return "".join(rf"\u{unit}?" for (unit,) in units)

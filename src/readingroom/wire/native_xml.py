"""The Native DICOM Model in XML, both ways (PS3.19 A.1; PS3.18 F.3 for its relation to JSON).

Whatever has a document type declaration is refused, and with it every entity but XML's own five.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from pydicom.datadict import keyword_for_tag

from readingroom.errors import Invalid
from readingroom.model import Attribute, Attributes, Tag

from .bulk_data import BINARY_VRS, DEEPEST, AttributePath, BulkData, BulkLocator, check_depth, is_told
from .dicom_json import read_number

DICOM_XML = "application/dicom+xml"
NAMESPACE = "http://dicom.nema.org/PS3.19/models/NativeDICOM"

_VR = re.compile(r"[A-Z]{2}\Z")
_HEX_TAG = re.compile(r"[0-9A-Fa-f]{8}\Z")
_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NAME_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
_NAME_COMPONENTS = ("FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix")
_NUMBER_VRS = frozenset({"FL", "FD", "SL", "SS", "SV", "UL", "US", "UV"})


def to_native_xml(attributes: Attributes, bulk: BulkLocator | None = None) -> bytes:
    """One Data Set as a NativeDicomModel document in UTF-8.

    Private attributes are named by their creator, with 00 for the block in the tag. Control characters
    that XML 1.0 cannot hold become U+FFFD. bulk: as for DICOM JSON.
    """
    body = "".join(_attributes(attributes, bulk, ()))
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<NativeDicomModel xmlns="{NAMESPACE}" xml:space="preserve">'
    )
    return f"{head}{body}</NativeDicomModel>".encode()


def from_native_xml(document: bytes) -> dict[Tag, Attribute]:
    """The Data Set of a NativeDicomModel document, with or without the namespace; raises Invalid."""
    root = _parse(document)
    if root.name != "NativeDicomModel":
        raise Invalid("The root of a Native DICOM Model is NativeDicomModel.")
    return _dataset(root)


# ------------------------------------------------------------------------------------------- writing


def _attributes(attributes: Attributes, bulk: BulkLocator | None, outer: AttributePath) -> Iterator[str]:
    check_depth(outer)
    for tag in sorted(attributes):
        if is_told(tag):
            attribute = attributes[tag]
            yield f'<DicomAttribute {_identity(attributes, tag)} vr="{attribute.vr}"{_keyword(tag)}>'
            yield from _content(attribute, bulk, (*outer, tag))
            yield "</DicomAttribute>"


def _identity(attributes: Attributes, tag: Tag) -> str:
    creator = _creator(attributes, tag)
    if creator is None:
        return f'tag="{tag:08X}"'
    return f'tag="{tag & 0xFFFF00FF:08X}" privateCreator={quoteattr(_legal(creator))}'


def _creator(attributes: Attributes, tag: Tag) -> str | None:
    """Who owns the block of a private tag (PS3.5 7.8.1); None for public tags, creators and orphans."""
    block = tag >> 8 & 0xFF
    if not tag >> 16 & 1 or block < 0x10:
        return None
    owner = attributes.get(tag & 0xFFFF0000 | block)
    name = owner.first if owner else None
    return name if isinstance(name, str) and name else None


def _keyword(tag: Tag) -> str:
    keyword = keyword_for_tag(tag)
    return f' keyword="{keyword}"' if keyword else ""


def _content(attribute: Attribute, bulk: BulkLocator | None, path: AttributePath) -> Iterator[str]:
    vr, values = attribute.vr, attribute.values
    uri = values[0].uri if values and isinstance(values[0], BulkData) else None
    if uri is None and bulk is not None and values and vr != "SQ":
        uri = bulk(path, attribute)
    if uri is not None:
        yield f"<BulkData uri={quoteattr(_legal(uri))}/>"
    elif vr == "SQ":
        for number, item in enumerate(values, 1):
            yield f'<Item number="{number}">'
            yield from _attributes(item, bulk, (*path, number))
            yield "</Item>"
    elif vr in BINARY_VRS:
        if values and values[0]:
            yield f"<InlineBinary>{base64.b64encode(values[0]).decode('ascii')}</InlineBinary>"
    elif list(values) not in ([""], [None]):
        for number, value in enumerate(values, 1):
            yield from _name(number, value) if vr == "PN" else _value(number, vr, value)


def _value(number: int, vr: str, value: Any) -> Iterator[str]:
    text = f"{value:08X}" if vr == "AT" else "" if value is None else str(value)
    yield f'<Value number="{number}">{_text(text)}</Value>'


def _name(number: int, value: str) -> Iterator[str]:
    yield f'<PersonName number="{number}">'
    for group, text in zip(_NAME_GROUPS, (value or "").split("="), strict=False):
        if text.strip(" ^"):
            yield f"<{group}>"
            for component, part in zip(_NAME_COMPONENTS, text.split("^", 4), strict=False):
                if part:
                    yield f"<{component}>{_text(part)}</{component}>"
            yield f"</{group}>"
    yield "</PersonName>"


def _text(text: str) -> str:
    # A bare carriage return would be read back as a line feed (XML 1.0 section 2.11).
    return escape(_legal(text), {"\r": "&#13;"})


def _legal(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


# ------------------------------------------------------------------------------------------- reading


@dataclass(slots=True)
class _Element:
    name: str
    attributes: dict[str, str]
    children: list[_Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def _parse(document: bytes) -> _Element:
    """A tree of elements by local name; no DTD, no entities, no deep nesting."""
    top = _Element("", {})
    stack = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(stack) > 3 * DEEPEST:
            raise Invalid(f"Sequences are nested more than {DEEPEST} deep.")
        element = _Element(name.rpartition("}")[2], attributes)
        stack[-1].children.append(element)
        stack.append(element)

    def end(name: str) -> None:
        stack.pop()

    def refuse(*_: object) -> None:
        raise Invalid("A document type declaration has no place in a Native DICOM Model.")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: stack[-1].texts.append(text)
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(document, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Invalid(f"This is not well-formed XML: {error}.") from None
    return top.children[0]


def _dataset(element: _Element) -> dict[Tag, Attribute]:
    found: dict[Tag, Attribute] = {}
    private: list[tuple[Tag, str, Attribute]] = []
    for child in element.children:
        if child.name != "DicomAttribute":
            continue
        tag = _tag(child.attributes.get("tag", ""))
        attribute = _attribute(tag, child)
        creator = child.attributes.get("privateCreator", "")
        if creator and tag >> 16 & 1 and not tag & 0xFF00:
            private.append((tag, creator, attribute))
        else:
            found[tag] = attribute
    for tag, creator, attribute in private:
        found[tag | _block(found, tag >> 16, creator) << 8] = attribute
    return found


def _block(attributes: dict[Tag, Attribute], group: int, creator: str) -> int:
    """The block that `creator` has in this group, or the next free one, which it then takes."""
    for block in range(0x10, 0x100):
        owner = attributes.get(group << 16 | block)
        if owner is None:
            attributes[group << 16 | block] = Attribute("LO", (creator,))
            return block
        if owner.first == creator:
            return block
    raise Invalid(f"Group {group:04X} has no free block for private creator “{creator[:64]}”.")


def _tag(text: str) -> Tag:
    if not _HEX_TAG.match(text):
        raise Invalid(f"“{text[:40]}” is not a tag of eight hexadecimal digits.")
    return int(text, 16)


def _attribute(tag: Tag, element: _Element) -> Attribute:
    vr = element.attributes.get("vr", "")
    if not _VR.match(vr):
        raise Invalid(f"Attribute {tag:08X} has no valid vr.", tag=tag)
    children = sorted(element.children, key=_number)
    bulk = next((child for child in children if child.name == "BulkData"), None)
    if bulk is not None:
        uri = bulk.attributes.get("uri") or "urn:uuid:" + bulk.attributes.get("uuid", "")
        return Attribute(vr, (BulkData(uri),))
    if vr == "SQ":
        return Attribute(vr, tuple(_dataset(child) for child in children if child.name == "Item"))
    if vr in BINARY_VRS:
        return Attribute(vr, _inline(tag, children))
    if vr == "PN":
        return Attribute(vr, tuple(_read_name(child) for child in children if child.name == "PersonName"))
    return Attribute(vr, tuple(_read_value(tag, vr, c.text) for c in children if c.name == "Value"))


def _number(element: _Element) -> int:
    text = element.attributes.get("number", "0")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def _inline(tag: Tag, children: list[_Element]) -> tuple[bytes, ...]:
    text = "".join("".join(child.text.split()) for child in children if child.name == "InlineBinary")
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(f"The InlineBinary of {tag:08X} is not base64.", tag=tag) from None
    return (value,) if value else ()


def _read_name(element: _Element) -> str:
    groups = {child.name: child for child in element.children}
    return "=".join(_read_group(groups.get(group)) for group in _NAME_GROUPS).rstrip("=")


def _read_group(element: _Element | None) -> str:
    parts = {child.name: child.text for child in element.children} if element else {}
    return "^".join(parts.get(component, "") for component in _NAME_COMPONENTS).rstrip("^")


def _read_value(tag: Tag, vr: str, text: str) -> Any:
    if vr == "AT":
        return _tag(text.strip())
    if vr in _NUMBER_VRS:
        return read_number(tag, vr, text.strip())
    return text

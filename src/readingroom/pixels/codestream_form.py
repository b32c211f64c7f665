"""What a codestream tells of the image in it, for who was sent one without a description (PS3.18 10.5.2)."""

from __future__ import annotations

from dataclasses import dataclass

from readingroom.errors import Unsupported

from .jpeg_2000_header import read_jpeg_2000_header
from .jpeg_header import SOF_JPEG_LS, JpegHeader, read_jpeg_header
from .jpeg_ls import near_of

_JPEG = "1.2.840.10008.1.2.4."
_BASELINE, _EXTENDED, _LOSSLESS = 0xC0, 0xC1, 0xC3
_RGB_NAMES = (82, 71, 66)


@dataclass(frozen=True, slots=True)
class CodestreamForm:
    """The narrowest transfer syntax that allows the codestream, and the Image Pixel Description of it.

    bits_stored: of a sample. is_lossy: something was lost; False says nothing sure of JPEG 2000.
    """

    transfer_syntax_uid: str
    rows: int
    columns: int
    samples_per_pixel: int
    bits_stored: int
    is_signed: bool
    photometric_interpretation: str
    is_lossy: bool


def read_codestream_form(beginning: bytes) -> CodestreamForm:
    """Read the header of a JPEG, JPEG-LS or JPEG 2000 codestream; `beginning` need not be all of it.

    Raises Invalid when it is none of these or is wrapped in a file format such as JP2, which PS3.5 A.4.4
    forbids; Unsupported for a process or a number of components that no transfer syntax has.
    """
    if beginning.startswith(b"\xff\xd8"):
        return _jpeg(beginning)
    return _jpeg_2000(beginning)


def _jpeg(beginning: bytes) -> CodestreamForm:
    header = read_jpeg_header(beginning)
    parameter = near_of(beginning)  # of the first scan: NEAR of JPEG-LS, the predictor of JPEG Lossless
    number, is_lossy = {
        _BASELINE: ("50", True),
        _EXTENDED: ("51", True),
        _LOSSLESS: ("70" if parameter == 1 else "57", False),
        SOF_JPEG_LS: ("81" if parameter else "80", bool(parameter)),
    }.get(header.process, ("", False))
    if not number:
        raise Unsupported("DICOM knows no transfer syntax for this JPEG process (PS3.5 A.4.1).")
    return CodestreamForm(
        _JPEG + number,
        header.rows,
        header.columns,
        _samples(len(header.identifiers)),
        header.precision,
        False,
        _jpeg_colour(header),
        is_lossy,
    )


def _jpeg_colour(header: JpegHeader) -> str:
    if len(header.identifiers) == 1:
        return "MONOCHROME2"
    if header.process not in (_BASELINE, _EXTENDED) or header.adobe_transform == 0:
        return "RGB"
    if header.adobe_transform is None and not header.has_jfif and header.identifiers == _RGB_NAMES:
        return "RGB"
    return "YBR_FULL_422"


def _jpeg_2000(beginning: bytes) -> CodestreamForm:
    header = read_jpeg_2000_header(beginning)
    exact, other = ("201", "203") if header.is_high_throughput else ("90", "91")
    samples = _samples(len(header.precisions))
    colour = "MONOCHROME2" if samples == 1 else "RGB"
    if samples == 3 and header.has_colour_transform:
        colour = "YBR_RCT" if header.is_reversible else "YBR_ICT"
    return CodestreamForm(
        _JPEG + (exact if header.is_reversible else other),
        header.rows,
        header.columns,
        samples,
        header.precision,
        header.signs[0],
        colour,
        not header.is_reversible,
    )


def _samples(components: int) -> int:
    if components not in (1, 3):
        raise Unsupported(f"Images of {components} components have no place in DICOM (PS3.3 C.7.6.3.1.1).")
    return components

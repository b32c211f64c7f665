"""Which form an instance or a frame leaves in, for what clients ask (PS3.18 8.7.3)."""

from __future__ import annotations

import pytest

from readingroom.doors.dicomweb.media_types import CODESTREAM_TYPE, frame_offers, instance_offers
from readingroom.model import InstanceRef, StoredInstance
from readingroom.wire import choose, parse_accept

ILE, ELE, BE, DEFLATED = (
    "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99",
)  # fmt: skip
BASELINE, LOSSLESS, JLS, J2K, HTJ2K, RLE, MPEG2, H264 = (
    "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.102",
)  # fmt: skip
DICOM = 'multipart/related; type="application/dicom"'
PICTURE = "multipart/related; type=image/jpeg"
OCTETS = "multipart/related; type=application/octet-stream"


def stored(syntax: str, frames: int = 1) -> StoredInstance:
    return StoredInstance(InstanceRef("1", "2", "3"), "4", syntax, "b", 9, 1, 2, frames, "")


@pytest.mark.ps("3.18 8.7.3.1")
@pytest.mark.parametrize(
    ("syntax", "accept", "leaves_as"),
    [
        (ELE, DICOM, ELE),
        (ELE, DICOM + "; transfer-syntax=*", ELE),
        (ILE, DICOM, ELE),
        (ILE, DICOM + "; transfer-syntax=*", ELE),
        (ILE, DICOM + "; transfer-syntax=" + ILE, None),
        (BE, DICOM + "; transfer-syntax=*", ELE),
        (BE, DICOM + "; transfer-syntax=" + BE, None),
        (DEFLATED, DICOM, ELE),
        (DEFLATED, DICOM + "; transfer-syntax=*", DEFLATED),
        (JLS, DICOM, ELE),
        (JLS, "*/*", ELE),
        (JLS, DICOM + "; transfer-syntax=*", JLS),
        (JLS, f"{DICOM}; transfer-syntax={JLS}", JLS),
        (RLE, f"{DICOM}; transfer-syntax={RLE}", RLE),
        (ELE, f"{DICOM}; transfer-syntax={RLE}", RLE),
        (ELE, f"{DICOM}; transfer-syntax={JLS}", JLS),
        (ILE, f"{DICOM}; transfer-syntax={HTJ2K}", HTJ2K),
        (JLS, f"{DICOM}; transfer-syntax={LOSSLESS}", LOSSLESS),
        (ELE, f"{DICOM}; transfer-syntax={BASELINE}", None),  # never with loss under its own UID
        (MPEG2, f"{DICOM}; transfer-syntax={JLS}", None),
        (MPEG2, DICOM, MPEG2),  # cannot be decompressed, so it goes out as it is
        (MPEG2, f"{DICOM}; transfer-syntax={ELE}", None),
        ("1.2.3.4", DICOM, "1.2.3.4"),
    ],
)
def test_instance(syntax: str, accept: str, leaves_as: str | None) -> None:
    offer = choose(parse_accept([accept]), instance_offers(stored(syntax), multipart=True))
    assert (offer and offer.transfer_syntax) == leaves_as


def test_an_object_without_pixels_is_always_possible_but_never_compressed() -> None:
    offers = instance_offers(stored(ILE, frames=0), multipart=False)
    assert [offer.transfer_syntax for offer in offers] == [ELE]


@pytest.mark.ps("3.18 8.7.3.3")
@pytest.mark.parametrize(
    ("syntax", "accept", "leaves_as"),
    [
        (JLS, OCTETS + "; transfer-syntax=*", ("application/octet-stream", JLS)),  # OHIF
        (JLS, OCTETS, ("application/octet-stream", ELE)),
        (JLS, f"{OCTETS}; transfer-syntax={ELE}", ("application/octet-stream", ELE)),
        (JLS, f"{OCTETS}; transfer-syntax={JLS}", ("application/octet-stream", JLS)),
        (JLS, "multipart/related; type=image/jls", ("image/jls", JLS)),
        (JLS, "multipart/related; type=image/*", ("image/jls", JLS)),
        (BASELINE, "multipart/related; type=image/jpeg", ("image/jpeg", BASELINE)),
        (LOSSLESS, f"{PICTURE}; transfer-syntax={LOSSLESS}", ("image/jpeg", LOSSLESS)),
        (LOSSLESS, f"{PICTURE}; transfer-syntax={BASELINE}", ("image/jpeg", BASELINE)),
        (ELE, f"{PICTURE}; transfer-syntax={BASELINE}", ("image/jpeg", BASELINE)),
        (ELE, "multipart/related; type=image/jls", ("image/jls", JLS)),
        (ELE, "multipart/related; type=image/jp2", ("image/jp2", J2K)),
        (J2K, "multipart/related; type=image/jp2", ("image/jp2", J2K)),
        (HTJ2K, "multipart/related; type=image/jphc", ("image/jphc", HTJ2K)),
        (RLE, "multipart/related; type=image/dicom-rle", ("image/dicom-rle", RLE)),
        (RLE, "multipart/related; type=application/x-dicom-rle", ("application/x-dicom-rle", RLE)),
        (ELE, "multipart/related; type=application/x-dicom-rle", ("application/x-dicom-rle", RLE)),
        (ELE, "multipart/related; type=image/jphc", ("image/jphc", HTJ2K)),
        (ELE, OCTETS + "; transfer-syntax=*", ("application/octet-stream", ELE)),
        (ILE, OCTETS + "; transfer-syntax=*", ("application/octet-stream", ELE)),
        (BE, "*/*", ("application/octet-stream", ELE)),
        (JLS, "*/*", ("application/octet-stream", ELE)),
        (ELE, "multipart/related; type=image/jpeg", ("image/jpeg", LOSSLESS)),
        (H264, "multipart/related; type=image/jpeg", None),
        (H264, "multipart/related; type=video/mp4", ("video/mp4", H264)),
        (H264, "*/*", ("application/octet-stream", H264)),
    ],
)  # fmt: skip
def test_frames(syntax: str, accept: str, leaves_as: tuple[str, str] | None) -> None:
    offer = choose(parse_accept([accept]), frame_offers(stored(syntax), multipart=True))
    assert (offer and (offer.media_type, offer.transfer_syntax)) == leaves_as


def test_media_types_of_the_standards_table() -> None:
    """PS3.18 table 8.7.3-5, read off by hand."""
    table = {
        "image/jpeg": "4.70 4.50 4.51 4.57", "image/dicom-rle": "5", "image/jls": "4.80 4.81",
        "image/jp2": "4.90 4.91", "image/jpx": "4.92 4.93", "image/jphc": "4.201 4.202 4.203",
        "video/mpeg": "4.100 4.101", "video/mp4": "4.102 4.103 4.104 4.105 4.106",
    }  # fmt: skip
    for name, numbers in table.items():
        for number in numbers.split():
            assert CODESTREAM_TYPE[f"1.2.840.10008.1.2.{number}"] == name

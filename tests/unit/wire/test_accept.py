"""What clients really send as Accept, and what they get."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readingroom.wire import ANYTHING, Acceptable, Offer, choose, parse_accept

ELE, JPEG_LL, J2K = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.90"

JSON = Offer("application/dicom+json")
XML = Offer("application/dicom+xml", multipart=True)
METADATA = (JSON, Offer("application/json"), XML)

STORED = Offer("application/dicom", True, JPEG_LL, by_default=False)
DECODED = Offer("application/dicom", True, ELE)
STORED_ONE = Offer("application/dicom", False, JPEG_LL, by_default=False)
DECODED_ONE = Offer("application/dicom", False, ELE)
INSTANCE = (STORED, DECODED, STORED_ONE, DECODED_ONE)

FRAME_JPEG = Offer("image/jpeg", True, JPEG_LL)
FRAME_RAW = Offer("application/octet-stream", True, ELE)
FRAME_ANY = Offer("application/octet-stream", True, JPEG_LL, by_default=False)
FRAMES = (FRAME_ANY, FRAME_RAW, FRAME_JPEG)


@pytest.mark.ps("3.18 8.7.4")
@pytest.mark.parametrize(
    ("header", "acceptable"),
    [
        ("application/dicom+json", Acceptable("application/dicom+json")),
        ("Application/DICOM+JSON; charset=utf-8", Acceptable("application/dicom+json")),
        (
            'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.70',
            Acceptable("application/dicom", True, JPEG_LL),
        ),
        (
            "multipart/related;type=application/octet-stream;transfer-syntax=*",
            Acceptable("application/octet-stream", True, "*"),
        ),
        (
            'multipart/related; type="image/jp2"; transfer-syntax="1.2.840.10008.1.2.4.90"; q=0.5',
            Acceptable("image/jp2", True, J2K, 0.5),
        ),
        ("multipart/related", Acceptable("*/*", True)),
        ("*/*", Acceptable("*/*", None)),
        ("*/*;q=0.1", Acceptable("*/*", None, None, 0.1)),
        ("image/*; q=1.0", Acceptable("image/*")),
        ("image/png;q=bad", Acceptable("image/png")),
        ("image/png;q=0", Acceptable("image/png", False, None, 0.0)),
    ],
)
def test_one_range(header: str, acceptable: Acceptable) -> None:
    assert parse_accept([header]) == (acceptable,)


def test_several_headers_lists_and_rubbish() -> None:
    found = parse_accept(['multipart/related; type="a/b, c"; x, image/png', ", ,;;, nonsense", "image/jpeg"])
    assert [a.media_type for a in found] == ["a/b, c", "image/png", "image/jpeg"]


def test_no_header_means_anything_is_welcome() -> None:
    assert parse_accept([]) == parse_accept(["", " "]) == ANYTHING


def test_rubbish_alone_is_not_anything() -> None:
    assert parse_accept(["nonsense"]) == ()


@pytest.mark.ps("3.18 8.3.3.1")
def test_query_parameter_goes_before_the_header() -> None:
    assert parse_accept(["*/*"], ["image/png"]) == (Acceptable("image/png"),)
    assert parse_accept(["image/png"], ["", "nonsense"]) == (Acceptable("image/png"),)
    # "+" that was not percent-encoded arrives as a space
    assert parse_accept(["*/*"], ["application/dicom json"]) == (Acceptable("application/dicom+json"),)


@pytest.mark.parametrize(
    ("header", "offers", "chosen"),
    [
        ("application/dicom+json", METADATA, JSON),
        ("application/json", METADATA, METADATA[1]),
        ("*/*", METADATA, JSON),
        ("application/dicom+xml", METADATA, None),
        ('multipart/related; type="application/dicom+xml"', METADATA, XML),
        ('multipart/related; type="application/dicom+xml", application/dicom+json;q=0.9', METADATA, XML),
        ("text/html, application/xhtml+xml, */*;q=0.8", METADATA, JSON),
        ("application/dicom+json;q=0, */*", METADATA, METADATA[1]),
        ("image/png", METADATA, None),
        # dicomweb-client, then OHIF and dwv: any syntax is welcome, so what is stored goes out untouched
        ('multipart/related; type="application/dicom"; transfer-syntax=*', INSTANCE, STORED),
        ('multipart/related; type="application/dicom"', INSTANCE, DECODED),
        ("*/*", INSTANCE, DECODED),
        ("application/dicom", INSTANCE, DECODED_ONE),
        ("application/dicom; transfer-syntax=*", INSTANCE, STORED_ONE),
        (f'multipart/related; type="application/dicom"; transfer-syntax={JPEG_LL}', INSTANCE, STORED),
        (f'multipart/related; type="application/dicom"; transfer-syntax={J2K}', INSTANCE, None),
        (
            f'multipart/related; type="application/dicom"; transfer-syntax={J2K}, '
            f'multipart/related; type="application/dicom"; transfer-syntax={ELE};q=0.2',
            INSTANCE,
            DECODED,
        ),
        ("multipart/related; type=application/octet-stream; transfer-syntax=*", FRAMES, FRAME_ANY),
        ("multipart/related; type=application/octet-stream", FRAMES, FRAME_RAW),
        (f"multipart/related; type=application/octet-stream; transfer-syntax={ELE}", FRAMES, FRAME_RAW),
        ("multipart/related; type=image/jpeg", FRAMES, FRAME_JPEG),
        ("multipart/related; type=image/jp2, multipart/related; type=image/*", FRAMES, FRAME_JPEG),
        ("multipart/related", FRAMES, FRAME_RAW),
        ("", FRAMES, FRAME_RAW),
    ],
)
def test_choice(header: str, offers: tuple[Offer, ...], chosen: Offer | None) -> None:
    assert choose(parse_accept([header]), offers) == chosen


@given(st.text(alphabet='*/;,=" q0.5abc\\', max_size=60))
def test_fuzz_no_header_breaks_it(header: str) -> None:
    for acceptable in parse_accept([header]):
        assert 0 <= acceptable.q <= 1
    choose(parse_accept([header], [header]), INSTANCE)


def test_a_hostile_header_is_read_only_so_far() -> None:
    assert len(parse_accept(["image/png," * 100_000])) <= 64

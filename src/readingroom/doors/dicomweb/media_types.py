"""Which media type stands for which transfer syntax, and what we offer (PS3.18 8.7.3)."""

from __future__ import annotations

from readingroom.model import StoredInstance
from readingroom.pixels import DECODABLE, ENCODABLE, WRITTEN_WITH_LOSS
from readingroom.prepare import VALID_AS, Form
from readingroom.standard.transfer_syntaxes import EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, transfer_syntaxes
from readingroom.wire import DICOM_JSON, DICOM_XML, Offer

DICOM = "application/dicom"
OCTETS = "application/octet-stream"
JPEG = "image/jpeg"
MP4 = "video/mp4"
MPEG, HEVC = "video/mpeg", "video/H265"
VIDEO_TYPES = (MPEG, MP4, HEVC)
"""PS3.18 table 8.7.4-1."""
PICTURE_TYPES = tuple(form.value for form in Form)
"""Media types of rendered images, JPEG first (PS3.18 table 8.7.4-1); WebP and AVIF are our own."""
RLE_LOSSLESS = "1.2.840.10008.1.2.5"
_JPEG = "1.2.840.10008.1.2.4."
_DEFAULTS = tuple(_JPEG + number for number in ("70", "80", "90", "201", "110"))
"""What a codestream's media type means without a transfer syntax (PS3.18 table 8.7.3-5)."""
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
_BY_NAME = (
    *(_JPEG + number for number in ("57", "202", "203")),
    "1.2.840.10008.1.2.1.98",
    DEFLATED_FRAMES,
)
LOSSLESS = tuple(uid for uid in (RLE_LOSSLESS, *_DEFAULTS, *_BY_NAME) if uid in ENCODABLE - WRITTEN_WITH_LOSS)
"""What is made for a client that asks for it, the preferred first."""

_CODESTREAMS = {
    JPEG: ("4.50", "4.51", "4.53", "4.55", "4.57", "4.70"),
    "image/jls": ("4.80", "4.81"),
    "image/jp2": ("4.90", "4.91"),
    "image/jpx": ("4.92", "4.93"),
    "image/jphc": ("4.201", "4.202", "4.203"),
    "image/jxl": ("4.110", "4.111", "4.112"),
    "image/dicom-rle": ("5",),
    "application/x-deflate": ("8.1",),
    MPEG: ("4.100", "4.100.1", "4.101", "4.101.1"),
    MP4: ("4.102", "4.102.1", "4.103", "4.103.1", "4.104", "4.104.1", "4.105", "4.105.1", "4.106", "4.106.1"),
    HEVC: ("4.107", "4.108"),
}
CODESTREAM_TYPE = {
    f"1.2.840.10008.1.2.{number}": name for name, numbers in _CODESTREAMS.items() for number in numbers
}
"""Media types of compressed frames, PS3.18 table 8.7.3-5."""

OTHER_NAMES = {
    "image/dicom-rle": ("application/x-dicom-rle", "image/x-dicom-rle"),
    "image/jls": ("image/x-jls",),
    MPEG: ("video/mpeg2",),
}
"""How earlier editions of PS3.18 and clients call these; the answer has the name that was asked for."""
PIXEL_TYPES = tuple(
    dict.fromkeys((*CODESTREAM_TYPE.values(), *(x for xs in OTHER_NAMES.values() for x in xs)))
)
"""Media types of compressed frames under every name."""

METADATA_OFFERS = (Offer(DICOM_JSON), Offer("application/json"), Offer(DICOM_XML, multipart=True))
"""Metadata and search results: JSON, or XML with one part for each Data Set (PS3.18 8.7.3.2)."""

REPORT_OFFERS = (Offer(DICOM_JSON), Offer("application/json"), Offer(DICOM_XML))
"""The answer to a store request, one Data Set."""

PLAYED_AS_STORED = frozenset(
    f"1.2.840.10008.1.2.4.{number}{way}" for number in (102, 103, 104, 105, 106) for way in ("", ".1")
)
"""H.264, which browsers play as it is when it lies in MP4."""

NEVER_ON_THE_WEB = frozenset({IMPLICIT_LE, EXPLICIT_BE})  # PS3.18 8.7.3.1


def is_encapsulated(transfer_syntax_uid: str) -> bool:
    """Whether pixel data are stored as codestreams; an unknown syntax counts as such (PS3.5 A.4)."""
    known = transfer_syntaxes().get(transfer_syntax_uid)
    return known is None or known.encapsulated


def form_on_the_web(stored: StoredInstance) -> str:
    """The stored transfer syntax, or Explicit VR Little Endian where that one never leaves by the web."""
    uid = stored.transfer_syntax_uid
    return EXPLICIT_LE if uid in NEVER_ON_THE_WEB else uid


def video_types(stored: StoredInstance) -> tuple[str, ...]:
    """What a video can be given as: MPEG-2 and HEVC as stored, and MP4; () for everything else.

    Few programs play the bare stream of HEVC, so MP4 comes before it.
    """
    name = CODESTREAM_TYPE.get(stored.transfer_syntax_uid, "")
    if not name.startswith("video/"):
        return ()
    return (MP4, HEVC) if name == HEVC else tuple(dict.fromkeys((name, MP4)))


def instance_offers(stored: StoredInstance, *, multipart: bool, media_type: str = DICOM) -> list[Offer]:
    """The forms in which a whole instance can leave: as stored first, then re-encoded without loss.

    Explicit VR Little Endian is meant when a client names no transfer syntax; an instance that cannot be
    decompressed is then given as it is (PS3.18 8.7.3.3). Whether the image fits a form that is made,
    `wado_rs.why_not` tells. media_type: DICOM, or that of a container of DICOM files.
    """
    uid = stored.transfer_syntax_uid
    can_change = uid in DECODABLE or not is_encapsulated(uid) or not stored.number_of_frames
    offers = []
    if uid not in NEVER_ON_THE_WEB:
        offers.append(Offer(media_type, multipart, uid, uid == EXPLICIT_LE or not can_change))
    if can_change and uid != EXPLICIT_LE:
        offers.append(Offer(media_type, multipart, EXPLICIT_LE))
    if can_change and stored.number_of_frames:
        offers += [Offer(media_type, multipart, to, by_default=False) for to in LOSSLESS if to != uid]
    return offers


def frame_offers(stored: StoredInstance, *, multipart: bool) -> list[Offer]:
    """The forms in which frames can leave.

    Lossy ones only for a client that names their transfer syntax.
    "application/octet-stream; transfer-syntax=*" means the stored codestream whatever it is, as OHIF asks.
    """
    uid = stored.transfer_syntax_uid
    packed = is_encapsulated(uid)
    offers = []
    if packed:
        can_change = uid in DECODABLE
        offers.append(Offer(OCTETS, multipart, uid, not can_change))
    else:
        can_change = True
    if can_change:
        offers.append(Offer(OCTETS, multipart, EXPLICIT_LE))
    if packed:
        offers += [Offer(name, multipart, uid) for name in _names(uid)]
    if can_change:
        others = [to for to in (*LOSSLESS, *sorted(WRITTEN_WITH_LOSS)) if to != uid]
        offers += [Offer(name, multipart, to, _is_default(to)) for to in others for name in _names(to)]
        offers += [Offer(OCTETS, multipart, to, by_default=False) for to in others if to in VALID_AS]
    return offers


def _is_default(uid: str) -> bool:
    return uid in (RLE_LOSSLESS, DEFLATED_FRAMES) or uid in _DEFAULTS


def _names(uid: str) -> tuple[str, ...]:
    name = CODESTREAM_TYPE.get(uid)
    return (name, *OTHER_NAMES.get(name, ())) if name else ()

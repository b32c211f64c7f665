"""One screen, or two, for each kind of object."""

from __future__ import annotations

from playwright.sync_api import Page

from .house import House
from .screen import ALL, Screen
from .ways import Prepare, kind_of, run_command, viewer


def _marks(page: Page, house: House) -> None:
    viewer("made/mammo", command="Mammography views")(page, house)
    run_command(page, "Marks of reports on or off")


def _shown(name: str, title: str, way: Prepare, sizes: tuple[str, ...] = ("1440", "1024")) -> Screen:
    return Screen(f"kind-{name}", "Every kind", title, way, sizes)


_ECG = kind_of("made/waveforms", "12-lead ECG 10 s", "waveform")

KINDS = [
    _shown(
        "report", "A measurement report (TID 1500).", kind_of("made/sr", "synthetic tid1500", "report"), ALL
    ),
    _shown("cad", "Marks of a computer, over the images they are on.", _marks),
    _shown("ecg", "A 12-lead ECG on paper of millimetres.", _ECG, ALL),
    _shown(
        "hemodynamic",
        "Pressures beside the ECG.",
        kind_of("made/waveforms", "aortic pressure and ECG", "waveform"),
    ),
    _shown("audio", "Sound.", kind_of("made/waveforms", "stereo tones, 16 bit, 11025 Hz", "waveform")),
    _shown("spectrum", "MR spectroscopy.", kind_of("made/spectroscopy", "single voxel", "spectra")),
    _shown("pdf", "A document (PDF).", kind_of("made/documents", "pdf", "document"), ALL),
    _shown("cda", "A document (CDA).", kind_of("made/documents", "cda", "document")),
    _shown("model", "A model (STL).", kind_of("made/documents", "stl", "mesh")),
    _shown("video", "A video, frame by frame.", kind_of("made/video", "h264-counter", "video"), ALL),
    _shown(
        "contours",
        "Structures and dose over a CT.",
        viewer("made/rt", image=20, keys=("Shift+B", "Shift+G", "\\"), rest=4000),
    ),
    _shown("histogram", "Dose and volume.", viewer("made/rt", image=20, keys=("Shift+E",), rest=6000)),
    _shown("plan", "A treatment plan.", kind_of("made/rt", "rtplan", "plan")),
    _shown("ion-plan", "A plan of an ion beam.", kind_of("made/rt", "rtionplan", "plan")),
    _shown("structures", "A set of structures.", kind_of("made/rt", "RT structure set", "structures")),
    _shown(
        "segments",
        "A hundred segments over a CT.",
        kind_of("made/seg", "SEG hundred-segments", "segmentation"),
    ),
    _shown("surfaces", "Surfaces of segments.", kind_of("made/seg", "surface segmentation", "segmentation")),
    _shown(
        "state",
        "A presentation state, applied as the study opens.",
        viewer("made/gsps", keys=("\\",), rest=3000),
    ),
    _shown(
        "key-objects",
        "A selection of key images.",
        viewer("made/key-objects", series="axial, key images", rest=3000),
    ),
    _shown(
        "segment-outlines",
        "Segments that overlap, over a CT.",
        viewer("made/seg", image=18, keys=("b", "\\"), rest=4000),
    ),
    _shown("registration", "A registration.", kind_of("made/registration", "deformable", "registration")),
    _shown("slide", "A whole slide.", viewer("made/slide", drawn=False, rest=4000), ALL),
    _shown("eye", "OCT, and where its slices lie.", viewer("made/eye", keys=("Alt+2",))),
    _shown("mammography", "Four views of a mammography, as it opens.", viewer("made/mammo", rest=3000)),
    _shown("mouth", "A full mouth, as a dentist hangs it.", viewer("made/dental", rest=4000), ALL),
    _shown(
        "ultrasound",
        "Regions of an ultrasound image and their scales.",
        viewer("objects/us/GREYSCALE_IMAGE.dcm", command="Ultrasound regions"),
    ),
    _shown("nuclear", "A dynamic study of nuclear medicine.", viewer("made/nm", rest=3000)),
    _shown(
        "tags",
        "What no other view shows: the tags, searched and compared.",
        viewer("made/rt", series="RT dose", keys=("t",)),
    ),
]

"""The one pipeline for server-side pictures: frame, modality, VOI, presentation, geometry, raster.

Pure functions of a decoded frame, the attributes of its object and a `Presentation`; and structured
reports and summaries of radiotherapy objects as pages; cuts through volumes. Never reads files, chooses
a media type or keeps what it made; never changes pixels for anything but a screen.
"""

from .captions import CAPTIONS, captioned
from .cine import frame_durations
from .colour_space import ColorSpace, in_color_space
from .cutting import PLANES, Wanted, cut_of, extents
from .functional_groups import attributes_of_frame
from .geometry import picture_size, spare_levels
from .grey import padding_range
from .modality import Rescale, modality_transform, value_range
from .overlay import GROUPS as OVERLAY_GROUPS
from .pipeline import render
from .presentation import MAX_PICTURE_PIXELS, Picture, Presentation, Region
from .raster import (
    encode_animation,
    encode_avif,
    encode_gif,
    encode_jp2,
    encode_jpeg,
    encode_png,
    encode_webp,
    with_profile,
)
from .read_report import read_report, referenced_instances
from .read_state import read_state, why_not_applied
from .reference import ImageReference
from .report import report_text
from .report_page import write_report
from .reslice import NOTHING, Cut, Slab, Volume, codes_of, drawn, finest, in_16_bits, reslice
from .rich_text import rich_text
from .sheet import Sheet
from .sheet_forms import pdf_of, png_of, svg_of
from .source import Shown, Source
from .state import STATE_CLASSES, PresentationState, StateKind
from .structures_summary import roi_names
from .summary_page import RT_DOSE, SUMMARISED, write_summary
from .viewing_mode import may_subtract
from .voi import apply_window, stored_windows
from .volume_geometry import Finding, Grid, Slice, geometry_of, slice_of
from .waveform import Channel, MultiplexGroup, read_waveforms
from .waveform_annotation import WaveformAnnotation, read_waveform_annotations
from .waveform_leads import LeadLayout
from .waveform_plot import plot_waveforms
from .window import VoiFunction, Window

__all__ = [
    "CAPTIONS",
    "MAX_PICTURE_PIXELS",
    "NOTHING",
    "OVERLAY_GROUPS",
    "PLANES",
    "RT_DOSE",
    "STATE_CLASSES",
    "SUMMARISED",
    "Channel",
    "ColorSpace",
    "Cut",
    "Finding",
    "Grid",
    "ImageReference",
    "LeadLayout",
    "MultiplexGroup",
    "Picture",
    "Presentation",
    "PresentationState",
    "Region",
    "Rescale",
    "Sheet",
    "Shown",
    "Slab",
    "Slice",
    "Source",
    "StateKind",
    "VoiFunction",
    "Volume",
    "Wanted",
    "WaveformAnnotation",
    "Window",
    "apply_window",
    "attributes_of_frame",
    "captioned",
    "codes_of",
    "cut_of",
    "drawn",
    "encode_animation",
    "encode_avif",
    "encode_gif",
    "encode_jp2",
    "encode_jpeg",
    "encode_png",
    "encode_webp",
    "extents",
    "finest",
    "frame_durations",
    "geometry_of",
    "in_16_bits",
    "in_color_space",
    "may_subtract",
    "modality_transform",
    "padding_range",
    "pdf_of",
    "picture_size",
    "plot_waveforms",
    "png_of",
    "read_report",
    "read_state",
    "read_waveform_annotations",
    "read_waveforms",
    "referenced_instances",
    "render",
    "report_text",
    "reslice",
    "rich_text",
    "roi_names",
    "slice_of",
    "spare_levels",
    "stored_windows",
    "svg_of",
    "value_range",
    "why_not_applied",
    "with_profile",
    "write_report",
    "write_summary",
]

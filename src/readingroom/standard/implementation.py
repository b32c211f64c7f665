"""Who we are on the line and in files: PS3.7 D.3.3.2, PS3.10 7.1."""

from readingroom import __version__

IMPLEMENTATION_CLASS_UID = "2.25.251901261312269481760804610434577722755"
IMPLEMENTATION_VERSION_NAME = "RR_" + __version__.replace(".dev", "D").upper()[:13]

NON_PATIENT_STUDY = "2.25.11522384248533519842662234978823867524"
"""Stands in the index for the study of objects that have none; the objects themselves never carry it."""

"""Tables of Hanging Protocols (PS3.3 A.44, C.23)."""

from __future__ import annotations

from typing import Final

HANGING_PROTOCOL: Final = "1.2.840.10008.5.1.4.38.1"

REGIONS: Final = {
    "HEAD": ("69536005", "Head"),
    "BRAIN": ("12738006", "Brain"),
    "SKULL": ("89546000", "Skull"),
    "NECK": ("45048000", "Neck"),
    "HEADNECK": ("774007", "Head and Neck"),
    "CHEST": ("816094009", "Chest"),
    "ABDOMEN": ("818981001", "Abdomen"),
    "PELVIS": ("816092008", "Pelvis"),
    "BREAST": ("76752008", "Breast"),
    "HEART": ("80891009", "Heart"),
    "LIVER": ("10200004", "Liver"),
    "KIDNEY": ("64033007", "Kidney"),
    "PROSTATE": ("41216001", "Prostate"),
    "SPINE": ("421060004", "Spine"),
    "CSPINE": ("122494005", "Cervical spine"),
    "TSPINE": ("122495006", "Thoracic spine"),
    "LSPINE": ("122496007", "Lumbar spine"),
    "SHOULDER": ("16982005", "Shoulder"),
    "HAND": ("85562004", "Hand"),
    "HIP": ("29836001", "Hip"),
    "KNEE": ("72696002", "Knee"),
    "FOOT": ("56459004", "Foot"),
    "EYE": ("81745001", "Eye"),
    "MAXILLA": ("70925003", "Maxilla"),
    "MANDIBLE": ("91609006", "Mandible"),
    "EXTREMITY": ("66019005", "Extremity"),
}
"""Body Part Examined and its SNOMED CT code with the meaning (PS3.16 annex L)."""

DIRECTIONS: Final = {"ax": "TRANSVERSE", "cor": "CORONAL", "sag": "SAGITTAL"}
"""Reformatting Operation Initial View Direction (C.23.3), and values of the category IMAGE_PLANE."""

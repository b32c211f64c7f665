"""The DIMSE door: our service class providers, and whom we associate with.

Each provider reads a command and an Identifier, calls one engine and answers with statuses of PS3.4.
No matching, no SQL and no pixel work happens here; the network itself is the room `association`.
"""

from .admission import CALLER, Wishes
from .registry import DimseDoor, Offer, offers
from .settings import DimseSettings

__all__ = ["CALLER", "DimseDoor", "DimseSettings", "Offer", "Wishes", "offers"]

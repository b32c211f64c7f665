"""The DICOMweb door: QIDO-RS, WADO-RS, STOW-RS and rendered resources (PS3.18).

Reads requests, calls one engine each, writes answers. No matching, no SQL, no pixel work and no file format
happens here. `routes` gives everything below one prefix; who calls is in `request.state.caller`.
"""

from .routes import Resource, resources, routes
from .services import Services

__all__ = ["Resource", "Services", "resources", "routes"]

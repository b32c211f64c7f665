"""The DICOMweb door: QIDO-RS, WADO-RS, STOW-RS, rendered resources and WADO-URI (PS3.18).

Reads requests, calls one engine each, writes answers. No matching, no SQL, no pixel work and no file format
happens here. `routes` gives everything below one prefix, `uri_route` WADO-URI; who calls is in
`request.state.caller`.
"""

from .capabilities import Resource
from .media_types import PICTURE_TYPES
from .routes import resources, routes, uri_route
from .services import Services
from .uri_parameters import URI_PARAMETERS

__all__ = ["PICTURE_TYPES", "URI_PARAMETERS", "Resource", "Services", "resources", "routes", "uri_route"]

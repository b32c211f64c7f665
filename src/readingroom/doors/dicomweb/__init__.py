"""The DICOMweb door: QIDO-RS, WADO-RS, STOW-RS, rendered resources and WADO-URI (PS3.18).

Reads requests, calls one engine each, writes answers. No matching, no SQL, no pixel work and no file format
happens here. `routes` gives everything below one prefix, as one application in a
`RouteTable`, `uri_route` WADO-URI; who calls is in
`request.state.caller`.
"""

from .media_types import PICTURE_TYPES
from .route_table import RouteTable
from .routes import PATH_PARAMETERS, SCHEMAS, operations, resources, routes, uri_operation, uri_route
from .services import Services
from .uri_parameters import URI_PARAMETERS

__all__ = [
    "PATH_PARAMETERS",
    "PICTURE_TYPES",
    "SCHEMAS",
    "URI_PARAMETERS",
    "RouteTable",
    "Services",
    "operations",
    "resources",
    "routes",
    "uri_operation",
    "uri_route",
]

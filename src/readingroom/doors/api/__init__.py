"""The door of our own viewer: signing in, the study list, live events, what the server says of itself.

JSON over HTTP, described in docs/api.md. Pictures and objects go through DICOMweb, not through here; no
SQL and no pixel code lives here.
"""

from .actions import PATH_PARAMETERS
from .routes import operations, routes
from .schemas import SCHEMAS
from .services import ApiServices, ServerFacts
from .session import COOKIE

__all__ = ["COOKIE", "PATH_PARAMETERS", "SCHEMAS", "ApiServices", "ServerFacts", "operations", "routes"]

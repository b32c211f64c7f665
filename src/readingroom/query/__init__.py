"""One matching engine (PS3.4 C.2.2.2) for every information model.

`find` answers a `Query` from the index with a stream of `Match`es. It knows no protocol: C-FIND, QIDO-RS
and the viewer's list each read their own form into a `Query` and write `Match`es back in it. Whether the
caller may ask is decided at the door.
"""

from .engine import QueryEngine
from .live import StudyEvents
from .matching import matches
from .saved import SavedSearches

__all__ = ["QueryEngine", "SavedSearches", "StudyEvents", "matches"]

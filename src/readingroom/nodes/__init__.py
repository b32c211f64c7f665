"""Remote nodes: which there are, and (later) one client for them all behind find, fetch, send and echo.

It keeps the book of nodes; it never decides what a node may do (`access`) nor sends anything by itself yet.
"""

from .book import NodeBook, checked

__all__ = ["NodeBook", "checked"]

"""Stored objects to other nodes: what a C-MOVE, a C-GET or a send job does with each instance.

It decides the form in which an instance leaves and sends it; `Outgoing` goes on when the peer ends an
association.
Which instances are meant, and whether the caller may have them, is settled before it is called.
"""

from .outgoing import Outgoing
from .sending import FAILED_STATUS, contexts_for, send_instance

__all__ = ["FAILED_STATUS", "Outgoing", "contexts_for", "send_instance"]

"""Stored objects to other nodes: what a C-MOVE, a C-GET or a send job does with each instance.

It decides the form in which an instance leaves and sends it on an association that somebody else opened.
Which instances are meant, and whether the caller may have them, is settled before it is called.
"""

from .sending import FAILED_STATUS, contexts_for, send_instance

__all__ = ["FAILED_STATUS", "contexts_for", "send_instance"]

"""Objects from node to node, with us as the one who asks: query, fetch, send.

`find` asks a node as our own archive is asked, `fetch` and `move` make it send, `send` and `Outgoing` give
it objects in a form that it takes. Every function takes explicit lists, reports by callback, can be
cancelled through a callable and called again for what is still missing; it tells of every instance that
failed, in words.

Which instances are meant, and whether the caller may have them, is settled before it is called. It keeps
no jobs and repeats nothing by itself.
"""

from .asking import Asker, find
from .calling import Cancelled, Lines, Ourselves, RequestFailed, outcome_words
from .delivery import Sent, send
from .fetching import Fetched, fetch, move
from .files import Files, read_file
from .keepers import ArchiveKeeper, FolderKeeper, Keeper
from .keys import SEARCH_BOX, question, read_key, usual_keys
from .outcomes import Counters, Failure, Report
from .outgoing import Outgoing
from .planning import RemoteInstance, list_instances
from .sending import FAILED_STATUS, contexts_for, send_instance

__all__ = [
    "FAILED_STATUS",
    "SEARCH_BOX",
    "ArchiveKeeper",
    "Asker",
    "Cancelled",
    "Counters",
    "Failure",
    "Fetched",
    "Files",
    "FolderKeeper",
    "Keeper",
    "Lines",
    "Ourselves",
    "Outgoing",
    "RemoteInstance",
    "Report",
    "RequestFailed",
    "Sent",
    "contexts_for",
    "fetch",
    "find",
    "list_instances",
    "move",
    "outcome_words",
    "question",
    "read_file",
    "read_key",
    "send",
    "send_instance",
    "usual_keys",
]

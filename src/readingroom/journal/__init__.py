"""The event log, written behind the work: what happened, in words and numbers, never a secret.

`Journal` takes events from anybody and writes them in batches on a thread of its own; `Conversations` makes
events of associations in both roles; `LogBook` reads, filters and exports. It never makes anybody wait or
fail, and it never keeps passwords, tokens or cookies, nor names of patients when they are switched off.
"""

from .book import CSV_COLUMNS, LogBook, shown, to_csv
from .conversations import Conversations
from .details import ABOUT, REFUSAL, STUDY
from .writer import Journal, JournalRules, Tell, untold

__all__ = [
    "ABOUT",
    "CSV_COLUMNS",
    "REFUSAL",
    "STUDY",
    "Conversations",
    "Journal",
    "JournalRules",
    "LogBook",
    "Tell",
    "shown",
    "to_csv",
    "untold",
]

"""What all children of the supervisor need, once: they are forked from a process that has it (process.py).

Seven processes that each read the same modules took ten seconds of a processor at every start, and memory
for as many copies. Nothing here may start a thread, open a connection or hold a lock.
"""

from __future__ import annotations

import gc

from readingroom.access import decoy

from . import (
    job_process,  # noqa: F401
    process,  # noqa: F401
    web,  # noqa: F401
)

decoy()
gc.collect()
gc.freeze()  # what is here stays: collections in the children do not write to pages they share

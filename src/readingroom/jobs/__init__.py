"""Work that survives: orders are kept, done item by item, tried again, and told of.

`JobBook` takes orders and answers what became of them, in any process. `JobEngine` does the work, in the one
process that runs it; DBOS makes each job durable, our own tables say how far it is. What a kind of job does
is a `Handler` of some higher room; this one knows no DICOM.
"""

from .book import JobBook
from .engine import EngineLimits, JobEngine
from .handler import Handler, Later, Report

__all__ = ["EngineLimits", "Handler", "JobBook", "JobEngine", "Later", "Report"]

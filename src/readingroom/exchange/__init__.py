"""Objects from node to node, with us as the one who asks: query, fetch, send.

`find` asks a node as our own archive is asked, `fetch` and `move` make it send, `send` and `Outgoing` give
it objects in a form that it takes. Every function takes explicit lists, reports by callback, can be
cancelled through a callable and called again for what is still missing; it tells of every instance that
failed, in words.

Which instances are meant, and whether the caller may have them, is settled before it is called. It repeats
nothing by itself: `SendJobs`, `FetchJobs` and `ForwardJobs` are what durable jobs do with it, `Orders` places
them.
"""

from .asking import Asker, find
from .availability import AVAILABILITY_EVENT, FETCHABLE_EVENT, notify, take_notice
from .availability_messages import (
    INSTANCE_AVAILABILITY,
    Availability,
    Notice,
    NoticedInstance,
    notices_of,
    read_notice,
)
from .calling import Cancelled, Lines, Ourselves, RequestFailed, outcome_words
from .commitment import (
    NO_SUCH_EVENT_TYPE,
    NOT_MENTIONED,
    REPORT_STATUSES,
    ReportReceiver,
    request_commitment,
)
from .commitment_messages import (
    FAILURE_REASONS,
    PUSH_MODEL,
    PUSH_MODEL_INSTANCE,
    REQUEST_COMMITMENT,
    CommitmentRequest,
    read_request,
)
from .commitment_reports import REPORT_JOB, Reporter
from .delivery import Sent, send
from .doctor import Doctor, examine
from .doctor_findings import STEPS, Listening, Outcome, Step
from .doctor_trace import Trace
from .fetching import Fetched, fetch, move
from .files import Files, read_file
from .keepers import ArchiveKeeper, FolderKeeper, Keeper
from .keys import SEARCH_BOX, question, read_key, usual_keys
from .mandatory import Empty, Missing
from .orders import Orders, find_node, selection_of, subject_of
from .outcomes import Counters, Failure, Report
from .outgoing import Outgoing
from .planning import RemoteInstance, list_instances
from .reporting_again import ReportJobs
from .routing import Listed, Router, RuleBook, Trial
from .sending import FAILED_STATUS, contexts_for, send_instance
from .storing import KEPT_ALTHOUGH_NO_MATCH, STORE_STATUSES, announced, answer_kept, comment, related_fields
from .work import CommitJobs, FetchJobs, ForwardJobs, NotifyJobs, SendJobs

__all__ = [
    "AVAILABILITY_EVENT",
    "FAILED_STATUS",
    "FAILURE_REASONS",
    "FETCHABLE_EVENT",
    "INSTANCE_AVAILABILITY",
    "KEPT_ALTHOUGH_NO_MATCH",
    "NOT_MENTIONED",
    "NO_SUCH_EVENT_TYPE",
    "PUSH_MODEL",
    "PUSH_MODEL_INSTANCE",
    "REPORT_JOB",
    "REPORT_STATUSES",
    "REQUEST_COMMITMENT",
    "SEARCH_BOX",
    "STEPS",
    "STORE_STATUSES",
    "ArchiveKeeper",
    "Asker",
    "Availability",
    "Cancelled",
    "CommitJobs",
    "CommitmentRequest",
    "Counters",
    "Doctor",
    "Empty",
    "Failure",
    "FetchJobs",
    "Fetched",
    "Files",
    "FolderKeeper",
    "ForwardJobs",
    "Keeper",
    "Lines",
    "Listed",
    "Listening",
    "Missing",
    "Notice",
    "NoticedInstance",
    "NotifyJobs",
    "Orders",
    "Ourselves",
    "Outcome",
    "Outgoing",
    "RemoteInstance",
    "Report",
    "ReportJobs",
    "ReportReceiver",
    "Reporter",
    "RequestFailed",
    "Router",
    "RuleBook",
    "SendJobs",
    "Sent",
    "Step",
    "Trace",
    "Trial",
    "announced",
    "answer_kept",
    "comment",
    "contexts_for",
    "examine",
    "fetch",
    "find",
    "find_node",
    "list_instances",
    "move",
    "notices_of",
    "notify",
    "outcome_words",
    "question",
    "read_file",
    "read_key",
    "read_notice",
    "read_request",
    "related_fields",
    "request_commitment",
    "selection_of",
    "send",
    "send_instance",
    "subject_of",
    "take_notice",
    "usual_keys",
]

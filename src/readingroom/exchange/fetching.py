"""Studies, series and instances from a node to us, by C-GET or C-MOVE. PS3.4 C.4.2, C.4.3.

Only what is missing is asked for, so that fetching once more goes on where it was interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from readingroom.association import AssociationEnded
from readingroom.model import Level, Node, RetrieveBy, Selection

from .asking import Asker
from .calling import Ourselves, RequestFailed, log, never
from .keepers import Elsewhere, Keeper
from .outcomes import Failure, Report, unheard
from .planning import Plan, Request, classes_of_study, list_instances, plan_requests, studies_of
from .receiving import MOST_CLASSES
from .retrieving import Answer, Retrieval

_LOOK_EVERY = 0.25
_NOT_THERE = "It was not found there: the node lists no such instance in the named studies."


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of it.

    arrived: instances that came. present: were here already. skipped: of classes that are not wanted.
    failures: each instance that did not come, and each that was named and is not there. cancelled: somebody
    cancelled it; what had not come by then is no failure. Fetching again asks only for what is still
    missing.
    """

    arrived: int
    present: int = 0
    skipped: int = 0
    failures: tuple[Failure, ...] = ()
    cancelled: bool = False


def fetch(
    us: Ourselves,
    node: Node,
    keeper: Keeper,
    selection: Selection,
    *,
    by: RetrieveBy | None = None,
    report: Report = unheard,
    is_cancelled: Callable[[], bool] = never,
    grace: float = 20.0,
) -> Fetched:
    """Fetch what is selected and not yet kept.

    selection: names studies, and may name series and instances of them. by: None for the node's own
    setting. grace: seconds to wait for objects of a C-MOVE that the node says it sent, since the last one
    came; they come to our server, which must run. Nothing is raised for what did not come; it is listed.
    Raises what makes it impossible from the start: Invalid, Unsupported, RequestFailed, AssociationEnded
    (from asking the node what it has), Cancelled.
    """
    by = by or node.retrieve_by
    studies = Selection(study_instance_uids=studies_of(selection))
    with us.line(node, is_cancelled):
        plan = make_plan(us, node, keeper, selection, by, is_cancelled)
        before = keeper.held(studies)
        retrieval = Retrieval(us, node, keeper, report, is_cancelled)
        if by is RetrieveBy.GET:
            answers = [answer for group in _groups(plan.requests) for answer in retrieval.get(group)]
        else:
            answers = list(retrieval.move(plan.requests, us.ae_title))
            _await_arrivals(keeper, answers, is_cancelled, grace)
    cancelled = is_cancelled()
    failures = [] if cancelled else list(_failures(us, node, keeper, answers))
    if not cancelled:
        failures += [Failure(uid, _NOT_THERE) for uid in plan.absent]
    after = keeper.held(studies)
    return Fetched(len(after - before), plan.present, plan.skipped, tuple(failures), cancelled)


def make_plan(
    us: Ourselves,
    node: Node,
    keeper: Keeper,
    selection: Selection,
    by: RetrieveBy,
    is_cancelled: Callable[[], bool] = never,
) -> Plan:
    """Compare what the node has with what we keep. Raises as `fetch`.

    A study of which nothing is here, of a node without unwanted classes, is asked for as a whole; its SOP
    classes, which a C-GET must name, come from (0008,0062), else from drilling down. Of a node that says
    them at no level, a C-GET refuses the unwanted ones and a C-MOVE brings all.
    """
    plans = []
    listed: set[str] = set()
    studies = studies_of(selection)
    narrow = selection.series_instance_uids or selection.sop_instance_uids
    with Asker(us, node, is_cancelled=is_cancelled) as asker:
        for study in studies:
            held = keeper.held(Selection(study_instance_uids=(study,)))
            whole = None
            if not narrow and not held:
                whole = _whole_study(asker, node, study, by)
            if whole is not None:
                plans.append(Plan((whole,)))
                continue
            part = Selection(
                study_instance_uids=(study,),
                series_instance_uids=selection.series_instance_uids,
                sop_instance_uids=selection.sop_instance_uids,
            )
            remote = list(list_instances(asker, part))
            if node.blacklisted_sop_classes and not all(one.sop_class_uid for one in remote):
                log.warning("%s does not say which SOP classes it has in %s", node.name, study)
            plans.append(plan_requests(remote, held, node.blacklisted_sop_classes, part))
            listed |= held | {one.uid for one in remote}
    return Plan(
        tuple(request for plan in plans for request in plan.requests),
        sum(plan.present for plan in plans),
        sum(plan.skipped for plan in plans),
        tuple(uid for uid in dict.fromkeys(selection.sop_instance_uids) if uid not in listed),
    )


def _whole_study(asker: Asker, node: Node, study: str, by: RetrieveBy) -> Request | None:
    """A request for all of a study without looking into it; None where that cannot be."""
    if by is RetrieveBy.MOVE and not node.blacklisted_sop_classes:
        return Request(Level.STUDY, study)
    classes = classes_of_study(asker, study)
    if not classes or len(classes) > MOST_CLASSES or classes & node.blacklisted_sop_classes:
        return None
    return Request(Level.STUDY, study, sop_classes=classes)


def _groups(requests: Sequence[Request]) -> Iterator[list[Request]]:
    """Requests that share an association: the classes of all of them must fit on it."""
    group: list[Request] = []
    classes: frozenset[str] = frozenset()
    for request in requests:
        if group and len(classes | request.sop_classes) > MOST_CLASSES:
            yield group
            group, classes = [], frozenset()
        group.append(request)
        classes |= request.sop_classes
    if group:
        yield group


def _await_arrivals(
    keeper: Keeper, answers: Sequence[Answer], is_cancelled: Callable[[], bool], grace: float
) -> None:
    """Wait until what was sent to our server is in the index, or nothing has come for `grace` seconds."""
    for answer in answers:
        seen, quiet_since = -1, time.monotonic()
        while not is_cancelled():
            here = keeper.held(answer.request.covers)
            expected = answer.request.expected
            if expected is not None and expected - answer.failed <= here:
                break
            if expected is None and len(here) >= answer.sent:
                break
            if len(here) != seen:
                seen, quiet_since = len(here), time.monotonic()
            if answer.sent == 0 or time.monotonic() - quiet_since > grace:
                break
            time.sleep(_LOOK_EVERY)


def _failures(us: Ourselves, node: Node, keeper: Keeper, answers: Sequence[Answer]) -> Iterator[Failure]:
    """Everything that should be here and is not, and why."""
    for answer in answers:
        request = answer.request
        here = keeper.held(request.covers)
        expected = request.expected
        if expected is None and (answer.is_bad or len(here) < answer.sent):
            expected = _expected(us, node, request)
        missing = (expected or frozenset()) | answer.failed
        named = sorted(missing - here)
        for uid in named:
            yield answer.failure_of(uid)
        if not named and answer.is_bad and expected is None:
            yield answer.failure_of(request.series or request.study)


def _expected(us: Ourselves, node: Node, request: Request) -> frozenset[str] | None:
    """What the node has of it, asked only now that something is missing; None when it does not say."""
    try:
        with Asker(us, node) as asker:
            found = list_instances(asker, request.covers)
            return frozenset(
                one.uid for one in found if one.sop_class_uid not in node.blacklisted_sop_classes
            )
    except (RequestFailed, AssociationEnded) as error:
        log.warning("what is missing cannot be named: %s", error.sentence)
    return None


def move(
    us: Ourselves,
    node: Node,
    selection: Selection,
    destination: str,
    *,
    report: Report = unheard,
    is_cancelled: Callable[[], bool] = never,
) -> Fetched:
    """Have a node send what is selected to another AE title, which it must know. PS3.4 C.4.2.

    Whether it arrives is for the node to say; `arrived` is what it says. Raises as `fetch`.
    """
    everything = replace(node, blacklisted_sop_classes=frozenset())
    with us.line(node, is_cancelled):
        plan = make_plan(us, everything, Elsewhere(), selection, RetrieveBy.MOVE, is_cancelled)
        answers = list(Retrieval(us, node, None, report, is_cancelled).move(plan.requests, destination))
    absent = () if is_cancelled() else plan.absent
    failures = [Failure(uid, _NOT_THERE) for uid in absent]
    for answer in answers if not is_cancelled() else ():
        named = sorted(answer.failed) or [answer.request.series or answer.request.study]
        failures += [answer.failure_of(uid) for uid in named if answer.is_bad]
    arrived = sum(answer.sent for answer in answers)
    return Fetched(arrived, failures=tuple(failures), cancelled=is_cancelled())

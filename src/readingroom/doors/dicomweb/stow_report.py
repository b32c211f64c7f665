"""The answer to a Store transaction: Store Instances Response Module and status (PS3.18 10.5.3, I)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import Invalid, ReadingRoomError, Unavailable
from readingroom.model import Attribute, Attributes, Outcome, OutcomeKind
from readingroom.wire import DICOM_XML, Offer, choose, dump_dicom_json, to_dicom_json, to_native_xml

from .addresses import Addresses
from .media_types import REPORT_OFFERS
from .negotiation import acceptable
from .statuses import BadMediaType, failure_reason

_SOP_CLASS, _SOP_INSTANCE, _RETRIEVE_URL = 0x00081150, 0x00081155, 0x00081190
_WARNING_REASON, _FAILURE_REASON = 0x00081196, 0x00081197
_DOES_NOT_MATCH = 0xB007  # kept, though it does not match its SOP class (PS3.18 table I.2-1)
_FAILED_SEQUENCE, _REFERENCED_SEQUENCE, _OTHER_FAILURES = 0x00081198, 0x00081199, 0x0008119A


def answer_report(request: Request, outcomes: Sequence[Outcome], broken: ReadingRoomError | None) -> Response:
    """200, 202 or 409 with one Item for each instance (PS3.18 table 10.5.3-1), in JSON or XML by Accept.

    broken: what ended the request before its end. Raises it when nothing was kept, Invalid when there was
    nothing to keep, Unavailable when all could be kept at another time, BadMediaType when all came in forms
    that are none of PS3.18 8.7.3: a number in a report would not say which would do.
    """
    kept = [outcome for outcome in outcomes if outcome.kind is not OutcomeKind.FAILED]
    failed = [outcome for outcome in outcomes if outcome.kind is OutcomeKind.FAILED]
    if not kept:
        if broken is not None:
            raise broken
        if not failed:
            raise Invalid("There is no object in the request.")
        unavailable = [o.error for o in failed if isinstance(o.error, Unavailable)]
        if len(unavailable) == len(failed):
            raise unavailable[0]
        forms = [outcome.error for outcome in failed if isinstance(outcome.error, BadMediaType)]
        if len(forms) == len(failed):
            raise forms[0]
    warned = any(outcome.warnings for outcome in kept)
    status = 409 if not kept else 202 if failed or warned or broken else 200
    report = _module(kept, failed, broken, Addresses(request))
    offer = choose(acceptable(request), REPORT_OFFERS) or Offer(REPORT_OFFERS[0].media_type)
    is_xml = offer.media_type == DICOM_XML
    body = to_native_xml(report) if is_xml else dump_dicom_json(to_dicom_json(report))
    return Response(body, status, {"content-type": offer.media_type, "cache-control": "no-store"})


def _module(
    kept: Sequence[Outcome], failed: Sequence[Outcome], broken: ReadingRoomError | None, addresses: Addresses
) -> Attributes:
    studies = {outcome.ref.study_instance_uid for outcome in kept if outcome.ref}
    url = (addresses.of(studies.pop()),) if len(studies) == 1 else ()
    report = {_RETRIEVE_URL: Attribute("UR", url)}
    if kept:
        report[_REFERENCED_SEQUENCE] = Attribute("SQ", tuple(_kept(outcome, addresses) for outcome in kept))
    named = [outcome for outcome in failed if outcome.ref]
    if named:
        report[_FAILED_SEQUENCE] = Attribute("SQ", tuple(map(_failed, named)))
    nameless = [outcome.error for outcome in failed if not outcome.ref] + ([broken] if broken else [])
    if nameless:
        report[_OTHER_FAILURES] = Attribute("SQ", tuple({_FAILURE_REASON: _reason(e)} for e in nameless))
    return report


def _kept(outcome: Outcome, addresses: Addresses) -> Attributes:
    assert outcome.ref is not None
    told = {
        _SOP_CLASS: Attribute("UI", (outcome.sop_class_uid,)),
        _SOP_INSTANCE: Attribute("UI", (outcome.ref.sop_instance_uid,)),
        _RETRIEVE_URL: Attribute("UR", (addresses.of_instance(outcome.ref),)),
    }
    if outcome.warnings:
        told[_WARNING_REASON] = Attribute("US", (_DOES_NOT_MATCH,))
    return told


def _failed(outcome: Outcome) -> Attributes:
    assert outcome.ref is not None
    return {
        _SOP_CLASS: Attribute("UI", (outcome.sop_class_uid,) if outcome.sop_class_uid else ()),
        _SOP_INSTANCE: Attribute("UI", (outcome.ref.sop_instance_uid,)),
        _FAILURE_REASON: _reason(outcome.error),
    }


def _reason(error: BaseException | None) -> Attribute:
    return Attribute("US", (failure_reason(error),))

"""The DICOM conformance statement, made from what is really registered (structure of PS3.2 annex N).

Nothing is typed here twice: services, classes and syntaxes come from the doors' own tables, keys from the
index's levels, statuses from the doors' status tables, settings from the configuration in force.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import html
import re
from collections.abc import Iterable, Sequence

from pydicom.datadict import keyword_for_tag

from readingroom import __version__
from readingroom.association import CommandField
from readingroom.doors.dicomweb import PICTURE_TYPES, URI_PARAMETERS, resources
from readingroom.doors.dimse import Offer, offers
from readingroom.doors.dimse.refusals import NO_SUCH_ACTION, NO_SUCH_INSTANCE, NO_SUCH_SOP_CLASS
from readingroom.doors.dimse.statuses import (
    CANCELLED,
    CANNOT_PERFORM_SUB_OPERATIONS,
    NOT_AUTHORISED,
    PENDING,
    PENDING_WITH_UNSUPPORTED_KEYS,
    SUB_OPERATIONS_FAILED,
    SUCCESS,
    TABLES,
)
from readingroom.exchange import FAILURE_REASONS, KEPT_ALTHOUGH_NO_MATCH, NO_SUCH_EVENT_TYPE
from readingroom.model import Level
from readingroom.standard import levels
from readingroom.standard.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from readingroom.standard.levels import SPEC
from readingroom.standard.transfer_syntaxes import transfer_syntaxes

from .settings import Settings, dicom_listeners

_BOTH_ROLES = frozenset({"Verification", "Storage Commitment", "Instance Availability Notification"})
_SERVICE_STATUSES = {
    "C-STORE": (CommandField.C_STORE_RQ, (SUCCESS, KEPT_ALTHOUGH_NO_MATCH)),
    "C-FIND": (CommandField.C_FIND_RQ, (SUCCESS, PENDING, PENDING_WITH_UNSUPPORTED_KEYS, CANCELLED)),
    "C-MOVE": (
        CommandField.C_MOVE_RQ,
        (SUCCESS, PENDING, SUB_OPERATIONS_FAILED, CANNOT_PERFORM_SUB_OPERATIONS, CANCELLED),
    ),
    "C-GET": (
        CommandField.C_GET_RQ,
        (SUCCESS, PENDING, SUB_OPERATIONS_FAILED, CANNOT_PERFORM_SUB_OPERATIONS, CANCELLED),
    ),
    "N-ACTION (storage commitment, as SCP)": (
        CommandField.N_ACTION_RQ,
        (SUCCESS, NO_SUCH_INSTANCE, NO_SUCH_SOP_CLASS, NO_SUCH_ACTION),
    ),
    "N-EVENT-REPORT (storage commitment, as SCU)": (
        CommandField.N_EVENT_REPORT_RQ,
        (SUCCESS, NO_SUCH_INSTANCE, NO_SUCH_EVENT_TYPE, NO_SUCH_SOP_CLASS),
    ),
    "N-CREATE (instance availability notification, as SCP)": (
        CommandField.N_CREATE_RQ,
        (SUCCESS, NO_SUCH_SOP_CLASS),
    ),
}
_MEANINGS = {
    SUCCESS: "success",
    PENDING: "pending: one more answer, or sub-operations go on",
    PENDING_WITH_UNSUPPORTED_KEYS: "pending; an optional key was not supported for matching",
    CANCELLED: "ended by C-CANCEL",
    SUB_OPERATIONS_FAILED: "sub-operations complete, one or more failed or warned",
    CANNOT_PERFORM_SUB_OPERATIONS: "no sub-operation could be performed",
    NOT_AUTHORISED: "the calling AE title may not ask for this",
    0x0106: "an attribute has a value that it cannot have",
    0x0110: "processing failure",
    NO_SUCH_INSTANCE: "not the well-known SOP instance",
    NO_SUCH_EVENT_TYPE: "no such event type",
    0x0115: "an argument has a value that it cannot have; a Transaction UID that is not known",
    0x0117: "the SOP Instance UID is no UID",
    NO_SUCH_SOP_CLASS: "the SOP class of the request is not that of its presentation context",
    0x0119: "the SOP instance is of another SOP class",
    0x0120: "a mandatory attribute is missing",
    0x0121: "a mandatory attribute is empty",
    0x0122: "SOP class not supported",
    NO_SUCH_ACTION: "no such action type",
    0x0213: "out of resources: the index cannot be written",
    0xA700: "out of resources: disk or index",
    0xA701: "out of resources: the matches cannot be counted",
    0xA801: "move destination unknown",
    0xA900: "the data set does not match the SOP class or what was announced; an Identifier breaks a rule",
    KEPT_ALTHOUGH_NO_MATCH: "kept, although an attribute that its SOP class demands is missing",
    0xC000: "the data set cannot be understood",
}


def statement(settings: Settings) -> str:
    """The statement in Markdown."""
    return "\n".join(
        [
            "# DICOM Conformance Statement: Reading Room",
            "",
            f"Version {__version__}. Made by the program itself from the services it has registered.",
            "",
            *_overview(),
            *_application_entity(settings),
            *_storage(),
            *_query_retrieve(),
            *_statuses(),
            *_commitment(),
            *_web(settings),
            *_character_sets(),
            *_security(settings),
        ]
    )


def _overview() -> list[str]:
    by_service: dict[str, list[Offer]] = {}
    for offer in offers():
        by_service.setdefault(offer.service, []).append(offer)
    rows = [
        (service, str(len(found)), "yes" if service in _BOTH_ROLES else "", "yes")
        for service, found in by_service.items()
    ]
    rows.append(("Storage (sub-operations of C-MOVE)", "those stored", "yes", ""))
    return ["## 1 Overview of networking", "", *_table(("service", "SOP classes", "SCU", "SCP"), rows), ""]


def _application_entity(settings: Settings) -> list[str]:
    dicom = settings.dicom
    rows = [
        ("AE title", dicom.ae_title),
        ("address", dicom.address),
        ("application context", "1.2.840.10008.3.1.1.1"),
        ("implementation class UID", IMPLEMENTATION_CLASS_UID),
        ("implementation version name", IMPLEMENTATION_VERSION_NAME),
        ("maximum PDU announced", f"{dicom.max_pdu} bytes"),
        ("associations at once", f"{dicom.max_associations or 'no limit'}, of all receivers together"),
        ("requests that wait for a place", f"{dicom.max_waiting}, more are rejected 2/3/2"),
        ("asynchronous operations", "negotiated down to one"),
        (
            "extended negotiation",
            "relational queries and retrieval agreed to when proposed, every other feature refused",
        ),
        ("role selection", "accepted for storage classes (C-GET) and for storage commitment (reports to us)"),
        ("calling AE titles", "any" if dicom.accept_any_ae else "known nodes only, others rejected 1/1/3"),
        ("called AE titles", "those of the listener, others rejected 1/1/7"),
        (
            "addresses of callers",
            ", ".join(dicom.allowed_addresses) or "any; nodes may be bound to theirs (1/1/3)",
        ),
        ("user identity", _identity(settings)),
        ("time-outs (0 = none)", _timeouts(settings)),
    ]
    lines = ["## 2 Application entity", "", *_table(("item", "value"), rows), "", "### 2.1 Listeners", ""]
    listeners = [
        (
            one.address,
            ", ".join("any" if title == "*" else title for title in one.ae_titles),
            "yes" if one.tls else "no",
            ", ".join("all others" if uid == "*" else uid for uid in one.transfer_syntaxes) or "all",
            "wins" if one.prefer_implicit_le else "as listed",
        )
        for one in dicom_listeners(dicom)
    ]
    heads = ("address", "called AE titles", "TLS", "storage transfer syntaxes", "Implicit VR Little Endian")
    return [*lines, *_table(heads, listeners), ""]


def _identity(settings: Settings) -> str:
    rule = settings.dicom.identity
    if rule == "ignore":
        return "not looked at"
    kinds = [kind for kind in settings.dicom.identity_kinds if kind != "jwt" or settings.jwt.key]
    needed = "required" if rule == "require" else "checked when given"
    return f"{needed}: {', '.join(kinds)}; wrong ones rejected 1/1/1; Kerberos and SAML are not supported"


def _timeouts(settings: Settings) -> str:
    dicom = settings.dicom
    return (
        f"association request {dicom.artim_seconds:g} s, waiting for a place {dicom.waiting_seconds:g} s, "
        f"between messages {dicom.idle_seconds:g} s, within a message {dicom.stall_seconds:g} s, "
        f"sending {dicom.send_seconds:g} s, answer to our request {dicom.associate_seconds:g} s; "
        "connection and responses as set for each node"
    )


def _storage() -> list[str]:
    found = offers()
    storage = [offer for offer in found if offer.service == "Storage"]
    others = [offer for offer in found if offer.service != "Storage"]
    names = transfer_syntaxes()
    lines = ["## 3 Presentation contexts", "", "### 3.1 All services but storage", ""]
    lines += _table(
        ("SOP class", "UID", "transfer syntaxes"),
        [(o.name, o.uid, ", ".join(o.transfer_syntaxes)) for o in others],
    )
    lines += ["", "### 3.2 Storage (as SCP, level 2 full: every element is kept as received)", ""]
    lines += _table(("SOP class", "UID"), [(offer.name, offer.uid) for offer in storage])
    lines += [
        "",
        "Each storage class is accepted in these transfer syntaxes, the first offered one wins:",
        "",
    ]
    lines += _table(
        ("transfer syntax", "UID"), [(names[uid].name, uid) for uid in storage[0].transfer_syntaxes]
    )
    lines += [
        "",
        "A Data Set that holds nothing of what its SOP class is about but the content of another (an image",
        "class with an encapsulated document and no pixels) is refused with A900. One that lacks attributes",
        "of a mandatory module that was looked at is kept and answered with B007. Elements are neither",
        "coerced nor discarded. Objects of private and unknown classes are not judged.",
    ]
    return [*lines, ""]


def _query_retrieve() -> list[str]:
    lines = [
        "## 4 Query keys",
        "",
        "Single value, list of UID, universal, wildcard, range and sequence matching by VR (PS3.4 C.2.2.2).",
        "Person names match without case and accents, in every component group. Keys of higher levels may be",
        "given at lower levels. Any other attribute of a stored object can be returned.",
        "",
    ]
    stored = levels.stored_tags()
    for level in Level:
        tags = sorted(stored[level] | levels.COMPUTED[level])
        names = ", ".join(f"{keyword_for_tag(tag)} ({tag >> 16:04X},{tag & 0xFFFF:04X})" for tag in tags)
        lines += [f"- **{level.name}**: {names}"]
    return [*lines, ""]


def _statuses() -> list[str]:
    lines = ["## 5 Status codes", ""]
    for service, (field, own) in _SERVICE_STATUSES.items():
        codes = dict.fromkeys((*own, *sorted(set(TABLES[field].values()))))
        rows = [(f"{code:04X}", _MEANINGS[code]) for code in codes]
        lines += [f"### {service}", "", *_table(("status", "meaning"), rows), ""]
    return lines


def _commitment() -> list[str]:
    reasons = [(f"{code:04X}", meaning) for code, meaning in FAILURE_REASONS.items()]
    return [
        "### Storage commitment and availability",
        "",
        "As SCP, every file is read again and compared with the SHA-256 it was stored with. The result is",
        "reported on the same association to a peer that keeps it open and is quiet for a second, else on",
        "one of our own with reversed roles (role selection: SCP) to the known node of that AE title, with",
        "three retries. Requests survive the end of our processes. What is stored is kept without limit.",
        "",
        *_table(("failure reason", "when"), reasons),
        "",
        "As SCU, reports are taken on the same association and on others. Storage media file-sets and",
        "Retrieve AE Title are not used.",
        "",
        "Instance Availability Notification, as SCP: ONLINE has what is stored of the",
        "series prepared, and has the rest fetched from the node that is the Retrieve AE Title, unless the",
        "setting dicom.fetch_announced is off; UNAVAILABLE drops what was prepared; NEARLINE and OFFLINE are",
        "logged. As SCU: on command, by rule or by job.",
        "",
    ]


def _web(settings: Settings) -> list[str]:
    rows = [(one.method, one.path, one.purpose) for one in resources()]
    return [
        "## 6 DICOMweb (PS3.18)",
        "",
        *_table(("method", "resource", "service"), rows),
        "",
        *_wado_uri(settings),
    ]


def _wado_uri(settings: Settings) -> list[str]:
    paths = filter(None, ("/wado", settings.http.wado_uri_path))
    form = {"stored": "its stored form", "explicit_le": "Explicit VR Little Endian"}
    return [
        "### WADO-URI",
        "",
        *_table(("method", "resource", "service"), [("GET", path, "WADO-URI: retrieve") for path in paths]),
        "",
        f"Images: application/dicom, {', '.join(PICTURE_TYPES)}.",
        "Video: these, video/mp4 and MPEG-2 as it is stored. Encapsulated documents: their own type and",
        "application/dicom. Structured reports and key objects: text/html, text/plain, text/xml (Native",
        "DICOM Model), text/rtf and application/dicom.",
        "Everything else: application/dicom. Without contentType a single frame is JPEG,",
        "a multi-frame image without frameNumber and video are objects, a document is given in its own type.",
        f"An object is given in {form[settings.http.wado_uri_default]}",
        "unless transferSyntax says otherwise; Implicit VR and Big Endian",
        "never leave, Explicit VR Little Endian stands for them.",
        "",
        *_table(("parameter", "values"), [(one.name, one.values) for one in URI_PARAMETERS]),
        "",
    ]


def _character_sets() -> list[str]:
    with (SPEC / "charsets.csv").open(newline="", encoding="utf-8") as table:
        rows = [(row["defined_term"], row["description"]) for row in csv.DictReader(table)]
    return [
        "## 7 Character sets",
        "",
        "Stored as received, indexed as Unicode; answers use the asker's set where it suffices, else UTF-8.",
        "",
        *_table(("defined term", "description"), rows),
        "",
    ]


_CLIENTS = {
    "require": "required (mutual authentication)",
    "verify": "verified when shown",
    "ignore": "not asked for",
}


def _security(settings: Settings) -> list[str]:
    login = "required" if settings.http.login else "switched off"
    return [
        "## 8 Security",
        "",
        f"Web: login {login}; session cookie, HTTP Basic or bearer token. Put a proxy with TLS in front.",
        "",
        "DICOM: list of known calling AE titles with rights and addresses; user identity negotiation (PS3.7",
        "D.3.3.7). TLS as SCP and SCU by the BCP 195 RFC 8996, 9325 profile (PS3.15 B.12), which suits",
        "peers of B.9 and B.10 too: TLS 1.2 and 1.3, cipher suites ECDHE (ECDSA, RSA) and DHE (RSA) with",
        "AES-256-GCM and AES-128-GCM. Certificates of callers: " + _CLIENTS[settings.tls.clients] + ".",
        "Renewed certificate files count without a restart.",
        "",
    ]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


_STYLE = """body{font:14px/20px system-ui,sans-serif;background:#0b0c0e;color:#dfe3e8;max-width:1120px;
margin:24px auto;padding:0 24px}table{border-collapse:collapse}th,td{text-align:left;padding:3px 16px 3px 0;
vertical-align:top;border-bottom:1px solid #23272c;font-size:12px;overflow-wrap:anywhere}th{color:#868f99;
font-weight:400}
h1{font-size:20px}h2{font-size:16px;margin-top:32px}h3{font-size:13px;color:#a9b1ba}"""
STYLE_HASH = f"sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}"
"""For the content security policy of the page."""


def statement_page(settings: Settings) -> str:
    """The statement as a page; only the Markdown that `statement` writes is understood."""
    body: list[str] = []
    in_table = False
    for line in statement(settings).splitlines():
        if line.startswith("|"):
            if line.startswith("|---"):
                continue
            cell = "td" if in_table else "th"
            cells = "".join(f"<{cell}>{html.escape(c.strip())}</{cell}>" for c in line.strip("|").split("|"))
            body.append(("" if in_table else "<table>") + f"<tr>{cells}</tr>")
            in_table = True
            continue
        if in_table:
            body.append("</table>")
            in_table = False
        if heading := re.match(r"(#+) (.*)", line):
            size = len(heading[1])
            body.append(f"<h{size}>{html.escape(heading[2])}</h{size}>")
        elif line:
            text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(line.removeprefix("- ")))
            body.append(f"<p>{text}</p>")
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Conformance Statement: Reading Room</title>"
        f"<style>{_STYLE}</style><body>{''.join(body)}</body></html>"
    )

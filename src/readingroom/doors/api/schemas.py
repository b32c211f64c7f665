"""What this door's JSON looks like, for the OpenAPI document; docs/api.md says what it means."""

from __future__ import annotations

from readingroom.access import Role
from readingroom.exchange import Outcome
from readingroom.model import ItemState, JobState, OnStoreFailure, Priority, RetrieveBy, Right
from readingroom.model.hanging import ATTRIBUTES, MOST_SIDE, PLANES, ROLES, TESTS
from readingroom.wire import (
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    between,
    listed,
    members,
    named,
    one_of,
    or_null,
)

from . import studies
from .jobs import MOST_LISTED, MOST_UIDS

PRIORITY = one_of(*(priority.name.lower() for priority in Priority))
STATES = one_of(*(state.value for state in JobState))
_TEXTS = listed(TEXT)
_TIME = or_null({"type": "string", "format": "date-time"})
_NAME = members({"alphabetic": TEXT, "ideographic": TEXT, "phonetic": TEXT})

_STUDY: dict[str, Schema] = {
    **dict.fromkeys(("study_instance_uid", "patient_id", "issuer_of_patient_id", "patient_birth_date"), TEXT),
    **dict.fromkeys(("patient_sex", "patient_species", "study_date", "study_time", "accession_number"), TEXT),
    **dict.fromkeys(("study_id", "study_description", "source_ae_title"), TEXT),
    **dict.fromkeys(("patient_name", "referring_physician_name"), _NAME),
    "modalities": _TEXTS,
    "body_parts": _TEXTS,
    "number_of_series": WHOLE,
    "number_of_instances": WHOLE,
    "received_at": {"type": "string", "format": "date-time"},
    "receiving": FLAG,
}
_SERIES = members(
    {
        **dict.fromkeys(("series_instance_uid", "modality", "series_number", "series_description"), TEXT),
        **dict.fromkeys(("body_part_examined", "laterality", "series_date", "series_time"), TEXT),
        "number_of_instances": WHOLE,
        "number_of_frames": WHOLE,
        "sop_class_uids": _TEXTS,
        "transfer_syntax_uids": _TEXTS,
        "is_image": FLAG,
    }
)
_ADDRESS: dict[str, Schema] = {
    "name": TEXT,
    "ae_title": {"type": "string", "minLength": 1, "maxLength": 16},
    "host": TEXT,
    "port": between(1, 65535),
}
_TREATMENT: dict[str, Schema] = {
    "rights": listed(one_of(*(right.value for right in Right))),
    "retrieve_by": one_of(*(way.value for way in RetrieveBy)),
    "on_store_failure": one_of(*(way.value for way in OnStoreFailure)),
    "one_association_per_object": FLAG,
    "most_associations": WHOLE,
    "blacklisted_sop_classes": _TEXTS,
    "query_charset": _TEXTS,
    "wildcards": _TEXTS,
    "timeout": NUMBER,
    "tls": FLAG,
    "allowed_addresses": _TEXTS,
}
_RULE: dict[str, Schema] = {
    "level": one_of("study", "series", "instance"),
    "keys": _TEXTS,
    "send_to": _TEXTS,
    "notify": _TEXTS,
    "prepare": FLAG,
    "quiet_seconds": NUMBER,
    "enabled": FLAG,
}
_RESTING = members({**dict.fromkeys(("study_uid", "series_uid"), or_null(TEXT)), "until": _TIME, "why": TEXT})
_CONDITION: dict[str, Schema] = {"resting": listed(_RESTING), "damage": TEXT}
_JOB: dict[str, Schema] = {
    **dict.fromkeys(("kind", "node", "source", "subject", "ordered_by", "words"), TEXT),
    **dict.fromkeys(("id", "run", "attempts", "total"), WHOLE),
    **dict.fromkeys(("created_at", "started_at", "ended_at", "next_try_at"), _TIME),
    "priority": PRIORITY,
    "state": STATES,
    "items": {"type": "object", "additionalProperties": WHOLE},
    "cancelling": FLAG,
    "seen": FLAG,
}
_FAILURE = members(
    {"key": TEXT, "state": one_of(ItemState.FAILED.value, ItemState.WARNING.value), "words": TEXT}
)
_UIDS: Schema = {
    "type": "array",
    "items": {"type": "string", "minLength": 1, "maxLength": 64},
    "maxItems": MOST_UIDS,
}
_CLASSES = listed(members({"uid": TEXT, "name": TEXT, "transfer_syntaxes": _TEXTS}))
_USER = members({"name": TEXT, "display_name": TEXT, "roles": listed(one_of(*(role.value for role in Role)))})

_HUNG_FOR = members({"attribute": one_of(*ATTRIBUTES), "test": one_of(*TESTS)}, {"values": _TEXTS})
_SELECTOR = members(
    {},
    {
        **dict.fromkeys(("study", "place"), WHOLE),
        **dict.fromkeys(("modality", "description", "body_part", "laterality", "view"), TEXT),
        "orientation": one_of("", *PLANES),
        "contrast": or_null(FLAG),
        "number": or_null(WHOLE),
    },
)
_SHOW = members(
    {},
    {
        **dict.fromkeys(("window", "slab"), or_null({"type": "array"})),
        **dict.fromkeys(("preset", "size", "plane", "over", "flip", "colour", "justify"), TEXT),
        **dict.fromkeys(("cine", "inverted"), FLAG),
        "tiles": between(1, 8),
    },
)
_SCREEN = members(
    {
        **dict.fromkeys(("rows", "columns"), between(1, MOST_SIDE)),
        "cells": listed(members({}, {"pick": listed(_SELECTOR), "show": _SHOW})),
    },
    {"role": one_of(*ROLES)},
)

SCHEMAS: dict[str, Schema] = {
    "Study": members(_STUDY),
    "StudyWithSeries": members({**_STUDY, "series": listed(_SERIES), "priors": listed(named("Study"))}),
    "SavedSearch": members(
        {"id": WHOLE, "name": TEXT, "filters": {"type": "object", "additionalProperties": TEXT}}
    ),
    "Hanging": members(
        {"name": TEXT, "screens": listed(_SCREEN)}, {"conditions": listed(_HUNG_FOR), "linked": FLAG}
    ),
    "KeptHanging": members({"id": WHOLE, "shared": FLAG, "hanging": named("Hanging"), "damage": TEXT}),
    "Node": members({**_ADDRESS, **_TREATMENT}),
    "NewNode": members(_ADDRESS, _TREATMENT),
    "ChangedNode": members(
        {name: schema for name, schema in _ADDRESS.items() if name != "name"},
        {"name": TEXT, **_TREATMENT},
    ),
    "Rule": members({"name": TEXT, **_RULE}),
    "ListedRule": members({"name": TEXT, **_RULE, **_CONDITION}),
    "NewRule": members({"name": TEXT}, _RULE | _CONDITION),
    "Job": members(_JOB),
    "JobWithFailures": members({**_JOB, "failures": listed(_FAILURE)}),
    "Deletion": members(
        {
            **dict.fromkeys(("id", "study_instance_uid", "series_instance_uid", "sop_instance_uid"), TEXT),
            **dict.fromkeys(("deleted_by", "reason", "patient_id", "study_date", "description"), TEXT),
            **dict.fromkeys(("number_of_series", "number_of_instances", "bytes"), WHOLE),
            "level": one_of("study", "series", "instance"),
            "deleted_at": {"type": "string", "format": "date-time"},
            "purge_at": _TIME,
            "patient_name": _NAME,
            "modalities": _TEXTS,
            "purging": FLAG,
        }
    ),
    "Event": members(
        {
            **dict.fromkeys(("kind", "outcome", "peer", "address", "subject", "sentence", "status"), TEXT),
            "id": WHOLE,
            "at": {"type": "string", "format": "date-time"},
            "facts": {"type": "object"},
        }
    ),
    "Step": members(
        {
            **dict.fromkeys(("name", "said", "remedy"), TEXT),
            "outcome": one_of(*(outcome.value for outcome in Outcome)),
            "seconds": NUMBER,
        },
        {"accepted": _CLASSES, "services": _CLASSES},
    ),
}
"""By the names that operations refer to."""

CREDENTIALS = members({"user": TEXT, "password": TEXT})
SIGNED_IN = members({"user": _USER})
SESSION = members(
    {
        "user": _USER,
        "login_required": FLAG,
        "server": members({"name": TEXT, "version": TEXT, "ae_title": TEXT, "dicom_port": WHOLE}),
        "hidden_classes": listed(TEXT),
    }
)
STUDIES = members(
    {
        "studies": listed(named("Study")),
        "next": or_null(TEXT),
        "total": or_null(WHOLE),
        "total_is_all": FLAG,
    }
)
_FILTERS: dict[str, Schema] = dict.fromkeys((*studies.FILTERS, "sort"), TEXT)
STUDY_QUESTION = members({}, {**_FILTERS, "limit": TEXT, "cursor": TEXT})
STUDY_FILTERS = members({}, _FILTERS)
STUDY_COUNT = members({"total": WHOLE, "total_is_all": FLAG})
STUDY_CHOICES = members({"modalities": _TEXTS, "sources": _TEXTS})
SEARCHES = members({"searches": listed(named("SavedSearch"))})
NEW_SEARCH = members({"name": TEXT, "filters": STUDY_FILTERS})
HANGINGS = members({"hangings": listed(named("KeptHanging"))})
NEW_HANGING = members({"hanging": named("Hanging")}, {"shared": FLAG})
HANGING_ORDER = members({"hangings": listed(WHOLE)})
TAKEN_HANGING = members({"hanging": named("Hanging"), "notes": _TEXTS})
STORED_HANGINGS = members(
    {"stored": listed(members(dict.fromkeys(("sop_instance_uid", "name", "description"), TEXT)))}
)
_SESSION_FACTS: dict[str, Schema] = {
    **dict.fromkeys(("key", "name"), TEXT),
    "closed": FLAG,
    **{name: {"type": "string", "format": "date-time"} for name in ("created_at", "used_at")},
    "seats": listed(WHOLE),
}
_OPEN_STUDY = members(
    {"study_instance_uid": TEXT}, {n: s for n, s in _STUDY.items() if n != "study_instance_uid"}
)
READINGS = members(
    {"readings": listed(members({**_SESSION_FACTS, "studies": listed(_OPEN_STUDY)})), "keep_days": NUMBER}
)
_STATE: Schema = {"type": "object"}
READING = members(
    {
        **_SESSION_FACTS,
        "studies": _TEXTS,
        "windows": {"type": "object", "additionalProperties": _STATE},
    }
)
READING_WINDOW = members({"studies": _TEXTS, "state": _STATE})
CHANGED_READING = members({}, {"name": TEXT, "closed": FLAG})
_CHOICES: Schema = {"type": "object"}
_NUMBERS = listed(NUMBER)
VOLUME = members(
    {
        **dict.fromkeys(("columns", "rows", "slices", "bytes"), WHOLE),
        "spacing": NUMBER,
        **dict.fromkeys(("position", "values"), _NUMBERS),
        "steps": listed(_NUMBERS),
        "extents": {"type": "object", "additionalProperties": _NUMBERS},
        "unit": TEXT,
        "window": {"type": "array"},
        "findings": listed({"type": "object"}),
    }
)
CONVERSION = members(
    {
        "state": {"enum": ["none", "making", "ready", "failed"]},
        "frames_made": or_null(WHOLE),
        "frames": WHOLE,
        "fault": or_null(TEXT),
    }
)
PREFERENCES = members({"preferences": _CHOICES, "version": WHOLE})
NEW_PREFERENCES = members({"preferences": _CHOICES})
NODES = members({"nodes": listed(named("Node"))})
STEPS = members({"steps": listed(named("Step")), "failed": FLAG}, {"trace": TEXT})
EVENTS = members({"events": listed(named("Event")), "next": or_null(TEXT), "last": WHOLE})
DELETIONS = members(
    {
        "deleted": listed(named("Deletion")),
        "next": or_null(TEXT),
        "total": WHOLE,
        "purge_after_days": NUMBER,
    }
)
NEW_DELETION = members({"study": TEXT}, dict.fromkeys(("series", "instance", "reason"), TEXT))
RULES = members({"rules": listed(named("ListedRule"))})
TRIALS = members(
    {
        "trials": listed(
            members(
                {
                    **dict.fromkeys(("study_uid", "series_uid", "sop_uid", "subject"), TEXT),
                    **dict.fromkeys(("send_to", "notify", "left_out"), _TEXTS),
                }
            )
        )
    }
)
JOBS = members(
    {
        "jobs": listed(named("Job")),
        "counts": {"type": "object", "additionalProperties": WHOLE},
        "next": or_null(WHOLE),
    }
)
ORDER = members(
    {"kind": TEXT},
    {
        "node": TEXT,
        "source": TEXT,
        **dict.fromkeys(("studies", "series", "instances"), _UIDS),
        "priority": PRIORITY,
    },
)
NEW_PRIORITY = members({"priority": PRIORITY})
SEEN: Schema = members({"jobs": {"type": "array", "items": WHOLE, "maxItems": MOST_LISTED}})

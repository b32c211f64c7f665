"""The tables of the index.

Every level keeps its attributes twice: as columns where they are searched or sorted by, and whole, as the
compact JSON of `record.dump`, in `attributes`. The study row carries the patient's attributes and its own
counts, so that the study list needs no join. UIDs are unique inside their parent only: the same SOP
Instance UID under two studies is somebody's mistake, but both objects are kept.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    TableClause,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only INTEGER keys by itself


def _id() -> Column[int]:
    return Column("id", _Id, primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, default="", server_default="")


def _count(name: str) -> Column[int]:
    return Column(name, _Id, nullable=False, default=0, server_default="0")


def _name_indexes(table: str) -> tuple[Index, ...]:
    """Most names have only their alphabetic group, so that the other groups' indexes stay small."""
    return tuple(
        Index(f"ix_{table}_{group}", group, "id", sqlite_where=text(f"{group} != ''"))
        for group in ("name_ideographic", "name_phonetic")
    )


patient = Table(
    "patient",
    metadata,
    _id(),
    Column("key", Text, nullable=False, unique=True),  # issuer and ID, or the study UID when there is no ID
    _text("patient_id"),
    _text("issuer"),
    _text("name_alphabetic"),
    _text("name_ideographic"),
    _text("name_phonetic"),
    _text("birth_date"),
    _text("sex"),
    Column("attributes", Text, nullable=False),
    Index("ix_patient_name", "name_alphabetic", "id"),
    *_name_indexes("patient"),
    Index("ix_patient_patient_id", "patient_id"),
)

study = Table(
    "study",
    metadata,
    _id(),
    Column("uid", String(64), nullable=False, unique=True),
    Column("patient_pk", ForeignKey("patient.id"), nullable=False, index=True),
    _text("patient_id"),
    _text("issuer"),
    _text("name_alphabetic"),
    _text("name_ideographic"),
    _text("name_phonetic"),
    _text("birth_date"),
    _text("sex"),
    _text("study_date"),
    _text("study_time"),
    _text("accession_number"),
    _text("study_id"),
    _text("description"),
    _text("referring"),
    _text("words"),  # folded text the search box looks through
    _text("modalities"),
    _text("body_parts"),
    _text("sop_classes"),
    _text("source"),
    _count("series_count"),
    _count("instance_count"),
    _count("bytes"),
    Column("received_first", Float, nullable=False),
    Column("received_last", Float, nullable=False),
    _count("version"),
    Column("attributes", Text, nullable=False),
    Index("ix_study_date", "study_date", "study_time", "id"),
    Index("ix_study_name", "name_alphabetic", "id"),
    *_name_indexes("study"),
    Index("ix_study_patient_id", "patient_id"),
    Index("ix_study_accession_number", "accession_number"),
    Index("ix_study_received_last", "received_last", "id"),
    Index("ix_study_birth_date", "birth_date"),
    Index("ix_study_description", "description"),
    Index("ix_study_referring", "referring"),
    Index("ix_study_modalities", "modalities"),
    Index("ix_study_body_parts", "body_parts"),
    Index("ix_study_source", "source"),
    Index("ix_study_instance_count", "instance_count"),
)

study_search = TableClause(
    "study_search",  # full text of study.words by three characters; triggers of migration 0011 keep it
    Column("rowid", _Id),
    Column("study_search", Text),
)

study_modality = Table(
    "study_modality",
    metadata,
    Column("modality", String(16), nullable=False),
    Column("study_date", Text, nullable=False),
    Column("study_time", Text, nullable=False),
    Column("study_pk", ForeignKey("study.id", ondelete="CASCADE"), nullable=False, index=True),
    PrimaryKeyConstraint("modality", "study_date", "study_time", "study_pk"),
)

series = Table(
    "series",
    metadata,
    _id(),
    Column("uid", String(64), nullable=False),
    Column("study_pk", ForeignKey("study.id", ondelete="CASCADE"), nullable=False),
    _text("modality"),
    _text("number"),
    _text("description"),
    _text("series_date"),
    _text("series_time"),
    _text("body_part"),
    _text("sop_classes"),
    _text("transfer_syntaxes"),
    _count("instance_count"),
    _count("frame_count"),
    _count("bytes"),
    Column("received_last", Float, nullable=False),
    _count("version"),
    Column("attributes", Text, nullable=False),
    UniqueConstraint("study_pk", "uid"),
    Index("ix_series_uid", "uid"),
)

instance = Table(
    "instance",
    metadata,
    _id(),
    Column("uid", String(64), nullable=False),
    Column("series_pk", ForeignKey("series.id", ondelete="CASCADE"), nullable=False),
    Column("sop_class", String(64), nullable=False),
    _text("number"),
    _text("content_date"),
    _text("content_time"),
    Column("transfer_syntax", String(64), nullable=False),
    Column("blob", Text, nullable=False, unique=True),
    _count("size"),
    _count("dataset_offset"),
    Column("pixel_offset", _Id),
    _count("frames"),
    Column("sha256", String(64), nullable=False),
    _text("origin"),
    Column("received", Float, nullable=False),
    _count("revision"),
    Column("attributes", Text, nullable=False),
    UniqueConstraint("series_pk", "uid"),
    Index("ix_instance_uid", "uid"),
)

revision = Table(
    "revision",
    metadata,
    _id(),
    Column("instance_pk", ForeignKey("instance.id", ondelete="CASCADE"), nullable=False, index=True),
    _count("number"),
    Column("blob", Text, nullable=False, unique=True),
    Column("sha256", String(64), nullable=False),
    Column("transfer_syntax", String(64), nullable=False),
    _count("size"),
    _count("dataset_offset"),
    _text("origin"),
    Column("received", Float, nullable=False),
)

frame_index = Table(
    "frame_index",
    metadata,
    Column("blob", Text, primary_key=True),
    Column("packed", LargeBinary, nullable=False),
)

highest_id = Table(
    "highest_id",
    metadata,
    Column("kind", String(16), primary_key=True),  # study, series, instance
    _count("id"),  # the highest that a deleted row had: no id is ever given twice
)

deletion = Table(
    "deletion",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("study_uid", String(64), nullable=False),
    _text("series_uid"),
    _text("sop_uid"),
    _text("deleted_by"),
    Column("at", Float, nullable=False),
    _text("reason"),
    _text("patient_name"),
    _text("patient_id"),
    _text("study_date"),
    _text("description"),
    _text("modalities"),
    _count("series_count"),
    _count("instance_count"),
    _count("bytes"),
    _count("is_purging"),
)

deleted_parent = Table(
    "deleted_parent",  # the rows of patient, study and series as they were, as JSON
    metadata,
    Column("deletion", ForeignKey("deletion.key", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("id", _Id, nullable=False),
    Column("row", Text, nullable=False),
    PrimaryKeyConstraint("deletion", "kind", "id"),
)

deleted_content = Table(
    "deleted_content",  # a row of instance, or of revision, as it was: one for each blob
    metadata,
    Column("blob", Text, primary_key=True),
    Column("deletion", ForeignKey("deletion.key", ondelete="CASCADE"), nullable=False, index=True),
    _count("instance_id"),
    _count("series_id"),
    Column("uid", String(64), nullable=False),
    _count("is_current"),
    Column("sha256", String(64), nullable=False),
    _count("dataset_offset"),
    Column("row", Text, nullable=False),
)

change = Table(
    "change",
    metadata,
    Column("seq", _Id, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("study_uid", String(64), nullable=False),
    Column("series_uid", String(64), nullable=False),
    _count("instances"),
    Column("at", Float, nullable=False),
    sqlite_autoincrement=True,  # a number is never used twice, also after the newest row was deleted
)

event = Table(
    "event",
    metadata,
    _id(),
    Column("at", Float, nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("outcome", String(8), nullable=False, default="done", server_default="done"),
    _text("peer"),
    _text("address"),
    _text("subject"),
    _text("sentence"),
    Column("facts", Text, nullable=False, default="{}", server_default="{}"),
    Index("ix_event_kind", "kind", "at"),
    Index("ix_event_peer", "peer", "at"),
    Index("ix_event_address", "address", "at"),
)

series_metadata = Table(
    "series_metadata",
    metadata,
    Column("series_pk", ForeignKey("series.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("version", _Id, nullable=False),
    Column("compressed", LargeBinary, nullable=False),
)

thumbnail = Table(
    "thumbnail",
    metadata,
    Column("series_pk", ForeignKey("series.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("version", _Id, nullable=False),
    Column("jpeg", LargeBinary, nullable=False),
)

series_view = Table(
    "series_view",
    metadata,
    Column("series_pk", ForeignKey("series.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("version", _Id, nullable=False),  # of the series when its renditions were ordered
)

node = Table(
    "node",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("ae_title", String(16), nullable=False, unique=True),
    Column("host", Text, nullable=False),
    Column("port", Integer, nullable=False),
    Column("rights", Text, nullable=False),
    Column("retrieve_by", String(8), nullable=False, server_default="get"),
    Column("on_store_failure", String(16), nullable=False, server_default="continue"),
    Column("one_association_per_object", Boolean, nullable=False, server_default="0"),
    Column("most_associations", Integer, nullable=False, server_default="1"),
    Column("blacklisted_sop_classes", Text, nullable=False, server_default=""),
    Column("query_charset", Text, nullable=False, server_default=""),
    Column("wildcards", Text, nullable=False, server_default=""),
    Column("timeout", Float, nullable=False, server_default="40"),
    Column("tls", Boolean, nullable=False, server_default="0"),
    Column("allowed_addresses", Text, nullable=False, server_default=""),
)

account = Table(
    "account",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("created", Float, nullable=False),
)

saved_search = Table(
    "saved_search",
    metadata,
    _id(),
    Column("owner", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("filters", Text, nullable=False),  # JSON, as the list's interface takes them
    UniqueConstraint("owner", "name"),
)

preference = Table(
    "preference",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),  # JSON; null: as usual again
    Column("version", BigInteger, nullable=False),  # of the owner's choices, when this one was last changed
)

login_session = Table(
    "login_session",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column("account", ForeignKey("account.name", ondelete="CASCADE"), nullable=False),
    Column("created", Float, nullable=False),
    Column("used", Float, nullable=False),
)

token = Table(
    "token",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column("account", ForeignKey("account.name", ondelete="CASCADE"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("expires", Float),
)

commitment = Table(
    "commitment",
    metadata,
    _id(),
    Column("role", String(3), nullable=False),
    Column("state", String(16), nullable=False),
    Column("peer", String(16), nullable=False),
    Column("own_title", String(16), nullable=False),
    Column("transaction_uid", String(64), nullable=False),
    Column("instances", Text, nullable=False),
    _text("failures"),
    _count("tries"),
    Column("next_try", Float, nullable=False),
    _text("claimed_by"),
    Column("claimed_until", Float, nullable=False),
    _text("sentence"),
    Column("created", Float, nullable=False),
    Column("changed", Float, nullable=False),
    Index("ix_commitment_state", "state", "next_try"),
    Index("ix_commitment_transaction_uid", "transaction_uid"),
)

job = Table(
    "job",
    metadata,
    _id(),
    Column("kind", String(32), nullable=False),
    _text("node"),
    _text("subject"),
    Column("parameters", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    _text("ordered_by"),
    Column("state", String(16), nullable=False),
    _count("run"),
    _count("enqueued"),  # the run that the engine has been told of
    _count("attempts"),
    _count("waiting"),
    _count("done"),
    _count("warning"),
    _count("failed"),
    _text("words"),
    Column("created", Float, nullable=False),
    Column("started", Float, nullable=False, default=0.0, server_default="0"),
    Column("ended", Float, nullable=False, default=0.0, server_default="0"),
    Column("next_try", Float, nullable=False, default=0.0, server_default="0"),
    _count("is_cancelling"),
    _count("is_seen"),
    Index("ix_job_state", "state", "id"),
)

job_item = Table(
    "job_item",
    metadata,
    Column("job_id", ForeignKey("job.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("state", String(16), nullable=False),
    _text("words"),
    PrimaryKeyConstraint("job_id", "position"),
    UniqueConstraint("job_id", "key"),
    Index("ix_job_item_state", "job_id", "state", "position"),
)

rule = Table(
    "rule",
    metadata,
    _id(),
    Column("name", String(64), nullable=False, unique=True),
    Column("level", String(8), nullable=False),
    Column("keys", Text, nullable=False),
    Column("send_to", Text, nullable=False),
    Column("notify", Text, nullable=False),
    _count("prepare"),
    Column("quiet_seconds", Float, nullable=False),
    _count("is_enabled"),
    _count("seen"),  # the newest instance that was looked at
)

rule_pending = Table(
    "rule_pending",
    metadata,
    Column("rule_id", ForeignKey("rule.id", ondelete="CASCADE"), nullable=False),
    Column("study_uid", String(64), nullable=False),
    Column("series_uid", String(64), nullable=False),  # empty at the level STUDY
    _count("first"),  # the first instance that is still to be treated
    PrimaryKeyConstraint("rule_id", "study_uid", "series_uid"),
)

hanging = Table(
    "hanging",
    metadata,
    _id(),
    Column("owner", String(64), nullable=False),  # empty: of everybody
    Column("name", String(64), nullable=False),
    Column("body", Text, nullable=False),  # JSON
    Column("position", Integer, nullable=False),  # among those of its owner
    UniqueConstraint("owner", "name"),
)

reading_session = Table(
    "reading_session",
    metadata,
    _id(),
    Column("owner", String(64), nullable=False),
    Column("key", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("studies", Text, nullable=False),  # JSON: their UIDs
    Column("is_closed", Boolean, nullable=False, server_default="0"),
    Column("created", Float, nullable=False),
    Column("used", Float, nullable=False),
    UniqueConstraint("owner", "key"),
    Index("ix_reading_session_used", "used"),
)

reading_window = Table(
    "reading_window",
    metadata,
    Column("session_id", ForeignKey("reading_session.id", ondelete="CASCADE"), nullable=False),
    Column("seat", Integer, nullable=False),
    Column("state", Text, nullable=False),  # JSON, as the viewer writes and reads it
    PrimaryKeyConstraint("session_id", "seat"),
)

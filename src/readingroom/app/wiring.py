"""Building the rooms' objects for one process."""

from __future__ import annotations

import atexit
import gc
from dataclasses import dataclass
from pathlib import Path

from readingroom.access import (
    Certificates,
    Clients,
    Gate,
    Identification,
    IdentityKind,
    IdentityRule,
    NetworkPolicy,
    TlsFiles,
    TokenRules,
)
from readingroom.archive import Archive, Indexer, Lifecycle, adopt
from readingroom.association import Hooks
from readingroom.blobs import LocalBlobs
from readingroom.exchange import Lines, Ourselves
from readingroom.index import Database
from readingroom.journal import Conversations, Journal, JournalRules
from readingroom.prepare import ViewTier, remove_videos
from readingroom.query import QueryEngine

from .settings import Settings


@dataclass(frozen=True, slots=True)
class House:
    """The engines of one process."""

    settings: Settings
    database: Database
    blobs: LocalBlobs
    archive: Archive
    lifecycle: Lifecycle
    query: QueryEngine
    gate: Gate
    policy: NetworkPolicy
    certificates: Certificates
    journal: Journal
    tier: ViewTier

    def close(self) -> None:
        """Write what was acknowledged into the index, then let go of everything."""
        self.archive.indexer.close()
        self.journal.close()
        self.blobs.close()
        self.database.close()


def open_database(settings: Settings) -> Database:
    """The index, its folder made and its tables brought up to date."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.index_path)
    database.migrate()
    return database


def build(settings: Settings, purpose: str) -> House:
    """Everything a process needs; claims a slot of the blob store and adopts what was left in it.

    purpose: "receiver", "web", "import": the first half of the slot's name.
    """
    database = Database(settings.index_path)
    blobs = LocalBlobs.claim(settings.objects_path, purpose)
    tier = ViewTier(database, settings.view_path, settings.prepare.view_bytes)

    def forget(blob: str) -> None:
        tier.remove(blob)
        remove_videos(settings.videos_path, blob)

    blobs.removed = forget
    indexer = Indexer(database, blobs)
    adopt(database, blobs, indexer)
    journal = journal_of(settings, database)
    archive = Archive(database, blobs, indexer, journal.tell)

    return House(
        settings=settings,
        database=database,
        blobs=blobs,
        archive=archive,
        lifecycle=Lifecycle(
            database,
            blobs,
            names_in_log=settings.log.patient_names,
            purge_after_days=settings.archive.purge_after_days,
        ),
        query=QueryEngine(database, archive.read_attributes),
        gate=Gate(database, settings.http.session_minutes * 60, journal.tell),
        policy=NetworkPolicy(database, settings.dicom.accept_any_ae, settings.dicom.allowed_addresses),
        certificates=certificates_of(settings),
        journal=journal,
        tier=tier,
    )


def settle() -> None:
    """Leave what a serving process has made so far, and keeps as long as it runs, to no collector.

    A full collection walks through all modules and tables: some 70 ms in which no request goes on.
    """
    gc.collect()
    gc.freeze()


def journal_of(settings: Settings, database: Database) -> Journal:
    """The event log as configured; close it before the database."""
    rules = JournalRules(settings.log.patient_names, settings.log.keep_days, settings.log.max_rows)
    return Journal(database, rules)


def ourselves(settings: Settings, calling: str | None = None, journal: Journal | None = None) -> Ourselves:
    """As whom we call other nodes, with our certificates and one set of places for all processes.

    calling: another of our AE titles. journal: where what we ask of them is told; None: as `command_hooks`.
    """
    dicom = settings.dicom
    return Ourselves(
        calling or dicom.ae_title,
        dicom.max_pdu,
        lines_of(settings),
        dicom.associate_seconds,
        certificates_of(settings).client,
        command_hooks(settings) if journal is None else Conversations(journal.tell).hooks,
    )


def lines_of(settings: Settings) -> Lines:
    """The places for transfers, one set for all processes of the installation."""
    return Lines(settings.data / "lines")


def command_hooks(settings: Settings) -> Hooks:
    """For one command: what it asks of nodes is in the event log when it ends, where there is an index."""
    if not settings.index_path.is_file():
        return Hooks()
    database = open_database(settings)
    journal = journal_of(settings, database)
    atexit.register(database.close)
    atexit.register(journal.close)  # the last that is registered is the first to be called
    return Conversations(journal.tell).hooks


def certificates_of(settings: Settings, clients: str = "") -> Certificates:
    """TLS for DICOM, both roles; the files are read when somebody needs them.

    clients: what a listener wants of the certificates of callers, empty for what is set for all.
    """
    tls = settings.tls
    return Certificates(
        TlsFiles(
            _path(tls.certificate),
            _path(tls.key),
            _path(tls.authorities),
            Clients(clients or tls.clients),
            tls.check_names,
        )
    )


def identification_of(settings: Settings, gate: Gate) -> Identification:
    """Who the user behind an association is. Raises Invalid when the key of tokens cannot be read."""
    dicom = settings.dicom
    kinds = [IdentityKind[kind.upper()] for kind in dicom.identity_kinds]
    return Identification(gate, IdentityRule(dicom.identity), kinds, token_rules(settings))


def token_rules(settings: Settings) -> TokenRules | None:
    """Which JSON web tokens are good, None when no key for them is set."""
    tokens = settings.jwt
    if not tokens.key:
        return None
    return TokenRules(Path(tokens.key), tokens.issuer, tokens.audience, tokens.claim)


def _path(text: str) -> Path | None:
    return Path(text) if text else None

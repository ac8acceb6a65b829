-- Generated from Sources/Storage/Migrations; do not edit.

CREATE TABLE account (
    id TEXT PRIMARY KEY NOT NULL,
    platform TEXT NOT NULL REFERENCES platform(id),
    external_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (platform, external_id)
) STRICT;

CREATE TABLE api_key (
    id TEXT PRIMARY KEY NOT NULL,
    platform TEXT NOT NULL REFERENCES platform(id),
    name TEXT NOT NULL,
    secret_hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;

CREATE TABLE audit_event (
    seq INTEGER PRIMARY KEY NOT NULL,
    id TEXT NOT NULL UNIQUE,
    platform TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL,
    leaf_hash BLOB NOT NULL,
    chain_hash BLOB NOT NULL
) STRICT;

CREATE INDEX audit_event_subject ON audit_event (subject, seq);

CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    seq INTEGER NOT NULL,
    chain_hash BLOB NOT NULL
) STRICT;

CREATE TABLE bank (
    id TEXT PRIMARY KEY NOT NULL,
    platform TEXT NOT NULL REFERENCES platform(id),
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    harm TEXT,
    thresholds TEXT NOT NULL,
    rollout_ratio REAL NOT NULL,
    approval TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (platform, name)
) STRICT;

CREATE TABLE bank_entry (
    id TEXT PRIMARY KEY NOT NULL,
    bank TEXT NOT NULL REFERENCES bank(id),
    platform TEXT NOT NULL,
    identity TEXT NOT NULL,
    labels TEXT NOT NULL,
    note TEXT,
    source TEXT NOT NULL,
    source_reference TEXT,
    proposer TEXT NOT NULL,
    approver TEXT,
    state TEXT NOT NULL,
    state_reason TEXT,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE INDEX bank_entry_by_bank ON bank_entry (bank, id);

CREATE UNIQUE INDEX bank_entry_identity ON bank_entry (bank, identity) WHERE state <> 'retracted';

CREATE TABLE content (
    id TEXT PRIMARY KEY NOT NULL,
    platform TEXT NOT NULL REFERENCES platform(id),
    external_id TEXT,
    account TEXT,
    kind TEXT,
    facts TEXT,
    state TEXT NOT NULL,
    verdict TEXT,
    spool TEXT,
    created_at INTEGER NOT NULL,
    decided_at INTEGER,
    version INTEGER NOT NULL
) STRICT;

CREATE INDEX content_by_external_id ON content (platform, external_id);

CREATE TABLE content_fingerprint (
    content TEXT NOT NULL REFERENCES content(id),
    algorithm TEXT NOT NULL,
    algorithm_version INTEGER NOT NULL,
    value BLOB NOT NULL,
    quality INTEGER,
    duration INTEGER,
    PRIMARY KEY (content, algorithm)
) STRICT;

CREATE TABLE content_match (
    id TEXT PRIMARY KEY NOT NULL,
    content TEXT NOT NULL REFERENCES content(id),
    platform TEXT NOT NULL,
    bank TEXT NOT NULL,
    entry TEXT NOT NULL,
    evidence TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX content_match_by_content ON content_match (content, id);

CREATE INDEX content_match_by_entry ON content_match (entry, id);

CREATE TABLE idempotency (
    platform TEXT NOT NULL,
    key TEXT NOT NULL,
    digest BLOB NOT NULL,
    subject TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (platform, key)
) STRICT;

CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE job (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'dead')),
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    claims INTEGER NOT NULL,
    owner TEXT,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT;

CREATE INDEX job_dead ON job (kind, due_at, key) WHERE state = 'dead';

CREATE INDEX job_due ON job (kind, due_at, key) WHERE state <> 'dead';

CREATE TABLE list_import (
    id TEXT PRIMARY KEY NOT NULL,
    platform TEXT NOT NULL REFERENCES platform(id),
    bank TEXT NOT NULL REFERENCES bank(id),
    proposer TEXT NOT NULL,
    line_count INTEGER NOT NULL,
    counts TEXT NOT NULL,
    rejects TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    failure TEXT,
    spool TEXT
) STRICT;

CREATE TABLE platform (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE schema_migration (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sequence (
    name TEXT PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE signal (
    seq INTEGER PRIMARY KEY NOT NULL,
    entry TEXT NOT NULL REFERENCES bank_entry(id),
    bank TEXT NOT NULL,
    platform TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    algorithm_version INTEGER NOT NULL,
    value BLOB NOT NULL,
    quality INTEGER,
    duration INTEGER,
    active INTEGER NOT NULL
) STRICT;

CREATE INDEX signal_by_entry ON signal (entry);

CREATE TABLE signal_change (
    seq INTEGER PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    signal INTEGER,
    bank TEXT
) STRICT;

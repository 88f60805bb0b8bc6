"""Who may call, what they did, and what they must not do twice: keys, sessions, audit, idempotency."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from verbatim.storage.columns import Flat, UtcDateTime
from verbatim.storage.tables.base import KEY, key_column, metadata

# The secret is kept as a hash; `id` is the part of the key that may be shown.
api_key = Table(
    "api_key",
    metadata,
    key_column(),
    Column("name", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("role", Text),  # null: the scopes were named one by one
    Column("scopes", Flat, nullable=False),
    Column("accounts", Flat, nullable=False),  # external ids; empty: all
    Column("teams", Flat, nullable=False),  # empty: all
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("used_at", UtcDateTime),  # to the minute
)

# A person's login: `id` is a hash of what the cookie, or the link that logs in, holds.
login = Table(
    "login",
    metadata,
    key_column(),
    Column("kind", Text, nullable=False),  # session | link (good for one session)
    Column("person", Text, nullable=False),
    Column("role", Text),
    Column("key_id", KEY),  # logged in with a key, whose scopes count; null: by OpenID Connect
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

# Every write and every export. `details` never holds customers' words.
audit = Table(
    "audit",
    metadata,
    key_column(),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("person", Text, nullable=False),
    Column("key_id", KEY),
    Column("operation", Text, nullable=False),
    Column("subject", Text),
    Column("status", Integer, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("details", Flat, nullable=False),
)

# What was answered to a request with an Idempotency-Key.
remembered_answer = Table(
    "remembered_answer",
    metadata,
    key_column(),  # stable_key(who, operation, Idempotency-Key)
    Column("request_hash", Text, nullable=False),
    Column("status", Integer),  # null: still being worked on
    Column("body", Text),
    Column("created_at", UtcDateTime, nullable=False, index=True),
)

# Deliveries of inbound webhooks that were taken, so that none is taken twice.
webhook_receipt = Table(
    "webhook_receipt",
    metadata,
    key_column(),  # stable_key(source, what identifies the delivery)
    Column("source", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "at"),
)

"""Predictors, what became of them, what they predicted, and what people did about it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, Table, Text, UniqueConstraint

from verbatim.storage.columns import Flat, UtcDateTime
from verbatim.storage.tables.base import KEY, key_column, metadata

# A trained predictor; its files lie in `predictors/<id>/` of the home folder. Numbers count up by metric: csat-3.
predictor = Table(
    "predictor",
    metadata,
    key_column(),
    Column("metric", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("status", Text, nullable=False),  # refused | ready | active | retired
    Column("proven", Boolean, nullable=False),  # the gate let it pass, whatever became of it later
    Column("created_at", UtcDateTime, nullable=False),
    Column("target", Text, nullable=False),  # what counts as a case: "score <= 3"
    Column("data_start", UtcDateTime, nullable=False),
    Column("data_end", UtcDateTime, nullable=False),
    Column("tickets", Integer, nullable=False),
    Column("snapshots", Integer, nullable=False),
    Column("cases", Integer, nullable=False),  # tickets that are one
    Column("sha256", Text, nullable=False),  # of the artifact's manifest
    Column("summary", Flat, nullable=False),  # headline metrics, gate_reasons, settings
    Column("activated_at", UtcDateTime),
    Column("retired_at", UtcDateTime),
    UniqueConstraint("metric", "number"),
)

# What became of predictors, in order; the way back is read from here.
predictor_change = Table(
    "predictor_change",
    metadata,
    key_column(),
    Column("sequence", Integer, nullable=False, unique=True),
    Column("predictor_id", KEY, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False),  # trained | activated | retired | rolled_back (became active again)
    Column("person", Text, nullable=False),
    Column("note", Text),
)

# What was predicted of a ticket as it was at a moment. No foreign key: history outlives predictors.
prediction = Table(
    "prediction",
    metadata,
    key_column(),  # stable_key(predictor_id, ticket_id, at)
    Column("predictor_id", KEY, nullable=False),
    Column("ticket_id", KEY, nullable=False, index=True),
    Column("metric", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),  # the moment that is scored
    Column("made_at", UtcDateTime, nullable=False),
    Column("stage", Text, nullable=False),
    Column("probability", Float, nullable=False),  # of a case, with its interval
    Column("low", Float, nullable=False),
    Column("high", Float, nullable=False),
    Column("expected_score", Float),
    Column("band", Text, nullable=False),
    Column("features_hash", Text, nullable=False),
    Column("reasons", Flat, nullable=False),  # group, statement and points of each; no customer's words
    Index(None, "predictor_id", "at"),
    Index(None, "metric", "at"),
)

# What people did about a ticket because of a prediction; such tickets teach the next predictor another lesson.
intervention = Table(
    "intervention",
    metadata,
    key_column(),
    Column("ticket_id", KEY, nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("note", Text),
)

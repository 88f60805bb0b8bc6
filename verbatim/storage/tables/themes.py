"""Theme models, their themes, which comment belongs to which, and what people changed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, Table, Text, false

from verbatim.storage.columns import Flat, UtcDateTime
from verbatim.storage.tables.base import KEY, key_column, metadata

theme_model = Table(
    "theme_model",
    metadata,
    key_column(),
    Column("created_at", UtcDateTime, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("encoder_id", Text, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("comments", Integer, nullable=False),
    Column("parameters", Flat, nullable=False),  # what was asked for: period, question, seed, wanted number
    Column("quality", Flat, nullable=False),  # what was measured on it
    Column(
        "edited_through", Integer, nullable=False, server_default="0"
    ),  # sequence of the last edit that is in it; 0: none
    Column("tallied", Boolean, nullable=False, server_default=false()),  # whether theme_day has its figures
)

theme = Table(
    "theme",
    metadata,
    Column("model_id", KEY, ForeignKey("theme_model.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),  # permanent across models
    Column("parent_id", Text),
    Column("kind", Text, nullable=False),  # theme | no_detail
    Column("name", Text, nullable=False),
    Column("keywords", Flat, nullable=False),
    Column("quotes", Flat, nullable=False),  # comment ids, best first
    Column("size", Integer, nullable=False),
    Column("description", Text),  # this and the following: what people decided
    Column("name_by", Text, nullable=False, server_default="machine"),  # machine | person
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Column("archived", Boolean, nullable=False, server_default=false()),
    Column("aliases", Flat, nullable=False, server_default="[]"),  # ids of themes merged into this one
    Column("quote_kinds", Flat, nullable=False, server_default="[]"),  # why each quote was chosen, beside them
)

assignment = Table(
    "assignment",
    metadata,
    Column("model_id", KEY, ForeignKey("theme_model.id", ondelete="CASCADE"), primary_key=True),
    Column("comment_id", KEY, primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer),
    Column("theme_id", Text),
    Column("similarity", Float, nullable=False),
    Column("margin", Float, nullable=False),
    Column("sentiment", Float),
    Index(None, "model_id", "theme_id"),
    Index(None, "comment_id"),
    sqlite_with_rowid=False,
)

# How often each theme of the active model was spoken of on each day, with its sub-themes: a comment counts once.
theme_day = Table(
    "theme_day",
    metadata,
    Column("model_id", KEY, ForeignKey("theme_model.id", ondelete="CASCADE"), primary_key=True),
    Column("theme_id", Text, primary_key=True),  # "*": all of the model's comments
    Column("day", Text, primary_key=True),  # of UTC, as 2026-01-31; "undated" for comments without a time
    Column("comments", Integer, nullable=False),
    Column("felt", Integer, nullable=False),  # spans with a sentiment
    Column("sentiment_sum", Float, nullable=False),
    sqlite_with_rowid=False,
)

# Every theme there ever was: ids are permanent and numbers never used again, also when models or their files are gone.
theme_registry = Table(
    "theme_registry",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Integer, index=True),  # 17 for T017; null for ids that people gave
    Column("name", Text, nullable=False),  # the last one
    Column("parent_id", Text),
    Column("born_model_id", KEY, nullable=False),
    Column("born_at", UtcDateTime, nullable=False),
    Column("seen_model_id", KEY, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),  # when the last model that had it was made
    Column("retired_at", UtcDateTime),  # when it was gone from the active model; null: it is there
)

# How the themes of a model follow from those of the model before; stays when the models go, as history.
theme_link = Table(
    "theme_link",
    metadata,
    Column("model_id", KEY, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("previous_model_id", KEY),
    Column("at", UtcDateTime, nullable=False),  # when the model was made
    Column("kind", Text, nullable=False),  # continued, new, split, merged, gone
    Column("old_id", Text),  # null: the theme is new
    Column("new_id", Text),  # null: the theme is gone
    Column("evidence", Flat, nullable=False),
)

# What people changed in the themes, in the order they did; replayed on every refit.
theme_edit = Table(
    "theme_edit",
    metadata,
    key_column(),
    Column("sequence", Integer, nullable=False, unique=True),
    Column("at", UtcDateTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("theme_id", Text),
    Column("payload", Flat, nullable=False),
    Column("undone_by", KEY),  # the edit that took this one back
)

"""What people keep of the page: views of the comments, under a name."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Table, Text

from verbatim.storage.columns import UtcDateTime
from verbatim.storage.tables.base import key_column, metadata

saved_view = Table(
    "saved_view",
    metadata,
    key_column(),  # stable_key(person, name): who saves under a name again replaces what it held
    Column("person", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("query", Text, nullable=False),  # as the query of GET /v1/comments
    Column("by_meaning", Boolean, nullable=False),  # its words are looked for by what they mean
    Column("created_at", UtcDateTime, nullable=False),
)

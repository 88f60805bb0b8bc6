"""What all tables share: the metadata, keys, where a row came from, and what it is about."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, String, Text

from verbatim.storage.columns import Flat

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

KEY = String(32)


def key_column(name: str = "id") -> Column[str]:
    """The primary key: a `verbatim.domain.stable_key`, or a random one."""
    return Column(name, KEY, primary_key=True)


def source_columns() -> tuple[Column[Any], ...]:
    """Where a row came from: the source's name, its own id there, and the batch that last wrote it."""
    return (
        Column("source", Text, nullable=False),
        Column("external_id", Text),
        Column("batch_id", KEY, nullable=False),
    )


def link_columns() -> tuple[Column[Any], ...]:
    """Who and what a row is about. No foreign keys: files arrive in any order."""
    return (
        Column("ticket_id", KEY, index=True),
        Column("account_id", KEY, index=True),
        Column("contact_id", KEY, index=True),
        Column("segments", Flat, nullable=False),
    )

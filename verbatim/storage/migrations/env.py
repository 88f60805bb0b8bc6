"""Alembic's entry: runs the revisions on the connection that `verbatim.storage.schema` hands over.

Offline mode and a URL of its own are left out on purpose: there is one way to upgrade, ``verbatim db upgrade``.
"""

from __future__ import annotations

from alembic import context

from verbatim.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

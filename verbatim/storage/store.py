"""The store: every write of the house, each one transaction.

Reading lives in `verbatim.storage.queries`. A process that is killed leaves whole chunks and nothing of the one it
was writing, so that the same command carries on to the same state.
"""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import delete, insert, select, update

from verbatim.errors import NotFoundError
from verbatim.storage.bulk import catch_up, drop_indexes, take_statistics, worth_dropping, worth_stopping_words
from verbatim.storage.edited import UNEDITED, demand_sequence, write_edited
from verbatim.storage.failures import translated
from verbatim.storage.lineage import register_themes, write_edit
from verbatim.storage.tables import (
    GROUPING_COLUMNS,
    assignment,
    comment,
    ingest_batch,
    reject,
    segment_name,
    survey_response,
    theme,
    theme_link,
    theme_model,
)
from verbatim.storage.tally import forget_tally, tally
from verbatim.storage.upsert import Changes, upsert_rows
from verbatim.storage.words import stop_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from sqlalchemy import Connection, Engine, Table

    Row = Mapping[str, Any]

KEPT_MODELS = 5
COUNTS = ("rows", "inserted", "updated", "unchanged", "rejected")


class Store:
    """A database at the schema of this version; made by `verbatim.storage.engine`. Close it, or use ``with``."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._inserted: dict[str, int] = {}  # by batch, since this process began it

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back; the store can be used again."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on which everything read is of one moment (SQLite) or committed (PostgreSQL)."""
        with translated(self.engine.url), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that writes: all of it, or, on any error, nothing."""
        with translated(self.engine.url), self.engine.connect() as connection:
            with connection.execution_options(writes=True).begin():
                yield connection

    def upsert(self, table: Table, rows: Sequence[Row], *, batch_id: str = "") -> Changes:
        """Write rows by their key, in one transaction; a row replaces the stored one whole.

        Of rows with one key the last wins. A column that a row leaves out is null (``segments``: empty,
        ``batch_id``: the argument). A row that differs in nothing but its batch is unchanged.

        Raises:
            ValueError: a row with a column that the table does not have, or with a naive datetime.
            StoreBusyError, StoreFullError, StorageError: the database, which is then as it was.
        """
        with self.writing() as connection:
            return write_rows(connection, table, rows, batch_id)

    def begin_batch(self, kind: str, source: str, file: str) -> str:
        """Note that reading ``file`` begins; gives the batch's id, new with every run."""
        batch_id = uuid.uuid4().hex
        row = {"id": batch_id, "kind": kind, "source": source, "file": file, "started_at": datetime.now(UTC)}
        with self.writing() as connection:
            connection.execute(insert(ingest_batch).values(**row, **dict.fromkeys(COUNTS, 0)))
        return batch_id

    def write_chunk(
        self, rows_by_table: Mapping[Table, Sequence[Row]], rejects: Sequence[Row] = (), *, batch_id: str, rows: int = 0
    ) -> Changes:
        """Write a chunk of a file, its rejects and the batch's counts, in one transaction.

        ``rows`` is how many rows of the file the chunk covers. ``batch_id`` is filled in for every row. A reject's
        ``id`` is ``stable_key(source, kind, file, row, column)``, so that reading the file again replaces it.
        """
        with self.writing() as connection:
            changes = Changes()
            for table in sorted(rows_by_table, key=lambda table: table.name):
                changes += write_rows(connection, table, rows_by_table[table], batch_id)
            write_rows(connection, reject, rejects, batch_id)
            done = (rows, changes.inserted, changes.updated, changes.unchanged, len(rejects))
            added = {name: ingest_batch.c[name] + n for name, n in zip(COUNTS, done, strict=True)}
            connection.execute(update(ingest_batch).where(ingest_batch.c.id == batch_id).values(added))
            self._inserted[batch_id] = self._inserted.get(batch_id, 0) + changes.inserted
            inserted = self._inserted[batch_id]
            if changes.inserted and comment in rows_by_table and worth_stopping_words(connection, inserted):
                stop_words(connection)
            if changes.inserted and worth_dropping(connection, rows_by_table, inserted):
                drop_indexes(connection, rows_by_table)
        return changes

    def finish_batch(self, batch_id: str, *, complete: bool = True) -> None:
        """Note that reading has ended; ``complete`` says that the file was read to its end.

        Then the rejects that earlier runs of the same file left and this one did not see again are cleared: their
        rows have been mended. After an early stop they stay.

        Raises:
            NotFoundError: there is no such batch.
        """
        with self.writing() as connection:
            batch = connection.execute(select(ingest_batch).where(ingest_batch.c.id == batch_id)).one_or_none()
            if batch is None:
                raise NotFoundError(f"there is no ingest batch {batch_id!r}; begin_batch makes one")
            if complete:
                of_file = [reject.c[name] == getattr(batch, name) for name in ("source", "kind", "file")]
                connection.execute(delete(reject).where(*of_file, reject.c.batch_id != batch_id))
            finished = update(ingest_batch).where(ingest_batch.c.id == batch_id)
            connection.execute(finished.values(finished_at=datetime.now(UTC)))
            catch_up(connection)
            take_statistics(connection)
        self._inserted.pop(batch_id, None)

    def save_theme_model(
        self, model: Row, themes: Sequence[Row], assignments: Sequence[Row], links: Sequence[Row] = ()
    ) -> tuple[str, ...]:
        """Keep a theme model as the active one, with its themes, assignments and links, in one transaction.

        ``model_id``, ``active``, and ``position`` and ``at`` of links are filled in. A model with the same id is
        replaced. Its themes are registered, and those the active model had and it has not are retired. The last five
        models by ``created_at`` stay; gives the ids of those removed, whose files can go too.

        Raises:
            EditConflictError: ``edited_through`` is given, and edits were made since that one; nothing is written.
        """
        model_id = model["id"]
        with self.writing() as connection:
            if "edited_through" in model:
                demand_sequence(connection, model["edited_through"])
            connection.execute(delete(theme_model).where(theme_model.c.id == model_id))
            connection.execute(update(theme_model).values(active=False))
            upsert_rows(connection, theme_model, [{**model, "active": True, "tallied": False}], {"edited_through": 0})
            upsert_rows(connection, theme, themes, {**UNEDITED, "model_id": model_id})
            upsert_rows(connection, assignment, assignments, {"model_id": model_id, "start": 0})
            connection.execute(delete(theme_link).where(theme_link.c.model_id == model_id))
            placed = [{**row, "position": place} for place, row in enumerate(links)]
            upsert_rows(connection, theme_link, placed, {"model_id": model_id, "at": model["created_at"]})
            register_themes(connection, model_id, model["created_at"], themes)
            tally(connection)
            newest = (theme_model.c.active.desc(), theme_model.c.created_at.desc(), theme_model.c.id)
            removed = connection.execute(select(theme_model.c.id).order_by(*newest).offset(KEPT_MODELS)).scalars().all()
            connection.execute(delete(theme_model).where(theme_model.c.id.in_(removed)))
        return tuple(sorted(removed))

    def add_edit(self, row: Row, *, undoes: Sequence[str] = ()) -> int:
        """Append what a person did to the themes; gives its place in the order, from 1.

        ``row`` has ``id``, ``at``, ``person``, ``kind``, ``payload`` and, where it is about one theme, ``theme_id``;
        ``sequence`` is filled in. The edits with ids ``undoes`` get ``undone_by``: the new edit.

        Raises:
            NotFoundError: there is no edit to undo of that id; nothing is written then.
        """
        with self.writing() as connection:
            return write_edit(connection, row, undoes)

    def save_edit(
        self,
        edit: Row,
        model: Row,
        themes: Sequence[Row],
        assignments: Sequence[Row],
        *,
        write_files: Callable[[], None] | None = None,
        beside: Callable[[Connection], object] | None = None,
    ) -> None:
        """Append an edit and change the active model with it, in one transaction; see `storage.edited.write_edited`.

        ``beside`` writes more in the same transaction. ``write_files`` is called last: what it writes is never of an
        edit that was refused, and where it fails nothing is kept.

        Raises:
            EditConflictError: somebody else edited, or mined, meanwhile; nothing is written.
        """
        with self.writing() as connection:
            write_edited(connection, edit, model, themes, assignments)
            if beside is not None:
                beside(connection)
            if write_files is not None:
                write_files()

    def active_model_id(self) -> str | None:
        """The theme model in use; ``None`` before the first `save_theme_model`."""
        with self.reading() as connection:
            found: str | None = connection.execute(select(theme_model.c.id).where(theme_model.c.active)).scalar()
        return found


def write_rows(connection: Connection, table: Table, rows: Sequence[Row], batch_id: str) -> Changes:
    """`Store.upsert` on a connection that the caller holds: rows, and the names of segments that they bring."""
    changes = upsert_rows(connection, table, rows, {"batch_id": batch_id})
    if table is comment and changes.updated:
        forget_tally(connection)
    if "segments" in table.columns:
        upsert_rows(connection, segment_name, _segment_names(table, rows), {})
    return changes


def _segment_names(table: Table, rows: Sequence[Row]) -> list[Row]:
    """What the rows can be grouped by: segments, and columns that are filled in; of survey responses by metric."""
    of_metric = table is survey_response
    shapes = {(row["metric"] if of_metric else "", *(row.get("segments") or ())) for row in rows}
    found = {(metric, name) for metric, *names in shapes for name in names}
    for name, column in GROUPING_COLUMNS.get(table, {}).items():
        found |= {(row["metric"] if of_metric else "", name) for row in rows if row.get(column) is not None}
    return [{"holder": table.name, "metric": metric, "name": name} for metric, name in found]

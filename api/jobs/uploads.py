"""Files that were uploaded: where they lie, and reading one into the store.

``uploads/<id>/`` of the home folder holds one file under its own name, since the name tells the source and the
format. It holds customers' words as they were written, so it goes as soon as it is read.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verbatim.errors import InputError, NotFoundError, VerbatimError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from api.jobs.context import JobContext
    from api.jobs.kinds import FileOptions, IngestFile
    from verbatim.ingest import IngestOptions, IngestPlan, Progress
    from verbatim.settings import Settings

FOLDER = "uploads"
CHUNK_ROWS = 1_000  # often enough to say how far it is, and to hear "stop"
KEPT = timedelta(days=7)
OPTIONS = (
    "fields", "source", "namespace", "metric", "scale", "date_format", "timezone", "encoding", "delimiter", "sheet",
    "header_row", "max_rejects",
)  # fmt: skip


def place_upload(settings: Settings, name: str) -> tuple[str, Path]:
    """A new upload's id, and the path to write it to; of ``name`` only what is safe in a path is kept."""
    upload_id = uuid.uuid4().hex
    folder = settings.home / FOLDER / upload_id
    folder.mkdir(parents=True)
    safe = re.sub(r"[^\w. ()+-]", "_", re.split(r"[/\\]", name)[-1]).strip(" .")[-100:].strip(" .")
    return upload_id, folder / (safe or "upload")


def find_upload(settings: Settings, upload_id: str) -> Path:
    """The file of an upload.

    Raises:
        NotFoundError: it is not there, or no longer.
    """
    folder = settings.home / FOLDER / upload_id
    files = [path for path in sorted(folder.glob("*")) if path.is_file()] if folder.is_dir() else []
    if not files:
        raise NotFoundError(f"there is no upload {upload_id!r}, or it was read and removed; upload the file again")
    return files[0]


def ingest_file(context: JobContext, told: IngestFile) -> Mapping[str, Any]:
    """Read the uploaded file; the same upload again changes nothing, so a killed job just reads on."""
    from verbatim.ingest import ingest

    path = find_upload(context.settings, told.upload)
    context.step("Looking at the file", 0, None)
    plan = plan_upload(context.settings, told.upload, told)
    for warning in plan.warnings:
        context.log(warning)
    with _nameless(path):
        found = ingest(plan, context.store, context.settings, progress=_told(context), chunk_rows=CHUNK_ROWS)
    return {
        "batch_id": found.batch_id, "source": plan.source, "rows": found.rows, "inserted": found.inserted,
        "updated": found.updated, "unchanged": found.unchanged, "rejected": found.rejected, "removed": found.removed,
        "undated": found.undated, "tables": dict(found.tables),
    }  # fmt: skip


def plan_upload(settings: Settings, upload_id: str, told: FileOptions) -> IngestPlan:
    """How the file would be read; nothing is written. Messages name the file, never its place.

    Raises:
        NotFoundError: there is no such upload.
        InputError, MappingError, ScaleError, MissingExtraError: see `verbatim.ingest.plan.plan_ingest`.
    """
    from verbatim.ingest import plan_ingest

    path = find_upload(settings, upload_id)
    with tempfile.TemporaryDirectory() as scratch, _nameless(path):
        plan = plan_ingest(told.kind, path, _options(told, Path(scratch)), settings)
    return replace(plan, warnings=tuple(_without(path, warning) for warning in plan.warnings))


def remove_upload(context: JobContext, told: IngestFile) -> None:
    """Remove what was read."""
    drop_upload(context.settings, told.upload)


def drop_upload(settings: Settings, upload_id: str) -> None:
    """Remove an upload, whatever there is of it."""
    shutil.rmtree(settings.home / FOLDER / upload_id, ignore_errors=True)


def remove_old_uploads(settings: Settings, *, now: datetime | None = None) -> int:
    """Remove uploads that nobody read in a week, or that a kill left behind; gives how many."""
    limit = ((now or datetime.now(UTC)) - KEPT).timestamp()
    folder = settings.home / FOLDER
    old = [path for path in folder.glob("*") if path.stat().st_mtime < limit] if folder.is_dir() else []
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


def _options(told: FileOptions, scratch: Path) -> IngestOptions:
    from verbatim.ingest import IngestOptions

    profile = None
    if told.profile is not None:
        profile = scratch / "profile.toml"
        try:
            profile.write_text(told.profile, encoding="utf-8")
        except UnicodeEncodeError as error:
            raise InputError("the profile holds characters that are no text; write it as UTF-8") from error
    return IngestOptions(profile=profile, **{name: getattr(told, name) for name in OPTIONS})


def _told(context: JobContext) -> Any:  # noqa: ANN401 (a callable that takes what ingest tells)
    def tell(progress: Progress) -> None:
        context.step(f"Read {progress.rows:,} rows, {progress.rejected:,} rejects", progress.done, progress.total)

    return tell


@contextlib.contextmanager
def _nameless(path: Path) -> Iterator[None]:
    """Messages of errors name the file's whole path, which is nobody's business."""
    try:
        yield
    except VerbatimError as error:
        raise type(error)(_without(path, str(error))) from error


def _without(path: Path, message: str) -> str:
    for place in (path.resolve(), path):
        message = message.replace(str(place), path.name)
    return message

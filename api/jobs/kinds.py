"""Which jobs there are: what each is told, what it does, and which may not run beside which.

A table of data: the router of jobs validates with it, the worker looks its functions up in it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.jobs import ledger
from verbatim.domain import Kind as RecordKind
from verbatim.errors import NotFoundError, UserError

if TYPE_CHECKING:
    from api.jobs.context import JobContext
    from api.jobs.queue import Queue
    from api.jobs.records import Job
    from verbatim.storage.store import Store

Work = Callable[["JobContext", Any], Mapping[str, Any]]
Metric = Literal["csat", "ces"]
Short = Annotated[str, Field(max_length=200)]
MOST_PROFILE = 200_000


class Arguments(BaseModel):
    """What a job is told; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Arguments):
    """A job that needs to be told nothing."""


class IngestFile(Arguments):
    """A file that was uploaded, and what is known of it; see `verbatim.ingest.IngestOptions`."""

    upload: str = Field(pattern=r"^[0-9a-f]{32}$", description="id that the upload gave")
    kind: RecordKind
    profile: str | None = Field(None, max_length=MOST_PROFILE, description="mapping profile, as TOML text")
    fields: dict[Short, Short] = Field(default_factory=dict, description="which column fills a field")
    source: Short | None = None
    namespace: Short | None = None
    metric: Literal["csat", "ces", "nps"] | None = None
    scale: Short | None = None
    date_format: Short | None = None
    timezone: Short | None = None
    encoding: Short | None = None
    delimiter: Short | None = None
    sheet: Short | None = None
    header_row: int | None = Field(None, ge=1)
    max_rejects: int | None = Field(None, ge=0)


class Mine(Arguments):
    """Which comments to mine, by default all."""

    start: date | None = Field(None, description="first day, in the organisation's time zone")
    end: date | None = Field(None, description="day after the last")
    question: Short | None = None
    themes: int | None = Field(None, ge=2, le=200, description="about how many; without it the data decide")
    refit: bool = Field(False, description="find the themes anew, even if those there are still fit")


class Train(Arguments):
    """Which predictor to train."""

    metric: Metric
    target: Short | None = Field(None, description='what counts as dissatisfied, for example "score <= 3"')
    activate: bool = Field(False, description="take it into use if it has proven its skill")


class ScoreOpen(Arguments):
    """Which open tickets to score, and with what: the active predictor of a metric, all of them."""

    metric: Metric = "csat"


class Report(Arguments):
    """Which report to make."""

    kind: Literal["daily", "weekly", "monthly", "account"]
    period: Short | None = Field(None, description="2026-10-31, 2026-W44 or 2026-10; without it the last whole one")
    account: Short | None = Field(None, description="external id of the account of an account review")
    formats: list[Literal["html", "md", "json", "pdf", "xlsx"]] = Field(default=["html"], min_length=1)
    by: list[Short] | None = Field(None, description="segments to break a monthly report down by")
    schedule_id: str | None = None
    deliver_to: list[Short] = Field(default_factory=list, description="ids of endpoints, and e-mail addresses")


class Export(Arguments):
    """What to export, and how."""

    what: Literal["comments", "scores", "predictions"]
    format: Literal["csv", "ndjson", "xlsx"] = "csv"
    start: date | None = Field(None, description="first day, in the organisation's time zone")
    end: date | None = Field(None, description="day after the last")
    metric: Literal["csat", "ces", "nps"] | None = None
    question: Short | None = None
    where: dict[Short, Short | list[Short]] = Field(default_factory=dict, description="segment → value, or several")


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of job. ``work`` and ``after`` name functions as ``module:name``: what they import may be slow.

    Jobs of one ``lane`` run one at a time. ``after`` runs once the job is done, and may be missed by a kill.
    """

    name: str
    help: str
    arguments: type[Arguments]
    work: str
    lane: str | None = None
    after: str | None = None

    def function(self) -> Work:
        """What does the work: takes a `JobContext` and the arguments, gives the result as plain JSON."""
        return cast("Work", _found(self.work))

    def clean_up(self, context: JobContext, arguments: Arguments) -> None:
        """Run ``after``."""
        if self.after is not None:
            _found(self.after)(context, arguments)


KINDS: Mapping[str, JobKind] = {
    kind.name: kind
    for kind in (
        JobKind("ingest_file", "Read an uploaded file into the store.", IngestFile, "api.jobs.uploads:ingest_file",
                "ingest", "api.jobs.uploads:remove_upload"),
        JobKind("mine", "Find the themes of the stored comments.", Mine, "api.jobs.work:mine", "themes"),
        JobKind("train", "Train a predictor.", Train, "api.jobs.work:train", "training"),
        JobKind("score_open", "Score the open tickets.", ScoreOpen, "api.jobs.work:score_open", "scoring"),
        JobKind("report", "Make a report.", Report, "api.jobs.reporting:make_report"),
        JobKind("export", "Write comments, scores or predictions to a file.", Export, "api.jobs.exports:export"),
        JobKind("sweep", "Look for what must be followed up.", Nothing, "api.jobs.work:sweep", "sweep"),
        JobKind("deliver", "Send the messages that are due.", Nothing, "api.jobs.work:deliver", "deliver"),
    )
}  # fmt: skip


def kind_of(name: str) -> JobKind:
    """The kind of that name.

    Raises:
        NotFoundError: there is none.
    """
    if name not in KINDS:
        raise NotFoundError(f"there is no kind of job {name!r}; there are {', '.join(sorted(KINDS))}")
    return KINDS[name]


def read_arguments(kind: JobKind, arguments: Mapping[str, Any]) -> Arguments:
    """The arguments, validated.

    Raises:
        UserError: they do not fit; the message names the first that does not, and why.
    """
    try:
        return kind.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = ".".join(str(part) for part in first["loc"]) or "arguments"
        raise UserError(f"a job {kind.name!r} cannot take {name}: {first['msg']}") from error


def request(
    store: Store,
    queue: Queue | None,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    person: str,
    unique: str | None = None,
) -> Job:
    """Ask for a job and wake a worker: what routers and schedules call.

    Raises:
        NotFoundError: there is no such kind.
        UserError: the arguments do not fit.
    """
    found = kind_of(kind)
    told = read_arguments(found, arguments).model_dump(mode="json", exclude_defaults=True)
    job = ledger.submit(store, kind, told, person=person, lane=found.lane, unique=unique)
    if queue is not None:
        queue.notify(job)
    return job


def _found(path: str) -> Callable[..., Any]:
    module, name = path.split(":")
    return cast("Callable[..., Any]", getattr(importlib.import_module(module), name))

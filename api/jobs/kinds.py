"""Which jobs there are: what each is told, what it does, and which may not run beside which.

A table of data: the router of jobs validates with it, the worker looks its functions up in it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from api.jobs import ledger
from api.plain import FIRST, LAST, PlainText
from verbatim.domain import Kind as RecordKind
from verbatim.errors import NotFoundError, UserError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.jobs.context import JobContext
    from api.jobs.queue import Queue
    from api.jobs.records import Job
    from verbatim.storage.store import Store

Work = Callable[["JobContext", Any], Mapping[str, Any]]
Metric = Literal["csat", "ces"]
Short = Annotated[PlainText, Field(max_length=200)]
MOST_PROFILE = 200_000
MOST_NAMED = 500  # columns, segments, receivers


def _in_range(day: date) -> date:
    if not FIRST.date() < day < LAST.date():
        raise ValueError("is not between 1970 and 2200; send a day like 2026-10-31")
    return day


Day = Annotated[date, AfterValidator(_in_range)]


class Arguments(BaseModel):
    """What a job is told; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Arguments):
    """A job that needs to be told nothing."""


class FileOptions(Arguments):
    """What is known of a file; see `verbatim.ingest.IngestOptions`. What is left out is found out."""

    kind: RecordKind = Field(description="what the file holds", examples=["responses"])
    profile: Annotated[PlainText, Field(max_length=MOST_PROFILE)] | None = Field(
        None, description="mapping profile, as TOML text", examples=[None]
    )
    fields: dict[Short, Short] = Field(
        default_factory=dict, max_length=MOST_NAMED, description="which column fills a field", examples=[{}]
    )
    source: Short | None = Field(None, description="name of the system it is from; else the file's", examples=["desk"])
    namespace: Short | None = Field(None, description="where ids of tickets and accounts are its own", examples=[None])
    metric: Literal["csat", "ces", "nps"] | None = Field(None, description="what its scores measure", examples=[None])
    scale: Short | None = Field(None, description="their scale, for example csat-5", examples=[None])
    date_format: Short | None = Field(None, description="dmy, mdy or ymd, where days are ambiguous", examples=[None])
    timezone: Short | None = Field(None, description="IANA zone of times that name none", examples=[None])
    encoding: Short | None = Field(None, description="for example utf-8 or windows-1252", examples=[None])
    delimiter: Short | None = Field(None, description="what separates columns", examples=[None])
    sheet: Short | None = Field(None, description="sheet of a workbook", examples=[None])
    header_row: int | None = Field(
        None, ge=1, le=1_000_000, description="line with the columns' names", examples=[None]
    )
    max_rejects: int | None = Field(
        None, ge=0, le=1_000_000_000, description="stop when more rows than this are rejected", examples=[None]
    )


class IngestFile(FileOptions):
    """A file that was uploaded, and what is known of it."""

    upload: str = Field(pattern=r"^[0-9a-f]{32}$", description="id that the upload gave", examples=["0" * 32])


class Mine(Arguments):
    """Which comments to mine, by default all."""

    start: Day | None = Field(None, description="first day, in the organisation's time zone", examples=[None])
    end: Day | None = Field(None, description="day after the last", examples=[None])
    question: Short | None = Field(None, description="only answers to this open question", examples=[None])
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


class ReportRequest(Arguments):
    """Which report to make."""

    kind: Literal["daily", "weekly", "monthly", "account"] = Field(description="which report", examples=["monthly"])
    period: Short | None = Field(
        None,
        examples=["2026-10"],
        description="2026-10-31, 2026-W44, 2026-10 or 2026-08..2026-10 for an account; without it the last whole one",
    )
    account: Short | None = Field(None, description="external id of the account of an account review", examples=[None])
    formats: list[Literal["html", "md", "json", "pdf", "xlsx", "email", "pptx"]] = Field(
        default=["html"], min_length=1, max_length=7, description="files to write", examples=[["html", "json"]]
    )
    by: list[Short] | None = Field(
        None, max_length=20, description="segments to break a monthly report down by", examples=[None]
    )
    deliver_to: list[Short] = Field(
        default_factory=list, max_length=MOST_NAMED, description="ids of endpoints, and e-mail addresses", examples=[[]]
    )


class Report(ReportRequest):
    """A report, and the schedule that it is for.

    ``people`` false: without the names of those who are praised, for somebody who must not see how each is rated.
    """

    schedule_id: Short | None = None
    people: bool = True


class ExportRequest(Arguments):
    """What to export, and how."""

    what: Literal["comments", "scores", "predictions"]
    format: Literal["csv", "ndjson", "xlsx"] = "csv"
    start: Day | None = Field(None, description="first day, in the organisation's time zone", examples=[None])
    end: Day | None = Field(None, description="day after the last", examples=[None])
    metric: Literal["csat", "ces", "nps"] | None = None
    question: Short | None = Field(None, description="only answers to this open question", examples=[None])
    where: dict[Short, Short | Annotated[list[Short], Field(max_length=MOST_NAMED)]] = Field(
        default_factory=dict, max_length=20, description="segment → value, or several", examples=[{"channel": "email"}]
    )
    query: Annotated[PlainText, Field(max_length=4_000)] | None = Field(
        None, description="of comments: those that fit this query of GET /v1/comments; other fields are left out then",
        examples=[None],
    )  # fmt: skip


class Export(ExportRequest):
    """An export; ``agents`` false: without the names of agents, for somebody who must not see how each is rated."""

    agents: bool = True


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of job. ``work`` and ``after`` name functions as ``module:name``: what they import may be slow.

    Jobs of one ``lane`` run one at a time. ``after`` runs once the job is done, and may be missed by a kill.
    ``joins_running``: asking for the same again while it runs gives the one that runs, unless something came in since
    it began; else only one that still waits is the same.
    """

    name: str
    help: str
    arguments: type[Arguments]
    work: str
    lane: str | None = None
    after: str | None = None
    joins_running: bool = True

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
        JobKind("score_open", "Score the open tickets.", ScoreOpen, "api.jobs.work:score_open", "scoring",
                "api.jobs.work:sweep_after", joins_running=False),
        JobKind("report", "Make a report.", Report, "api.jobs.reporting:make_report"),
        JobKind("export", "Write comments, scores or predictions to a file.", Export, "api.jobs.exports:export"),
        JobKind("encode", "Encode comments that search by meaning does not know yet.", Nothing, "api.jobs.work:encode",
                "themes"),
        JobKind("watch", "Look for drift of the predictors in use, and for themes that burst.", Nothing,
                "api.jobs.work:watch", "watch"),
        JobKind("sample", "Load a generated sample organisation into an empty store.", Nothing,
                "api.jobs.sample:load_sample", "ingest"),
        JobKind("sweep", "Look for what must be followed up.", Nothing, "api.jobs.work:sweep", "sweep",
                joins_running=False),
        JobKind("deliver", "Send the messages that are due.", Nothing, "api.jobs.work:deliver", "deliver",
                joins_running=False),
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
    since: datetime | None = None,
) -> Job:
    """Ask for a job and wake a worker: what routers and schedules call. ``unique`` and ``since``: see `ledger.submit`.

    Raises:
        NotFoundError: there is no such kind.
        UserError: the arguments do not fit.
    """
    found = kind_of(kind)
    told = read_arguments(found, arguments).model_dump(mode="json", exclude_defaults=True)
    job = ledger.submit(store, kind, told, person=person, lane=found.lane, unique=unique, since=since)
    if queue is not None:
        queue.notify(job)
    return job


def request_same(
    connection: Connection, kind: str, arguments: Mapping[str, Any], *, person: str, now: datetime
) -> tuple[Job, bool]:
    """Ask for a job as a person does, who needs none beside an equal one; gives it, and whether it is new.

    Equal is one of the same kind with the same arguments that waits, or runs (see `JobKind`). Wake a worker after the
    transaction.

    Raises:
        NotFoundError, UserError: as `request`.
    """
    found = kind_of(kind)
    told = read_arguments(found, arguments).model_dump(mode="json", exclude_defaults=True)
    same = ledger.same_open(connection, kind, told, running=found.joins_running)
    if same is not None:
        return same, False
    return ledger.submit_in(connection, kind, told, person=person, lane=found.lane, now=now), True


def _found(path: str) -> Callable[..., Any]:
    module, name = path.split(":")
    return cast("Callable[..., Any]", getattr(importlib.import_module(module), name))

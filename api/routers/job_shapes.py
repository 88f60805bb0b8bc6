"""Jobs over HTTP: how they are asked for, one kind each, and how they are shown."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Body as BodyParameter
from pydantic import Field

from api.jobs import kinds
from api.jobs.records import Status
from api.shapes import Answer, Body, Page

if TYPE_CHECKING:
    from typing import Self

    from api.jobs.records import Job, Line

HELP = {name: kind.help for name, kind in kinds.KINDS.items()}


class NewIngest(Body):
    """Read an uploaded file into the store."""

    kind: Literal["ingest_file"] = Field(description=HELP["ingest_file"])
    arguments: kinds.IngestFile


class NewMine(Body):
    """Find the themes of the stored comments."""

    kind: Literal["mine"] = Field(description=HELP["mine"])
    arguments: kinds.Mine = kinds.Mine()


class NewTrain(Body):
    """Train a predictor."""

    kind: Literal["train"] = Field(description=HELP["train"])
    arguments: kinds.Train


class NewScoring(Body):
    """Score the open tickets."""

    kind: Literal["score_open"] = Field(description=HELP["score_open"])
    arguments: kinds.ScoreOpen = kinds.ScoreOpen()


class NewReportJob(Body):
    """Make a report; POST /v1/reports is the same."""

    kind: Literal["report"] = Field(description=HELP["report"])
    arguments: kinds.ReportRequest


class NewExport(Body):
    """Write comments, scores or predictions to a file."""

    kind: Literal["export"] = Field(description=HELP["export"])
    arguments: kinds.ExportRequest


class NewSweep(Body):
    """Something that needs to be told nothing; workers do most of it by the clock."""

    kind: Literal["sweep", "deliver", "encode", "watch", "sample"] = Field(
        description=" ".join(HELP[name] for name in ("sweep", "deliver", "encode", "watch", "sample"))
    )
    arguments: kinds.Nothing = kinds.Nothing()


NewJob = Annotated[
    NewIngest | NewMine | NewTrain | NewScoring | NewReportJob | NewExport | NewSweep, Field(discriminator="kind")
]
JOB_EXAMPLES = BodyParameter(
    openapi_examples={
        "export": {
            "summary": "Export comments",
            "value": {"kind": "export", "arguments": {"what": "comments", "format": "csv"}},
        },
        "mine": {"summary": "Mine themes", "value": {"kind": "mine", "arguments": {}}},
        "score": {"summary": "Score open tickets", "value": {"kind": "score_open", "arguments": {"metric": "csat"}}},
        "report": {
            "summary": "Make a report",
            "value": {"kind": "report", "arguments": {"kind": "monthly", "formats": ["html"]}},
        },
        "train": {"summary": "Train a predictor", "value": {"kind": "train", "arguments": {"metric": "csat"}}},
    }
)  # fmt: skip


class JobOut(Answer):
    """One piece of long work."""

    id: str = Field(examples=["0123456789abcdef0123456789abcdef"])
    kind: str = Field(examples=["mine"])
    status: Status = Field(examples=["running"])
    arguments: dict[str, Any] = Field(description="what it was told", examples=[{}])
    person: str = Field(description="who asked for it", examples=["Ada (4f6e9a1b2c3d)"])
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempt: int = Field(description="workers that took it; more than one: some were killed", examples=[1])
    step: str | None = Field(description="what it is doing", examples=["Grouping comments"])
    done: float | None = Field(description="share of the step or of the whole, 0 to 1; null: not known", examples=[0.4])
    cancel_asked: bool = Field(examples=[False])
    result: dict[str, Any] = Field(description="what came out of it, once it is done", examples=[{}])
    problem: str | None = Field(description="why it failed", examples=[None])

    @classmethod
    def of(cls, job: Job) -> Self:
        """The job as it is shown."""
        return cls(**{name: getattr(job, name) for name in cls.model_fields})


class Jobs(Page):
    """Jobs, newest first."""

    jobs: list[JobOut]


class JobLine(Answer):
    """One line of a job's log; no customer's words."""

    position: int = Field(examples=[1])
    at: datetime
    text: str = Field(examples=["csat-4 is ready"])

    @classmethod
    def of(cls, line: Line) -> Self:
        """The line as it is shown."""
        return cls(position=line.position, at=line.at, text=line.text)


class JobLines(Page):
    """The log of a job, oldest line first."""

    lines: list[JobLine]


class JobProgress(Answer):
    """How far a job is: what the event `progress` carries."""

    status: Status
    step: str | None
    done: float | None
    attempt: int
    cancel_asked: bool

    @classmethod
    def of(cls, job: Job) -> Self:
        """How far the job is."""
        return cls(**{name: getattr(job, name) for name in cls.model_fields})

"""What is sent: jobs.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, NotRequired, TypedDict

from verbatim.client.words import Kind


class ExportRequest(TypedDict):
    """What to export, and how."""

    what: Literal["comments", "scores", "predictions"]
    format: NotRequired[Literal["csv", "ndjson", "xlsx"]]
    # first day, in the organisation's time zone
    start: NotRequired[date | str | None]
    # day after the last
    end: NotRequired[date | str | None]
    metric: NotRequired[Literal["csat", "ces", "nps"] | None]
    # only answers to this open question
    question: NotRequired[str | None]
    # segment → value, or several
    where: NotRequired[Mapping[str, str | Sequence[str]]]
    # of comments: those that fit this query of GET /v1/comments; other fields are left out then
    query: NotRequired[str | None]


class IngestFile(TypedDict):
    """A file that was uploaded, and what is known of it."""

    # what the file holds
    kind: Kind
    # mapping profile, as TOML text
    profile: NotRequired[str | None]
    # which column fills a field
    fields: NotRequired[Mapping[str, str]]
    # name of the system it is from; else the file's
    source: NotRequired[str | None]
    # where ids of tickets and accounts are its own
    namespace: NotRequired[str | None]
    # what its scores measure
    metric: NotRequired[Literal["csat", "ces", "nps"] | None]
    # their scale, for example csat-5
    scale: NotRequired[str | None]
    # dmy, mdy or ymd, where days are ambiguous
    date_format: NotRequired[str | None]
    # IANA zone of times that name none
    timezone: NotRequired[str | None]
    # for example utf-8 or windows-1252
    encoding: NotRequired[str | None]
    # what separates columns
    delimiter: NotRequired[str | None]
    # sheet of a workbook
    sheet: NotRequired[str | None]
    # line with the columns' names
    header_row: NotRequired[int | None]
    # stop when more rows than this are rejected
    max_rejects: NotRequired[int | None]
    # id that the upload gave
    upload: str


class Mine(TypedDict):
    """Which comments to mine, by default all."""

    # first day, in the organisation's time zone
    start: NotRequired[date | str | None]
    # day after the last
    end: NotRequired[date | str | None]
    # only answers to this open question
    question: NotRequired[str | None]
    # about how many; without it the data decide
    themes: NotRequired[int | None]
    # find the themes anew, even if those there are still fit
    refit: NotRequired[bool]


class NewExport(TypedDict):
    """Write comments, scores or predictions to a file."""

    # Write comments, scores or predictions to a file.
    kind: Literal["export"]
    arguments: ExportRequest


class NewIngest(TypedDict):
    """Read an uploaded file into the store."""

    # Read an uploaded file into the store.
    kind: Literal["ingest_file"]
    arguments: IngestFile


class NewMine(TypedDict):
    """Find the themes of the stored comments."""

    # Find the themes of the stored comments.
    kind: Literal["mine"]
    arguments: NotRequired[Mine]


class ReportRequest(TypedDict):
    """Which report to make."""

    # which report
    kind: Literal["daily", "weekly", "monthly", "account"]
    # 2026-10-31, 2026-W44, 2026-10 or 2026-08..2026-10 for an account; without it the last whole one
    period: NotRequired[str | None]
    # external id of the account of an account review
    account: NotRequired[str | None]
    # files to write
    formats: NotRequired[Sequence[Literal["html", "md", "json", "pdf", "xlsx", "email", "pptx"]]]
    # segments to break a monthly report down by
    by: NotRequired[Sequence[str] | None]
    # ids of endpoints, and e-mail addresses
    deliver_to: NotRequired[Sequence[str]]


class NewReportJob(TypedDict):
    """Make a report; POST /v1/reports is the same."""

    # Make a report.
    kind: Literal["report"]
    arguments: ReportRequest


class ScoreOpen(TypedDict):
    """Which open tickets to score, and with what: the active predictor of a metric, all of them."""

    metric: NotRequired[Literal["csat", "ces"]]


class NewScoring(TypedDict):
    """Score the open tickets."""

    # Score the open tickets.
    kind: Literal["score_open"]
    arguments: NotRequired[ScoreOpen]


Nothing = Mapping[str, object]


class NewSweep(TypedDict):
    """Something that needs to be told nothing; workers do most of it by the clock."""

    # Look for what must be followed up. Send the messages that are due. Encode comments that search by meaning
    # does not know yet. Look for drift of the predictors in use, and for themes that burst. Load a generated
    # sample organisation into an empty store.
    kind: Literal["sweep", "deliver", "encode", "watch", "sample"]
    arguments: NotRequired[Nothing]


class Train(TypedDict):
    """Which predictor to train."""

    metric: Literal["csat", "ces"]
    # what counts as dissatisfied, for example "score <= 3"
    target: NotRequired[str | None]
    # take it into use if it has proven its skill
    activate: NotRequired[bool]


class NewTrain(TypedDict):
    """Train a predictor."""

    # Train a predictor.
    kind: Literal["train"]
    arguments: Train

"""Surveys: how far answers can be trusted, and whether a person may be asked now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from api.access.allowed import Reader
from api.problems import documented
from api.routers.asking import AnsweredDep, By, Period, check_groups, check_periods
from api.routers.score_shapes import GROUP, EstimateOut, Segments, groups_of
from api.routes import KEEPS_NOTHING
from api.shapes import Answer, Body, Moment, PlainText
from api.wiring import SettingsDep, StoreDep
from verbatim.domain import Metric
from verbatim.errors import NotFoundError
from verbatim.scores.throttle import Permission
from verbatim.surveys import permissions, survey_quality

router = APIRouter(prefix="/surveys", tags=["surveys"])

MOST_CONTACTS = 1_000
UNKNOWN = "nobody of this id is known here; so far nothing speaks against asking"


class Rates(Answer):
    """Response and comment rates of one group, in per cent; null where nothing was sent or answered."""

    segments: Segments = GROUP
    period_start: datetime | None = None
    sent: int = Field(examples=[4134])
    answered: int = Field(examples=[1658])
    response: EstimateOut = Field(description="answers ÷ surveys sent")
    commented: int = Field(examples=[1411])
    comment: EstimateOut = Field(description="answers with a comment ÷ answers")


class DelaysOut(Answer):
    """How long answers took, from the interaction on."""

    n: int = Field(examples=[3630])
    median_hours: float | None = Field(examples=[24.6])
    p90_hours: float | None = Field(examples=[67.0])
    late: int = Field(description="later than the setting late_after_days", examples=[71])
    late_share: float | None = Field(description="per cent", examples=[2.0])
    implausible: int = Field(description="before the interaction; count in no delay", examples=[0])
    unknown: int = Field(description="without a time", examples=[0])


class Respondents(EstimateOut):
    """A group's share of the answers against its share of all tickets; the difference in points."""

    segments: Segments = GROUP
    tickets: int
    tickets_share: float | None
    respondents: int
    respondents_share: float | None
    is_noise: bool | None
    representation: float | None = Field(description="1: as in the tickets", examples=[1.11])


class PostStratifiedOut(EstimateOut):
    """The score as it would be if all tickets had answered in their proportions."""

    by: list[str] = Field(examples=[["channel"]])
    raw: float | None = Field(description="as answered", examples=[80.2])
    coverage: float | None = Field(description="share (0…1) of the tickets in groups with answers", examples=[1.0])


class SurveyQualityOut(Answer):
    """How far the answers to a metric can be trusted."""

    metric: str = Field(examples=["csat"])
    rates: list[Rates]
    delays: DelaysOut
    respondents: list[Respondents] | None = Field(
        description="null with `where`, or where tickets have no such segment"
    )
    post_stratified: PostStratifiedOut | None


class Eligibility(Answer):
    """Whether a person may be asked now."""

    contact: str = Field(examples=["C-00017"])
    metric: str = Field(examples=["csat"])
    known: bool = Field(description="whether anybody of this id is known here", examples=[True])
    allowed: bool | None = Field(description="null: nothing is known of them", examples=[False])
    reason: str | None = Field(
        description="why not", examples=["asked for nps on 2026-10-01, 19 days ago; 30 days between any two surveys"]
    )
    next_at: datetime | None = Field(description="from when on they may be asked")


class Eligibilities(Answer):
    """One answer a contact, in the order they were asked for."""

    contacts: list[Eligibility]


Contact = Annotated[PlainText, Field(min_length=1, max_length=200, examples=["C-00017"])]
Namespace = Annotated[PlainText, Field(max_length=100)]


class Contacts(Body):
    """People who would be sent a survey."""

    metric: Metric = Field(examples=["csat"])
    contacts: list[Contact] = Field(min_length=1, max_length=MOST_CONTACTS, examples=[["C-00017", "C-00018"]])
    namespace: Namespace = Field("", description="the namespace they were ingested with", examples=[""])
    at: Moment | None = Field(None, description="when they would be asked; without it now")


@router.get("/eligibility", responses=documented("not-found"))
def check_eligibility(
    caller: Reader, store: StoreDep, settings: SettingsDep,
    contact: Annotated[Contact, Query(description="the id at its source")],
    metric: Metric = Metric.CSAT,
    namespace: Annotated[Namespace, Query(description="the namespace they were ingested with")] = "",
    at: Annotated[Moment | None, Query(description="when they would be asked; without it now")] = None,
) -> Eligibility:  # fmt: skip
    """Say whether a person may be sent a survey now; if not, why and from when on.

    Surveys of every metric count. The setting survey_every_days says how long people are left alone.
    """
    found = permissions(
        store, settings, metric, [contact], at or datetime.now(UTC), namespace=namespace,
        restriction=caller.restriction,
    )[contact]  # fmt: skip
    if found is None:
        raise NotFoundError(f"no contact {contact!r}; POST /v1/surveys/eligibility answers for unknown ones too")
    return _eligibility(contact, metric, found)


@router.post("/eligibility", openapi_extra=dict(KEEPS_NOTHING))
def check_eligibilities(body: Contacts, caller: Reader, store: StoreDep, settings: SettingsDep) -> Eligibilities:
    """Say of up to 1,000 people whether they may be sent a survey now. Nothing is kept."""
    found = permissions(
        store, settings, body.metric, body.contacts, body.at or datetime.now(UTC), namespace=body.namespace,
        restriction=caller.restriction,
    )  # fmt: skip
    return Eligibilities(contacts=[_eligibility(contact, body.metric, found[contact]) for contact in body.contacts])


@router.get("/{metric}", responses=documented("not-found", "nothing-yet"))
def read_survey_quality(
    metric: Metric, caller: Reader, store: StoreDep, settings: SettingsDep, asked: AnsweredDep,
    by: By = [],  # noqa: B006
    period: Annotated[Period | None, Query(description="one row a period")] = None,
) -> SurveyQualityOut:  # fmt: skip
    """Say how far answers can be trusted: response and comment rates, delays, and who answers.

    A response rate needs the surveys that nobody answered too: rows with an empty score.
    """
    groups = check_groups(caller, by)
    check_periods(asked, period, datetime.now(UTC).date())
    found = survey_quality(
        store, settings, metric, by=groups, period=period, start=asked.start, end=asked.end,
        where=asked.seen_by(caller),
    ).to_dict()  # fmt: skip
    respondents = found["respondents"]
    return SurveyQualityOut(
        metric=metric.value, rates=[_rates(row, groups) for row in found["rates"]],
        delays=DelaysOut.model_validate(found["delays"]),
        respondents=None if respondents is None else [_respondents(row, groups) for row in respondents],
        post_stratified=found["post_stratified"] and _post_stratified(found["post_stratified"]),
    )  # fmt: skip


def _rates(row: dict[str, Any], by: tuple[str, ...]) -> Rates:
    rates = {
        name: EstimateOut(value=row[f"{name}_rate"], low=row[f"{name}_low"], high=row[f"{name}_high"])
        for name in ("response", "comment")
    }
    return Rates(
        segments=groups_of(row, by), period_start=row.get("period_start"), sent=row["sent"], answered=row["answered"],
        commented=row["commented"], **rates,
    )  # fmt: skip


def _respondents(row: dict[str, Any], by: tuple[str, ...]) -> Respondents:
    groups = groups_of(row, [name for name in by if name in row])
    return Respondents(segments=groups, value=row["difference"], **{
        name: row[name] for name in (
            "low", "high", "tickets", "tickets_share", "respondents", "respondents_share", "is_noise", "representation",
        )
    })  # fmt: skip


def _post_stratified(found: dict[str, Any]) -> PostStratifiedOut:
    return PostStratifiedOut.model_validate({**found, "raw": found["raw"]["value"]})


def _eligibility(contact: str, metric: Metric, found: Permission | None) -> Eligibility:
    return Eligibility(
        contact=contact, metric=metric.value, known=found is not None, allowed=found.allowed if found else None,
        reason=found.reason if found else UNKNOWN, next_at=found.next_at if found else None,
    )  # fmt: skip

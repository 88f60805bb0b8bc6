"""Rules of follow-ups: which signal asks whom to do what, until when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.access.allowed import Admin, WholeReader
from api.problems import Refusal, documented
from api.routers.conditional import IfMatch, etag, required_version
from api.routes import KEEPS_NOTHING
from api.shapes import Answer, Body, Name, PlainText
from api.wiring import SettingsDep, StoreDep
from verbatim.errors import EditConflictError, NotFoundError
from verbatim.followups.preview import PREVIEW_DAYS, preview_rule
from verbatim.followups.rules import EffectiveRule, effective_rules, reset_rule, save_rule
from verbatim.settings import Settings
from verbatim.storage.store import Store

router = APIRouter(prefix="/rules", tags=["closing the loop"])

RuleName = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,40}$", examples=["low_csat"])]
Word = Annotated[PlainText, Field(min_length=1, max_length=100)]
Text = Annotated[PlainText, Field(min_length=1, max_length=500)]
Words = Annotated[list[Name], Field(max_length=100)]


class RuleFields(Body):
    """Fields of a rule; what is not given stays as it is."""

    model_config = Body.model_config | {
        "json_schema_extra": {"examples": [{"when": "score <= 2", "due": "4h", "severity": "urgent"}]}
    }

    signal: Word | None = Field(None, description="answer, effort, at_risk or account_low")
    metric: Word | None = Field(None, description="csat, ces or nps; null: any")
    when: Word | None = Field(None, description='a category (detractors, dissatisfied …), "low", or like "score <= 3"')
    scales: Words | None = None
    segments: dict[Name, Words] | None = Field(None, max_length=20, description='like {"channel": ["chat"]}')
    tiers: Words | None = None
    minimum_arr: float | None = Field(None, ge=0, le=1e15, allow_inf_nan=False)
    who: Word | None = Field(None, description="account_owner, ticket_owner, support_lead, product, success or person")
    person: Text | None = None
    what: Text | None = Field(None, description="what is to be done; no customer's words")
    task_due: Word | None = Field(None, description="taken by then, in business time: 2h, same day; null: no such time")
    due: Word | None = Field(None, description="contacted by then: 4h, 24h, same day, next business week")
    severity: Word | None = Field(None, description="info, warning or urgent")
    events: Words | None = Field(None, description="followup.created, prediction.high")
    active: bool | None = None
    window_days: float | None = Field(None, allow_inf_nan=False, description="older answers ask for nothing")
    at_least: int | None = Field(None, ge=2, le=1000, description="of account_low: contacts")
    within_days: float | None = Field(None, allow_inf_nan=False, description="of account_low")


class Trial(Body):
    """A rule to try, before it is saved."""

    model_config = Body.model_config | {
        "json_schema_extra": {"examples": [{"name": "low_csat", "rule": {"when": "score <= 2"}, "days": 30}]}
    }

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,40}$", description="an existing one is changed by `rule`")]
    rule: RuleFields = Field(default_factory=RuleFields)
    days: int = Field(PREVIEW_DAYS, ge=1, le=366)


class RuleOut(Answer):
    """A rule as it holds."""

    name: str = Field(examples=["low_csat"])
    origin: str = Field(description="default, settings or edited", examples=["default"])
    version: str = Field(description="its ETag is this in quotes", examples=["0f3ab6c2d4e5f607"])
    changed_at: datetime | None
    changed_by: str | None
    active: bool
    signal: str = Field(examples=["answer"])
    metric: str | None = Field(examples=["csat"])
    when: str = Field(examples=["low"])
    scales: list[str]
    segments: dict[str, list[str]]
    tiers: list[str]
    minimum_arr: float | None
    who: str = Field(examples=["ticket_owner"])
    person: str | None
    what: str
    task_due: str | None
    due: str = Field(examples=["same day"])
    severity: str = Field(examples=["urgent"])
    events: list[str]
    window_days: float
    at_least: int
    within_days: float


class Rules(Answer):
    """Every rule: the usual ones in their order, then those that were added."""

    rules: list[RuleOut]


class Reset(Answer):
    """A rule after its edits were taken back; `rule` is null where people had added it."""

    rule: RuleOut | None


class Tried(Answer):
    """What a rule would have asked for; nothing was written."""

    days: int = Field(examples=[30])
    follow_ups: int = Field(description="that it asks for in these days", examples=[37])
    there: int = Field(description="of them, how many exist already", examples=[35])
    without_owner: int = Field(description="nobody would be named", examples=[2])
    busiest_day: int = Field(description="most on one day", examples=[5])


@router.get("")
def list_rules(caller: WholeReader, store: StoreDep, settings: SettingsDep) -> Rules:
    """List the rules as they hold, and where each comes from."""
    return Rules(rules=[_shown(found) for found in effective_rules(store, settings)])


@router.post("/preview", openapi_extra=dict(KEEPS_NOTHING))
def try_rule(body: Trial, caller: WholeReader, store: StoreDep, settings: SettingsDep) -> Tried:
    """Say how many follow-ups a rule would have made in the last days. Nothing is kept.

    Predictions are looked at as they stand now, not as they stood.
    """
    found = preview_rule(store, settings, body.name, _given(body.rule), now=datetime.now(UTC), days=body.days)
    return Tried.model_validate(found, from_attributes=True)


@router.get("/{name}", responses=documented("not-found"))
def read_rule(name: RuleName, caller: WholeReader, store: StoreDep, settings: SettingsDep, answer: Response) -> RuleOut:
    """Read a rule. The ETag is what If-Match must be to change it."""
    return _answer(_found(store, settings, name), answer)


@router.put("/{name}", responses=documented("changed-meanwhile", "precondition-required"))
def save_follow_up_rule(
    name: RuleName, body: RuleFields, caller: Admin, store: StoreDep, settings: SettingsDep, answer: Response,
    if_match: IfMatch = None,
) -> RuleOut:  # fmt: skip
    """Change fields of a rule, or add one (which needs `what`).

    A rule that exists needs If-Match. Fields that are not given stay as they are, so that sending it again changes
    nothing.
    """
    there = any(found.rule.name == name for found in effective_rules(store, settings))
    if not there and if_match is not None:
        raise Refusal("changed-meanwhile", f"there is no rule {name!r} any more; leave If-Match out to add it")
    version = required_version(if_match, of=f"/v1/rules/{name}") if there else ""
    try:
        saved = save_rule(
            store, settings, name, _given(body), person=caller.person, at=datetime.now(UTC), expected=version
        )
    except EditConflictError as error:
        raise Refusal("changed-meanwhile", str(error)) from error
    return _answer(saved, answer)


@router.delete("/{name}", responses=documented("not-found", "changed-meanwhile", "precondition-required"))
def reset_follow_up_rule(
    name: RuleName, caller: Admin, store: StoreDep, settings: SettingsDep, if_match: IfMatch = None
) -> Reset:
    """Take back what people edited of a rule: it is again as the settings or the defaults say, or gone."""
    version = required_version(if_match, of=f"/v1/rules/{name}")
    try:
        found = reset_rule(store, settings, name, expected=version)
    except EditConflictError as error:
        raise Refusal("changed-meanwhile", str(error)) from error
    return Reset(rule=None if found is None else _shown(found))


def _given(body: RuleFields) -> dict[str, Any]:
    return body.model_dump(exclude_unset=True)


def _found(store: Store, settings: Settings, name: str) -> EffectiveRule:
    rules = {found.rule.name: found for found in effective_rules(store, settings)}
    if name not in rules:
        raise NotFoundError(f"there is no rule {name!r}; there are {', '.join(rules)}")
    return rules[name]


def _answer(found: EffectiveRule, answer: Response) -> RuleOut:
    answer.headers["ETag"] = etag(found.version)
    return _shown(found)


def _shown(found: EffectiveRule) -> RuleOut:
    return RuleOut.model_validate({
        **found.rule.to_dict(), "origin": found.origin, "version": found.version, "changed_at": found.changed_at,
        "changed_by": found.person,
    })  # fmt: skip

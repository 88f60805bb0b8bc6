"""What is sent: rules.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict


class RuleFields(TypedDict):
    """Fields of a rule; what is not given stays as it is."""

    # answer, effort, at_risk or account_low
    signal: NotRequired[str | None]
    # csat, ces or nps; null: any
    metric: NotRequired[str | None]
    # a category (detractors, dissatisfied …), "low", or like "score <= 3"
    when: NotRequired[str | None]
    scales: NotRequired[Sequence[str] | None]
    # like {"channel": ["chat"]}
    segments: NotRequired[Mapping[str, Sequence[str]] | None]
    tiers: NotRequired[Sequence[str] | None]
    minimum_arr: NotRequired[float | None]
    # account_owner, ticket_owner, support_lead, product, success or person
    who: NotRequired[str | None]
    person: NotRequired[str | None]
    # what is to be done; no customer's words
    what: NotRequired[str | None]
    # taken by then, in business time: 2h, same day; null: no such time
    task_due: NotRequired[str | None]
    # contacted by then: 4h, 24h, same day, next business week
    due: NotRequired[str | None]
    # info, warning or urgent
    severity: NotRequired[str | None]
    # followup.created, prediction.high
    events: NotRequired[Sequence[str] | None]
    active: NotRequired[bool | None]
    # older answers ask for nothing
    window_days: NotRequired[float | None]
    # of account_low: contacts
    at_least: NotRequired[int | None]
    # of account_low
    within_days: NotRequired[float | None]

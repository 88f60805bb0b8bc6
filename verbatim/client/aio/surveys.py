"""The operations of surveys.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.surveys import Eligibilities, Eligibility, SurveyQualityOut
from verbatim.client.calls import given, make_call
from verbatim.client.words import Metric


class SurveysResource(AsyncResource):
    """Operations under /v1/surveys."""

    async def eligibility(
        self,
        contact: str,
        *,
        metric: Metric | None = None,
        namespace: str | None = None,
        at: datetime | str | None = None,
    ) -> Eligibility:
        """Say whether a person may be sent a survey now; if not, why and from when on.

        Surveys of every metric count. The setting survey_every_days says how long people are left alone.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/surveys/eligibility",
            query={"contact": contact, "metric": metric, "namespace": namespace, "at": at},
        )
        return await self._transport.call(call, Eligibility)

    async def eligibilities(
        self, *, metric: Metric, contacts: Sequence[str], namespace: str | None = None, at: datetime | str | None = None
    ) -> Eligibilities:
        """Say of up to 1,000 people whether they may be sent a survey now.

        Nothing is kept.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "POST",
            "/v1/surveys/eligibility",
            body={"metric": metric, "contacts": contacts, **given({"namespace": namespace, "at": at})},
            keeps_nothing=True,
        )
        return await self._transport.call(call, Eligibilities)

    async def quality(
        self,
        metric: Metric,
        *,
        by: Sequence[str] | None = None,
        period: Literal["day", "week", "month", "quarter"] | None = None,
        where: Mapping[str, str | None | Sequence[str | None]] | None = None,
        start: date | str | None = None,
        end: date | str | None = None,
    ) -> SurveyQualityOut:
        """Say how far answers can be trusted: response and comment rates, delays, and who answers.

        A response rate needs the surveys that nobody answered too: rows with an empty score.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/surveys/{}",
            (metric,),
            query={"by": by, "period": period, "where": where, "from": start, "to": end},
        )
        return await self._transport.call(call, SurveyQualityOut)

"""The operations of scores.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.scores import AccountSheets, Divergences, Factors, Milestones, ScoreOut, Sheets, TargetOut
from verbatim.client.calls import given, make_call
from verbatim.client.words import Metric


class ScoresResource(AsyncResource):
    """Operations under /v1/divergences, /v1/scores."""

    async def csat(
        self,
        values: Sequence[int | float | str | None] | None = None,
        *,
        counts: Mapping[str, int] | None = None,
        scale: str | None = None,
        definition: str | None = None,
    ) -> ScoreOut:
        """Count CSAT, CES or NPS: score, 95 % interval, n, band, shares, and the definition that produced it.

        Nothing is stored. Raw cells are understood ("Very satisfied", "n/a"); a value that is not on the scale
        is an error.

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call(
            "POST",
            "/v1/scores/csat",
            body=given({"values": values, "counts": counts, "scale": scale, "definition": definition}),
            keeps_nothing=True,
        )
        return await self._transport.call(call, ScoreOut)

    async def ces(
        self,
        values: Sequence[int | float | str | None] | None = None,
        *,
        counts: Mapping[str, int] | None = None,
        scale: str | None = None,
        definition: str | None = None,
    ) -> ScoreOut:
        """Count CSAT, CES or NPS: score, 95 % interval, n, band, shares, and the definition that produced it.

        Nothing is stored. Raw cells are understood ("Very satisfied", "n/a"); a value that is not on the scale
        is an error.

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call(
            "POST",
            "/v1/scores/ces",
            body=given({"values": values, "counts": counts, "scale": scale, "definition": definition}),
            keeps_nothing=True,
        )
        return await self._transport.call(call, ScoreOut)

    async def nps(
        self,
        values: Sequence[int | float | str | None] | None = None,
        *,
        counts: Mapping[str, int] | None = None,
        scale: str | None = None,
        definition: str | None = None,
    ) -> ScoreOut:
        """Count CSAT, CES or NPS: score, 95 % interval, n, band, shares, and the definition that produced it.

        Nothing is stored. Raw cells are understood ("Very satisfied", "n/a"); a value that is not on the scale
        is an error.

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call(
            "POST",
            "/v1/scores/nps",
            body=given({"values": values, "counts": counts, "scale": scale, "definition": definition}),
            keeps_nothing=True,
        )
        return await self._transport.call(call, ScoreOut)

    async def stored(
        self,
        metric: Metric,
        *,
        by: Sequence[str] | None = None,
        period: Literal["day", "week", "month", "quarter"] | None = None,
        rolling: bool | None = None,
        cross: bool | None = None,
        adjust_for: Sequence[str] | None = None,
        scale: str | None = None,
        definition: str | None = None,
        where: Mapping[str, str | None | Sequence[str | None]] | None = None,
        start: date | str | None = None,
        end: date | str | None = None,
    ) -> Sheets:
        """Count a stored score, by segments and period, with intervals.

        Every figure says how many answers it rests on. Small groups are marked `uncertain`; figures of single
        agents with very few answers are withheld. Answers on several scales come as several sheets.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/scores/{}",
            (metric,),
            query={
                "by": by,
                "period": period,
                "rolling": rolling,
                "cross": cross,
                "adjust_for": adjust_for,
                "scale": scale,
                "definition": definition,
                "where": where,
                "from": start,
                "to": end,
            },
        )
        return await self._transport.call(call, Sheets)

    async def accounts(
        self,
        metric: Metric,
        *,
        role: Sequence[str] | None = None,
        scale: str | None = None,
        definition: str | None = None,
        where: Mapping[str, str | None | Sequence[str | None]] | None = None,
        start: date | str | None = None,
        end: date | str | None = None,
    ) -> AccountSheets:
        """Count a stored score at account level, in three named ways.

        All answers pooled, each account once, and accounts weighted by their value (where all have one
        currency, or the settings have rates).

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/scores/{}/accounts",
            (metric,),
            query={"role": role, "scale": scale, "definition": definition, "where": where, "from": start, "to": end},
        )
        return await self._transport.call(call, AccountSheets)

    async def factors(
        self,
        metric: Metric,
        factor: Sequence[str],
        *,
        scale: str | None = None,
        definition: str | None = None,
        where: Mapping[str, str | None | Sequence[str | None]] | None = None,
        start: date | str | None = None,
        end: date | str | None = None,
    ) -> Factors:
        """Say how much segments go together with a score, the strongest first.

        An association, not a cause.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/scores/{}/factors",
            (metric,),
            query={
                "factor": factor,
                "scale": scale,
                "definition": definition,
                "where": where,
                "from": start,
                "to": end,
            },
        )
        return await self._transport.call(call, Factors)

    async def target(
        self,
        metric: Metric,
        *,
        where: Mapping[str, str | None | Sequence[str | None]] | None = None,
        start: date | str | None = None,
        end: date | str | None = None,
    ) -> TargetOut:
        """Compare a score with its target in the settings, over all answers or those from a day on.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/scores/{}/targets", (metric,), query={"where": where, "from": start, "to": end})
        return await self._transport.call(call, TargetOut)

    async def milestones(self, metric: Metric, *, definition: str | None = None, days: int | None = None) -> Milestones:
        """Compare a score before and after each milestone (a release, a price change).

        A comparison is not a proof.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/scores/{}/milestones", (metric,), query={"definition": definition, "days": days})
        return await self._transport.call(call, Milestones)

    async def divergences(self, *, end: date | str | None = None) -> Divergences:
        """Name signals that contradict each other: three months before a day against the three before those.

        CSAT high while NPS falls, CSAT stable while complaints rise, one channel falling alone, accounts
        falling before their renewal. Without `to`, the time before the newest answer.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/divergences", query={"to": end})
        return await self._transport.call(call, Divergences)

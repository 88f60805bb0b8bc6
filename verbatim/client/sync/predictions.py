"""The operations of predictions.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from verbatim.client.answers.predictions import (
    AtRisk,
    FeedbackOut,
    PastPredictions,
    Prediction,
    RiskQueue,
    StoredPredictions,
)
from verbatim.client.bodies.predictions import EventNow, TicketNow
from verbatim.client.calls import given, make_call
from verbatim.client.sync.paging import Pages
from verbatim.client.sync.resource import Resource


class PredictionsResource(Resource):
    """Operations under /v1/predictions, /v1/tickets."""

    def csat(
        self,
        ticket: TicketNow,
        *,
        events: Sequence[EventNow] | None = None,
        at: datetime | str | None = None,
        reasons: bool | None = None,
    ) -> Prediction:
        """Predict for a ticket in the body: risk with interval, reasons and next step.

        Nothing of it is stored.

        What is known of its account and contact from earlier tickets and ratings is used, if the ids are those
        that were ingested.

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call(
            "POST",
            "/v1/predictions/csat",
            body={"ticket": ticket, **given({"events": events, "at": at, "reasons": reasons})},
            keeps_nothing=True,
        )
        return self._transport.call(call, Prediction)

    def ces(
        self,
        ticket: TicketNow,
        *,
        events: Sequence[EventNow] | None = None,
        at: datetime | str | None = None,
        reasons: bool | None = None,
    ) -> Prediction:
        """Predict for a ticket in the body: risk with interval, reasons and next step.

        Nothing of it is stored.

        What is known of its account and contact from earlier tickets and ratings is used, if the ids are those
        that were ingested.

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call(
            "POST",
            "/v1/predictions/ces",
            body={"ticket": ticket, **given({"events": events, "at": at, "reasons": reasons})},
            keeps_nothing=True,
        )
        return self._transport.call(call, Prediction)

    def stored(
        self,
        metric: Literal["csat", "ces"],
        tickets: Sequence[str],
        *,
        at: datetime | str | None = None,
        reasons: bool | None = None,
    ) -> StoredPredictions:
        """Predict for tickets that are in the store, by your ids; ids that are not there are listed under
        `unscored`.

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call(
            "POST",
            "/v1/predictions/{}/stored",
            (metric,),
            body={"tickets": tickets, **given({"at": at, "reasons": reasons})},
            keeps_nothing=True,
        )
        return self._transport.call(call, StoredPredictions)

    def queue(
        self,
        *,
        metric: Literal["csat", "ces"] | None = None,
        open: bool | None = None,
        order: Literal["-risk", "-value", "-opened"] | None = None,
        team: str | None = None,
        account: str | None = None,
        band: Sequence[Literal["usual", "raised", "high"]] | None = None,
        least_risk: float | None = None,
        least_value: float | None = None,
        capacity: int | None = None,
        waiting: bool | None = None,
        limit: int | None = None,
    ) -> Pages[RiskQueue, AtRisk]:
        """List the at-risk queue: open tickets with their newest prediction, reasons, account, and what was
        said of it.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/predictions",
            query={
                "metric": metric,
                "open": open,
                "order": order,
                "team": team,
                "account": account,
                "band": band,
                "least_risk": least_risk,
                "least_value": least_value,
                "capacity": capacity,
                "waiting": waiting,
                "limit": limit,
            },
        )
        return Pages(self._transport, call, RiskQueue, "tickets", AtRisk)

    def feedback(
        self,
        metric: Literal["csat", "ces"],
        *,
        ticket: str,
        kind: Literal["agree", "disagree", "snooze", "withdrawn", "acted"],
        until: datetime | str | None = None,
        action: str | None = None,
        note: str | None = None,
        idempotency_key: str | None = None,
    ) -> FeedbackOut:
        """Say whether a prediction is right, put a ticket off, or note that somebody stepped in.

        What is snoozed, doubted or acted on leaves the queue until the snooze ends or a newer prediction
        follows. Tickets that somebody stepped in on are left out when the next predictor is trained. Sent
        twice, it is noted twice, unless both have the same Idempotency-Key.

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call(
            "POST",
            "/v1/predictions/{}/feedback",
            (metric,),
            body={"ticket": ticket, "kind": kind, **given({"until": until, "action": action, "note": note})},
            key=True,
            headers={"Idempotency-Key": idempotency_key},
        )
        return self._transport.call(call, FeedbackOut)

    def past(self, ticket: str, *, metric: Literal["csat", "ces"] | None = None) -> PastPredictions:
        """List what was predicted of one ticket, moment by moment.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call("GET", "/v1/tickets/{}/predictions", (ticket,), query={"metric": metric})
        return self._transport.call(call, PastPredictions)

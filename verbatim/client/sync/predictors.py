"""The operations of predictors.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from typing import Literal

from verbatim.client.answers.predictors import PredictorOut, PredictorQuality, Predictors
from verbatim.client.calls import given, make_call
from verbatim.client.files import File
from verbatim.client.sync.resource import Resource


class PredictorsResource(Resource):
    """Operations under /v1/predictors."""

    def list(self, *, metric: Literal["csat", "ces"] | None = None) -> Predictors:
        """List every trained version, with what it is worth and why it was refused, where it was.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/predictors", query={"metric": metric})
        return self._transport.call(call, Predictors)

    def get(self, version: str) -> PredictorOut:
        """Show one version: `csat-3`, or the active one of a metric: `csat`.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/predictors/{}", (version,))
        return self._transport.call(call, PredictorOut)

    def card(self, version: str, *, format: Literal["md", "html"] | None = None) -> File:
        """Fetch the model card: what it is for, what it is worth, what it looks at, what it is not for.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/predictors/{}/card", (version,), query={"format": format})
        return self._transport.file(call)

    def activate(self, version: str, *, note: str | None = None, force: bool | None = None) -> PredictorOut:
        """Take a version into use; running servers swap to it within seconds, without dropping requests.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call("POST", "/v1/predictors/{}/activate", (version,), body=given({"note": note, "force": force}))
        return self._transport.call(call, PredictorOut)

    def retire(self, version: str, *, note: str | None = None, force: bool | None = None) -> PredictorOut:
        """Take a version out of use: predictions of its metric answer 409 until another is active.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call("POST", "/v1/predictors/{}/retire", (version,), body=given({"note": note, "force": force}))
        return self._transport.call(call, PredictorOut)

    def roll_back(
        self,
        metric: Literal["csat", "ces"],
        *,
        note: str | None = None,
        force: bool | None = None,
        idempotency_key: str | None = None,
    ) -> PredictorOut:
        """Go back to the version that was in use before.

        Sent twice it goes back twice, or once an Idempotency-Key.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call(
            "POST",
            "/v1/predictors/{}/rollback",
            (metric,),
            body=given({"note": note, "force": force}),
            key=True,
            headers={"Idempotency-Key": idempotency_key},
        )
        return self._transport.call(call, PredictorOut)

    def quality(self, version: str) -> PredictorQuality:
        """Say how good a version is: on tickets held back from training, and on the ratings that came since.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/predictors/{}/quality", (version,))
        return self._transport.call(call, PredictorQuality)

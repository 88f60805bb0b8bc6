"""The operations of rules.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verbatim.client.answers.rules import Reset, RuleOut, Rules, Tried
from verbatim.client.bodies.rules import RuleFields
from verbatim.client.calls import UNSET, Unset, changed, given, make_call
from verbatim.client.sync.resource import Resource


class RulesResource(Resource):
    """Operations under /v1/rules."""

    def list(self) -> Rules:
        """List the rules as they hold, and where each comes from.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/rules")
        return self._transport.call(call, Rules)

    def preview(self, name: str, *, rule: RuleFields | None = None, days: int | None = None) -> Tried:
        """Say how many follow-ups a rule would have made in the last days.

        Nothing is kept.

        Predictions are looked at as they stand now, not as they stood.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call(
            "POST", "/v1/rules/preview", body={"name": name, **given({"rule": rule, "days": days})}, keeps_nothing=True
        )
        return self._transport.call(call, Tried)

    def get(self, name: str) -> RuleOut:
        """Read a rule.

        The ETag is what If-Match must be to change it.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/rules/{}", (name,))
        return self._transport.call(call, RuleOut)

    def save(
        self,
        name: str,
        *,
        signal: str | None | Unset = UNSET,
        metric: str | None | Unset = UNSET,
        when: str | None | Unset = UNSET,
        scales: Sequence[str] | None | Unset = UNSET,
        segments: Mapping[str, Sequence[str]] | None | Unset = UNSET,
        tiers: Sequence[str] | None | Unset = UNSET,
        minimum_arr: float | None | Unset = UNSET,
        who: str | None | Unset = UNSET,
        person: str | None | Unset = UNSET,
        what: str | None | Unset = UNSET,
        task_due: str | None | Unset = UNSET,
        due: str | None | Unset = UNSET,
        severity: str | None | Unset = UNSET,
        events: Sequence[str] | None | Unset = UNSET,
        active: bool | None | Unset = UNSET,
        window_days: float | None | Unset = UNSET,
        at_least: int | None | Unset = UNSET,
        within_days: float | None | Unset = UNSET,
        etag: str | None = None,
    ) -> RuleOut:
        """Change fields of a rule, or add one (which needs `what`).

        A rule that exists needs If-Match. Fields that are not given stay as they are, so that sending it again
        changes nothing.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call(
            "PUT",
            "/v1/rules/{}",
            (name,),
            body=changed(
                {
                    "signal": signal,
                    "metric": metric,
                    "when": when,
                    "scales": scales,
                    "segments": segments,
                    "tiers": tiers,
                    "minimum_arr": minimum_arr,
                    "who": who,
                    "person": person,
                    "what": what,
                    "task_due": task_due,
                    "due": due,
                    "severity": severity,
                    "events": events,
                    "active": active,
                    "window_days": window_days,
                    "at_least": at_least,
                    "within_days": within_days,
                }
            ),
            etag=etag,
        )
        return self._transport.call(call, RuleOut)

    def reset(self, name: str, *, etag: str | None = None) -> Reset:
        """Take back what people edited of a rule: it is again as the settings or the defaults say, or gone.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call("DELETE", "/v1/rules/{}", (name,), etag=etag)
        return self._transport.call(call, Reset)

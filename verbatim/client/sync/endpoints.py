"""The operations of endpoints.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from verbatim.client.answers.endpoints import EndpointOut, Endpoints, MadeEndpoint, Retried, Secret, Sent
from verbatim.client.calls import UNSET, Unset, changed, given, make_call
from verbatim.client.sync.resource import Resource


class EndpointsResource(Resource):
    """Operations under /v1/endpoints."""

    def list(self) -> Endpoints:
        """List the receivers of webhooks; secrets are not kept and cannot be shown.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call("GET", "/v1/endpoints")
        return self._transport.call(call, Endpoints)

    def create(
        self,
        *,
        name: str,
        url: str,
        style: Literal["webhook", "slack"] | None = None,
        events: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> MadeEndpoint:
        """Add a receiver, active at once.

        Its secret is in the answer and nowhere else.

        Sent twice, there are two; with the same Idempotency-Key there is one, and the second answer is 409 with
        its id, since the secret is not kept.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call(
            "POST",
            "/v1/endpoints",
            body={"name": name, "url": url, **given({"style": style, "events": events})},
            key=True,
            headers={"Idempotency-Key": idempotency_key},
        )
        return self._transport.call(call, MadeEndpoint)

    def get(self, endpoint_id: str) -> EndpointOut:
        """Read a receiver.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call("GET", "/v1/endpoints/{}", (endpoint_id,))
        return self._transport.call(call, EndpointOut)

    def change(
        self,
        endpoint_id: str,
        *,
        name: str | None | Unset = UNSET,
        url: str | None | Unset = UNSET,
        events: Sequence[str] | None | Unset = UNSET,
        active: bool | None | Unset = UNSET,
    ) -> EndpointOut:
        """Change what is given, or switch it on or off.

        Repeating it changes nothing.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call(
            "PATCH",
            "/v1/endpoints/{}",
            (endpoint_id,),
            body=changed({"name": name, "url": url, "events": events, "active": active}),
        )
        return self._transport.call(call, EndpointOut)

    def delete(self, endpoint_id: str) -> None:
        """Forget a receiver; what waits for it is not sent any more.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call("DELETE", "/v1/endpoints/{}", (endpoint_id,))
        self._transport.done(call)

    def renew_secret(self, endpoint_id: str, *, idempotency_key: str | None = None) -> Secret:
        """Renew the secret.

        Messages are signed with the old one too for 24 hours.

        Each call makes another; with the same Idempotency-Key the second does not, and answers 409: no secret
        is kept.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call(
            "POST", "/v1/endpoints/{}/secret", (endpoint_id,), key=True, headers={"Idempotency-Key": idempotency_key}
        )
        return self._transport.call(call, Secret)

    def test(self, endpoint_id: str, *, idempotency_key: str | None = None) -> Sent:
        """Send a test message, one a call or, with it, an Idempotency-Key.

        The worker delivers it within seconds.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call(
            "POST", "/v1/endpoints/{}/test", (endpoint_id,), key=True, headers={"Idempotency-Key": idempotency_key}
        )
        return self._transport.call(call, Sent)

    def retry(self, endpoint_id: str) -> Retried:
        """Let all dead messages to a receiver try again, from the first attempt.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call("POST", "/v1/endpoints/{}/retry", (endpoint_id,))
        return self._transport.call(call, Retried)

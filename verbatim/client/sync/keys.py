"""The operations of keys.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from verbatim.client.answers.keys import KeyOut, Keys, MadeKey
from verbatim.client.calls import given, make_call
from verbatim.client.sync.resource import Resource
from verbatim.client.words import Scope


class KeysResource(Resource):
    """Operations under /v1/keys."""

    def list(self) -> Keys:
        """List every key, also those revoked and expired; secrets are not kept and cannot be shown.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call("GET", "/v1/keys")
        return self._transport.call(call, Keys)

    def create(
        self,
        name: str,
        *,
        role: str | None = None,
        scopes: Sequence[Scope] | None = None,
        accounts: Sequence[str] | None = None,
        teams: Sequence[str] | None = None,
        expires_at: datetime | str | None = None,
        idempotency_key: str | None = None,
    ) -> MadeKey:
        """Make a key.

        Its text is in the answer and nowhere else.

        Sent again with the same Idempotency-Key it makes no second one, and answers 409 with the first one's
        id: its text is not kept.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call(
            "POST",
            "/v1/keys",
            body={
                "name": name,
                **given(
                    {"role": role, "scopes": scopes, "accounts": accounts, "teams": teams, "expires_at": expires_at}
                ),
            },
            key=True,
            headers={"Idempotency-Key": idempotency_key},
        )
        return self._transport.call(call, MadeKey)

    def revoke(self, key_id: str) -> KeyOut:
        """End a key; running processes refuse it within two seconds.

        Sessions that began with it end too.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call("DELETE", "/v1/keys/{}", (key_id,))
        return self._transport.call(call, KeyOut)

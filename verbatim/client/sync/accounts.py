"""The operations of accounts.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Sequence

from verbatim.client.answers.shared import RecordsTaken
from verbatim.client.bodies.accounts import AccountRecord
from verbatim.client.calls import make_call
from verbatim.client.sync.resource import Resource


class AccountsResource(Resource):
    """Operations under /v1/accounts."""

    def send(
        self,
        records: Sequence[AccountRecord],
        *,
        merge: bool | None = None,
        source: str | None = None,
        idempotency_key: str | None = None,
    ) -> RecordsTaken:
        """Bring accounts in: tier, revenue, renewal, owner, one or many.

        A record with an id that is known replaces the one before, or joins it with `merge`; the same again
        changes nothing. Each is taken or rejected on its own, and the answer says which; rejects are kept.

        Needs the scope `write`: bring data in, start jobs, make and schedule reports. Not for keys that are
        limited to accounts or teams.
        """
        call = make_call(
            "POST",
            "/v1/accounts",
            query={"merge": merge, "source": source},
            body={"records": records},
            key=True,
            headers={"Idempotency-Key": idempotency_key},
        )
        return self._transport.call(call, RecordsTaken)

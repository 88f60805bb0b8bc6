"""The operations of audit.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from verbatim.client.aio.paging import AsyncPages
from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.audit import AuditLine, AuditPage
from verbatim.client.calls import make_call


class AuditResource(AsyncResource):
    """Operations under /v1/audit."""

    def list(self, *, limit: int | None = None, operation: str | None = None) -> AsyncPages[AuditPage, AuditLine]:
        """Every write and every export, newest first: who, what, how it ended.

        Needs the scope `admin`: everything, also keys, rules, endpoints, models and the audit log.
        """
        call = make_call("GET", "/v1/audit", query={"limit": limit, "operation": operation})
        return AsyncPages(self._transport, call, AuditPage, "lines", AuditLine)

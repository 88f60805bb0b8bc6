"""Webhooks that helpdesks send: no key, but the vendor's signature."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from api.access.caller import Caller
from api.problems import Refusal, documented, request_id_of
from api.shapes import Answer
from api.wiring import ServiceDep
from verbatim.errors import SignatureError
from verbatim.ingest.inbound import Reception, Vendor, receive
from verbatim.storage.queries.restriction import Restriction

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger("verbatim.api")

router = APIRouter(prefix="/webhooks", tags=["ingest"])

EXAMPLE = {
    "ticket": {"id": "4711", "subject": "Invoice is wrong", "status": "solved", "created_at": "2026-10-31T14:05:00Z"},
    "satisfaction": {"rating": "good", "comment": "Quick and kind"},
}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object", "description": "what the helpdesk sends, byte for byte as it signed it"},
                "examples": {"trigger": {"summary": "The body of a Zendesk trigger", "value": EXAMPLE}},
            }
        },
    },
}


class Received(Answer):
    """What became of a delivery."""

    status: Literal["taken", "repeated", "ignored"] = Field(
        description="taken: its records are stored; repeated: it was taken before; ignored: it tells nothing kept here",
        examples=["taken"],
    )
    records: dict[str, dict[str, int]] = Field(
        description="by kind of record: how many were inserted, updated, unchanged and rejected",
        examples=[{"tickets": {"inserted": 1, "updated": 0, "unchanged": 0, "rejected": 0}}],
    )


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post("/{vendor}", openapi_extra=BODY, responses=documented("not-authenticated"))
def receive_webhook(
    vendor: Vendor, body: Annotated[bytes, Depends(_body)], request: Request, service: ServiceDep
) -> Received:
    """Take a delivery of Zendesk, Freshdesk or Intercom; docs/webhooks.md says how to set them up.

    The vendor's signature stands for a key; a delivery that is too old, or not signed with the secret of the settings,
    is refused. The same delivery again is acknowledged and changes nothing.
    """
    try:
        found = receive(service.store, service.settings, vendor, _headers(request), body)
    except SignatureError as error:
        log.warning("webhook refused", extra={"vendor": vendor.value, "error": str(error),
                                              "request_id": request_id_of(request)})  # fmt: skip
        raise Refusal("not-authenticated", "the signature is wrong, or too old") from error
    state = request.scope["state"]
    state["caller"] = _sender(vendor)
    said = _said(found)
    state["audit_details"] = {"status": said.status, **said.records}
    return said


def _headers(request: Request) -> Mapping[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _said(found: Reception) -> Received:
    names = ("inserted", "updated", "unchanged", "rejected")
    counts = {
        kind.value: {name: getattr(one, name) for name in names} for kind, one in (found.results or {}).items()
    }  # fmt: skip
    status: Literal["taken", "repeated", "ignored"] = "taken"
    if found.repeated:
        status = "repeated"
    elif found.ignored:
        status = "ignored"
    return Received(status=status, records=counts)


def _sender(vendor: Vendor) -> Caller:
    """Who stands in the audit log."""
    return Caller(
        id=f"webhook:{vendor}", person=f"{vendor} (webhook)", role=None, scopes=frozenset(), restriction=Restriction(),
        sees_agents=False,
    )  # fmt: skip

"""Takes one delivery of a webhook: verified, once, with its receipt and its rows in one transaction.

A crash loses nothing: before the transaction ends there is neither receipt nor row, and the helpdesk sends again;
after it, the same delivery is acknowledged without doing anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete

from verbatim.domain import Kind, stable_key
from verbatim.errors import SignatureError
from verbatim.ingest.convert import utc_now
from verbatim.ingest.direct.taking import DirectResult, prepare_records
from verbatim.ingest.inbound import freshdesk, intercom, zendesk
from verbatim.ingest.inbound.payload import Payload, parse_body
from verbatim.ingest.inbound.verifying import Delivery, Vendor, vendor_named, verify
from verbatim.storage.tables.access import webhook_receipt
from verbatim.storage.upsert import upsert_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from verbatim.settings import Settings
    from verbatim.storage.store import Store

CONVERTERS: Mapping[Vendor, Callable[[Mapping[str, Any], str], Payload]] = {
    Vendor.ZENDESK: zendesk.convert,
    Vendor.FRESHDESK: freshdesk.convert,
    Vendor.INTERCOM: intercom.convert,
}


@dataclass(frozen=True, slots=True)
class Reception:
    """What became of a delivery. ``repeated``: it was taken before. ``results`` are by kind; none: nothing is kept."""

    delivery: Delivery
    topic: str
    repeated: bool = False
    results: Mapping[Kind, DirectResult] | None = None

    @property
    def ignored(self) -> bool:
        """Whether it tells nothing that is kept; it is acknowledged all the same."""
        return not self.repeated and not self.results


def receive(
    store: Store, settings: Settings, vendor: str, headers: Mapping[str, str], body: bytes, *,
    now: datetime | None = None,
) -> Reception:  # fmt: skip
    """Take one delivery of ``vendor``; ``headers`` in any case, ``body`` as it arrived, byte for byte.

    Records are taken under the vendor's name as their source, and merged: what a delivery does not tell stays.

    Raises:
        SignatureError: it is not signed as agreed, too old, or there is no secret; tell the sender no more than that.
        InputError: a vendor that is not known, or a signed body that is no JSON object.
        StorageError: the store failed, and nothing is written; the sender should send again.
    """
    moment, which = now or utc_now(), vendor_named(vendor)
    secret = settings.webhook_secrets.get(which.value)
    if secret is None:
        raise SignatureError(f"{which}: no secret is set; set webhook_secrets.{which} as docs/webhooks.md says")
    delivery = verify(which, headers, body, secret.get_secret_value(), now=moment)
    payload = CONVERTERS[which](parse_body(body), moment.isoformat())
    by_kind: dict[Kind, list[Mapping[str, Any]]] = {}
    for kind, record in payload.records:
        by_kind.setdefault(kind, []).append(record)
    prepared = {
        kind: prepare_records(settings, kind, records, source=which.value, now=moment, merge=True)
        for kind, records in by_kind.items()
    }
    receipt = {"id": stable_key("webhook", which, delivery.id), "source": str(which), "at": moment}
    with store.writing() as connection:
        if not upsert_rows(connection, webhook_receipt, [receipt], {}).inserted:
            return Reception(delivery, payload.topic, repeated=True)
        results = {kind: one.write(connection) for kind, one in prepared.items()}
    return Reception(delivery, payload.topic, results=results)


def forget_receipts(store: Store, before: datetime) -> int:
    """Remove receipts from before a moment; a delivery from then that is sent again would be taken again."""
    with store.writing() as connection:
        return connection.execute(delete(webhook_receipt).where(webhook_receipt.c.at < before)).rowcount

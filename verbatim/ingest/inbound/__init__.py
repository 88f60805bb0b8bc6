"""Webhooks that helpdesks send: verified, taken once, and turned into records for `verbatim.ingest.direct`.

``verifying`` (who sent it, when, and what tells this delivery from others) → ``zendesk``, ``freshdesk``, ``intercom``
(a payload → records) → ``receiving`` (the receipt and the rows, in one transaction).
"""

from verbatim.ingest.inbound.receiving import Reception, receive
from verbatim.ingest.inbound.verifying import Delivery, Vendor, verify

__all__ = ["Delivery", "Reception", "Vendor", "receive", "verify"]

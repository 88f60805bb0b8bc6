"""Who sent a webhook, when, and what tells this delivery from every other.

- Zendesk signs timestamp and body: base64 of HMAC-SHA256, in ``X-Zendesk-Webhook-Signature`` and ``-Timestamp``
  ("Verifying and authenticating webhook requests", developer.zendesk.com/documentation/webhooks/verifying/).
- Intercom signs the body with the client secret of the app: ``X-Hub-Signature: sha1=…``, HMAC-SHA1, no time
  ("Setting up webhooks", developers.intercom.com/docs/webhooks/setting-up-webhooks): a notification's id tells it
  from others for as long as receipts are kept.
- Freshdesk signs nothing; its automation sends a header ``X-Verbatim-Secret`` that we agree on, and the body itself
  tells a delivery from others ("Using webhooks in automation rules", support.freshdesk.com, articles/132589).

What identifies a delivery is always part of what is signed: a header beside it could be changed by who replays it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from verbatim.errors import InputError, SignatureError
from verbatim.ingest.inbound.payload import parse_body, text

if TYPE_CHECKING:
    from collections.abc import Mapping

OLDEST = timedelta(minutes=5)


class Vendor(StrEnum):
    """The helpdesks whose webhooks are understood."""

    ZENDESK = "zendesk"
    FRESHDESK = "freshdesk"
    INTERCOM = "intercom"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified delivery; ``at`` is when it was sent, where the vendor says so."""

    vendor: Vendor
    id: str
    at: datetime | None = None


def verify(vendor: Vendor, headers: Mapping[str, str], body: bytes, secret: str, *, now: datetime) -> Delivery:
    """Check that ``body`` comes from who has ``secret``, and not from long ago.

    Raises:
        SignatureError: it does not, or was signed more than five minutes from ``now``. The message is for the log of
            the operator; tell the sender nothing but that the signature is wrong.
        InputError: it is signed, but no JSON object.
    """
    low = {name.lower(): value for name, value in headers.items()}
    check = {Vendor.ZENDESK: _zendesk, Vendor.FRESHDESK: _freshdesk, Vendor.INTERCOM: _intercom}[vendor]
    return check(low, body, secret.encode(), now)


def _zendesk(headers: Mapping[str, str], body: bytes, secret: bytes, now: datetime) -> Delivery:
    given, stamp = headers.get("x-zendesk-webhook-signature"), headers.get("x-zendesk-webhook-signature-timestamp")
    if not given or not stamp:
        raise SignatureError(
            "zendesk: the request has no X-Zendesk-Webhook-Signature and -Timestamp; is it a webhook (not a target) "
            "of Zendesk, and does a proxy drop headers?"
        )
    signed = stamp.encode() + body
    _compare(Vendor.ZENDESK, base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()), given)
    sent = _time(Vendor.ZENDESK, stamp)
    _demand_recent(Vendor.ZENDESK, sent, now)
    payload = parse_body(body)
    event = text(payload, "id") if text(payload, "type") else None
    return Delivery(Vendor.ZENDESK, event or _digest(signed), sent)


def _intercom(headers: Mapping[str, str], body: bytes, secret: bytes, now: datetime) -> Delivery:
    given = headers.get("x-hub-signature")
    if not given:
        raise SignatureError("intercom: the request has no X-Hub-Signature; does a proxy drop headers?")
    expected = b"sha1=" + hmac.new(secret, body, hashlib.sha1).hexdigest().encode()
    _compare(Vendor.INTERCOM, expected, given)
    payload = parse_body(body)
    return Delivery(Vendor.INTERCOM, text(payload, "id") or _digest(body))


def _freshdesk(headers: Mapping[str, str], body: bytes, secret: bytes, now: datetime) -> Delivery:
    given = headers.get("x-verbatim-secret")
    if not given:
        raise SignatureError(
            "freshdesk: the request has no X-Verbatim-Secret; add the custom header to the webhook of the automation"
        )
    _compare(Vendor.FRESHDESK, secret, given)
    payload = parse_body(body)
    try:  # a placeholder can give a time in words, which then only tells bodies apart
        sent = _time(Vendor.FRESHDESK, text(payload, "sent_at") or "")
    except SignatureError:
        sent = None
    if sent is not None:
        _demand_recent(Vendor.FRESHDESK, sent, now)
    return Delivery(Vendor.FRESHDESK, _digest(body), sent)


def _compare(vendor: Vendor, expected: bytes, given: str) -> None:
    """In constant time: how long it takes says nothing about how much is right."""
    if not hmac.compare_digest(expected, given.strip().encode("utf-8", "replace")):
        raise SignatureError(
            f"{vendor}: the signature does not fit; is webhook_secrets.{vendor} the secret of this webhook, and does "
            "the body arrive unchanged?"
        )


def _time(vendor: Vendor, stamp: str) -> datetime:
    try:
        found = datetime.fromtimestamp(int(stamp), UTC) if stamp.isdecimal() else datetime.fromisoformat(stamp)
    except (ValueError, OverflowError, OSError) as error:
        raise SignatureError(f"{vendor}: the time it was sent at is not a time; is it the vendor who sends?") from error
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)


def _demand_recent(vendor: Vendor, sent: datetime, now: datetime) -> None:
    if abs(now - sent) > OLDEST:
        raise SignatureError(
            f"{vendor}: it was sent at {sent:%Y-%m-%d %H:%M:%S} UTC, more than {OLDEST.seconds // 60} minutes from now "
            f"({now.astimezone(UTC):%H:%M:%S}); a replay, or is this machine's clock wrong?"
        )


def _digest(signed: bytes) -> str:
    return hashlib.sha256(signed).hexdigest()


def vendor_named(name: str) -> Vendor:
    """The vendor called ``name``.

    Raises:
        InputError: there is none.
    """
    if name not in set(Vendor):
        raise InputError(f"webhooks of {name[:40]!r} are not understood; the vendors are {', '.join(Vendor)}")
    return Vendor(name)

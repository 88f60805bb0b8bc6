"""One attempt at one message: what is sent, and what the answer means.

2xx is sent; 410 switches the endpoint off; everything else is tried again, except what cannot get better. Redirects
are not followed, and no more than the head of an answer is read.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import httpcore

from verbatim import __version__
from verbatim.errors import UserError, VerbatimError
from verbatim.messages.addresses import GuardedBackend, RefusedAddressError, Resolver, check_url, resolve
from verbatim.messages.mail import send_mail
from verbatim.messages.sign import secrets_in_use, signed_headers
from verbatim.messages.slack import slack_text
from verbatim.storage.columns import flat_text

if TYPE_CHECKING:
    from datetime import datetime

    from verbatim.messages.endpoints import Endpoint
    from verbatim.messages.outbox import Delivery
    from verbatim.settings import Settings

GONE = 410
LONGEST_PAUSE = 3600  # seconds that a Retry-After may ask for


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended. ``code`` of HTTP or SMTP, ``problem`` a line without anything of the answer's body."""

    sent: bool
    code: int | None = None
    problem: str | None = None
    again: bool = True  # may a further attempt help?
    gone: bool = False  # the receiver wants nothing more
    pause: timedelta | None = None  # asked for by the receiver


def send(
    message: Delivery, endpoint: Endpoint | None, settings: Settings, *, now: datetime, resolver: Resolver = resolve
) -> Outcome:
    """Try to send one message. Never raises for what the network, the receiver or the message does."""
    if message.endpoint_id is None:
        return _mailed(message, settings, now)
    if endpoint is None:
        return Outcome(False, problem="the endpoint was removed", again=False)
    if not endpoint.active:
        return Outcome(False, problem="the endpoint is switched off", again=False)
    try:
        return _posted(message, endpoint, settings, now, resolver)
    except UserError as error:  # an address that is not allowed any more, a damaged key file
        return Outcome(False, problem=str(error), again=False)
    except VerbatimError as error:
        return Outcome(False, problem=str(error))


def body_of(message: Delivery, endpoint: Endpoint, settings: Settings) -> bytes:
    """The bytes that are sent, the same on every attempt."""
    if endpoint.style == "slack":
        return flat_text({"text": slack_text(message.event, message.payload, public_url=settings.public_url)}).encode()
    return flat_text(message.payload).encode()


def _posted(message: Delivery, endpoint: Endpoint, settings: Settings, now: datetime, resolver: Resolver) -> Outcome:
    url = check_url(endpoint.url, settings)
    body = body_of(message, endpoint, settings)
    headers: dict[str | bytes, str | bytes] = {
        "content-type": "application/json",
        "user-agent": f"verbatim/{__version__}",
    }
    if endpoint.style == "webhook":
        keys = secrets_in_use(settings, endpoint.id, endpoint.generation, endpoint.rotated_at, now=now)
        headers.update(signed_headers(keys, message.id, body, now=now).items())
    seconds = settings.message_timeout_seconds
    backend = GuardedBackend(
        private=settings.webhook_private_addresses, deadline=time.monotonic() + seconds, resolver=resolver
    )
    steps = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
    try:
        with httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend, retries=0) as pool:
            with pool.stream("POST", url, headers=headers, content=body, extensions={"timeout": steps}) as answer:
                return _meaning(answer.status, dict(answer.headers))
    except RefusedAddressError:
        problem = "the address leads into a private network; set webhook_private_addresses to allow it"
        return Outcome(False, problem=problem, again=False)
    except httpcore.TimeoutException:
        return Outcome(False, problem=f"no answer within {seconds:g} s")
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
        return Outcome(False, problem=f"it cannot be reached ({type(error).__name__})")


def _meaning(status: int, headers: dict[bytes, bytes]) -> Outcome:
    if 200 <= status < 300:
        return Outcome(True, status)
    if status == GONE:
        return Outcome(False, status, "it answered 410 Gone: it wants nothing more", again=False, gone=True)
    if 300 <= status < 400:
        return Outcome(False, status, f"it answered {status}; redirects are not followed, so give the new address")
    asked = {name.lower(): value for name, value in headers.items()}.get(b"retry-after", b"")
    pause = timedelta(seconds=min(int(asked), LONGEST_PAUSE)) if asked.isdigit() and len(asked) < 9 else None
    return Outcome(False, status, f"it answered {status}", pause=pause)


def _mailed(message: Delivery, settings: Settings, now: datetime) -> Outcome:
    try:
        send_mail(message, settings, now=now)
    except UserError as error:
        return Outcome(False, problem=str(error), again=False)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        return _refused(max(codes, default=550), "the mail server refused the address")
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, "the mail server refused")
    except (smtplib.SMTPException, ssl.SSLError, OSError) as error:
        return Outcome(False, problem=f"the mail server cannot be reached ({type(error).__name__})")
    return Outcome(True, 250)


def _refused(code: int, problem: str) -> Outcome:
    """4xx is for now, 5xx for good (RFC 5321, 4.2.1); a wrong password can be mended, so that is tried again."""
    return Outcome(False, code, f"{problem} ({code})", again=code < 500 or code in (530, 534, 535))


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpcore.default_ssl_context()

"""What can come back instead of an answer: every error of the client, made from a problem document (RFC 9457).

VerbatimError
└── ApiError                    catch this to catch everything that a call can fail with
    ├── NoAnswer                the server was not reached, or did not answer in time
    ├── JobFailed               a job that was waited for failed, was cancelled, or took too long
    ├── BadAnswer               what came is not what this client reads (another version, a proxy's page)
    ├── Refused                 4xx: the request has to change
    │   ├── NotAuthenticated    401: no key, or one that is not valid any more
    │   ├── NotAllowed          403: the key lacks a scope, or is limited to other accounts or teams
    │   ├── NotFound            404
    │   │   └── NothingYet      404: nothing to work on yet; do first what the message names
    │   ├── Conflict            409: contradicts what is there
    │   │   └── NoActiveModel   409: no predictor with proven skill is active; the message has the reason
    │   ├── ChangedMeanwhile    412: somebody was faster; fetch again and decide again
    │   ├── TooLarge            413
    │   ├── Invalid             422: `errors` names each field
    │   ├── VersionNeeded       428: pass ``etag=`` of what you saw
    │   └── TooManyRequests     429: `retry_after` seconds
    └── ServerError             5xx: not the caller's fault
        ├── NotInstalled        501: the server lacks an optional part
        ├── Busy                503: `retry_after` seconds
        └── TooSlow             504: ask for less, or make it a job
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from verbatim.errors import VerbatimError

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_DETAIL = 1_000


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that does not fit: where it is (``body.values.0``) and what is wrong."""

    field: str
    problem: str


class ApiError(VerbatimError):
    """A call that failed. What the server did not say is ``None`` or empty."""

    def __init__(
        self, detail: str, *, status: int | None = None, document: Mapping[str, Any] | None = None,
        retry_after: float | None = None, request_id: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.document: Mapping[str, Any] = document or {}
        self.retry_after = retry_after
        self.request_id = request_id

    @property
    def kind(self) -> str:
        """The name of the problem, for example ``no-active-model``; empty where the server gave none."""
        return str(self.document.get("type", "")).rpartition("/")[2]

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """Each field that does not fit."""
        listed = self.document.get("errors")
        return tuple(
            FieldError(str(one.get("field", "")), str(one.get("problem", "")))
            for one in (listed if isinstance(listed, list) else ())
            if isinstance(one, dict)
        )


class NoAnswer(ApiError):
    """The server was not reached, hung up, or did not answer in time."""

    retryable = True


class JobFailed(ApiError):
    """A job that was waited for failed, was cancelled, or took longer than was said; the message has the reason."""


class BadAnswer(ApiError):
    """What came is not what this client reads."""


class Refused(ApiError):
    """The request has to change before it can succeed."""


class NotAuthenticated(Refused):
    """No key, or one that is not valid any more."""


class NotAllowed(Refused):
    """The key lacks a scope, or is limited to other accounts or teams."""


class NotFound(Refused):
    """There is no such thing."""


class NothingYet(NotFound):
    """There is nothing to work on yet."""


class Conflict(Refused):
    """It contradicts what is there."""


class NoActiveModel(Conflict):
    """No predictor with proven skill is active; the message has the reason."""


class ChangedMeanwhile(Refused):
    """Somebody changed it since it was read: fetch it again, look, and decide again."""


class TooLarge(Refused):
    """The body is larger than the server allows."""


class Invalid(Refused):
    """Something in the request does not fit; `errors` names each field."""


class VersionNeeded(Refused):
    """An edit without the ``etag`` of what was seen."""


class TooManyRequests(Refused):
    """More requests than this key may make; `retry_after` says for how many seconds to wait."""

    retryable = True


class ServerError(ApiError):
    """The server failed; `request_id` finds the reason in its log."""


class NotInstalled(ServerError):
    """The server lacks an optional part; the message says which."""


class Busy(ServerError):
    """The server's store cannot answer now."""

    retryable = True


class TooSlow(ServerError):
    """It took longer than the server allows."""


_BY_KIND: Mapping[str, type[ApiError]] = {"nothing-yet": NothingYet, "no-active-model": NoActiveModel}
_BY_STATUS: Mapping[int, type[ApiError]] = {
    401: NotAuthenticated, 403: NotAllowed, 404: NotFound, 409: Conflict, 412: ChangedMeanwhile, 413: TooLarge,
    422: Invalid, 428: VersionNeeded, 429: TooManyRequests, 501: NotInstalled, 503: Busy, 504: TooSlow,
}  # fmt: skip


def problem_of(status: int, headers: Mapping[str, str], content: bytes) -> ApiError:
    """The error that an answer is; what is not a problem document becomes one as well as its status allows."""
    document = _document(content)
    name = str(document.get("type", "")).rpartition("/")[2]
    general = Refused if status < 500 else ServerError
    kind = _BY_KIND.get(name) or _BY_STATUS.get(status, general)
    detail = document.get("detail") or document.get("title") or f"the server answered {status} without saying why"
    return kind(
        str(detail)[:LONGEST_DETAIL], status=status, document=document, retry_after=seconds_to_wait(headers),
        request_id=str(document.get("request_id") or headers.get("x-request-id") or "") or None,
    )  # fmt: skip


def seconds_to_wait(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """``Retry-After`` in seconds (RFC 9110, 10.2.3: a number of seconds or a date); ``None`` without a sensible one.

    >>> seconds_to_wait({"retry-after": "12"})
    12.0
    """
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

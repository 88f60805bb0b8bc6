"""Signatures of webhooks as Standard Webhooks has them (standardwebhooks.com, version 1).

The database holds no secret: an endpoint's is derived from one master secret, its id and a generation that counts up
when it is renewed (HMAC-SHA-256 as a key derivation function, NIST SP 800-108).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from verbatim.errors import InputError, StoreFullError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from verbatim.settings import Settings

PREFIX = "whsec_"
KEY_FILE = "secret.key"
TOLERANCE = timedelta(minutes=5)
OVERLAP = timedelta(hours=24)  # the secret before a renewal is good for so long
CONTEXT = b"verbatim webhook secret\x00"


def endpoint_secret(settings: Settings, endpoint_id: str, generation: int) -> str:
    """The secret that an endpoint's receiver verifies with, ``whsec_`` and 32 bytes in base64."""
    about = CONTEXT + endpoint_id.encode() + b"\x00" + str(generation).encode()
    derived = hmac.digest(master_secret(settings), about, "sha256")
    return PREFIX + base64.b64encode(derived).decode()


def secrets_in_use(
    settings: Settings, endpoint_id: str, generation: int, rotated_at: datetime | None, *, now: datetime
) -> tuple[str, ...]:
    """The newest secret, and the one before for 24 hours after it was renewed."""
    overlaps = generation > 1 and rotated_at is not None and now < rotated_at + OVERLAP
    generations = (generation, generation - 1) if overlaps else (generation,)
    return tuple(endpoint_secret(settings, endpoint_id, each) for each in generations)


def signed_headers(keys: Sequence[str], message_id: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """``webhook-id``, ``webhook-timestamp`` and ``webhook-signature`` (one signature a key, blanks between)."""
    timestamp = str(int(now.timestamp()))
    signatures = [f"v1,{_signature(key, message_id, timestamp, body)}" for key in keys]
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": " ".join(signatures)}


def verify(key: str, headers: Mapping[str, str], body: bytes, *, now: datetime | None = None) -> str:
    """Check a webhook that came in, in constant time; gives its id, to be taken once.

    ``headers`` in any case; ``body`` the bytes as they came.

    Raises:
        InputError: a header is missing, the timestamp is more than five minutes off, or no signature fits.
    """
    plain = {name.lower(): value for name, value in headers.items()}
    missing = [n for n in ("webhook-id", "webhook-timestamp", "webhook-signature") if not plain.get(n)]
    if missing:
        raise InputError(f"the webhook has no header {missing[0]!r}; a signed one carries it")
    stamp = plain["webhook-timestamp"]
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise InputError("the webhook's timestamp is no number of seconds since 1970")
    apart = abs((now or datetime.now(UTC)).timestamp() - int(stamp))
    if apart > TOLERANCE.total_seconds():
        raise InputError(f"the webhook's timestamp is {apart:.0f} s off; set the clocks, or it was sent before")
    expected = _signature(key, plain["webhook-id"], stamp, body).encode()
    fits = False
    for each in plain["webhook-signature"].split():
        version, _, given = each.partition(",")
        fits |= version == "v1" and hmac.compare_digest(given.encode("utf-8", "replace"), expected)
    if not fits:
        raise InputError("no signature of the webhook fits; check the secret, and that the body is unchanged")
    return plain["webhook-id"]


def master_secret(settings: Settings) -> bytes:
    """The setting ``secret_key``, else the content of ``secret.key`` in the home folder, made at the first need.

    Raises:
        StoreFullError: the file cannot be made or read.
        InputError: the file is damaged.
    """
    if settings.secret_key is not None:
        return hashlib.sha256(settings.secret_key.get_secret_value().encode()).digest()
    path = settings.home / KEY_FILE
    try:
        text = path.read_text(encoding="ascii") if path.exists() else _made(path)
        found = bytes.fromhex(text.strip())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreFullError(f"{path} cannot be made or read ({reason}); mend that, or set secret_key") from error
    except ValueError as error:
        raise InputError(
            f"{path} is damaged; put it back from a backup, or remove it and renew every secret"
        ) from error
    if len(found) != 32:
        raise InputError(f"{path} holds {len(found)} bytes instead of 32; put it back from a backup")
    return found


def _made(path: Path) -> str:
    """Written whole beside its place, then linked there: of several processes one wins, and all read the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            pass  # another process was first
    finally:
        beside.unlink()
    return path.read_text(encoding="ascii")


def _signature(key: str, message_id: str, timestamp: str, body: bytes) -> str:
    try:
        secret = base64.b64decode(key.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise InputError("a webhook secret is whsec_ and base64; this one is not") from error
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()

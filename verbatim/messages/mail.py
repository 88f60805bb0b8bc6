"""Mail by SMTP, encrypted, with attachments; nothing given can add a header or a receiver."""

from __future__ import annotations

import mimetypes
import re
import smtplib
import ssl
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from verbatim.errors import InputError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from verbatim.messages.outbox import Delivery
    from verbatim.settings import Settings

ADDRESS = re.compile(r"[^\s@<>,;:\"\\()\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?")
CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
LONGEST_TITLE = 200
WHOLE = ".email"  # the ending of a file that is a mail itself
LARGEST_BYTES = 20 * 1024 * 1024  # of all attachments: what most servers take


def check_address(address: str) -> str:
    """``address`` if it is one plain mail address.

    Raises:
        InputError: it is not.
    """
    if not ADDRESS.fullmatch(address):
        raise InputError("that is no single mail address; write it as name@example.com")
    return address


def check_header(title: str) -> str:
    """``title`` if it fits into one line.

    Raises:
        InputError: a line break or another control character, nothing, or too long.
    """
    if CONTROL.search(title) or not 1 <= len(title) <= LONGEST_TITLE:
        raise InputError(f"a mail's title is one line of 1 to {LONGEST_TITLE} characters, without control characters")
    return title


def compose(mail: Delivery, settings: Settings, *, now: datetime) -> EmailMessage:
    """The mail that a message stands for; its Message-ID is the same on every attempt.

    Raises:
        SettingsError: there is no ``mail_from``.
        InputError: a bad address or title, or an attachment that is gone, too large, or not in the home folder.
    """
    if settings.mail_from is None:
        raise SettingsError("mail needs the setting mail_from, the address it is sent from")
    names = [str(name) for name in mail.payload.get("attachments") or ()]
    message = _body(mail, settings, names)
    message["From"] = settings.mail_from
    message["To"] = check_address(mail.address or "")
    message["Subject"] = check_header(str(mail.payload.get("title") or ""))
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail.id}@{settings.mail_from.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    left = LARGEST_BYTES
    for path in (_attachment(settings.home, name) for name in names if not name.endswith(WHOLE)):
        content = path.read_bytes()
        left -= len(content)
        if left < 0:
            raise InputError(f"the attachments are larger than {LARGEST_BYTES // 1024 // 1024} MB; send a link instead")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=path.name)
    return message


def _body(mail: Delivery, settings: Settings, names: Sequence[str]) -> EmailMessage:
    """The text of the mail, or what the first file that is a whole mail says, without its headers.

    Such a file has plain text, HTML and its pictures, but neither sender nor receiver (the form ``email`` of a report).
    """
    whole = next((name for name in names if name.endswith(WHOLE)), None)
    if whole is None:
        message = EmailMessage()
        message.set_content(str(mail.payload.get("text") or ""))
        return message
    message = message_from_bytes(_attachment(settings.home, whole).read_bytes(), policy=policy.default)
    for header in ("Subject", "X-Unsent"):
        del message[header]
    return message


@contextmanager
def connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A connection to the mail server: encrypted, unless the server is this machine; logged in where a user is given.

    Raises:
        SettingsError: there is no ``smtp_url``, or it would send over the network in the clear.
    """
    if settings.smtp_url is None:
        raise SettingsError("mail needs the setting smtp_url, for example smtps://user@host:465")
    parts = urlsplit(settings.smtp_url)
    host, seconds = parts.hostname or "", settings.message_timeout_seconds
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=seconds, context=context)
    else:
        if parts.query != "starttls" and host not in ("localhost", "127.0.0.1", "::1"):
            raise SettingsError("smtp_url would send mail in the clear; write smtps://, or add ?starttls")
        server = smtplib.SMTP(host, parts.port or 587, timeout=seconds)
    with server:
        if parts.query == "starttls":
            server.starttls(context=context)
        if parts.username and settings.smtp_password is not None:
            server.login(unquote(parts.username), settings.smtp_password.get_secret_value())
        yield server


def send_mail(mail: Delivery, settings: Settings, *, now: datetime) -> None:
    """Hand one mail to the server.

    Raises:
        SettingsError, InputError: as `compose` and `connected`.
        smtplib.SMTPException, OSError: the server refused, or cannot be reached.
    """
    message = compose(mail, settings, now=now)
    with connected(settings) as server:
        server.send_message(message)


def _attachment(home: Path, name: str) -> Path:
    path, inside = (home / name).resolve(), home.resolve()
    if not path.is_relative_to(inside) or not path.is_file():
        raise InputError("an attachment is not there any more, or not in the home folder; make the report again")
    return path

"""Where a webhook may go: no address inside our own network, also not by a name that leads there (SSRF).

The address is checked where the connection is made, and that very address is connected to, so that a name which
answers differently a moment later gains nothing (DNS rebinding). TLS still checks the name.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpcore

from verbatim.errors import InputError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from verbatim.settings import Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
LONGEST_URL = 2000


class RefusedAddressError(httpcore.ConnectError):
    """The address is one that webhooks must not go to."""


def check_url(url: str, settings: Settings) -> str:
    """``url`` if a webhook may be sent there, as far as its text says.

    Raises:
        InputError: not https (http only where private addresses are allowed), with user or password, too long, or an
            address of our own network.
    """
    wanted = "https://host/path" + (" or http://host/path" if settings.webhook_private_addresses else "")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InputError(f"the webhook's address cannot be read; write it as {wanted}") from error
    schemes = {"https", "http"} if settings.webhook_private_addresses else {"https"}
    if parts.scheme not in schemes or not host or not re.fullmatch(r"[!-~]+", url) or len(url) > LONGEST_URL:
        raise InputError(f"the webhook's address does not fit; write it as {wanted}")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InputError("a webhook's address carries no user, password or #; the signature says who sends")
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return url
    if not allowed(literal, private=settings.webhook_private_addresses):
        raise InputError(f"{literal} is an address of a private network; set webhook_private_addresses to allow it")
    return url


def allowed(address: Address, *, private: bool) -> bool:
    """Whether webhooks may go to ``address``; link-local ones (where clouds keep their metadata) never."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return allowed(address.ipv4_mapped, private=private)
    if not all(allowed(inner, private=False) for inner in _embedded(address)):
        return False
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if private and (address.is_private or address.is_loopback):
        return not address.is_reserved or address.is_loopback
    return address.is_global and not address.is_reserved


def resolve(host: str, port: int) -> list[str]:
    """The addresses of ``host``, as the system finds them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(f"{host} is not found") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to allowed addresses only, and gives up at a deadline, whatever trickles in."""

    def __init__(self, *, private: bool, deadline: float, resolver: Resolver = resolve) -> None:
        self._private = private
        self._deadline = deadline  # of time.monotonic
        self._resolver = resolver
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        """A connection to the first address of ``host`` that answers; refused if any of them is not allowed."""
        found = [ipaddress.ip_address(text.partition("%")[0]) for text in self._resolver(host, port)]
        if not found or not all(allowed(address, private=self._private) for address in found):
            raise RefusedAddressError(f"{host} leads to an address that webhooks must not go to")
        for address in found[:-1]:
            try:
                return self._connected(str(address), port, timeout, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connected(str(found[-1]), port, timeout, socket_options)

    def _connected(
        self, address: str, port: int, timeout: float | None, options: Iterable[Any] | None
    ) -> httpcore.NetworkStream:
        left = time_left(self._deadline, timeout)
        stream = self._inner.connect_tcp(address, port, timeout=left, socket_options=options)
        return DeadlineStream(stream, self._deadline)


class DeadlineStream(httpcore.NetworkStream):
    """A connection on which every step ends at one deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At most ``max_bytes``, before the deadline."""
        return self._inner.read(max_bytes, timeout=time_left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of ``buffer``, before the deadline."""
        self._inner.write(buffer, timeout=time_left(self._deadline, timeout))

    def close(self) -> None:
        """End the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted; the name is checked, not the address."""
        left = time_left(self._deadline, timeout)
        return DeadlineStream(self._inner.start_tls(ssl_context, server_hostname, timeout=left), self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401
        """What the connection knows of itself."""
        return self._inner.get_extra_info(info)


def time_left(deadline: float, timeout: float | None) -> float:
    """Seconds that a step may take.

    Raises:
        httpcore.TimeoutException: none are left.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for this delivery is over")
    return left if timeout is None else min(left, timeout)


def _embedded(address: Address) -> list[Address]:
    """IPv4 addresses that an IPv6 one leads to through a tunnel or a gateway."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found = [address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]

"""``verbatim serve``."""

from __future__ import annotations

import ipaddress
import socket

import click

from verbatim.errors import UserError

LOOPBACK_NAMES = frozenset({"localhost"})


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
def serve_command(host: str, port: int) -> None:
    """Serve the score calculators over HTTP; /docs explains every call.

    There are no keys and no logins yet, so it listens on this machine only.
    """
    if not is_loopback(host):
        raise UserError(f"--host {host}: without keys and logins Verbatim listens on this machine only; use 127.0.0.1")
    import uvicorn

    from api.app import create_app
    from verbatim.settings import load_settings

    app = create_app(load_settings())
    with listening(host, port) as taken:
        shown = f"[{host.strip('[]')}]" if ":" in host else host
        click.echo(f"http://{shown}:{taken.getsockname()[1]}/docs")
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[taken])


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one.

    Raises:
        UserError: the port is taken, or may not be opened.
    """
    address = (host.strip("[]"), port)
    try:
        return socket.create_server(address, family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UserError(f"cannot listen on {host}, port {port} ({error.strerror}); give another --port") from error


def is_loopback(host: str) -> bool:
    """Whether ``host`` can only be reached from this machine."""
    try:
        return host in LOOPBACK_NAMES or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

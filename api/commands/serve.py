"""``verbatim serve``."""

from __future__ import annotations

import ipaddress
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress

import click

from verbatim.commands.console import opened_store
from verbatim.errors import UserError

STOPS_WITHIN_SECONDS = 30
LOOPBACK_NAMES = frozenset({"localhost"})


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option("--worker", is_flag=True, help="Also run a `verbatim worker` beside it, for jobs.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option(
    "--link/--no-link", default=None, help="Print a link that logs in.  [default: on this machine's own address]"
)
def serve_command(host: str, port: int, *, worker: bool, workers: int, link: bool | None) -> None:
    """Serve the API; /docs explains every call.

    On this machine's own address it prints a link that logs in as an administrator, once. Elsewhere keys are needed:
    `verbatim key create NAME --role analyst`. Put TLS in front of it before it leaves the machine. Jobs (mining,
    training, reports) are done by `verbatim worker`, which runs beside it, or with --worker.
    """
    from api.commands.key import person
    from api.serving import login_link, run

    with listening(host, port) as taken, opened_store() as (settings, store):
        shown = f"[{host.strip('[]')}]" if ":" in host else host
        url = f"http://{shown}:{taken.getsockname()[1]}"
        click.echo(f"{url}/docs")
        if link or (link is None and is_loopback(host)):
            click.echo(f"log in: {login_link(store, url, person=person())}")
        store.close()
        with worker_beside() if worker else nullcontext(), suppress(KeyboardInterrupt):
            run(settings, taken, workers=workers)
    click.echo("stopped", err=True)


@contextmanager
def worker_beside() -> Iterator[None]:
    """A `verbatim worker` over the same home, told to stop when this ends, and waited for.

    It does not hear the terminal's Ctrl-C itself, so that it is told once; where this process is killed, it ends too.
    """
    command = [sys.executable, "-m", "verbatim", "worker", "--beside", str(os.getpid())]
    process = subprocess.Popen(command, start_new_session=True)  # noqa: S603 (ourselves)
    try:
        yield
    finally:
        process.terminate()
        with suppress(KeyboardInterrupt):
            process.wait(timeout=STOPS_WITHIN_SECONDS)
        process.kill()
        process.wait()


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

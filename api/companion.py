"""A Python process of our own beside a server process: Python computes on one core at a time.

It gets the settings, then whatever is sent, over a pair of sockets, and ends when the other end is closed, also by
being killed. Both ends are this program's: what is sent is pickled.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verbatim.settings import Settings


class Companion:
    """A process that runs ``main`` of a module; `connection` is the way to it."""

    def __init__(self, module: str, settings: Settings) -> None:
        """Start it.

        Raises:
            OSError: it ended at once.
        """
        own, its = socket.socketpair()
        with its:
            command = [sys.executable, "-m", module, str(its.fileno())]
            self.process = subprocess.Popen(command, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL)  # noqa: S603
        self.connection = Connection(own.detach())
        try:
            self.connection.send(settings)
        except OSError:
            self.end()
            raise

    def end(self) -> None:
        """End it, whatever it does."""
        self.connection.close()
        self.process.kill()
        self.process.wait()


@contextmanager
def accompanying() -> Iterator[tuple[Connection, Settings]]:
    """In the process: the way to who started it, and the settings; it ends quietly once the way is closed."""
    from api.observing.logs import log_as_json

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the server process says when it is over
    log_as_json("WARNING")
    connection = Connection(int(sys.argv[1]))
    with suppress(OSError, EOFError):
        yield connection, connection.recv()

"""Which workers of this machine live: each holds a lock on a file of its own, and a lock ends with its process.

So a job whose worker was killed is taken up again at once by the next worker on the same home folder, and not only
when its lease has run out. Where there are no such locks (another machine, Windows) the lease alone decides.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verbatim.settings import Settings

if sys.platform != "win32":
    import fcntl

FOLDER = "workers"


@contextlib.contextmanager
def present(settings: Settings) -> Iterator[str]:
    """Be a worker: gives its name, which nobody else has or had, for as long as it lives."""
    name = f"{_host()}-{os.getpid()}-{uuid.uuid4().hex[:12]}"
    if sys.platform == "win32":
        yield name
        return
    folder = settings.home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield name
        finally:
            path.unlink(missing_ok=True)


def living(settings: Settings) -> tuple[frozenset[str], frozenset[str]]:
    """The names of this machine's workers on this home folder: those that live, and those that were killed."""
    alive, dead = set(), set()
    if sys.platform != "win32":
        for path in (settings.home / FOLDER).glob(f"{_host()}-*"):
            with contextlib.suppress(FileNotFoundError), path.open("r") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except OSError:
                    alive.add(path.name)
                else:
                    dead.add(path.name)
    return frozenset(alive), frozenset(dead)


def bury(settings: Settings, names: frozenset[str]) -> None:
    """Forget killed workers, once their jobs were given to others."""
    for name in names:
        (settings.home / FOLDER / name).unlink(missing_ok=True)


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9_.]", "_", socket.gethostname())[:60] or "host"

"""Running the application: one process or several on one port, and the first key."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from api.access import keys, logins

if TYPE_CHECKING:
    import socket

    from fastapi import FastAPI

    from verbatim.settings import Settings
    from verbatim.storage.store import Store

FIRST_KEY = "this machine"
# How long a process that is told to stop may finish what it holds.
GRACE_SECONDS = 20


def application() -> FastAPI:
    """What each process of several makes, from the environment."""
    from api.app import create_app
    from api.observing.logs import log_as_json
    from verbatim.settings import load_settings

    settings = load_settings()
    log_as_json()
    return create_app(settings)


def run(settings: Settings, taken: socket.socket, *, workers: int) -> None:
    """Serve on an open socket until told to stop; requests that are running are finished first."""
    import uvicorn

    signal.signal(signal.SIGTERM, _interrupt)  # uvicorn gives the signal on when it has stopped; then we end in order

    from api.observing.metrics import share_between_processes

    with tempfile.TemporaryDirectory(prefix="verbatim-metrics-", ignore_cleanup_errors=True) as folder:
        if workers > 1:
            share_between_processes(Path(folder))
        os.environ.setdefault("VERBATIM_HOME", str(settings.home))
        if "scoring_process" not in settings.model_fields_set and (os.cpu_count() or 1) > workers:
            os.environ.setdefault("VERBATIM_SCORING_PROCESS", "true")
        config = uvicorn.Config(
            "api.serving:application", factory=True, workers=workers, log_config=None, access_log=False,
            loop="uvloop" if _has_uvloop() else "asyncio", http="httptools", server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS, timeout_keep_alive=15, backlog=2048, lifespan="on",
        )  # fmt: skip
        if workers > 1:
            from uvicorn.supervisors import Multiprocess

            Multiprocess(config, sockets=[taken]).run()
        else:
            uvicorn.Server(config).run(sockets=[taken])


def _interrupt(_: int, __: object) -> None:
    raise KeyboardInterrupt


def login_link(store: Store, url: str, *, person: str) -> str:
    """A link that logs in once as an administrator, with a key of this machine's own that is made the first time."""
    found = [key for key in keys.list_keys(store) if key.name == FIRST_KEY and key.revoked_at is None]
    key = found[0] if found else keys.create_key(store, FIRST_KEY, person=person, role="admin")[0]
    return f"{url}/login?link={logins.make_link(store, person=f'{person} ({key.id})', key_id=key.id)}"


def _has_uvloop() -> bool:
    try:
        import uvloop  # noqa: F401
    except ImportError:
        return False
    return True

"""What the tests of the API share: real servers on loopback, over an empty store or over the sample organisation."""

from __future__ import annotations

import contextlib
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.access.keys import create_key
from api.app import create_app
from api.commands.serve import listening
from api.live import shelf
from api.live.shelf import Loaded, PredictorShelf
from models.predictor import Predictor
from models.registry import Registered
from tests.conftest import DATABASES, new_database
from tests.organisation import copy_of, predicted
from tests.test_api.test_jobs.killing import Zygote, zygote
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store

STARTS_WITHIN_SECONDS = 60
UNUSED = ssl.create_default_context()  # nothing here speaks TLS; making one for each client takes 20 ms


@pytest.fixture(scope="session")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    """Starts real workers and servers fast, to be killed."""
    with zygote(tmp_path_factory.mktemp("workers")) as started:
        yield started


@dataclass(frozen=True)
class Served:
    """A running server: where it is, its settings, and how to call it as somebody."""

    url: str
    settings: Settings
    clients: contextlib.ExitStack

    def as_role(self, role: str | None = None, **limits: object) -> httpx.Client:
        """A client with a new key of this role; ``scopes``, ``accounts`` and ``teams`` as `create_key` takes them."""
        with prepare_store(self.settings) as store:
            _, key = create_key(store, "test", person="tests", role=role, **limits)  # type: ignore[arg-type]
        return self._client({"Authorization": f"Bearer {key}"})

    def nobody(self) -> httpx.Client:
        """A client without a key."""
        return self._client({})

    def _client(self, headers: dict[str, str]) -> httpx.Client:
        """Closed with the server, if not before."""
        client = httpx.Client(base_url=self.url, headers=headers, timeout=60, verify=UNUSED)
        return self.clients.enter_context(client)


Serve = Callable[[Settings], Served]


@contextlib.contextmanager
def served(settings: Settings) -> Iterator[Served]:
    """The application in a thread, on a free port, over real HTTP."""
    with listening("127.0.0.1", 0) as taken:
        config = uvicorn.Config(
            create_app(settings), log_config=None, access_log=False, lifespan="on", http="httptools"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
        thread.start()
        until = time.monotonic() + STARTS_WITHIN_SECONDS
        while not server.started:
            if not thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        with contextlib.ExitStack() as clients:
            yield Served(f"http://127.0.0.1:{taken.getsockname()[1]}", settings, clients)
        server.should_exit = True
        thread.join(timeout=30)


@pytest.fixture(scope="session", autouse=True)
def nothing_leaks_in() -> Iterator[None]:
    """Nothing of the caller's environment."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in [name for name in os.environ if name.startswith("VERBATIM_")]:
            monkeypatch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def loaded_once() -> Iterator[None]:
    """Servers over copies of one organisation share what they read of it: seconds for each of them otherwise."""
    known: dict[tuple[object, ...], Loaded] = {}
    reads = PredictorShelf._ready_to_score

    def remembered(self: PredictorShelf, version: Registered, found: Predictor) -> Loaded:
        own = self._settings.model_dump_json(exclude={"home", "database_url", "rate_per_minute"})
        key = (version.id, version.name, shelf._state(self._store), own)
        if key not in known:
            known[key] = reads(self, version, found)
        return replace(known[key], loaded_at=time.monotonic())

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(PredictorShelf, "_ready_to_score", remembered)
        yield


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    """Start servers that end with the module."""
    with contextlib.ExitStack() as stack:
        yield lambda settings: stack.enter_context(served(settings))


@pytest.fixture(scope="module", params=DATABASES)
def empty(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Settings], Served]
) -> Served:
    """A server over an empty store, once on SQLite and once on PostgreSQL; the tests of a module share it."""
    return serve(_settings(request, tmp_path_factory.mktemp("empty")))


@pytest.fixture(scope="module")
def mined(empty: Served) -> Iterator[Served]:
    """The server of `empty`, over the planted themes from now on."""
    from tests.test_api.planted_themes import hashing, planted

    with hashing():
        planted(empty.settings)
        yield empty


@pytest.fixture(scope="module")
def viewer(mined: Served) -> httpx.Client:
    """Who may look at all of the planted themes, and change nothing."""
    return mined.as_role("viewer")


@pytest.fixture(scope="module", params=DATABASES)
def sample(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Settings], Served]
) -> Served:
    """A server over a copy of the sample organisation, on both databases; the tests of a module share it."""
    place = copy_of(predicted(tmp_path_factory), tmp_path_factory.mktemp("sample"))
    template = None
    if request.param != "sqlite":
        (place.home / "verbatim.db").unlink()
        template = request.getfixturevalue("sample_template")
    return serve(_settings(request, place.home, template))


def _settings(request: pytest.FixtureRequest, home: Path, template: str | None = None) -> Settings:
    """A store that nobody else uses; on PostgreSQL a database of its own, with what ``template`` holds."""
    if request.param == "sqlite":
        return Settings(home=home, rate_per_minute=1_000_000)
    own = new_database(request.getfixturevalue("postgres_url"), template)
    return Settings(home=home, database_url=own, rate_per_minute=1_000_000)

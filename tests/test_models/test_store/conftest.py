"""A small sample organisation in a store of its own, with a trained predictor of CSAT; tests copy it to change it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.registry import Registered, resolve
from tests.organisation import Place, built, copy_of, once
from tests.test_commands.conftest import Run
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store


@pytest.fixture(scope="package", autouse=True)
def nothing_leaks_in() -> Iterator[None]:
    """Nothing of the caller's environment."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in [name for name in os.environ if name.startswith("VERBATIM_")]:
            monkeypatch.delenv(name)
        yield


@pytest.fixture(scope="package")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Ingested, mined, and csat-1 trained by the command and active; tests only read it."""
    return built(tmp_path_factory)


@pytest.fixture(scope="package")
def with_second(organisation: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """With csat-2 too, which knows ratings until August, is active, and predicted in September; tests only read it."""
    root = once(tmp_path_factory, "second-organisation", lambda root: _second(copy_of(organisation, root)))
    return Place(root / "home", organisation.files)


def _second(place: Place) -> None:
    with prepare_store(place.settings) as store:
        answers = queries.answers(store, "csat", by=())
        ticket = answers.loc[answers["value"].notna(), "ticket_id"].iloc[0]
    noted = place.verbatim(
        "predictor", "stepped-in", ticket, "call", "--note", "wrote to ada@example.com", "--person", "Bo"
    )
    assert noted.code == 0, noted.err
    trained = place.verbatim("predictor", "train", "csat", "--until", "2026-08-01")
    assert trained.code == 0, trained.err
    assert "1 tickets that somebody stepped in on are left out" in trained.err
    assert place.verbatim("predictor", "activate", "csat-2", "--force", "--note", "a try").out == "csat-2 is active\n"
    assert place.verbatim("predict", "--open", "--at", "2026-09-10").code == 0


@pytest.fixture
def copied(organisation: Place, tmp_path: Path) -> Place:
    """A copy that a test may change."""
    return copy_of(organisation, tmp_path)


@pytest.fixture
def store(organisation: Place) -> Iterator[Store]:
    with prepare_store(organisation.settings) as opened:
        yield opened


@pytest.fixture
def version(store: Store) -> Registered:
    return resolve(store, "csat", "csat-1")


@pytest.fixture(scope="package")
def run(organisation: Place) -> Callable[..., Run]:
    return organisation.verbatim

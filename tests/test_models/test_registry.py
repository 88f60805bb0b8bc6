from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.registry import FOLDER, Registered, activate, folder_of, register, resolve, retire, roll_back, versions
from verbatim.errors import NoSkillError, NotFoundError, StoreFullError, UserError
from verbatim.settings import Settings
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store

MANIFEST = {
    "data_start": datetime(2025, 1, 1, tzinfo=UTC), "data_end": datetime(2026, 1, 1, tzinfo=UTC), "tickets": 400,
    "snapshots": 1200, "cases": 60, "summary": {"auc": 0.71}, "features": ["age"],
}  # fmt: skip
KILLED_WHILE_SAVING = """
import os, signal, sys
from pathlib import Path
from datetime import UTC, datetime
from models.registry import register
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store

def save(folder):
    (folder / "predictor.json").write_text("{}")
    os.kill(os.getpid(), signal.SIGKILL)

settings = Settings(home=Path(sys.argv[1]))
day = datetime(2026, 1, 1, tzinfo=UTC)
manifest = {"data_start": day, "data_end": day, "tickets": 1, "snapshots": 1, "cases": 1}
with prepare_store(settings) as store:
    register(store, settings, metric="csat", target="x", manifest=manifest, status="ready", person="Ana", save=save)
"""


def save(folder: Path) -> str:
    assert list(folder.iterdir()) == []
    (folder / "predictor.json").write_text("{}", encoding="utf-8")
    return "ab" * 32


@pytest.fixture
def home(store: Store, database: Settings) -> Settings:
    return database


def add(store: Store, settings: Settings, metric: str = "csat", status: Any = "ready", **given: Any) -> Registered:
    manifest = {**MANIFEST, **given}
    return register(
        store, settings, metric=metric, target="score <= 3", manifest=manifest, status=status, person="Ana", save=save
    )


def active(store: Store, metric: str = "csat") -> list[str]:
    return [each.name for each in versions(store, metric) if each.active]


def test_a_version_is_registered_with_its_files(store: Store, home: Settings) -> None:
    made = add(store, home, created_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert (made.name, made.status, made.proven, made.sha256) == ("csat-1", "ready", True, "ab" * 32)
    assert made.folder(home) == home.home / FOLDER / made.id
    assert (made.folder(home) / "predictor.json").exists()
    assert made.data_end == MANIFEST["data_end"]
    assert made.created_at == datetime(2026, 2, 1, tzinfo=UTC)
    assert type(made.created_at) is datetime
    assert made.activated_at is None
    assert made.summary == {"auc": 0.71}
    assert versions(store) == [made]
    assert queries.predictor_changes(store)["person"].tolist() == ["Ana"]


def test_versions_count_up_by_metric(store: Store, home: Settings) -> None:
    for metric in ("csat", "ces", "csat"):
        add(store, home, metric)
    assert [each.name for each in versions(store)] == ["ces-1", "csat-1", "csat-2"]
    assert [each.name for each in versions(store, "csat")] == ["csat-1", "csat-2"]
    assert versions(store, "nps") == []


def test_files_that_cannot_be_written_leave_no_version_and_no_folder(store: Store, home: Settings) -> None:
    def fail(folder: Path) -> str:
        (folder / "half").write_text("x", encoding="utf-8")
        raise StoreFullError("no space")

    with pytest.raises(StoreFullError):
        register(store, home, metric="csat", target="x", manifest=MANIFEST, status="ready", person="Ana", save=fail)
    assert versions(store) == []
    assert list((home.home / FOLDER).iterdir()) == []


def test_a_home_that_is_a_file_is_told(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreFullError, match="no predictor was kept"):
        add(store, Settings(home=tmp_path / "file"))


def test_a_killed_training_leaves_no_version_without_files(settings: Settings) -> None:
    run = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_SAVING, str(settings.home)],
        cwd=Path(__file__).parent.parent.parent,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert run.returncode == -signal.SIGKILL
    assert len(list((settings.home / FOLDER).iterdir())) == 1
    with prepare_store(settings) as store:
        assert versions(store) == []
        assert add(store, settings).name == "csat-1"


def test_a_manifest_that_lacks_something_is_refused_before_anything_is_written(store: Store, home: Settings) -> None:
    with pytest.raises(ValueError, match="lacks cases"):
        add(store, home, cases=None)
    assert not (home.home / FOLDER).exists()


def test_a_version_is_found_by_name_number_id_and_place(store: Store, home: Settings) -> None:
    first, second, other = add(store, home), add(store, home, status="refused"), add(store, home, "ces")
    activate(store, first, person="Ben")
    for which, meant in [
        (None, first), ("active", first), ("latest", second), ("csat-2", second), ("CSAT-1", first), ("2", second),
        (second.id, second), (second.id[:12], second),
    ]:  # fmt: skip
        assert resolve(store, "csat", which).id == meant.id, which
    assert resolve(store, None).id == first.id
    assert resolve(store, None, "ces-1").id == other.id
    with pytest.raises(UserError, match="'1' can be any of ces-1, csat-1"):
        resolve(store, None, "1")
    with pytest.raises(UserError, match="ces-1, csat-2"):
        resolve(store, None, "latest")


def test_what_is_not_there_is_told_with_what_is(store: Store, home: Settings) -> None:
    with pytest.raises(NotFoundError, match="no predictor of csat yet; `verbatim predictor train csat`"):
        resolve(store, "csat")
    made = add(store, home)
    with pytest.raises(NotFoundError, match=r"no predictor of csat is active; there are csat-1 \(ready\)"):
        resolve(store, "csat")
    with pytest.raises(NotFoundError, match=r"no predictor 'csat-7' of csat; there are csat-1 \(ready\)"):
        resolve(store, "csat", "csat-7")
    with pytest.raises(NotFoundError):
        resolve(store, "ces", "csat-1")
    with pytest.raises(NotFoundError, match=r"no predictor 'x\\nx[x\\n]{0,60}' of csat"):
        resolve(store, "csat", "x\n" * 100)
    with pytest.raises(NotFoundError):
        resolve(store, "csat", made.id[:3])  # too short to be meant


def test_activating_retires_the_one_before(store: Store, home: Settings) -> None:
    first, second = add(store, home), add(store, home)
    activate(store, first, person="Ben")
    now = activate(store, second, person="Ben")
    assert now.active
    assert active(store) == ["csat-2"]
    before = resolve(store, "csat", "csat-1")
    assert before.status == "retired"
    assert before.retired_at == now.activated_at


def test_a_refused_version_is_activated_by_force_only(store: Store, home: Settings) -> None:
    refused = add(store, home, status="refused", summary={"gate_reasons": ["no better than the base rate"]})
    with pytest.raises(NoSkillError, match="no better than the base rate"):
        activate(store, refused, person="Ben")
    assert active(store) == []
    forced = activate(store, refused, person="Ben", force=True)
    assert forced.active
    assert not forced.proven


def test_rolling_back_goes_one_step_further_each_time(store: Store, home: Settings) -> None:
    for _ in range(3):
        activate(store, add(store, home), person="Ben")
    assert roll_back(store, "csat", person="Cy").name == "csat-2"
    assert active(store) == ["csat-2"]
    assert queries.predictor_changes(store)["kind"].tolist()[-2:] == ["retired", "rolled_back"]
    assert roll_back(store, "csat", person="Cy").name == "csat-1"
    with pytest.raises(NotFoundError, match="no predictor of csat was active before"):
        roll_back(store, "csat", person="Cy")
    assert active(store) == ["csat-1"]


def test_after_going_back_one_can_go_on_and_back_again(store: Store, home: Settings) -> None:
    first, second, third = (add(store, home) for _ in range(3))
    activate(store, first, person="Ben")
    activate(store, second, person="Ben")
    roll_back(store, "csat", person="Cy")
    activate(store, third, person="Ben")
    assert roll_back(store, "csat", person="Cy").name == "csat-1"  # not 2, which was gone back from


def test_a_retired_version_comes_back_by_rolling_back(store: Store, home: Settings) -> None:
    first, second = add(store, home), add(store, home)
    activate(store, first, person="Ben")
    activate(store, second, person="Ben")
    assert retire(store, resolve(store, "csat"), person="Ben").status == "retired"
    assert active(store) == []
    assert roll_back(store, "csat", person="Cy").name == "csat-2"


def test_rolling_back_leaves_other_metrics_alone(store: Store, home: Settings) -> None:
    first, other, second = add(store, home), add(store, home, "ces"), add(store, home)
    for version in (first, other, second):
        activate(store, version, person="Ben")
    roll_back(store, "csat", person="Cy")
    assert (active(store), active(store, "ces")) == (["csat-1"], ["ces-1"])
    with pytest.raises(NotFoundError):
        roll_back(store, "ces", person="Cy")


def test_rolling_back_does_not_force_what_was_refused(store: Store, home: Settings) -> None:
    activate(store, add(store, home, status="refused"), person="Ben", force=True)
    activate(store, add(store, home), person="Ben")
    with pytest.raises(NoSkillError):
        roll_back(store, "csat", person="Cy")
    assert active(store) == ["csat-2"]


def test_a_version_that_is_gone_from_the_store_is_told(store: Store, home: Settings) -> None:
    made = add(store, home)
    with store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM predictor")
    with pytest.raises(NotFoundError, match=made.id):
        activate(store, made, person="Ben")


def test_a_leftover_folder_is_harmless(store: Store, home: Settings) -> None:
    folder_of(home, "0" * 32).mkdir(parents=True)
    assert add(store, home).number == 1

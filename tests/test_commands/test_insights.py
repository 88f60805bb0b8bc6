"""``verbatim drivers`` and ``verbatim emerging`` on a small store."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator

import pytest

from tests.test_commands.conftest import Run, call
from tests.test_insights import write
from tests.test_reports.stored import open_test_store

Verbatim = Callable[..., Run]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verbatim]:
    """``verbatim`` over the store of `tests.test_insights`; tests only read it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in [name for name in os.environ if name.startswith("VERBATIM_")]:
            monkeypatch.delenv(name)
        root = tmp_path_factory.mktemp("small")
        monkeypatch.setenv("VERBATIM_HOME", str(root / "var"))
        monkeypatch.chdir(root)
        with open_test_store(root / "var")[0] as store:
            write(store)
        yield lambda *words: call(root / "var", *words)


def test_drivers_are_a_table_with_intervals_and_what_it_rests_on(small: Verbatim) -> None:
    run = small("drivers")
    assert run.code == 0, run.err
    assert run.out.startswith("CSAT (csat-5): % satisfied")
    lines = [line for line in run.out.splitlines() if line.startswith(("Prices", "Broken search", "Friendly"))]
    assert len(lines) == 3
    assert "−" in lines[0]
    assert lines[-1].startswith("Friendly")
    assert "Holm" in run.out
    assert "customers it has not seen" in run.out


def test_drivers_of_a_month_show_the_change(small: Verbatim) -> None:
    run = small("drivers", "--month", "2026-06", "--segment", "channel")
    assert run.code == 0, run.err
    assert "change" in run.out
    assert "Fisher" in run.out


def test_drivers_as_json(small: Verbatim) -> None:
    found = json.loads(small("drivers", "--layer", "fine", "--from", "2026-06-01", "--to", "2026-10-01", "--json").out)
    assert found["layer"] == "fine"
    assert {"Search in folders", "Search in mails"} <= {row["name"] for row in found["themes"]}
    assert found["before"][1] == found["start"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("drivers", "--metric", "nps"), "no NPS answers yet"),
        (("drivers", "--segment", "colour"), "no segment 'colour'"),
        (("drivers", "--month", "2026-13"), "YYYY-MM"),
        (("drivers", "--month", "2031-01"), "another month"),
        (("drivers", "--month", "2026-01", "--from", "2026-01-01"), "one or the other"),
        (("drivers", "--from", "2026-02-01", "--to", "2026-01-01"), "is not before"),
        (("drivers", "--definition", "happy=5"), "happy"),
        (("emerging", "--month", "2026"), "YYYY-MM"),
        (("emerging", "--month", "2031-01"), "2031-01"),
        (("emerging", "--month", "2025-11"), "nothing to compare"),
    ],
)
def test_a_mistake_is_one_line_with_code_2(small: Verbatim, words: tuple[str, ...], says: str) -> None:
    run = small(*words)
    assert (run.code, run.out) == (2, "")
    assert says in run.err
    assert run.err.count("\n") == 1


def test_emerging_names_what_moved_and_how_sure_it_is(small: Verbatim) -> None:
    run = small("emerging", "--month", "2026-08")
    assert run.code == 0, run.err
    assert "at most 5 % of months" in run.out
    assert any(line.startswith("new") and "Broken search" in line for line in run.out.splitlines())
    assert "Several customers, one day: nothing beyond noise" in run.out
    assert "Unhappy 3 months running or longer" in run.out
    assert "“T1" in run.out


def test_a_quiet_month_is_said_to_be_noise(small: Verbatim) -> None:
    run = small("emerging", "--month", "2026-02")
    assert run.code == 0, run.err
    assert "nothing beyond noise; where dates mean nothing" in run.out
    assert json.loads(small("emerging", "--month", "2026-02", "--json").out)["is_noise"] is True


def test_emerging_as_json(small: Verbatim) -> None:
    found = json.loads(small("emerging", "--month", "2026-08", "--json").out)
    (new,) = found["new"]
    assert (new["name"], new["since"]) == ("Broken search", "2026-06")
    assert {"n", "of", "rate", "rate_before", "p", "quotes"} <= set(new)
    assert set(new["quotes"]) <= set(found["quotes"])
    assert found["false_alarms"] == 0.05

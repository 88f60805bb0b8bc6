"""The demo: the planted story of the sample organisation is found, with figures that match the truth file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from scipy.stats import spearmanr

from bench.drivers import HANDLING, drivers_of, sample_frames
from verbatim.demo import DemoResult, run_demo, write_settings
from verbatim.domain import Metric
from verbatim.findings import membership
from verbatim.insights import driver_sheet
from verbatim.settings import Settings, load_settings
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store

if TYPE_CHECKING:
    from collections.abc import Iterator

MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Demo:
    """What one run of the demo left behind."""

    settings: Settings
    folder: Path
    result: DemoResult
    steps: tuple[str, ...]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    home = tmp_path_factory.mktemp("demo") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VERBATIM_HOME", str(home))
        patch.setenv("VERBATIM_CONFIG", str(write_settings(home)))
        settings = load_settings()
        steps: list[str] = []
        result = run_demo(settings, months=12, seed=7, step=lambda what, done, of: steps.append(what))
        yield Demo(settings, home / "sample", result, tuple(steps))


@pytest.mark.slow
def test_the_report_shows_the_planted_story(demo: Demo) -> None:
    result = demo.result
    assert [finding.planted for finding in result.findings if not finding.ok] == []
    assert len(result.findings) >= 7
    assert demo.steps

    report = json.loads(next(path for path in result.reports if path.suffix == ".json").read_text(encoding="utf-8"))
    truth = json.loads((demo.folder / "truth.json").read_text(encoding="utf-8"))
    new = [movement for movement in report["themes"]["movements"] if movement["kind"] == "new"]
    fading = [movement for movement in report["themes"]["movements"] if movement["kind"] == "fading"]
    assert any(movement["since"] == "June 2026" for movement in new)
    assert fading
    planted = {entry["month"]: entry for entry in truth["scores"]["csat"]["by_month"]}[report["month"]]
    (csat,) = [section for section in report["metrics"] if section["metric"] == "csat"]
    assert csat["figure"]["value"] == pytest.approx(planted["csat_percent"], abs=1e-3)
    assert csat["figure"]["n"] == planted["answered"]
    page = next(path for path in result.reports if path.suffix == ".html").read_text(encoding="utf-8")
    for movement in (*new, *fading):
        assert movement["name"] in page


@pytest.mark.slow
def test_comments_of_the_report_are_counted_once(demo: Demo) -> None:
    report = json.loads(next(path for path in demo.result.reports if path.suffix == ".json").read_text("utf-8"))
    themes = report["themes"]
    with prepare_store(demo.settings) as store:
        several = queries.assignments(store, by=()).groupby("comment_id")["theme_id"].nunique()
    assert (several > 1).mean() > 0.1  # the clauses of many comments are on themes of their own
    assert themes["comments"] + themes["uninformative"] == report["comments"]
    assert {line["share"]["n"] for line in themes["top"]} == {themes["comments"]}
    for line in themes["top"]:
        for quote in line["quotes"]:
            begins, ends = quote["spans"][0][0] == 0, quote["spans"][-1][1] == len(quote["comment"])
            assert (quote["text"].startswith("…"), quote["text"].endswith("…")) == (not begins, not ends)


@dataclass(frozen=True, slots=True)
class Recovered:
    """Planted themes that carry an effect, with what was measured: by mined themes, and by the true labels.

    ``table`` has a row a planted theme (its key as index): ``planted`` (points of the scale), ``mined`` and ``true``
    (points of score that an answer on it differs by, adjusted), ``sure`` (true beyond noise), ``share`` (of the
    comments of the mined theme that are on it).
    """

    table: pd.DataFrame

    @property
    def faithful(self) -> pd.DataFrame:
        """Those that a mined theme is mostly about, with figures on both sides."""
        table = self.table[(self.table["share"] >= MOSTLY) & self.table[["mined", "true"]].notna().all(axis=1)]
        return table[table["planted"] != 0]


def recovered(demo: Demo, metric: Metric, layer: str) -> Recovered:
    answers, told, effects = sample_frames(demo.folder)
    true = drivers_of(metric.value, answers, told, sorted(effects)).table.set_index("theme_id")
    with prepare_store(demo.settings) as store:
        found = driver_sheet(store, demo.settings, metric, layer=layer).table.set_index("theme_id")
        themes = queries.themes(store)
        pairs = membership(queries.assignments(store, by=()), themes)
        said = queries.comments(store)[["id", "external_id"]]
    pairs = pairs[pairs["theme_id"].isin(found.index)]
    ids = said.rename(columns={"id": "comment_id", "external_id": "id"})
    both = pairs.merge(ids, on="comment_id").merge(told.rename(columns={"theme_id": "key"}), on="id")
    held = both.groupby(["key", "theme_id"])["comment_id"].nunique()
    sizes = pairs.groupby("theme_id")["comment_id"].nunique()
    rows = {}
    for key, effect in effects.items():
        best = held[key].idxmax()
        handling = HANDLING.get(key, 0.0) if metric is Metric.CSAT else 0.0
        rows[key] = {
            "planted": effect[metric.value] + handling,
            "mined": found["effect"].get(best),
            "true": true["effect"].get(key),
            "sure": true["is_noise"].get(key) is not pd.NA and true["is_noise"].get(key) == False,  # noqa: E712
            "share": held[key][best] / sizes[best],
        }
    return Recovered(pd.DataFrame.from_dict(rows, orient="index"))


def order(left: pd.Series[float], right: pd.Series[float]) -> float:
    """Spearman's rank correlation."""
    return float(spearmanr(left.astype(float), right.astype(float)).statistic)


@pytest.mark.slow
@pytest.mark.parametrize("metric", list(Metric))
def test_planted_drivers_are_recovered_by_mined_sub_themes(demo: Demo, metric: Metric) -> None:
    every = recovered(demo, metric, "fine")
    table = every.faithful
    assert len(table) >= 8
    sure = table[table["sure"]]
    assert ((sure["mined"] < 0) == (sure["true"] < 0)).all()
    assert order(table["true"], table["mined"]) > 0.8
    if metric is not Metric.CSAT:  # what happens to a ticket moves CSAT more than what it is about
        assert order(table["planted"], table["mined"]) > 0.7


@pytest.mark.slow
def test_the_strongest_planted_drivers_are_among_the_worst_in_order(demo: Demo) -> None:
    for metric, strongest in (
        (Metric.CSAT, ["fix_came_undone", "approval_routing"]),
        (Metric.NPS, ["approval_routing"]),
    ):
        for layer in ("top", "fine"):
            worst = recovered(demo, metric, layer).faithful.sort_values("mined").index
            assert [key for key in worst[:4] if key in strongest] == strongest

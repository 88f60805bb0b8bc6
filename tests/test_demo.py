"""The demo: the planted story of the sample organisation is found, with figures that match the truth file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from verbatim.demo import run_demo, write_settings
from verbatim.settings import load_settings


@pytest.mark.slow
def test_the_report_shows_the_planted_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VERBATIM_CONFIG", str(write_settings(tmp_path / "home")))
    steps: list[str] = []
    result = run_demo(load_settings(), months=12, seed=7, step=lambda what, done, of: steps.append(what))
    assert [finding.planted for finding in result.findings if not finding.ok] == []
    assert len(result.findings) >= 7
    assert steps

    report = json.loads(next(path for path in result.reports if path.suffix == ".json").read_text(encoding="utf-8"))
    truth = json.loads((tmp_path / "home" / "sample" / "truth.json").read_text(encoding="utf-8"))
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

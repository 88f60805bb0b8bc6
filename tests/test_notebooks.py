"""Every notebook runs from top to bottom in a fresh kernel (nbmake), and is kept without outputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def code_cells(notebook: Path) -> list[dict]:
    return [cell for cell in json.loads(notebook.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_is_kept_without_outputs(notebook):
    cells = code_cells(notebook)
    assert cells
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_runs_from_top_to_bottom(notebook, tmp_path):
    """In a pytest of its own: nbmake collects notebooks by an option that the rest of the suite does not take."""
    options = ["--nbmake", "--nbmake-timeout=300", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-c", os.devnull]
    home = {"VERBATIM_HOME": str(tmp_path / "var"), "IPYTHONDIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--rootdir", str(tmp_path), str(notebook)],
        cwd=tmp_path,
        env=os.environ | home | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("subject", ["scores", "themes", "predictive_csat"])
def test_there_is_a_notebook_on_each_subject(subject):
    assert ROOT / "notebooks" / f"{subject}.ipynb" in NOTEBOOKS

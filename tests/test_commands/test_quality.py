from __future__ import annotations

import json
from collections.abc import Callable

from tests.test_commands.conftest import Run
from verbatim.themes.quality import DEFINITIONS

Verbatim = Callable[..., Run]


def test_the_page_says_what_the_themes_are_worth(organisation: Verbatim) -> None:
    run = organisation("quality")
    assert run.code == 0, run.err
    for says in ("Coverage", "Coherence", "Name score", "Suspicious themes", "T001", DEFINITIONS["coverage"]):
        assert says in run.out
    assert "Stable" not in run.out
    assert "--stability" in run.err


def test_json_has_every_figure_its_definition_and_the_suspects(organisation: Verbatim) -> None:
    page = json.loads(organisation("quality", "--json").out)
    assert round(page["coverage"] + page["no_detail_share"] + page["unassigned_share"], 3) == 1
    assert page["definitions"] == DEFINITIONS
    assert {theme["id"] for theme in page["themes"]} >= {one["theme_id"] for one in page["suspects"]}
    listed = json.loads(organisation("themes", "--json").out)
    assert {theme["id"] for theme in page["themes"]} == {row["id"] for row in listed if row["kind"] == "theme"}
    assert all(layer["stability"] is None for layer in page["layers"])


def test_stability_is_measured_when_asked_for(organisation: Verbatim) -> None:
    page = json.loads(organisation("quality", "--stability", "--json").out)
    assert all(0 < layer["stability"] <= 1 for layer in page["layers"])
    assert any(theme["stability"] is not None for theme in page["themes"])
    assert "Stable" in organisation("quality", "--stability").out


def test_without_themes_it_says_to_mine_first(verbatim: Verbatim) -> None:
    run = verbatim("quality")
    assert (run.code, run.out) == (2, "")
    assert run.err == "error: no themes yet; run `verbatim mine` first\n"

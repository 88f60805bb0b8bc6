from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from verbatim.errors import ScaleError
from verbatim.scores.definitions import SPANS, Figure, define
from verbatim.scores.scales import scale_named
from verbatim.scores.score import score_answers
from verbatim.scores.single import score_few, tally_cells


@given(name=st.sampled_from(sorted(SPANS)), figure=st.sampled_from(Figure), seed=st.data())
@hypothesis_settings(max_examples=300)
def test_it_says_what_the_arrays_say(name: str, figure: Figure, seed: st.DataObject) -> None:
    scale = scale_named(name)
    definition = define(scale.metric, f"figure={figure.value}", scale)
    answers = seed.draw(st.lists(st.integers(scale.low, scale.high), max_size=60))
    few = score_few(tally_cells(((one, 1) for one in answers), scale), definition).to_dict()
    assert few == score_answers(answers, definition).to_dict()  # rounded to six decimals


@pytest.mark.parametrize("text", ["interval=wald", "satisfied=5", "figure=mean"])
def test_other_definitions_are_followed_too(text: str) -> None:
    definition = define("nps" if "wald" in text else "csat", text)
    answers = [5, 4, 1, 3, 5, 2]
    counted = tally_cells(((one, 1) for one in answers), definition.scale)
    assert score_few(counted, definition).to_dict() == score_answers(answers, definition).to_dict()


def test_cells_are_read_as_everywhere() -> None:
    scale = scale_named("csat-5")
    cells: list[tuple[object, int]] = [("Very satisfied", 2), (5, 1), ("4", 3), ("n/a", 9), (None, 4), (2.0, 1)]
    assert tally_cells(cells, scale) == {5: 3, 4: 3, 2: 1}


@pytest.mark.parametrize("cell", [6, 0, 4.5, "hello", True])
def test_a_cell_off_the_scale_is_refused(cell: object) -> None:
    with pytest.raises(ScaleError):
        tally_cells([(cell, 1)], scale_named("csat-5"))

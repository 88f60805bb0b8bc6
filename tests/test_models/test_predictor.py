from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.predictor import allowed, demand_kind, joined_text, mask_later, shares, text_columns
from tests.test_models.made import objects
from verbatim.errors import UserError


def test_who_the_agent_is_is_left_out_unless_allowed():
    columns = {"agent": objects("a"), "agent_rating": np.ones(1), "team": objects("t")}
    assert list(allowed(columns, agents=False)) == ["team"]
    assert list(allowed(columns, agents=True)) == list(columns)


def test_at_creation_later_columns_are_unknown():
    columns = {"waiting": np.ones(2), "channel": objects("ab"), "own": objects("xy"), "seats": np.ones(2)}
    masked = mask_later(columns, {"own": "while_open", "seats": "at_creation"})
    assert np.isnan(masked["waiting"]).all() and masked["own"].tolist() == [None, None]
    assert masked["channel"].tolist() == ["a", "b"] and masked["seats"].tolist() == [1, 1]


def test_columns_of_a_frame_are_those_it_was_trained_on(estimator):
    frame = pd.DataFrame({"wait": ["1", "x"], "other": [1, 2], "channel": ["email", None]})
    found = estimator.predictor_.columns_of(frame)
    assert set(found) == {"wait", "channel"}
    codes = estimator.predictor_.trained.model.coding.codes(found)
    place = estimator.predictor_.trained.model.coding.names.index("wait")
    assert codes[0, place] == 1.0 and np.isnan(codes[1, place])


def test_texts_are_joined_and_empty_ones_are_none():
    frame = pd.DataFrame({"a": ["x", None, None], "b": ["y", "z", None]})
    assert joined_text(frame, ("a", "b")) == ["x\ny", "z", None]


def test_the_words_of_a_frame_become_columns():
    found = text_columns(pd.DataFrame({"a": ["Get me your manager NOW!", None]}), ("a", "gone"), None)
    assert found["words"].tolist() == [5.0, 0.0] and found["asks_for_manager"].tolist() == [1.0, 0.0]
    assert text_columns(pd.DataFrame({"b": ["x"]}), ("a",), None) == {}


def test_shares_on_an_unknown_scale_are_of_the_range_seen():
    assert shares(np.array([1.0, 5.0]), "csat-5").tolist() == [0, 1]
    assert shares(np.array([10.0, 30.0, 20.0]), "").tolist() == [0, 1, 0.5]
    assert shares(np.array([7.0, 7.0]), "").tolist() == [0, 0]


def test_a_predictor_of_tickets_does_not_score_plain_tables(predictor):
    demand_kind(predictor, "tickets")
    with pytest.raises(UserError, match="trained on tickets with events; it cannot score a plain table"):
        demand_kind(predictor, "columns")
    with pytest.raises(UserError, match="trained on flat columns; it cannot score tickets of the store"):
        demand_kind(replace(predictor, kind="columns"), "tickets")

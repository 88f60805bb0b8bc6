import numpy as np

from models.tickets.features import BY_NAME, FEATURES, GIVEN, PERSONAL, feature_of, signs
from models.tickets.log import read_log
from models.tickets.snapshots import view
from tests.test_models.made import MONDAY, OFFICE, micro, ticket, tickets_frame


def test_every_feature_is_named_once_and_of_a_known_kind():
    assert len(BY_NAME) == len(FEATURES)
    assert {one.kind for one in FEATURES} <= {
        "hours", "count", "share", "days", "rating", "words", "tone", "number", "mood", "meaning",
    }  # fmt: skip
    assert {one.sign for one in FEATURES} == {-1, 0, 1}


def test_every_column_that_a_snapshot_makes_is_in_the_table():
    log = read_log(tickets_frame(ticket("a")))
    found = view(log, OFFICE).features(np.array([0]), micro(MONDAY))
    assert set(found) <= set(BY_NAME)
    assert {one.name for one in FEATURES if one.kind != "meaning"} == set(found)


def test_longer_waits_reopens_and_handovers_never_lower_the_risk():
    found = signs(tuple(BY_NAME))
    for name in ("waiting", "first_wait", "longest_wait", "waiting_open", "reopens", "handovers"):
        assert found[name] == 1
    assert found["sla_left"] == -1 and "age_hours" not in found


def test_log_odds_that_are_given_are_a_feature_without_a_direction():
    assert GIVEN == {"account_mood"}
    assert all(BY_NAME[name].kind == "mood" and BY_NAME[name].sign == 0 for name in GIVEN)
    assert {one.name for one in FEATURES if one.kind == "mood"} == GIVEN


def test_who_the_agent_is_is_personal():
    assert PERSONAL == {"agent", "agent_rating"}


def test_a_column_of_an_organisations_own_is_its_own_group():
    assert (feature_of("seats_sold").group, feature_of("seats_sold").said) == ("seats_sold", "seats sold")

import pandas as pd
import pytest

from verbatim.errors import UserError
from verbatim.scores import agent_when_rated

EVENTS = pd.DataFrame(
    [
        ("T1", "2026-10-02", "reassigned", "Ann", "Bob"),
        ("T1", "2026-10-06", "reassigned", "Bob", "Cy"),
        ("T1", "2026-10-03", "solved", None, "nobody"),
        ("T3", "2026-10-02", "reassigned", "Dee", None),
    ],
    columns=["ticket_id", "at", "kind", "from_value", "to_value"],
)
EVENTS["at"] = pd.to_datetime(EVENTS["at"], utc=True)


def rated(*rows):
    frame = pd.DataFrame(rows, columns=["ticket_id", "answered_at", "agent"])
    return frame.assign(answered_at=pd.to_datetime(frame["answered_at"], utc=True))


@pytest.mark.parametrize(
    ("moment", "holder"),
    [("2026-10-01", "Ann"), ("2026-10-02", "Bob"), ("2026-10-04", "Bob"), ("2026-10-06", "Cy"), ("2026-12-01", "Cy")],
)
def test_an_answer_belongs_to_who_held_the_ticket_when_it_was_rated(moment, holder):
    assert agent_when_rated(rated(("T1", moment, "Cy")), EVENTS).tolist() == [holder]


def test_where_the_log_is_silent_the_exported_agent_stays():
    answers = rated(
        ("T2", "2026-10-04", "Eve"), (None, "2026-10-04", "Fay"), ("T1", None, "Cy"), ("T3", "2026-10-04", "G")
    )
    assert agent_when_rated(answers, EVENTS).tolist() == ["Eve", "Fay", "Cy", "G"]
    assert agent_when_rated(answers, EVENTS.iloc[:0]).tolist() == ["Eve", "Fay", "Cy", "G"]


def test_the_order_of_answers_and_events_changes_nothing_and_the_index_stays():
    answers = rated(("T1", "2026-10-04", "Cy"), ("T2", "2026-10-04", "Eve"), ("T1", "2026-10-01", "Cy"))
    answers.index = [7, 3, 9]
    held = agent_when_rated(answers, EVENTS)
    assert held.to_dict() == {7: "Bob", 3: "Eve", 9: "Ann"}
    shuffled = agent_when_rated(answers.iloc[::-1], EVENTS.iloc[::-1])
    assert shuffled.to_dict() == held.to_dict()


def test_times_need_a_zone_and_columns_have_to_be_there():
    with pytest.raises(UserError, match="no time zone"):
        agent_when_rated(rated(("T1", "2026-10-04", "Cy")), EVENTS.assign(at=EVENTS["at"].dt.tz_localize(None)))
    with pytest.raises(UserError, match="'from_value'"):
        agent_when_rated(rated(("T1", "2026-10-04", "Cy")), EVENTS.drop(columns="from_value"))

from __future__ import annotations

import pytest

from tests.test_followups.given import NOW
from verbatim.errors import InputError, NotFoundError, SettingsError
from verbatim.followups.matching import band_on, read_when, span_on
from verbatim.followups.reading_rules import FIELDS
from verbatim.followups.rules import DEFAULTS, Rule, effective_rules, reset_rule, rules_of_settings, save_rule
from verbatim.settings import Settings
from verbatim.storage.store import Store


def test_the_defaults_are_the_table_of_closing_the_loop() -> None:
    found = {name: one.rule for name, one in rules_of_settings(Settings()).items()}
    assert list(found) == list(DEFAULTS)
    assert (found["detractor"].task_due, found["detractor"].due, found["detractor"].who) == (
        "2h", "same day", "account_owner",
    )  # fmt: skip
    assert {name: (one.who, one.due) for name, one in found.items() if name != "detractor"} == {
        "low_csat": ("ticket_owner", "same day"), "passive": ("account_owner", "next business week"),
        "promoter": ("success", "next business week"), "high_effort": ("product", "next business week"),
        "at_risk": ("support_lead", "4h"), "account_low": ("account_owner", "24h"),
    }  # fmt: skip


def test_every_field_of_a_rule_can_be_set() -> None:
    assert set(FIELDS) == set(Rule.__dataclass_fields__) - {"name"}


def test_edits_stand_above_settings_above_defaults_and_can_be_taken_back(store: Store) -> None:
    settings = Settings(followup_rules={"detractor": {"due": "4h"}, "passive": {"active": False}})
    save_rule(store, settings, "detractor", {"who": "success"}, person="Ann", at=NOW)
    save_rule(store, settings, "detractor", {"severity": "info"}, person="Ben", at=NOW)
    found = {one.rule.name: one for one in effective_rules(store, settings)}
    edited = found["detractor"]
    assert (edited.origin, edited.person, edited.rule.due) == ("edited", "Ben", "4h")
    assert (edited.rule.who, edited.rule.severity, edited.rule.task_due) == ("success", "info", "2h")
    assert (found["passive"].origin, found["passive"].rule.active) == ("settings", False)
    assert found["promoter"].origin == "default"
    back = reset_rule(store, settings, "detractor")
    assert back is not None
    assert (back.rule.who, back.rule.due, back.origin) == ("account_owner", "4h", "settings")
    with pytest.raises(NotFoundError, match="detractor"):
        reset_rule(store, settings, "detractor")


def test_a_rule_that_people_add_goes_when_it_is_reset(store: Store) -> None:
    settings = Settings()
    save_rule(store, settings, "gold_low", {"metric": "csat", "when": "score <= 4", "tiers": ["gold"], "what": "Call."},
              person="Ann", at=NOW)  # fmt: skip
    assert effective_rules(store, settings)[-1].rule.tiers == ("gold",)
    assert reset_rule(store, settings, "gold_low") is None
    assert len(effective_rules(store, settings)) == len(DEFAULTS)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"du": "4h"}, "did you mean 'due'"),
        ({"due": "soon"}, "'due': 'soon' is no due time"),
        ({"who": "boss"}, "'who' is 'boss'; it may be account_owner"),
        ({"who": "person"}, "give 'person'"),
        ({"when": "satisfied"}, "said of csat"),
        ({"when": "unhappy"}, "write a category"),
        ({"active": 1}, "true or false"),
        ({"window_days": 0}, "number from 0.01"),
        ({"at_least": 2.5}, "whole number"),
        ({"scales": ["csat-5"]}, "no scale of nps"),
        ({"segments": ["chat"]}, "a table of segments"),
        ({"events": ["job.finished"]}, "'events' is 'job.finished'"),
    ],
)
def test_a_wrong_field_is_named_with_what_it_may_be(given: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match="followup_rules.detractor.*" + said):
        rules_of_settings(Settings(followup_rules={"detractor": given}))


def test_a_rule_of_a_new_name_says_what_it_asks_for(store: Store) -> None:
    with pytest.raises(InputError, match="give 'what'"):
        save_rule(store, Settings(), "mine", {"due": "4h"}, person="Ann", at=NOW)


@pytest.mark.parametrize(
    ("when", "metric", "scale", "span"),
    [
        ("low", "csat", "csat-5", (1, 3)),
        ("low", "csat", "csat-5-reversed", (3, 5)),
        ("low", "csat", "csat-2", (0, 0)),
        ("low", "ces", "ces-7-ease", (1, 3)),
        ("low", "ces", "ces-5-effort", (4, 5)),
        ("low", "nps", "nps", (0, 6)),
        ("passive", "nps", "nps", (7, 8)),
        ("promoters", "nps", "nps", (9, 10)),
        ("neutral", "csat", "csat-5-reversed", (3, 3)),
        ("neutral", "csat", "csat-2", None),
        ("detractors", "csat", "csat-5", None),
        ("low", "csat", "stars-of-our-own", None),
    ],
)
def test_what_counts_depends_on_the_scale_and_its_direction(
    when: str, metric: str, scale: str, span: tuple[float, float] | None
) -> None:
    assert span_on(read_when(when, None), metric, scale) == span


def test_categories_follow_the_organisation_where_its_definition_fits_the_scale() -> None:
    assert span_on(read_when("satisfied", "csat"), "csat", "csat-5", "satisfied=5") == (5, 5)
    assert span_on(read_when("satisfied", "csat"), "csat", "csat-7", "csat-5: satisfied=5") == (6, 7)
    assert band_on("csat", "csat-5", 4.0, "satisfied=5") == "neutral"
    assert (band_on("nps", "nps", 6.0), band_on("nps", "nps", None)) == ("detractor", None)


def test_a_comparison_has_exact_ends() -> None:
    low, high = span_on(read_when("score < 3", "csat"), "csat", "csat-5") or (0, 0)
    assert low <= 2 <= high < 3
    assert span_on(read_when("score<=3", "csat"), "csat", "unknown") == (float("-inf"), 3)

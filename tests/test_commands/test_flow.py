"""The commands on a small sample organisation: what a user sees after ingesting and mining."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.test_commands.conftest import Run

Verbatim = Callable[..., Run]


def test_scores_come_with_n_interval_and_a_total(organisation: Verbatim) -> None:
    run = organisation("score", "csat", "--by", "channel", "--json")
    assert run.code == 0
    (sheet,) = json.loads(run.out)
    assert sheet["scale"] == "csat-5"
    assert sum(row["n"] for row in sheet["rows"]) == sheet["total"]["n"] > 100
    for row in sheet["rows"]:
        assert row["low"] <= row["score"] <= row["high"]
    shown = organisation("score", "csat", "--by", "channel").out
    assert shown.startswith("CSAT (csat-5): % satisfied")
    assert "all" in shown
    assert "…" in shown


def test_months_show_their_change_and_whether_it_is_noise(organisation: Verbatim) -> None:
    (sheet,) = json.loads(organisation("score", "csat", "--period", "month", "--json").out)
    months = [row["period"] for row in sheet["rows"]]
    assert months == sorted(months)
    assert sheet["rows"][0]["change"] is None
    assert isinstance(sheet["rows"][1]["is_noise"], bool)


def test_rolling_weeks_pool_four_weeks(organisation: Verbatim) -> None:
    (weekly,) = json.loads(organisation("score", "csat", "--period", "week", "--json").out)
    (rolling,) = json.loads(organisation("score", "csat", "--rolling", "--json").out)
    assert rolling["rows"][0]["n"] == sum(row["n"] for row in weekly["rows"][:4])


def test_a_cross_table_has_totals_on_both_sides(organisation: Verbatim) -> None:
    run = organisation("score", "csat", "--by", "tier", "--by", "channel", "--cross")
    assert run.code == 0
    header, *rows = [line for line in run.out.splitlines()[1:] if line.strip()]
    assert header.startswith("tier \\ channel")
    assert header.split()[-1] == "all"
    (sheet,) = json.loads(organisation("score", "csat", "--json").out)
    assert f"(n {sheet['total']['n']})" in rows[-1]


def test_account_level_shows_three_ways_and_who_is_behind(organisation: Verbatim) -> None:
    Path("verbatim.toml").write_text("[currency_rates]\nEUR = 1\nUSD = 0.9\nGBP = 1.2\n", encoding="utf-8")
    try:
        (sheet,) = json.loads(organisation("score", "nps", "--accounts", "--json").out)
    finally:
        Path("verbatim.toml").unlink()
    assert set(sheet["accounts"]) == {"pooled", "mean_of_accounts", "weighted_by_value"}
    assert "contacts in" in sheet["accounts"]["pooled"]["behind"]
    shown = organisation("score", "nps", "--accounts").out
    assert "each account counts once" in shown
    assert "ARR" not in shown  # several currencies and no rates: no weighted figure is made up


def test_a_definition_changes_the_figure_and_is_named(organisation: Verbatim) -> None:
    (usual,) = json.loads(organisation("score", "csat", "--json").out)
    (strict,) = json.loads(organisation("score", "csat", "--definition", "satisfied=5", "--json").out)
    assert strict["total"]["value"] < usual["total"]["value"]
    assert "satisfied=5" in strict["definition"]["name"]


def test_the_step_of_an_effort_score_can_be_compared(organisation: Verbatim) -> None:
    (sheet,) = json.loads(organisation("score", "ces", "--by", "step", "--json").out)
    assert {row["step"] for row in sheet["rows"]} == {"onboarding", "ticket"}


def test_the_ease_index_is_offered_across_scales(organisation: Verbatim) -> None:
    (sheet,) = json.loads(organisation("score", "ces", "--definition", "index", "--json").out)
    assert (sheet["scale"], 0 <= sheet["total"]["value"] <= 100) == ("ease index", True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("score", "csat", "--by", "colour"), "no segment 'colour'"),
        (("score", "csat", "--where", "channel=fax"), "no CSAT answers match"),
        (("score", "csat", "--where", "channel"), "--where name=value"),
        (("score", "csat", "--from", "31.10.2026"), "write it as 2026-10-31"),
        (("score", "csat", "--definition", "happy=5"), "happy"),
        (("score", "csat", "--scale", "csat-99"), "no CSAT answers match"),
        (("score", "csat", "--cross", "--by", "tier"), "exactly two"),
        (("score", "csat", "--rolling", "--period", "month"), "go by week"),
        (("score", "csat", "--by", "tier", "--by", "tier"), "named twice"),
        (("score", "joy"), "'joy' is not one of"),
        (("score", "csat", "--adjust-for", "channel"), "exactly one --by"),
        (("survey", "csat", "--by", "colour"), "no segment 'colour'"),
        (("survey", "csat", "--from", "2026-02-01", "--to", "2026-01-01"), "is not before"),
        (("may-ask", "csat", "nobody"), "no contact 'nobody'"),
        (("themes", "T999"), "no theme 'T999'"),
        (("quotes", "no-detail", "--from", "2031-01-01"), "nobody said anything"),
        (("report", "--month", "2026-13"), "YYYY-MM"),
        (("report", "--month", "2026-10", "--format", "pdf", "--out", "-"), "md or json"),
        (("report", "--month", "2026-10", "--by", "colour"), "colour"),
    ],
)
def test_a_mistake_is_one_line_with_code_2(organisation: Verbatim, words: tuple[str, ...], says: str) -> None:
    run = organisation(*words)
    assert (run.code, run.out) == (2, "")
    assert says in run.err
    assert run.err.startswith("error: ")
    assert run.err.count("\n") == 1


def test_themes_are_listed_and_shown(organisation: Verbatim) -> None:
    tree = json.loads(organisation("themes", "--json").out)
    top = [row for row in tree if row["parent_id"] is None]
    assert sum(row["share"] for row in top) > 1  # a comment on several themes counts on each
    assert len({round(row["size"] / row["share"]) for row in tree if row["share"]}) == 1  # all are of the same comments
    first = next(row for row in top if row["kind"] == "theme")
    assert first["name"] in organisation("themes").out
    shown = json.loads(organisation("themes", first["id"].lower(), "--json").out)
    assert shown["name"] == first["name"]
    assert sum(month["n"] for month in shown["months"]) == first["size"]
    assert first["name"] in organisation("themes", first["name"].upper()).out


def test_quotes_are_the_comments_of_the_theme(organisation: Verbatim) -> None:
    tree = json.loads(organisation("themes", "--json").out)
    first = next(row for row in tree if row["kind"] == "theme")
    best = json.loads(organisation("quotes", first["id"], "--json").out)
    assert [quote["comment_id"] for quote in best] == first["quotes"][:10]
    everything = json.loads(organisation("quotes", first["id"], "--all", "--limit", "9999", "--json").out)
    assert len(everything) == first["size"]
    days = [quote["day"] for quote in everything]
    assert days == sorted(days, reverse=True)


def test_mining_again_changes_nothing(organisation: Verbatim) -> None:
    before = organisation("themes", "--json").out
    assert organisation("mine").code == 0
    assert organisation("themes", "--json").out == before


def test_a_report_is_written_in_every_format(organisation: Verbatim, tmp_path: Path) -> None:
    words = [word for fmt in ("html", "md", "json", "xlsx") for word in ("--format", fmt)]
    run = organisation("report", "--month", "2026-10", *words, "--out", tmp_path)
    assert run.code == 0
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("report")) == [
        f"report-2026-10.{fmt}" for fmt in ("html", "json", "md", "xlsx")
    ]
    printed = organisation("report", "--month", "2026-10", "--format", "json", "--out", "-")
    assert json.loads(printed.out)["month"] == "2026-10"


def test_the_database_is_checked_and_backed_up(organisation: Verbatim, tmp_path: Path) -> None:
    assert organisation("db", "check").code == 0
    assert organisation("db", "backup", tmp_path / "copy.db").code == 0
    assert (tmp_path / "copy.db").stat().st_size > 100_000
    assert organisation("db", "upgrade").code == 0


def test_the_doctor_finds_nothing_wrong(organisation: Verbatim) -> None:
    run = organisation("doctor", "--json")
    states = {finding["subject"]: finding["state"] for finding in json.loads(run.out)}
    assert states["model"] == states["settings"] == states["home"] == "ok"


def test_the_doctor_names_a_wrong_setting(organisation: Verbatim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_TIMEZONE", "Mars/Olympus")
    run = organisation("doctor")
    assert run.code == 1
    assert "Mars/Olympus" in run.out


def test_agents_are_shown_with_the_mix_of_their_channels_taken_out(organisation: Verbatim) -> None:
    (sheet,) = json.loads(organisation("score", "csat", "--by", "agent", "--adjust-for", "channel", "--json").out)
    names = [row["agent"] for row in sheet["rows"] if row["agent"]]
    assert names == sorted(names)  # alphabetical, never a league
    assert all(row["score"] is None for row in sheet["rows"] if row["withheld"])
    shown = next(row for row in sheet["rows"] if not row["withheld"])
    assert shown["adjusted_low"] <= shown["adjusted"] <= shown["adjusted_high"]


def test_long_standing_customers_and_cohorts_are_worked_out_from_the_accounts(organisation: Verbatim) -> None:
    (total,) = json.loads(organisation("score", "csat", "--json").out)
    (by_tenure,) = json.loads(organisation("score", "csat", "--by", "tenure", "--json").out)
    assert {row["tenure"] for row in by_tenure["rows"]} <= {"new", "long-standing", None}
    (by_cohort,) = json.loads(organisation("score", "csat", "--by", "cohort", "--json").out)
    assert sum(row["n"] for row in by_cohort["rows"]) == sum(row["n"] for row in by_tenure["rows"])
    assert by_cohort["total"]["n"] == total["total"]["n"]
    (new,) = json.loads(organisation("score", "csat", "--where", "tenure=new", "--json").out)
    assert new["total"]["n"] == next(row["n"] for row in by_tenure["rows"] if row["tenure"] == "new")


def test_the_survey_behind_a_score_is_described(organisation: Verbatim) -> None:
    found = json.loads(organisation("survey", "csat", "--by", "channel", "--json").out)
    (score,) = json.loads(organisation("score", "csat", "--json").out)
    assert sum(row["answered"] for row in found["rates"]) == score["total"]["n"]
    assert all(0 < row["response_rate"] < 100 for row in found["rates"])
    assert found["delays"]["median_hours"] > 0
    assert {row["channel"] for row in found["respondents"]} >= {"chat", "email"}
    assert "Who answers" in organisation("survey", "csat", "--by", "channel").out
    assert organisation("survey", "csat", "--period", "month").code == 0


def test_factors_are_listed_strongest_first_and_people_are_not_named(organisation: Verbatim) -> None:
    words = [word for name in ("channel", "product", "agent") for word in ("--factor", name)]
    rows = json.loads(organisation("score", "csat", *words, "--json").out)
    explained = [row["explained"] for row in rows]
    assert explained == sorted(explained, reverse=True)
    assert next(row for row in rows if row["factor"] == "agent")["lowest"] is None
    assert "an association, not a cause" in organisation("score", "csat", "--factor", "channel").out


def test_the_post_stratified_score_stands_beside_the_raw_one(organisation: Verbatim) -> None:
    (score,) = json.loads(organisation("score", "csat", "--json").out)
    found = json.loads(organisation("survey", "csat", "--by", "channel", "--json").out)["post_stratified"]
    assert found["raw"]["value"] == score["total"]["value"]
    assert found["low"] < found["value"] < found["high"]
    assert "post-stratified by channel" in organisation("survey", "csat", "--by", "channel").out


def test_a_person_who_was_asked_lately_is_left_alone(organisation: Verbatim) -> None:
    asked = next(
        line.split(",") for line in Path("sample/nps.csv").read_text(encoding="utf-8").splitlines()[1:] if line
    )
    contact, day = asked[2], asked[6][:10]
    run = organisation("may-ask", "csat", contact, "--on", day, "--json")
    answer = json.loads(run.out)
    assert (run.code, answer["allowed"]) == (1, False)
    assert "30 days between any two surveys" in answer["reason"]
    assert organisation("may-ask", "csat", contact, "--on", "2031-01-01").out == "yes\n"


def test_milestones_are_compared_before_and_after(organisation: Verbatim) -> None:
    found = json.loads(organisation("signals", "--json").out)
    assert found["milestones"]
    compared = [one for one in found["milestones"] if one["change"] is not None]
    assert compared
    assert all(one["low"] <= one["change"] <= one["high"] for one in compared)
    assert "Signals in the three months before" in organisation("signals").out


def test_a_target_in_the_settings_is_tracked(organisation: Verbatim) -> None:
    Path("verbatim.toml").write_text("[targets.csat]\ngoal = 99.5\n", encoding="utf-8")
    try:
        assert "Target: " in organisation("score", "csat").out
        (sheet,) = json.loads(organisation("score", "csat", "--json").out)
        assert (sheet["target"]["goal"], sheet["target"]["reached"]) == (99.5, False)
    finally:
        Path("verbatim.toml").unlink()
    assert "Target: " not in organisation("score", "csat").out

from __future__ import annotations

import pytest

from verbatim.errors import MappingError, ScaleError


def file(values, header="csat"):
    return f"id,date,{header}\n" + "".join(f"{n},2026-10-01,{value}\n" for n, value in enumerate(values))


def test_the_scale_is_told_from_the_answers(desk):
    for values, name in ((range(1, 6), "csat-5"), (range(1, 8), "csat-7"), (["good", "bad"], "csat-2")):
        plan = desk.plan(file(list(values) * 10))
        assert plan.scores[0].scales["csat"].name == name


def test_the_metric_comes_from_the_option_the_header_or_the_files_name(desk):
    values = [1, 2, 3, 4, 5] * 5
    assert desk.plan(file(values, "score"), metric="csat").scores[0].reason.startswith("named")
    assert "its header speaks of CSAT" in desk.plan(file(values, "CSAT score"), name="x.csv").scores[0].reason
    assert "by the file's name" in desk.plan(file(values, "score"), name="csat-2026-10.csv").scores[0].reason
    with pytest.raises(MappingError, match=r"is 'score' CSAT, CES or NPS\? Name it with --metric"):
        desk.plan(file(values, "score"), name="x.csv")


def test_two_scales_under_one_metric_are_an_error_that_says_how_to_separate_them(desk):
    values = ["4/5"] * 30 + ["8/10"] * 30
    with pytest.raises(ScaleError, match=r"column 'csat': .*--map scale=COLUMN"):
        desk.plan(file(values))


def test_a_scale_column_keeps_two_scales_apart(desk, store, stored):
    from verbatim.storage.tables import survey_response

    text = "id,date,ces,scale\n1,2026-10-01,5,ces-7-ease\n2,2026-10-01,5,ces-5-effort\n3,2026-10-01,5,nonsense\n"
    result = desk.ingest(store, text)
    assert sorted((row["scale"], row["value"]) for row in stored(survey_response)) == [
        ("ces-5-effort", 5),
        ("ces-7-ease", 5),
    ]
    assert next(iter(result.reasons)).startswith("unknown scale 'nonsense'")


def test_a_metric_column_gives_each_row_its_metric(desk, store, stored):
    from verbatim.storage.tables import survey_response

    rows = [
        (n, metric, value) for n, (metric, value) in enumerate([("CSAT", 5), ("NPS", 10), ("CSAT", 1), ("nps", 0)] * 10)
    ]
    text = "id,date,metric,score\n" + "".join(f"{n},2026-10-01,{metric},{value}\n" for n, metric, value in rows)
    desk.ingest(store, text + "99,2026-10-01,CLV,5\n")
    found = {(row["metric"], row["scale"]) for row in stored(survey_response)}
    assert found == {("csat", "csat-5"), ("nps", "nps")}


def test_one_to_five_of_effort_must_be_named(desk):
    with pytest.raises(ScaleError, match=r"ces-5-ease.*ces-5-effort"):
        desk.plan(file([1, 2, 3, 4, 5] * 10, "ces"))
    assert desk.plan(file([1, 2, 3, 4, 5] * 10, "ces"), scale="ces-5-effort").scores[0].metric == "ces"


def test_a_scale_of_another_metric_is_refused(desk):
    with pytest.raises(ScaleError, match="is a scale of nps, but 'csat' measures csat"):
        desk.plan(file([5]), metric="csat", scale="nps")


def test_a_column_without_answers_needs_its_scale_named(desk):
    with pytest.raises(ScaleError, match="has no answer in the first 2 rows"):
        desk.plan(file(["", ""]))
    assert desk.plan(file(["", ""], "nps")).scores[0].scales["nps"].name == "nps"


def test_own_labels_of_a_profile_are_understood(desk, store, stored, tmp_path):
    from verbatim.storage.tables import survey_response

    profile = tmp_path / "p.toml"
    profile.write_text(
        '[fields]\nid = "id"\nanswered_at = "date"\nscore = "csat"\n'
        '[labels]\nTop = 5\nFlop = 1\n"7" = "not_applicable"\n'
    )
    result = desk.ingest(store, file(["Top", "Flop", "7", "3", "6"]), profile=profile, metric="csat", scale="csat-5")
    found = sorted(((row["status"], row["value"]) for row in stored(survey_response)), key=str)
    assert found == [("answered", 1), ("answered", 3), ("answered", 5), ("not_applicable", None)]
    assert result.rejected == 1

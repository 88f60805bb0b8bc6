import dataclasses
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
import pytest

from models.judging.card import CardFacts, FeatureLine, card_html, card_markdown
from models.judging.evaluation import evaluate
from tests.test_models.test_evaluation import judged, objects

HOSTILE = '<script>alert("x")</script> | **b** [a](http://evil.example)\n# heading'


def facts(**changes):
    features = (
        FeatureLine("wait_hours", "waiting", "number", "while_open", 6.25, "Business hours since the last reply"),
        FeatureLine("product", "ticket", "category", "at_creation", 1.5, "Product of the ticket"),
        FeatureLine("age_hours", "waiting", "number", "while_open", None, "Hours since creation"),
    )
    known = CardFacts(
        name="csat-3",
        metric="csat",
        target="score <= 3",
        status="ready",
        created_at=datetime(2026, 9, 1, 12, tzinfo=UTC),
        data_start=datetime(2026, 1, 1, tzinfo=UTC),
        data_end=datetime(2026, 8, 31, tzinfo=UTC),
        tickets=4200,
        snapshots=11800,
        cases=630,
        evaluation=EVALUATION,
        gate_reasons=(),
        chosen="trees",
        candidates=(("logistic", 0.4012), ("trees", 0.3921)),
        calibration="Platt",
        features=features,
        left_out=(("agent", "who the agent is stays out unless the setting asks for it"),),
        settings={"predictor_minimum_tickets": 200, "predictor_agents": False},
        libraries={"lightgbm": "4.7.0", "scikit-learn": "1.9.0"},
        sha256="ab" * 32,
        caveats=("Only tickets with a survey were rated.",),
    )
    return dataclasses.replace(known, **changes)


EVALUATION = evaluate(judged(answering=True), draws=40)


def hostile():
    test = judged()
    names = {HOSTILE: np.where(test.segments["team"] == "north", HOSTILE, "south").astype(object)}
    return facts(
        name=HOSTILE,
        target=HOSTILE,
        evaluation=evaluate(dataclasses.replace(test, segments=names), draws=5),
        gate_reasons=(HOSTILE,),
        chosen=HOSTILE,
        features=(FeatureLine(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1.0, HOSTILE),),
        left_out=((HOSTILE, HOSTILE),),
        settings={HOSTILE: HOSTILE},
        libraries={HOSTILE: HOSTILE},
        caveats=(HOSTILE,),
    )


class Reader(HTMLParser):
    """Which tags a page has, whether they close, and what it says."""

    VOID = ("meta", "br", "hr", "img", "input", "link")

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(page)
        self.close()
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, text):
        if "style" not in self.open:
            self.words.append(text)


SECTIONS = [
    "What it predicts, and for whom",
    "Intended use",
    "Data",
    "How it was evaluated",
    "Results",
    "By stage",
    "By segment",
    "Calibration",
    "At your capacity",
    "Gate",
    "What it looks at",
    "Tickets without a rating",
    "Caveats",
    "Settings and versions",
]


def headings(markdown):
    return re.findall(r"^## (.*)$", markdown, re.M)


def test_a_card_has_its_sections_in_order():
    assert headings(card_markdown(facts())) == SECTIONS
    page = card_html(facts())
    assert re.findall(r"<h2 [^>]*>(.*?)</h2>", page) == SECTIONS


def test_a_refused_predictor_says_so_first():
    refused = facts(status="refused", gate_reasons=("skill over wait 0.01 (-0.02 to 0.03): not above zero",))
    markdown = card_markdown(refused)
    assert headings(markdown) == ["This predictor was refused", *SECTIONS]
    assert "Nobody should act on its risks" in markdown
    assert markdown.count("not above zero") == 2  # at the top, and at the gate
    assert 'class="sheet refused"' in card_html(refused)
    assert 'class="sheet refused"' not in card_html(facts())


def test_a_predictor_refused_before_there_was_a_model_has_a_card():
    bare = facts(
        status="refused", evaluation=None, gate_reasons=("120 rated tickets, 200 are needed",), candidates=(),
        features=(), left_out=(), settings={}, libraries={}, caveats=(), tickets=0, snapshots=0, cases=0,
    )  # fmt: skip
    for card in (card_markdown(bare), card_html(bare)):
        assert "120 rated tickets, 200 are needed" in card
        assert "It was not evaluated" in card
    assert "<svg" not in card_html(bare)


def test_the_sentence_at_capacity_has_numbers_intervals_and_n():
    (line,) = [one for one in card_markdown(facts()).splitlines() if "Of the 10 % riskiest" in one]
    ten = EVALUATION.overall.capacities[1]
    assert (
        f"{100 * ten.precision.value:.1f}% ({100 * ten.precision.low:.1f} to {100 * ten.precision.high:.1f}%)" in line
    )
    assert "turned out dissatisfied" in line
    assert f"they hold {100 * ten.recall.value:.1f}%" in line
    assert "n 600" in line


def test_effort_is_called_effort():
    assert "turned out of high effort" in card_markdown(facts(metric="ces"))
    assert "dissatisfied" not in card_markdown(facts(metric="ces"))


def test_predictor_and_baselines_stand_in_one_table():
    table = card_markdown(facts()).split("## Results")[1].split("## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")]
    assert [row.split("|")[1].strip() for row in rows[:5]] == [
        "Predictor or baseline", "---", "predictor", "base rate", "wait",
    ]  # fmt: skip
    area = EVALUATION.overall.roc_auc
    assert f"{area.value:.3f} ({area.low:.3f} to {area.high:.3f})" in rows[2]


def test_every_row_of_a_table_has_as_many_cells():
    for card in (card_markdown(facts()), card_markdown(hostile())):
        for table in re.findall(r"(?:^\|.*\n)+", card, re.M):
            cells = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
            assert len(cells) == 1, table


def test_hostile_names_are_text_in_markdown():
    card = card_markdown(hostile())
    assert "<script" not in re.sub(r"\\<", "", card)
    assert not re.search(r"(?<!\\)\*\*b|(?<!\\)\[a|://", card)
    assert headings(card) == SECTIONS
    assert not re.search(r"^# heading", card, re.M)


def test_hostile_names_are_text_on_the_page():
    page = Reader(card_html(hostile()))
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.open == []
    assert '<script>alert("x")</script> | **b** [a](http://evil.example) # heading' in page.text


def test_the_page_loads_nothing_and_runs_nothing():
    for tag, attributes in Reader(card_html(facts())).tags:
        assert tag not in {"script", "link", "img", "iframe", "object", "form", "a"}
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "href", "xlink:href"}]
    assert "default-src 'none'" in card_html(facts())


def test_every_chart_is_drawn_with_a_text_alternative():
    charts = [attributes for tag, attributes in Reader(card_html(facts())).tags if tag == "svg"]
    assert [one["aria-label"].split(":")[0] for one in charts] == [
        "Risk and what happened, with 95 % intervals; on the dashed line they agree",
        "How risks are spread",
        "Cases found; dashed",
        "Mean effect on a risk, in points",
    ]
    assert "6.250, wait_hours" in charts[3]["aria-label"]


def test_features_stand_in_order_of_what_they_move():
    section = card_markdown(facts()).split("## What it looks at")[1]
    assert section.index("wait\\_hours") < section.index("Product of the ticket") < section.index("age\\_hours")
    assert "who the agent is stays out" in section


@pytest.mark.parametrize("render", [card_markdown, card_html])
def test_a_card_of_one_class_has_dashes_and_no_nan(render):
    test = judged(80)
    satisfied = dataclasses.replace(test, y=np.zeros_like(test.y), segments={"team": objects("x" for _ in test.y)})
    card = render(facts(evaluation=evaluate(satisfied, draws=5)))
    assert "nan" not in card.lower().replace("finance", "")
    assert "No segment has a value" in card


def test_the_same_facts_give_the_same_card():
    assert card_html(facts()) == card_html(facts())

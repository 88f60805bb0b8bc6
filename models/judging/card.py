"""The model card: what a predictor is for, what it is worth, and what it is not for, for people who have to trust it.

The content is written once, as sections of blocks, and rendered as Markdown and as one HTML page that loads nothing.
Names of segments and categories are customers' words: both renderings show them as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import vl_convert
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from models.judging.evaluation import FEWEST_CASES, FEWEST_TICKETS, HEAVIEST, STAGES
from verbatim.reports.charts import INVISIBLE, NOISE, PALETTE, VEGA_LITE, themed
from verbatim.reports.markdown import plain
from verbatim.reports.words import NOTHING, amount, count, cut, day_of, joined, many, number, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from models.judging.evaluation import Evaluation, Row
    from models.judging.metrics import Figure

    Mark = tuple[str, list[dict[str, Any]], dict[str, Any]]  # kind, rows, style

MOST_BARS = 12
WIDTH, HEIGHT = 280, 180
CASES = {"csat": "dissatisfied", "ces": "of high effort"}
STAGE_NAMES = dict(
    zip(STAGES, ("at creation", "after the first reply", "at a customer's message", "before closing"), strict=True)
)


@dataclass(frozen=True, slots=True)
class FeatureLine:
    """One feature; ``importance`` is the mean of its contribution's absolute value, in percentage points of risk."""

    name: str
    group: str
    kind: str
    availability: str
    importance: float | None
    description: str


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Everything that a card says; ``candidates`` are (name, log loss), ``left_out`` (column, why)."""

    name: str
    metric: str
    target: str
    status: str
    created_at: datetime
    data_start: datetime
    data_end: datetime
    tickets: int
    snapshots: int
    cases: int
    evaluation: Evaluation | None
    gate_reasons: tuple[str, ...]
    chosen: str
    candidates: tuple[tuple[str, float], ...]
    calibration: str
    features: tuple[FeatureLine, ...]
    left_out: tuple[tuple[str, str], ...]
    settings: Mapping[str, object]
    libraries: Mapping[str, str]
    sha256: str
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a section; ``items`` of charts are their names, ``numbers`` are the columns set to the right."""

    kind: Literal["paragraph", "items", "grid", "charts"]
    text: str = ""
    items: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it; ``warns`` where the page should be read no further without care."""

    title: str
    blocks: tuple[Block, ...]
    warns: bool = False


def card_markdown(facts: CardFacts) -> str:
    """The card without charts; text of others is shown as it is, and cannot mark up, mention or break a table."""
    parts = [f"# {plain(f'Model card: {facts.name}')}", plain(" · ".join(_meta(facts)))]
    for section in _sections(facts):
        parts += [f"## {plain(section.title)}", *(_markdown(one) for one in section.blocks if one.kind != "charts")]
    return "\n\n".join(parts) + "\n"


def card_html(facts: CardFacts) -> str:
    """The card as a page of its own, with charts; everything is escaped but the charts drawn here."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("models.judging"), PackageLoader("verbatim.reports")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("card.html")
    parts = {"title": f"Model card: {facts.name}", "meta": _meta(facts), "sections": tuple(_sections(facts))}
    return page.render(**parts, drawn=_drawn(facts)).strip() + "\n"


def _meta(facts: CardFacts) -> tuple[str, ...]:
    made = day_of(facts.created_at.date().isoformat())
    return (f"{facts.metric.upper()}, target {facts.target}", f"status: {facts.status}", f"trained on {made}")


def _sections(facts: CardFacts) -> Iterator[Section]:
    if facts.status == "refused":
        said = "It has not shown that it knows more than simple rules do. Nobody should act on its risks."
        reasons = Block("items", items=facts.gate_reasons or ("no reason was recorded",))
        yield Section("This predictor was refused", (Block("paragraph", said), reasons), warns=True)
    case = CASES.get(facts.metric, "a case")
    yield from _opening(facts, case)
    if facts.evaluation is None:
        yield Section(
            "Results", (Block("paragraph", "It was not evaluated: training stopped before there was a model."),)
        )
    else:
        yield from _results(facts, facts.evaluation, case)
    yield _gate(facts)
    yield _features(facts)
    if facts.evaluation is not None:
        yield _nonresponse(facts.evaluation)
    yield Section("Caveats", (Block("items", items=facts.caveats or ("None were recorded.",)),))
    yield _versions(facts)


def _opening(facts: CardFacts, case: str) -> Iterator[Section]:
    score = facts.metric.upper()
    purpose = (
        f"For a ticket that is still open, the risk that its {score} rating, if one comes, will be {case} "
        f"({facts.target}). The risk is estimated at creation and at every update, from what was known then. It is for "
        "teams that want to look at the riskiest open tickets first, while something can still be done."
    )
    uses = (
        "Intended: to put open tickets in order, so that the riskiest are looked at first.",
        "Intended: to watch the mean risk of a team or channel over weeks.",
        "Not intended: to judge, pay or rank agents. A risk is about a ticket's course, not about who holds it.",
        f"Not intended: as the {score} of customers who did not answer, or instead of asking them.",
        "Not intended: to treat customers worse because a good rating is expected.",
    )
    first, last = (day_of(one.date().isoformat()) for one in (facts.data_start, facts.data_end))
    rate = f" ({amount(100 * facts.cases / facts.tickets, 'percent')})" if facts.tickets else ""
    seen = (
        f"{many(facts.tickets, 'rated ticket')} from {first} to {last}, seen at {many(facts.snapshots, 'moment')} of "
        f"their lives. {count(facts.cases)}{rate} were rated {case}."
    )
    yield Section("What it predicts, and for whom", (Block("paragraph", purpose),))
    yield Section("Intended use", (Block("items", items=uses),))
    yield Section("Data", (Block("paragraph", seen),))


def _results(facts: CardFacts, evaluation: Evaluation, case: str) -> Iterator[Section]:
    overall = evaluation.overall
    method = (
        f"On the most recent tickets, which training did not see: {many(overall.snapshots, 'snapshot')} of "
        f"{many(overall.tickets, 'ticket')}, {count(overall.cases)} of them {case}. Each ticket counts once, however "
        "many snapshots it has. Intervals come from drawing accounts again. AUC: how often a case stands above another "
        "ticket (0.5 is chance). Brier: mean squared error of the risk (0 is best). Skill: how much it saves of "
        "the Brier score of always saying the share in training (0 is none). ECE: how far off risks are, on average."
    )
    yield Section("How it was evaluated", (Block("paragraph", method),))
    compared = [row for row in evaluation.rows if row.segment is None]
    caption = "All tickets; n counts tickets"
    blocks: list[Block] = [_table(caption, "Predictor or baseline", compared, [row.name for row in compared])]
    if evaluation.best_baseline:
        skill = _plain(evaluation.skill_over_best)
        text = f"Skill over the best baseline ({evaluation.best_baseline}): {skill}, n {count(overall.tickets)}."
        blocks.insert(0, Block("paragraph", text))
    blocks += _expected(evaluation)
    yield Section("Results", tuple(blocks))
    stages = [row for row in evaluation.rows if row.segment == "stage"]
    named = [STAGE_NAMES.get(row.slice, row.slice) for row in stages]
    yield Section("By stage", (_table("The predictor at each stage of a ticket", "Stage", stages, named),))
    yield _by_segment(evaluation)
    yield _calibration(facts, evaluation, case)
    yield _at_capacity(overall, case)


def _table(caption: str, first: str, rows: Sequence[Row], names: Sequence[str]) -> Block:
    lines = [
        (name, count(row.tickets), count(row.cases))
        + tuple(_plain(one) for one in (row.roc_auc, row.pr_auc, row.brier, row.skill, row.ece))
        for name, row in zip(names, rows, strict=True)
    ]
    head = (first, "n", "Cases", "AUC", "Average precision", "Brier", "Skill", "ECE")
    return Block("grid", caption, head=head, rows=tuple(lines), numbers=tuple(range(1, 8)))


def _expected(evaluation: Evaluation) -> Iterator[Block]:
    if evaluation.mean_absolute_error is not None:
        ours, mean = number(evaluation.mean_absolute_error, 2), number(evaluation.mean_absolute_error_of_mean, 2)
        text = f"The expected score is off by {ours} points on average; always saying the mean score, by {mean}"
        yield Block("paragraph", f"{text} (n {count(evaluation.scored)}).")
    if evaluation.aggregates:
        rows = [
            (one.segment, _plain(one.correlation), count(one.groups), count(one.tickets))
            for one in evaluation.aggregates
        ]
        caption = "Mean expected score and mean later score of groups of five tickets and more, by week"
        head = ("Groups by", "Correlation", "Groups", "Tickets")
        yield Block("grid", caption, head=head, rows=tuple(rows), numbers=(1, 2, 3))


def _by_segment(evaluation: Evaluation) -> Section:
    rows = [row for row in evaluation.rows if row.segment not in (None, "stage")]
    rule = f"{FEWEST_TICKETS} tickets and {FEWEST_CASES} cases"
    if not rows:
        return Section("By segment", (Block("paragraph", f"No segment has a value with at least {rule}."),))
    named = [f"{row.segment}: {row.slice}" for row in rows]
    caption = f"Values with at least {rule}; differences between them may be chance"
    return Section("By segment", (_table(caption, "Segment", rows, named),))


def _calibration(facts: CardFacts, evaluation: Evaluation, case: str) -> Section:
    rows = [
        (
            amount(100 * one.predicted, "percent"),
            amount(100 * one.observed, "percent"),
            span(100 * one.low, 100 * one.high, "percent"),
            number(one.n, 0),
        )
        for one in evaluation.reliability
    ]
    text = (
        f"Risks were calibrated by {facts.calibration}. Of tickets with a risk of 20 %, one in five should be {case}."
    )
    head = ("Mean risk", f"Turned out {case}", "95 % interval", "Tickets")
    caption = "Tickets in tenths, from low to high risk"
    grid = Block("grid", caption, head=head, rows=tuple(rows), numbers=(1, 2, 3))
    return Section("Calibration", (Block("paragraph", text), Block("charts", items=("reliability", "risks")), grid))


def _at_capacity(overall: Row, case: str) -> Section:
    lines = [
        f"Of the {100 * one.share:g} % riskiest tickets, {_share(one.precision)} turned out {case}, "
        f"{_plain(one.lift, 1)} times the usual share; they hold {_share(one.recall)} of all that did "
        f"(n {count(overall.tickets)})."
        for one in overall.capacities
    ]
    return Section("At your capacity", (Block("items", items=tuple(lines)), Block("charts", items=("gains",))))


def _gate(facts: CardFacts) -> Section:
    if not facts.gate_reasons:
        enough = (
            "It passed: there were enough rated tickets, and the whole interval of its skill over the best baseline"
        )
        return Section("Gate", (Block("paragraph", f"{enough} is above zero."),))
    text = "It did not pass: a predictor is only used when it is better than simple rules, beyond chance."
    return Section("Gate", (Block("paragraph", text), Block("items", items=facts.gate_reasons)))


def _features(facts: CardFacts) -> Section:
    lines = sorted(facts.features, key=lambda one: (-(one.importance or 0.0), one.name))
    rows = [(one.name, one.group, one.kind, one.availability, number(one.importance), one.description) for one in lines]
    candidates = joined([f"{name} (log loss {loss:.4f})" for name, loss in facts.candidates])
    chosen = f"Chosen: {facts.chosen}." + (f" Compared in time-ordered folds: {candidates}." if candidates else "")
    head = ("Feature", "Group", "Kind", "Known", "Points", "What it is")
    caption = f"{many(len(rows), 'feature')}; points: by how much it moves the risk of a ticket, on average"
    blocks: list[Block] = [
        Block("paragraph", chosen),
        Block("charts", items=("importance",)),
        Block("grid", caption, head=head, rows=tuple(rows), numbers=(4,)),
    ]
    if facts.left_out:
        blocks.append(Block("grid", "Left out", head=("Column", "Why"), rows=facts.left_out))
    return Section("What it looks at", tuple(blocks))


def _nonresponse(evaluation: Evaluation) -> Section:
    known = evaluation.nonresponse
    if known is None:
        text = "Not measured. All figures are of tickets that were rated; those that were not may differ."
        return Section("Tickets without a rating", (Block("paragraph", text),))
    text = (
        "Only some tickets are rated. Weighting each by how rarely tickets like it are rated (at most "
        f"{HEAVIEST:g} times) shows what the figures would be for all, as far as the features tell."
    )
    n = count(evaluation.overall.tickets)
    rows = (
        ("as rated", _plain(known.roc_auc_unweighted), _plain(known.brier_unweighted), n),
        ("weighted to all tickets", _plain(known.roc_auc), _plain(known.brier), n),
    )
    head = ("Tickets", "AUC", "Brier", "n")
    grid = Block("grid", "Effect of non-response", head=head, rows=rows, numbers=(1, 2, 3))
    return Section("Tickets without a rating", (Block("paragraph", text), grid))


def _versions(facts: CardFacts) -> Section:
    rows = [(f"setting {name}", str(value)) for name, value in sorted(facts.settings.items())]
    rows += [(name, version) for name, version in sorted(facts.libraries.items())]
    rows.append(("SHA-256 of the files", facts.sha256))
    return Section(
        "Settings and versions", (Block("grid", "What it was made with", head=("Name", "Value"), rows=tuple(rows)),)
    )


def _plain(figure: Figure, decimals: int = 3) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return number(figure.value, decimals)
    return f"{number(figure.value, decimals)} ({number(figure.low, decimals)} to {number(figure.high, decimals)})"


def _share(figure: Figure) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return NOTHING if figure.value is None else amount(100 * figure.value, "percent")
    return f"{amount(100 * figure.value, 'percent')} ({span(100 * figure.low, 100 * figure.high, 'percent')})"


def _markdown(block: Block) -> str:
    if block.kind == "paragraph":
        return plain(block.text)
    if block.kind == "items":
        return "\n".join(f"- {plain(item)}" for item in block.items)
    rows = (block.head, ["--:" if i in block.numbers else "---" for i in range(len(block.head))], *block.rows)
    cells = [[cell if row is rows[1] else plain(cell).replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join([plain(block.text), "", *(f"| {' | '.join(row)} |" for row in cells)])


def _drawn(facts: CardFacts) -> dict[str, tuple[str, Markup]]:
    """Caption and SVG of every chart there is something to draw of."""
    bars = sorted(((one.importance or 0.0, cut(one.name, 28)) for one in facts.features), reverse=True)[:MOST_BARS]
    found = {} if facts.evaluation is None else _drawn_results(facts.evaluation)
    if bars and bars[0][0] > 0:
        caption, rows = "Mean effect on a risk, in points", [{"x": points, "y": name} for points, name in bars]
        found["importance"] = _svg(caption, [("bar", rows, {})], ("", ""))
    return found


def _drawn_results(evaluation: Evaluation) -> dict[str, tuple[str, Markup]]:
    bins, steps = evaluation.reliability, len(evaluation.risks)
    even, dots = {"color": PALETTE["muted"], "strokeDash": [4, 3]}, {"filled": True, "size": 40, "opacity": 1}
    points = [{"x": one.predicted, "y": one.observed, "low": one.low, "high": one.high} for one in bins]
    ends = [{"x": end, "y": end} for end in (0, max(max(one.predicted, one.high) for one in bins))]
    risks = [{"x": (i + 0.5) / steps, "y": share} for i, share in enumerate(evaluation.risks)]
    gains = [{"x": share, "y": recall} for share, recall in ((0.0, 0.0), *evaluation.gains)]
    agree: list[Mark] = [("line", ends, even), ("rule", points, {}), ("point", points, dots)]
    spread: list[Mark] = [("bar", risks, {"width": WIDTH / steps - 1})]
    lines: list[Mark] = [("line", [gains[0], gains[-1]], even), ("line", gains, {"strokeWidth": 2})]
    caption = "Risk and what happened, with 95 % intervals; on the dashed line they agree"
    return {
        "reliability": _svg(caption, agree, ("mean risk", "share of cases")),
        "risks": _svg("How risks are spread", spread, ("risk", "share of tickets")),
        "gains": _svg("Cases found; dashed: at random", lines, ("riskiest share of tickets", "share of cases found")),
    }


def _svg(caption: str, marks: list[Mark], titles: tuple[str, str]) -> tuple[str, Markup]:
    """Layers on one pair of axes in the page's colours; the rows of the last are the text for who does not see them."""
    said, named = marks[-1][1], isinstance(marks[-1][1][0]["y"], str)
    x = {"field": "x", "type": "quantitative", "title": titles[0] or None, "axis": {"tickCount": 5}}
    y = x | {"field": "y", "title": titles[1] or None}
    if named:
        y |= {"type": "nominal", "sort": None, "axis": {"labelLimit": 200, "ticks": False}}
    layers = []
    for kind, rows, style in marks:
        encoding = {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}} if kind == "rule" else {"x": x, "y": y}
        mark = {"type": kind, "color": PALETTE["accent"], **style}
        layers.append({"data": {"values": rows}, "mark": mark, "encoding": encoding})
    look = {f"{part}Color": PALETTE["muted"] for part in ("domain", "tick", "label", "title")}
    config = {"view": {"stroke": None}, "axis": {**look, "gridColor": PALETTE["grid"], "titleFontWeight": "normal"}}
    size = {"width": WIDTH - 100 * named, "height": {"step": 20} if named else HEIGHT}
    spec = {"layer": layers, **size, "background": "transparent", "config": config}
    svg = INVISIBLE.sub("", NOISE.sub("", str(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE))))
    words = [[one if isinstance(one, str) else f"{one:.3f}" for one in row.values()] for row in said]
    alt = escape(f"{caption}: {'; '.join(map(', '.join, words))}", quote=True)
    return caption, Markup(themed(svg.replace("<svg ", f'<svg role="img" aria-label="{alt}" ', 1)))  # noqa: S704 — ours

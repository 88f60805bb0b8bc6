"""The report's charts: Altair specifications, drawn to SVG text when the report is rendered.

Charts are drawn at their reading size (a phone's column), so that text stays legible when several stand side by
side or below one another. Meaning is carried by position, dash and shape; colour repeats it. The colours are the
tokens of `PALETTE`: the page swaps them for CSS variables (`themed`), print keeps them as they are.
"""

from __future__ import annotations

import json
import re
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import altair as alt
import vl_convert

from verbatim.reports.words import DECIMALS, amount, count, cut, day_name, estimate, month_short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.reports.model import Breakdown, Figure, Mark, MetricSection, Point, Scored, ScoreLine, ThemeLine

PLOT_WIDTH = 288
BARS_WIDTH = 128
MOST_BARS = 8
MOST_LABELS = 6  # of periods on an axis, from which on every second is named
PALETTE = {
    "ink": "#1c2430",
    "muted": "#5c6675",
    "grid": "#e4e8ee",
    "accent": "#2f55a4",
    "band": "#cbd6ee",
    "target": "#8a5200",
    "paper": "#ffffff",
}
VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
NOISE = re.compile(r' (?:aria-[a-z]+|role|pointer-events|class|xmlns:xlink|version)="[^"]*"')
INVISIBLE = re.compile(r'<path d="M0,0h0v0h0Z"/>|<path d="" display="none"/>|<rect [^>]*fill="transparent"/>')

Row = dict[str, Any]


def score_line(section: MetricSection, marks: Sequence[Mark]) -> str | None:
    """Six months: line, interval band, target (dashed), milestones numbered in the order of ``marks`` (dotted)."""
    rows = [_row(point.figure, index + 0.5, section.unit) for index, point in enumerate(section.months)]
    if not any("value" in row for row in rows):
        return None
    names = [month_short(point.on) for point in section.months]
    axis = _position_axis([index + 0.5 for index in range(len(rows))], f"{json.dumps(names)}[floor(datum.value)]")
    x = alt.X("x:Q", axis=axis, scale=alt.Scale(domain=[0, len(rows)], nice=False))
    layers = [*_line_layers(rows, x, section), *_goal_layers(section), *_mark_layers(section.months, marks)]
    known = alt.Chart(_rows([row for row in rows if "value" in row])).encode(x=x, y="low:Q")
    halo = known.mark_text(dy=10, fontSize=10, stroke=PALETTE["paper"], strokeWidth=3, strokeOpacity=0.85)
    label = known.mark_text(dy=10, fontSize=10, color=PALETTE["ink"])
    layers += [each.encode(text="label:N") for each in (halo, label)]  # a milestone may run through it
    title = describe_line(f"{section.name} by month", section.months, section.unit)
    return _svg(alt.layer(*layers).properties(width=PLOT_WIDTH, height=118), title)


def points_line(line: ScoreLine) -> str | None:
    """A score over a few periods that follow one another: line and interval band, each point with its value."""
    rows = [_row(point.figure, index + 0.5, line.unit) for index, point in enumerate(line.points)]
    known = [row for row in rows if "value" in row]
    if len(known) < 2:
        return None
    names = [point.label for point in line.points]
    last = len(rows) - 1
    shown = [index + 0.5 for index in range(last, -1, -1 if len(rows) <= MOST_LABELS else -2)][::-1]
    axis = _position_axis(shown, f"{json.dumps(names)}[floor(datum.value)]")
    x = alt.X("x:Q", axis=axis, scale=alt.Scale(domain=[0, len(rows)], nice=False))
    texts = alt.Chart(_rows(known)).encode(x=x, y="high:Q").mark_text(dy=-7, fontSize=10, color=PALETTE["ink"])
    layers = [*_line_layers(rows, x, line), texts.encode(text="label:N")]
    title = describe_line(line.name, line.points, line.unit)
    return _svg(alt.layer(*layers).properties(width=PLOT_WIDTH, height=100), title)


def rolling_line(section: MetricSection) -> str | None:
    """Rolling four weeks, one point a week: line and interval band."""
    rows = [_row(point.figure, float(index), section.unit) for index, point in enumerate(section.weeks)]
    if sum("value" in row for row in rows) < 2:
        return None
    names = [day_name(date.fromisoformat(point.on)) for point in section.weeks]
    shown = [float(index) for index in range(len(rows) - 1, -1, -max(1, len(rows) // 5))][::-1]
    axis = _position_axis(shown, f"{json.dumps(names)}[datum.value]")
    x = alt.X("x:Q", axis=axis, scale=alt.Scale(domain=[-0.5, len(rows) - 0.5], nice=False))
    title = describe_line(f"{section.name}, rolling four weeks ending", section.weeks, section.unit)
    layers = [*_line_layers(rows, x, section), *_goal_layers(section, labelled=False)]
    return _svg(alt.layer(*layers).properties(width=PLOT_WIDTH, height=76), title)


def group_bars(section: MetricSection, breakdown: Breakdown) -> str | None:
    """One bar a group with its interval as a line; groups with few answers are hollow and dashed."""
    groups = [group for group in breakdown.groups if group.figure.value is not None][:MOST_BARS]
    if not groups:
        return None
    base_value = {"base": max(section.floor, 0.0)}
    rows = [
        _row(group.figure, index, section.unit) | base_value | {"small": group.small}
        for index, group in enumerate(groups)
    ]
    names = [f"{cut(group.name, 14)}, n {count(group.figure.n)}" for group in groups]
    labels = f"{json.dumps(names)}[datum.value]"
    y = alt.Y(
        "x:O",
        axis=alt.Axis(
            title=None, ticks=False, domain=False, labelExpr=labels, labelColor=PALETTE["ink"], minExtent=104
        ),
    )
    lowest = min(base_value["base"], *(row["low"] for row in rows))
    scale = alt.Scale(domain=[lowest, section.ceiling], nice=False)
    x = alt.X("value:Q", scale=scale, axis=_value_axis(section.unit, ticks=2, extent=0))
    base = alt.Chart(_rows(rows)).encode(y=y)
    bars = base.encode(x=x, x2="base:Q")
    layers = [
        bars.transform_filter("!datum.small").mark_bar(size=12, color=PALETTE["band"]),
        bars.transform_filter("datum.small").mark_bar(
            size=12, color=PALETTE["paper"], stroke=PALETTE["muted"], strokeDash=[3, 2]
        ),
        base.mark_rule(strokeWidth=2, color=PALETTE["accent"]).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
        base.mark_point(filled=True, size=30, opacity=1, color=PALETTE["accent"]).encode(x="value:Q"),
        base.mark_text(align="left", dx=4, fontSize=11, color=PALETTE["ink"]).encode(
            text="label:N", x=alt.value(BARS_WIDTH)
        ),
    ]
    name = f"{section.name} by {breakdown.segment}: "
    title = name + "; ".join(f"{g.name} {estimate(g.figure, section.unit)}" for g in groups)
    return _svg(alt.layer(*layers).properties(width=BARS_WIDTH, height=21 * len(rows)), title)


def sparkline(theme: ThemeLine) -> str | None:
    """The theme's share month by month, without axes; the last month is a dot."""
    rows: list[Row] = [
        {"x": index, "value": point.figure.value}
        for index, point in enumerate(theme.sparkline)
        if point.figure.value is not None
    ]
    if len(rows) < 2:
        return None
    top = max(0.1, *(row["value"] for row in rows)) * 1.15
    base = alt.Chart(_rows(rows)).encode(
        x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, len(theme.sparkline) - 1], nice=False)),
        y=alt.Y("value:Q", axis=None, scale=alt.Scale(domain=[0, top], nice=False)),
    )
    layers = [
        base.mark_area(color=PALETTE["band"], opacity=1),
        base.mark_line(color=PALETTE["accent"], strokeWidth=1.5),
        base.transform_filter(f"datum.x == {rows[-1]['x']}").mark_point(
            filled=True, size=30, opacity=1, color=PALETTE["accent"]
        ),
    ]
    title = describe_line(f"Share of comments on {theme.name}", theme.sparkline, "percent")
    return _svg(alt.layer(*layers).properties(width=120, height=28), title)


def describe_line(name: str, points: Sequence[Point], unit: str) -> str:
    """The text alternative of a line: every point with its value, or that it has no answers."""
    parts = [f"{p.label} {estimate(p.figure, unit) if p.figure.n else 'no answers'}" for p in points]
    return f"{name}: {'; '.join(parts)}."


def themed(svg: str) -> str:
    """The SVG with the palette's colours as CSS variables, for a page that knows light and dark."""
    for token, colour in PALETTE.items():
        svg = svg.replace(f'"{colour}"', f'"var(--{token})"')
    return svg


def _line_layers(rows: list[Row], x: alt.X, section: Scored) -> list[alt.Chart]:
    """Band and line break where a month has no answers; the rule keeps a lone month's interval visible."""
    y = alt.Y("value:Q", scale=_domain(rows, section), axis=_value_axis(section.unit))
    whole = alt.Chart(_rows(rows)).encode(x=x)
    known = alt.Chart(_rows([row for row in rows if "value" in row])).encode(x=x)
    return [
        whole.mark_area(color=PALETTE["band"], opacity=1).encode(y="low:Q", y2="high:Q"),
        known.mark_rule(color=PALETTE["accent"], strokeWidth=1, opacity=0.45).encode(y="low:Q", y2="high:Q"),
        whole.mark_line(color=PALETTE["accent"], strokeWidth=2).encode(y=y),
        known.mark_point(filled=True, size=26, opacity=1, color=PALETTE["accent"]).encode(y=y),
    ]


def _goal_layers(section: Scored, *, labelled: bool = True) -> list[alt.Chart]:
    if section.goal is None:
        return []
    label = f"target {amount(section.goal.value, section.unit)}"
    base = alt.Chart(_rows([{"goal": section.goal.value, "label": label}])).encode(y="goal:Q")
    line = base.mark_rule(color=PALETTE["target"], strokeDash=[6, 3], strokeWidth=1.5)
    text = base.mark_text(align="right", dy=-5, fontSize=10, color=PALETTE["target"]).encode(
        text="label:N", x=alt.value(PLOT_WIDTH)
    )
    return [line, text] if labelled else [line]


def _mark_layers(months: Sequence[Point], marks: Sequence[Mark]) -> list[alt.Chart]:
    first = date.fromisoformat(months[0].on)
    rows: list[Row] = []
    for index, mark in enumerate(marks):
        on = date.fromisoformat(mark.on)
        position = (on.year - first.year) * 12 + on.month - first.month + (on.day - 1) / 31
        if 0 <= position < len(months):
            rows.append({"x": position, "label": str(index + 1)})
    if not rows:
        return []
    base = alt.Chart(_rows(rows)).encode(x="x:Q")
    number = base.mark_text(fontSize=10, fontWeight="bold", color=PALETTE["muted"]).encode(
        text="label:N", y=alt.value(-7)
    )
    return [base.mark_rule(color=PALETTE["muted"], strokeDash=[1, 3], strokeWidth=1.5), number]


def _domain(rows: list[Row], section: Scored) -> alt.Scale:
    values = [row[key] for row in rows for key in ("value", "low", "high") if row.get(key) is not None]
    if section.goal is not None:
        values.append(section.goal.value)
    least = (section.ceiling - section.floor) / 20
    pad = max((max(values) - min(values)) * 0.1, least / 2)
    return alt.Scale(
        domain=[max(section.floor, min(values) - 2 * pad), min(section.ceiling, max(values) + 2 * pad)],
        nice=False,
        zero=False,
    )


def _row(figure: Figure, x: float, unit: str) -> Row:
    if figure.value is None:
        return {"x": x}
    value = round(figure.value, DECIMALS[unit] + 2)
    low = value if figure.low is None else figure.low
    high = value if figure.high is None else figure.high
    return {"x": x, "value": value, "low": low, "high": high, "label": amount(value, unit)}


def _rows(rows: list[Row]) -> alt.InlineData:
    return alt.InlineData(values=rows)


def _position_axis(values: list[float], expression: str) -> alt.Axis:
    return alt.Axis(values=values, labelExpr=expression, grid=False, title=None, labelOverlap=False)


def _value_axis(unit: str, *, ticks: int = 4, extent: int = 34) -> alt.Axis:
    suffix = " + '%'" if unit == "percent" else ""
    return alt.Axis(
        title=None,
        tickCount=ticks,
        grid=True,
        domain=False,
        ticks=False,
        labelExpr=f"replace(datum.label, '-', '\u2212'){suffix}",
        minExtent=extent,
    )


def _svg(chart: alt.LayerChart | alt.FacetChart, title: str) -> str:
    """Draw; drop what no reader needs; name the picture for those who do not see it."""
    spec = chart.to_dict() | {
        "background": "transparent",
        "padding": {"left": 2, "top": 2, "right": 8, "bottom": 2},
        "config": {
            "view": {"stroke": None},
            "axis": {
                "gridColor": PALETTE["grid"],
                "domainColor": PALETTE["muted"],
                "tickColor": PALETTE["muted"],
                "labelColor": PALETTE["muted"],
                "labelFontSize": 11,
            },
        },
    }
    svg = INVISIBLE.sub("", NOISE.sub("", str(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE))))
    text = escape(title, quote=True)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{text}" ', 1)

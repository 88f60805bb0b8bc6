"""Draws slides with python-pptx; imported only when slides are made, since it needs the extra ``slides``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.enum.text import MSO_ANCHOR
from pptx.util import Inches, Pt

from verbatim.reports.charts import PALETTE, describe_line
from verbatim.reports.slide_parts import (
    CELL_SIZE,
    TALL,
    WIDE,
    Paragraphs,
    Piece,
    ScoreChart,
    ShareChart,
    Table,
    label,
    lines_of,
    shown,
)
from verbatim.reports.words import DECIMALS, amount, estimate, span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.reports.slides import Slide

WIDTH, HEIGHT = 13.333, 7.5
LEFT, TOP = 0.6, 1.3
TITLE_SLIDE, TITLE_ONLY = 0, 5  # of the default template's layouts
INK, MUTED, ACCENT, BAND = (
    RGBColor.from_string(PALETTE[name].lstrip("#"))  # type: ignore[no-untyped-call]
    for name in ("ink", "muted", "accent", "band")
)  # fmt: skip
GAP = 0.3
FONT = "Calibri"


def draw_title(deck: Any, title: str, meta: Sequence[str]) -> None:  # noqa: ANN401 — python-pptx has no types
    """The first slide; it also makes the deck 16:9."""
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    page = deck.slides.add_slide(deck.slide_layouts[TITLE_SLIDE])
    _place(page.shapes.title, 2.3, 1.5)
    _write(page.shapes.title.text_frame, [Piece(title, 40, strong=True)])
    below = page.placeholders[1]
    _place(below, 3.9, 1.6)
    _write(below.text_frame, [Piece(meta[0], 22), Piece(" \u00b7 ".join(meta[1:]), 16, quiet=True)])


def draw(deck: Any, slide: Slide) -> None:  # noqa: ANN401
    """One slide with its notes."""
    page = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    _place(page.shapes.title, 0.4, 0.75)
    _write(page.shapes.title.text_frame, [Piece(slide.title, 28, strong=True)])
    scores = [part for part in slide.parts if isinstance(part, ScoreChart)]
    for place, score in enumerate(scores):
        _score(page, score, place, len(scores))
    top = TOP
    for part in slide.parts:
        if isinstance(part, Paragraphs):
            _paragraphs(page, part, top)
        elif isinstance(part, Table):
            _table(page, part, top)
        elif isinstance(part, ShareChart):
            _shares(page, part, top)
        top += part.height
    page.notes_slide.notes_text_frame.text = "\n".join(slide.notes)


def _place(shape: Any, top: float, height: float) -> None:  # noqa: ANN401
    shape.left, shape.top, shape.width, shape.height = Inches(LEFT), Inches(top), Inches(WIDE), Inches(height)


def _write(frame: Any, pieces: Sequence[Piece]) -> None:  # noqa: ANN401
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for number, piece in enumerate(pieces):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = 1  # left; the template centres titles
        paragraph.line_spacing = 1.0
        run = paragraph.add_run()
        run.text = piece.text
        run.font.size, run.font.bold, run.font.name = Pt(piece.size), piece.strong, FONT
        run.font.color.rgb = MUTED if piece.quiet else INK


def _paragraphs(page: Any, part: Paragraphs, top: float) -> None:  # noqa: ANN401
    height = part.height - 0.14
    if part.bar:
        line = page.shapes.add_connector(1, Inches(LEFT + 0.03), Inches(top), Inches(LEFT + 0.03), Inches(top + height))
        line.line.color.rgb, line.line.width = ACCENT, Pt(2.5)
    inset = 0.22 if part.bar else 0.0
    box = page.shapes.add_textbox(Inches(LEFT + inset), Inches(top), Inches(WIDE - inset), Inches(height))
    _write(box.text_frame, part.pieces)


def _table(page: Any, part: Table, top: float) -> None:  # noqa: ANN401
    header = [part.header] if any(part.header) else []
    rows = [*header, *part.rows]
    frame = page.shapes.add_table(
        len(rows), len(part.widths), Inches(LEFT), Inches(top), Inches(WIDE), Inches(part.height - 0.15)
    )
    table = frame.table
    table.first_row, table.horz_banding = bool(header), True
    for column, width in zip(table.columns, part.widths, strict=True):
        column.width = Inches(width)
    for number, row in enumerate(rows):
        table.rows[number].height = Inches(part.row_height(row))
        for place, text in enumerate(row):
            cell = table.cell(number, place)
            cell.margin_left = cell.margin_right = Inches(0.08)
            cell.margin_top = cell.margin_bottom = Inches(0.04)
            cell.text_frame.word_wrap = True
            run = cell.text_frame.paragraphs[0].add_run()
            run.text = text
            run.font.size, run.font.name, run.font.bold = Pt(CELL_SIZE), FONT, number < len(header) or place == 0
            if number >= len(header):
                run.font.color.rgb = INK


def _score(page: Any, part: ScoreChart, place: int, of: int) -> None:  # noqa: ANN401
    """Name, value and sentence above, the chart below, in one of the columns of the slide."""
    line = part.line
    width = (WIDE - GAP * (of - 1)) / of
    left = LEFT + place * (width + GAP)
    bounds = f"{span(line.figure.low, line.figure.high, line.unit)}, n {line.figure.n:,}"
    pieces = [
        Piece(shown(line.name, 40), 16, strong=True), Piece(amount(line.figure.value, line.unit), 36, strong=True),
        Piece(bounds, 13, quiet=True), Piece(shown(line.headline), 13),
    ]  # fmt: skip
    height = sum(lines_of(piece.text, piece.size, width) * piece.size * 1.22 / 72 for piece in pieces)
    box = page.shapes.add_textbox(Inches(left), Inches(TOP), Inches(width), Inches(min(height, TALL)))
    _write(box.text_frame, pieces)
    room = TALL - height - 0.15
    if sum(point.figure.value is not None for point in line.points) > 1 and room > 1.2:
        frame = (Inches(left), Inches(TOP + height + 0.15), Inches(width), Inches(min(room, 3.2)))
        _line_chart(page, part, frame)


def _line_chart(page: Any, part: ScoreChart, frame: tuple[Any, ...]) -> None:  # noqa: ANN401
    """The score as a line with markers, the ends of its interval as dashed ones; months without answers are gaps."""
    line = part.line
    figures = [point.figure for point in line.points]
    numbers: Any = CategoryChartData(number_format=_format(line.unit))  # type: ignore[no-untyped-call]
    numbers.categories = [label(point.label) for point in line.points]
    for name, values in (
        (line.name, [figure.value for figure in figures]), ("95% interval, low", [figure.low for figure in figures]),
        ("95% interval, high", [figure.high for figure in figures]),
    ):  # fmt: skip
        numbers.add_series(label(name), [None if each is None else round(each, 2) for each in values])
    shape = page.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *frame, numbers)
    _describe(shape, describe_line(line.name, line.points, line.unit))
    chart = shape.chart
    chart.has_title = False
    chart.has_legend, chart.legend.position, chart.legend.include_in_layout = True, XL_LEGEND_POSITION.BOTTOM, False
    chart.font.size, chart.font.name = Pt(10), FONT
    chart.value_axis.major_gridlines.format.line.color.rgb = BAND
    chart.value_axis.format.line.fill.background()
    known = [each for figure in figures for each in (figure.low, figure.high, figure.value) if each is not None]
    pad = max((max(known) - min(known)) * 0.1, (line.ceiling - line.floor) / 40)
    chart.value_axis.minimum_scale = _round(max(line.floor, min(known) - pad), line.unit, down=True)
    chart.value_axis.maximum_scale = _round(min(line.ceiling, max(known) + pad), line.unit, down=False)
    chart.value_axis.tick_labels.number_format, chart.value_axis.tick_labels.number_format_is_linked = "0.##", False
    for number, series in enumerate(chart.plots[0].series):
        series.smooth = False
        series.format.line.color.rgb = ACCENT
        series.format.line.width = Pt(2.5 if number == 0 else 1)
        if number:
            series.format.line.dash_style = MSO_LINE.DASH
            series.marker.style = XL_MARKER_STYLE.NONE
        else:
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = ACCENT
    labels = chart.plots[0].series[0].data_labels
    labels.show_value, labels.position, labels.number_format = True, XL_LABEL_POSITION.ABOVE, _format(line.unit)
    labels.number_format_is_linked = False


def _shares(page: Any, part: ShareChart, top: float) -> None:  # noqa: ANN401
    numbers: Any = CategoryChartData(number_format='0.0"%"')  # type: ignore[no-untyped-call]
    themes = part.themes[::-1]  # bars are drawn from below
    numbers.categories = [label(theme.name) for theme in themes]
    numbers.add_series("Share of comments, %", [round(theme.share.value or 0.0, 2) for theme in themes])
    shape = page.shapes.add_chart(
        XL_CHART_TYPE.BAR_CLUSTERED, Inches(LEFT), Inches(top), Inches(WIDE), Inches(part.height - 0.1), numbers
    )
    _describe(shape, "; ".join(f"{theme.name} {estimate(theme.share, 'percent')}" for theme in part.themes))
    chart = shape.chart
    chart.has_title, chart.has_legend = False, False
    chart.font.size, chart.font.name = Pt(12), FONT
    chart.value_axis.visible, chart.value_axis.has_major_gridlines = False, False
    chart.value_axis.minimum_scale = 0
    plot = chart.plots[0]
    plot.gap_width, plot.has_data_labels = 60, True
    plot.data_labels.show_value, plot.data_labels.number_format = True, '0.0"%"'
    plot.data_labels.number_format_is_linked = False
    plot.series[0].format.fill.solid()
    plot.series[0].format.fill.fore_color.rgb = ACCENT


def _describe(shape: Any, text: str) -> None:  # noqa: ANN401
    """The text alternative."""
    shape._element.nvGraphicFramePr.cNvPr.set("descr", shown(text, 2000))  # noqa: SLF001 — python-pptx has no name for it


def _format(unit: str) -> str:
    return "0." + "0" * DECIMALS[unit] + ('"%"' if unit == "percent" else "")


def _round(value: float, unit: str, *, down: bool) -> float:
    """To a tick that reads well."""
    step = 0.1 if unit == "mean" else 5.0
    return round((value // step if down else -(-value // step)) * step, 2)

"""Lines and bars as plain SVG, drawn by the server: colours come from classes, every text is escaped.

A chart is drawn twice, wide and thin, and the style shows the one that fits (`responsive`). Points and bars that have
an address are links, so that the drawing is a group with a name, not an image; pages put the table behind it.
Load ``drawing.css``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from math import ceil, floor, log10

from markupsafe import Markup, escape

from verbatim.reports.words import amount, count, cut, number, span

WIDE, THIN = 1080, 340
TARGET_SIZE = 24.0  # pixels: what is meant to be hit (WCAG 2.5.8)
LETTER = 6.6  # pixels that a letter takes, about
TICKS = 4
ALIKE = 1e-9


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a moment, with its interval where it has one; ``label`` says it in words; ``href`` what is behind."""

    at: datetime
    value: float | None
    low: float | None = None
    high: float | None = None
    label: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened: a numbered line across."""

    at: datetime
    number: str
    label: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A word below the line."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A named value with its interval; ``text`` stands beside it, ``unsure`` bars are drawn lighter."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    text: str = ""
    label: str = ""
    href: str | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """A line with its interval, and what may go with it: a second line, a target (a line of two points), marks."""

    points: Sequence[Point]
    label: str
    unit: str = "net"
    ticks: Sequence[Tick] = ()
    second: Sequence[Point] = ()
    target: Sequence[tuple[datetime, float]] = ()
    marks: Sequence[Mark] = ()
    bounds: tuple[float, float] | None = None  # what values can be at all
    height: int = 250


def responsive(draw: Callable[[int], Markup]) -> Markup:
    """The same drawing for wide and for thin windows."""
    return Markup('<div class="chart wide">{}</div><div class="chart thin">{}</div>').format(draw(WIDE), draw(THIN))


def line_chart(lines: Lines) -> Markup:
    """A line through points, its interval as a band; empty where fewer than one point has a value."""
    return responsive(lambda width: _lines(lines, width)) if _known(lines.points) else Markup("")


def bar_chart(
    bars: Sequence[Bar], *, label: str, bounds: tuple[float, float], reference: float | None = None
) -> Markup:
    """Bars from where ``bounds`` begin (or from 0, where that lies within), with intervals; ``reference``: a line."""
    return responsive(lambda width: _bars(bars, label, bounds, reference, width)) if bars else Markup("")


def nice_ticks(low: float, high: float, most: int = TICKS) -> list[float]:
    """Round numbers from about ``low`` to about ``high``, at most ``most`` + 1 of them within.

    >>> nice_ticks(61, 84)
    [60.0, 65.0, 70.0, 75.0, 80.0, 85.0]
    """
    size = max(high - low, ALIKE)
    rough = size / most
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough - ALIKE)
    if size / step <= most - 1.5:
        step /= 2
    first, last = floor(low / step + ALIKE), ceil(high / step - ALIKE)
    return [round(step * place, 10) for place in range(first, last + 1)]


def element(name: str, *inside: object, **attributes: object) -> Markup:
    """An element; ``class_`` and ``aria_label`` become names, ``None`` is left out, texts are escaped."""
    told = Markup("").join(
        Markup(' {}="{}"').format(key if key == "viewBox" else key.rstrip("_").replace("_", "-"), _plain(value))
        for key, value in attributes.items() if value is not None
    )  # fmt: skip
    return Markup("<{0}{1}>{2}</{0}>").format(name, told, Markup("").join(map(escape, inside)))


def _plain(value: object) -> object:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value


def _svg(width: int, height: float, label: str, parts: Sequence[Markup], *, linked: bool) -> Markup:
    return element(
        "svg", *parts, viewBox=f"0 0 {width} {height:.0f}", width=width, height=round(height),
        role="group" if linked else "img", aria_label=label,
    )  # fmt: skip


def _known(points: Sequence[Point]) -> list[Point]:
    return [point for point in points if point.value is not None]


@dataclass(frozen=True, slots=True)
class _Room:
    """Where moments and values lie in the drawing."""

    left: float
    right: float
    top: float
    bottom: float
    first: float
    last: float
    low: float
    high: float

    def x(self, at: datetime) -> float:
        share = (at.timestamp() - self.first) / max(self.last - self.first, ALIKE)
        return self.left + (self.right - self.left) * (share if self.last > self.first else 0.5)

    def y(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        return self.bottom - (self.bottom - self.top) * (inside - self.low) / max(self.high - self.low, ALIKE)

    def holds(self, at: datetime) -> bool:
        return self.first <= at.timestamp() <= self.last


def _lines(lines: Lines, width: int) -> Markup:
    known, second = _known(lines.points), _known(lines.second)
    moments = sorted(point.at.timestamp() for point in [*lines.points, *second])
    first, last = moments[0], moments[-1]
    target = _target_within(lines.target, first, last)
    ends = [end for point in known for end in (point.value, point.low, point.high) if end is not None]
    ends += [point.value for point in second if point.value is not None] + [value for _, value in target]
    ticks = nice_ticks(*_widened(min(ends), max(ends), lines.bounds))
    room = _Room(46, width - 16, 26 if lines.marks else 12, lines.height - 26, first, last, ticks[0], ticks[-1])
    parts = [*_grid(room, ticks, lines.unit), *_below(room, lines.ticks), *_marks(room, lines.marks)]
    parts += [*_bands(room, lines.points), *_target(room, target)]
    parts += [_path(room, run, "line second") for run in _runs(lines.second) if len(run) > 1]
    parts += [_path(room, run, "line") for run in _runs(lines.points) if len(run) > 1]
    gap = (room.right - room.left) / max(len(lines.points) - 1, 1)
    parts += [_dot(room, point, min(TARGET_SIZE / 2, max(gap / 2, 4))) for point in known]
    return _svg(width, lines.height, lines.label, parts, linked=any(point.href for point in known))


def _widened(low: float, high: float, bounds: tuple[float, float] | None) -> tuple[float, float]:
    """A span that is not too narrow to draw, within what values can be."""
    least = 0.08 * (bounds[1] - bounds[0]) if bounds else max(abs(high), 1) * 0.1
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    return (low, high) if bounds is None else (max(low, bounds[0]), min(high, bounds[1]))


def _grid(room: _Room, ticks: Sequence[float], unit: str) -> Iterator[Markup]:
    decimals = 0 if all(float(tick).is_integer() for tick in ticks) else 1 if unit != "mean" else 2
    for tick in ticks:
        y = room.y(tick)
        yield element("line", x1=room.left, x2=room.right, y1=y, y2=y, class_="grid")
        words = number(tick, decimals) + ("%" if unit == "percent" else "")
        yield element("text", words, x=room.left - 6, y=y + 4, class_="quiet", text_anchor="end")


def _below(room: _Room, ticks: Sequence[Tick]) -> Iterator[Markup]:
    """Words below, as many as there is room for."""
    inside = [tick for tick in ticks if room.holds(tick.at)]
    widest = max((len(tick.text) for tick in inside), default=1) * LETTER + 12
    every = max(1, ceil(len(inside) * widest / max(room.right - room.left, 1)))
    for tick in inside[::every]:
        half = len(tick.text) * LETTER / 2
        x = min(max(room.x(tick.at), half), room.right + 14 - half)
        yield element("text", tick.text, x=x, y=room.bottom + 18, class_="quiet", text_anchor="middle")


def _marks(room: _Room, marks: Sequence[Mark]) -> Iterator[Markup]:
    for mark in marks:
        if room.holds(mark.at):
            x = room.x(mark.at)
            yield element("line", x1=x, x2=x, y1=room.top - 6, y2=room.bottom, class_="event")
            inside = (element("title", mark.label), mark.number)
            yield element("text", *inside, x=x, y=room.top - 10, class_="ink", text_anchor="middle")


def _bands(room: _Room, points: Sequence[Point]) -> Iterator[Markup]:
    for run in _runs(points, bounded=True):
        if len(run) == 1:
            x, low, high = room.x(run[0].at), room.y(run[0].low or 0), room.y(run[0].high or 0)
            yield element("rect", x=x - 4, width=8, y=high, height=max(low - high, 1.0), class_="interval")
            continue
        upper = [f"{room.x(point.at):.1f},{room.y(point.high or 0):.1f}" for point in run]
        lower = [f"{room.x(point.at):.1f},{room.y(point.low or 0):.1f}" for point in reversed(run)]
        yield element("polygon", points=" ".join([*upper, *lower]), class_="interval")


def _runs(points: Sequence[Point], *, bounded: bool = False) -> Iterator[list[Point]]:
    """Neighbours that all have values (``bounded``: and intervals)."""
    for has, run in groupby(
        points, lambda each: each.value is not None and not (bounded and (each.low is None or each.high is None))
    ):
        if has:
            yield list(run)


def _path(room: _Room, run: Sequence[Point], kind: str) -> Markup:
    places = " ".join(f"{room.x(point.at):.1f},{room.y(point.value or 0):.1f}" for point in run)
    return element("polyline", points=places, class_=kind)


def _target_within(target: Sequence[tuple[datetime, float]], first: float, last: float) -> list[tuple[datetime, float]]:
    """The part of the target's line that lies in the span; it stays level before and after its ends."""
    if not target or last <= first:
        return []
    known = [(at.timestamp(), value) for at, value in target]

    def at(moment: float) -> float:
        (begin, start), (end, goal) = known[0], known[-1]
        if moment <= begin or end <= begin:
            return start if moment <= begin and end > begin else goal
        return goal if moment >= end else start + (goal - start) * (moment - begin) / (end - begin)

    zone = target[0][0].tzinfo
    places = [first, *(moment for moment, _ in known if first < moment < last), last]
    begins = known[0][0] if len(known) > 1 else first
    return [(datetime.fromtimestamp(place, zone), at(place)) for place in places if place >= begins]


def _target(room: _Room, target: Sequence[tuple[datetime, float]]) -> Iterator[Markup]:
    if len(target) > 1:
        places = " ".join(f"{room.x(at):.1f},{room.y(value):.1f}" for at, value in target)
        yield element("polyline", points=places, class_="target", fill="none")


def _dot(room: _Room, point: Point, reach: float) -> Markup:
    x, y = room.x(point.at), room.y(point.value or 0)
    dot = element("circle", element("title", point.label), cx=x, cy=y, r=3.5, class_="dot")
    if point.href is None:
        return dot
    hit = element("circle", element("title", point.label), cx=x, cy=y, r=reach, class_="hit")
    return element("a", dot, hit, href=point.href, aria_label=point.label)


def _bars(
    bars: Sequence[Bar], label: str, bounds: tuple[float, float], reference: float | None, width: int
) -> Markup:  # fmt: skip
    thin = width < WIDE
    names = 0 if thin else min(220, max(90, max(len(bar.name) for bar in bars) * LETTER + 16))
    texts = 0 if thin else max(len(bar.text) for bar in bars) * LETTER + 14
    row = 46.0 if thin else 30.0
    height = row * len(bars) + 6
    room = _Room(names + 1, width - texts - 1, 0, height, 0, 1, *bounds)
    parts = [_bar(replace(bar, name=cut(bar.name, 46 if thin else 32)), room, row * place, thin=thin)
             for place, bar in enumerate(bars)]  # fmt: skip
    if reference is not None:
        x = _across(room, reference)
        parts.append(element("line", x1=x, x2=x, y1=0, y2=height, class_="event"))
    return _svg(width, height, label, parts, linked=any(bar.href for bar in bars))


def _across(room: _Room, value: float) -> float:
    inside = min(max(value, room.low), room.high)
    return room.left + (room.right - room.left) * (inside - room.low) / max(room.high - room.low, ALIKE)


def _bar(bar: Bar, room: _Room, top: float, *, thin: bool) -> Markup:
    """One row: the name, the bar from the base with its interval, and what it says."""
    middle = top + (34 if thin else 15)
    words = top + (20 if thin else 19)
    right = room.right if thin else room.right + 10
    parts = [
        element("rect", x=0, y=top, width=right if thin else right + 400, height=30 if not thin else 46, class_="hit"),
        element("text", bar.name, x=0, y=words, class_="ink name"),
        element("text", bar.text, x=right, y=words, class_="quiet", text_anchor="end" if thin else "start"),
    ]
    if bar.value is not None:
        base = _across(room, min(max(0.0, room.low), room.high))
        end = _across(room, bar.value)
        kind = "bar unsure" if bar.unsure else "bar"
        size = {"x": min(base, end), "width": max(abs(end - base), 1.5), "y": middle - 6, "height": 12}
        parts.append(element("rect", rx=2, class_=kind, **size))
    if bar.low is not None and bar.high is not None:
        low, high = _across(room, bar.low), _across(room, bar.high)
        path = f"M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8"
        parts.append(element("path", d=path, class_="whisker"))
    told = element("title", bar.label or f"{bar.name}: {bar.text}")
    if bar.href is None:
        return element("g", told, *parts)
    return element("a", told, *parts, href=bar.href, class_="row")  # named by its title and its words


def said(value: float | None, low: float | None, high: float | None, n: int, unit: str) -> str:
    """A figure in words, for labels: ``82.4% (79.8 to 84.7%), n 812``."""
    if value is None:
        return f"no answers (n {count(n)})"
    bounds = "" if low is None or high is None else f" ({span(low, high, unit)})"
    return f"{amount(value, unit)}{bounds}, n {count(n)}"

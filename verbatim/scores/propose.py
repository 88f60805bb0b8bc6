"""Which scale a column of raw answers is on, said only where the answers decide it.

Used before anything is parsed: ingest shows the proposal, a person confirms it. Two scales under one metric, or a
question that the answers leave open (is 1–5 ease or effort?), are errors that say what to name.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from verbatim.domain import Metric, Status
from verbatim.errors import EmptyError, ScaleError
from verbatim.scores.scales import Scale, scales_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MOST_MISREAD = 0.05  # share of the readable answers that the proposed scale may fail to read
RARELY_USED = 0.05  # a long scale whose upper part holds less than this is two scales, or wrong values
ENOUGH_TO_TELL = 20  # answers; below this an unused top end says nothing
ENOUGH_FOR_A_GAP = 200
MIDDLE = 5  # the end of the most common scale: values above it decide for a longer one
ONLY_BY_WORDS = frozenset({"csat-5-reversed", "csat-5-excellent", "csat-5-amazing"})  # numbers never suggest these


@dataclass(slots=True)
class _Reading:
    """What one scale makes of the cells."""

    scale: Scale
    values: Counter[float] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)  # cells it cannot read
    known_words: int = 0  # answers whose words stand in its table

    @property
    def used_in_full(self) -> bool:
        return len(self.values) == len(self.scale.values)


def propose_scale(metric: str | Metric, raw_values: Iterable[object]) -> Scale:
    """The one scale of ``metric`` that fits ``raw_values`` (raw cells; blanks and "n/a" do not count).

    Words decide direction and length; numbers alone decide length where the top of the scale was used. A 1–5 CSAT in
    numbers is taken as 5 = best. Cells that no scale of the metric can read are left for the rejects.

    Raises:
        EmptyError: no answer among the values.
        ScaleError: no scale fits, two scales are mixed, or several fit; the message names them.
    """
    cells = Counter("" if raw is None else str(raw) for raw in raw_values)
    readings = [_read(scale, cells) for scale in scales_of(metric)]
    refused_by_all = set.intersection(*(reading.refused for reading in readings))
    unreadable = sum(cells[cell] for cell in refused_by_all)
    answers = max(sum(r.values.values()) + sum(cells[c] for c in r.refused) for r in readings)
    if not answers:
        raise EmptyError(f"no {metric} answer among the values: every cell is blank or not applicable")
    if metric == Metric.NPS:
        _refuse_eleven_points_from_one(cells, readings[0])
    if unreadable * 2 > answers:
        raise ScaleError(
            f"{unreadable:,} of {answers:,} answers fit no {metric} scale; check the column, or name the scale and "
            "the words it uses"
        )
    misread = {r.scale.name: sum(cells[c] for c in r.refused - refused_by_all) for r in readings}
    fitting = [r for r in readings if misread[r.scale.name] <= MOST_MISREAD * (answers - unreadable)]
    if not fitting:
        raise ScaleError(_mixed(metric, readings, answers))
    if any(reading.known_words for reading in fitting):
        return _decide_by_words(metric, fitting)
    return _decide_by_numbers(metric, fitting)


def _read(scale: Scale, cells: Counter[str]) -> _Reading:
    reading = _Reading(scale)
    for cell, n in cells.items():
        try:
            answer = scale.parse(cell)
        except ScaleError:
            reading.refused.add(cell)
            continue
        if answer.status is Status.ANSWERED and answer.value is not None:
            reading.values[answer.value] += n
            reading.known_words += n * scale.knows_words_of(cell)
    return reading


def _refuse_eleven_points_from_one(cells: Counter[str], reading: _Reading) -> None:
    elevens = sum(n for cell, n in cells.items() if cell.strip() in {"11", "11.0"})
    answers = sum(reading.values.values())
    if elevens > 0.01 * answers and not reading.values[0] and answers + elevens >= ENOUGH_TO_TELL:
        raise ScaleError(
            f"the answers run from 1 to 11 ({elevens:,} of them 11): an 11-point scale that starts at 1 is not NPS "
            "(0–10); check how the survey was exported"
        )


def _decide_by_words(metric: str, fitting: Sequence[_Reading]) -> Scale:
    """Most words known, then fewest cells refused, then most values told apart, then every value used."""
    left = _keep_best(fitting, lambda r: r.known_words)
    left = _keep_best(left, lambda r: -len(r.refused))
    forward = [r for r in left if r.scale.name != "csat-5-reversed"]  # words without numbers have no direction
    left = _keep_best(forward or left, lambda r: len(r.values))
    left = _keep_best(left, lambda r: r.used_in_full)
    return _only_one(metric, left)


def _decide_by_numbers(metric: str, fitting: Sequence[_Reading]) -> Scale:
    numeric = [r for r in fitting if r.scale.name not in ONLY_BY_WORDS]
    longest = max(numeric, key=lambda r: sum(r.values.values()))
    top, answers = max(longest.values), sum(longest.values.values())
    above = sum(n for value, n in longest.values.items() if value > MIDDLE)
    if metric != Metric.NPS and above and answers >= ENOUGH_TO_TELL and above < RARELY_USED * answers:
        raise ScaleError(
            f"{answers - above:,} of {answers:,} {metric} answers lie in 1–{MIDDLE} and {above:,} above: two scales "
            "under one metric, or wrong values; split them and name the scale of each"
        )
    _refuse_gap(metric, longest.values)
    holding = [r for r in numeric if r.scale.low <= min(longest.values) and r.scale.high >= top]
    ended = [r for r in holding if r.scale.high == top]
    told_apart = top == MIDDLE or answers >= ENOUGH_TO_TELL or ended[-1:] == holding
    if len(holding) == 1 or metric == Metric.NPS:
        return _only_one(metric, holding[:1])
    return _only_one(metric, ended if told_apart and ended and top >= MIDDLE else holding)


def _refuse_gap(metric: str, values: Counter[float]) -> None:
    """A value that nobody chose of very many, below one that many chose, says that the top is a code, not a rating."""
    top, answers = int(max(values)), sum(values.values())
    unused = [value for value in range(MIDDLE + 1, top) if not values[value]]
    if metric != Metric.NPS and unused and answers >= ENOUGH_FOR_A_GAP:
        raise ScaleError(
            f"{values[top]:,} of {answers:,} {metric} answers are {top}, but none is {unused[0]}: {top} may be a code "
            'such as "don\'t know"; name the scale and what is not applicable'
        )


def _keep_best(readings: Sequence[_Reading], merit: Callable[[_Reading], int]) -> list[_Reading]:
    best = max(merit(reading) for reading in readings)
    return [reading for reading in readings if merit(reading) == best]


def _only_one(metric: str, readings: Sequence[_Reading]) -> Scale:
    if len(readings) == 1:
        return readings[0].scale
    options = "; ".join(f"{r.scale.describe()}: {r.scale.wording}" for r in readings)
    raise ScaleError(f"the {metric} answers fit several scales and only the question decides: name one of {options}")


def _mixed(metric: str, readings: Sequence[_Reading], answers: int) -> str:
    ranked = sorted(readings, key=lambda reading: -sum(reading.values.values()))[:3]
    shares = ", ".join(f"{r.scale.name} reads {sum(r.values.values()):,}" for r in ranked)
    return (
        f"no single {metric} scale fits the {answers:,} answers ({shares}): two scales under one metric are never "
        "averaged; split them and name the scale of each"
    )

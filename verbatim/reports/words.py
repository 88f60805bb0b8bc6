"""How numbers are written in a report: one place, so that every sentence, table and chart agrees.

Units are ``percent`` (82.4%), ``net`` (41.2, from −100 to 100), ``index`` (0 to 100) and ``mean`` (5.61 on a scale).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verbatim.reports.model import Change, Figure

MINUS = "\u2212"
NOTHING = "\u2013"
MONTHS = tuple("January February March April May June July August September October November December".split())
DECIMALS = {"percent": 1, "net": 1, "index": 1, "mean": 2}


# The lexicon leans to the kind side ("please", "help"): a mean nearer to 0 than this is no finding.
NEAR_ZERO = 0.2


def number(value: float | None, decimals: int = 1) -> str:
    """With a true minus and without a negative zero; a dash for ``None``.

    >>> number(-0.04), number(-20.0), number(None)
    ('0.0', '−20.0', '–')
    """
    if value is None:
        return NOTHING
    text = f"{abs(value):,.{decimals}f}"
    return f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) else text


def amount(value: float | None, unit: str) -> str:
    """A score in its unit.

    >>> amount(82.44, "percent"), amount(5.614, "mean")
    ('82.4%', '5.61')
    """
    suffix = "%" if unit == "percent" and value is not None else ""
    return number(value, DECIMALS[unit]) + suffix


def span(low: float | None, high: float | None, unit: str) -> str:
    """An interval, with "to" because a dash reads as a minus; a dash where there is none."""
    if low is None or high is None:
        return NOTHING
    return f"{number(low, DECIMALS[unit])} to {amount(high, unit)}"


def gap_span(low: float, high: float, unit: str) -> str:
    """The interval of a difference: a share's is in points, without the percent sign."""
    return span(low, high, "net" if unit == "percent" else unit)


def signed(value: float, unit: str) -> str:
    """A difference with its sign; all but means differ by points.

    >>> signed(-3.25, "percent"), signed(0.2, "mean")
    ('−3.2 points', '+0.20')
    """
    text = number(value, DECIMALS[unit])
    sign = "" if text.startswith(MINUS) or not float(text.replace(",", "")) else "+"
    return f"{sign}{text}" if unit == "mean" else f"{sign}{text} points"


def estimate(figure: Figure, unit: str) -> str:
    """A figure with its interval and n: ``82.4% (79.8 to 84.7%, n 812)``."""
    if figure.value is None:
        return f"{NOTHING} (n {count(figure.n)})"
    if figure.low is None or figure.high is None:
        return f"{amount(figure.value, unit)} (n {count(figure.n)}, too few for an interval)"
    return f"{amount(figure.value, unit)} ({span(figure.low, figure.high, unit)}, n {count(figure.n)})"


def versus(change: Change, unit: str) -> str:
    """A change with interval and verdict: ``+2.1 points vs September (−0.4 to 4.6), within noise``."""
    bounds = gap_span(change.low, change.high, unit)
    return f"{signed(change.difference, unit)} vs {change.against} ({bounds}), {verdict(change)}"


def mood(figure: Figure) -> str:
    """A mean sentiment from −1 to 1 in a word and figures; "mixed" where the interval reaches near 0."""
    word = "mixed"
    if figure.low is not None and figure.high is not None:
        word = "positive" if figure.low > NEAR_ZERO else "negative" if figure.high < -NEAR_ZERO else "mixed"
    return f"{word}, {estimate(figure, 'mean')}"


def verdict(change: Change) -> str:
    """Whether a change is more than noise, in words."""
    return "more than noise" if change.real else "within noise"


def arrow(change: Change | None) -> str:
    """Direction as a shape, never as colour alone: a change within noise is a level sign."""
    if change is None or not change.real:
        return "\u2248"
    return "\u25b2" if change.difference > 0 else "\u25bc"


def count(n: int) -> str:
    """A whole number with thousands apart."""
    return f"{n:,}"


def many(n: int, one: str, more: str | None = None) -> str:
    """A number with its noun: ``1 answer``, ``2 answers``."""
    return f"{count(n)} {one if n == 1 else more or one + 's'}"


def joined(parts: list[str]) -> str:
    """A list in prose: ``a``, ``a and b``, ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def month_name(month: str) -> str:
    """``2026-10`` as ``October 2026``."""
    return f"{MONTHS[int(month[5:7]) - 1]} {month[:4]}"


def month_short(month: str) -> str:
    """``2026-10`` as ``Oct``."""
    return MONTHS[int(month[5:7]) - 1][:3]


def day_name(day: date) -> str:
    """A date as ``3 Jun``."""
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


def day_of(on: str) -> str:
    """An ISO date as ``3 Jun 2026``."""
    day = date.fromisoformat(on)
    return f"{day_name(day)} {day.year}"


def cut(text: str, limit: int = 260) -> str:
    """One line of at most ``limit`` characters, cut at a word where one ends in the last third."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[:limit]
    at = head.rfind(" ")
    return (head[:at] if at > limit * 2 // 3 else head).rstrip(" ,;:.") + "\u2026"

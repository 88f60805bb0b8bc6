"""Reads dates and times: tells a column's format from its values, and turns a cell into a moment in UTC.

Almost every way to write a date says itself what it is. Two things do not: whether 1/2 is a day or a month first,
and whether a number counts seconds or milliseconds. Those are decided per file, by evidence, and never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING

from verbatim.ingest.cells import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterable

    from verbatim.ingest.rows import Cell

EARLIEST = datetime(1900, 1, 2, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
LONGEST_DATE = 60  # characters
MOST_CACHED = 50_000


class Order(StrEnum):
    """The order of day, month and year where the numbers leave it open."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


MONTHS = {
    name: number
    for number, names in enumerate((
        "jan january januar janv janvier ene enero gennaio", "feb february februar fév février "
            "febrero", "mar march märz mär mrz mars marzo",
        "apr april avr avril abr abril", "may mai mayo", "jun june juni juin junio", "jul july juli juil juillet julio",
        "aug august août aout ago agosto", "sep sept september septembre septiembre", "oct october okt oktober octobre "
            "octubre",
        "nov november novembre noviembre", "dec december dez dezember déc décembre dic diciembre",
    ), 1)
    for name in names.split()
}  # fmt: skip
ZONES = {
    **{"": None, "z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3},
    **{"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7},
}

_WEEKDAY = r"(?:[a-zäéáí]{2,10}\.?,?\s+)?"
_CLOCK = r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
_TIME = rf"(?:(?:[T,]|\s|\s-\s|,\s|\sat\s|\sum\s)\s*{_CLOCK}(?:\s*(?P<half>[ap])\.?m\.?)?)?"
_OFFSET = r"(?P<offset>[+-]\d{2}:?\d{2}(?!\d)|[+-]\d{2}(?!\d))?(?:\s*\([a-z ]+\))?"
_END = rf"{_TIME}\s*(?:\(?(?P<zone>z|[a-z]{{3,4}})?\)?\s*{_OFFSET})?"
_NAME = r"(?P<name>[^\W\d_]{3,10})\.?,?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _END, re.I)
COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:t(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?\s*(?P<zone>z)?(?P<offset>[+-]\d{2}:?\d{2})?",
    re.I,
)
NUMBERS = re.compile(r"(?P<one>\d{1,2})(?P<sign>[-/. ])(?P<two>\d{1,2})(?P=sign)" + _YEAR + _END, re.I)
DAY_NAMED = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[-/\s]+(?:de\s+)?{_NAME}[-/\s]+(?:de\s+)?{_YEAR}{_END}", re.I
)
MONTH_NAMED = re.compile(rf"{_WEEKDAY}{_NAME}[-/\s]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[-/\s]+{_YEAR}{_END}", re.I)
EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}|\d{15,16}")
CLEAR_SHAPES = (YEAR_FIRST, COMPACT, DAY_NAMED, MONTH_NAMED)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, UTC; ``whole_day`` says that only its day was given (it is then the day's beginning)."""

    at: datetime
    whole_day: bool = False


@dataclass(frozen=True, slots=True)
class DateFormat:
    """What a column's values leave open: their order, or a ``strptime`` pattern that a user named."""

    order: Order | None = None
    pattern: str | None = None

    @property
    def name(self) -> str:
        """For people."""
        if self.pattern:
            return self.pattern
        return {Order.DAY_FIRST: "day/month/year", Order.MONTH_FIRST: "month/day/year", None: "as written"}[self.order]


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many values of a column can only be day first, only month first, or either."""

    day_first: int = 0
    month_first: int = 0
    either: int = 0
    first_open: str = ""

    @property
    def order(self) -> Order | None:
        """What the values decide; nothing where they decide nothing, or contradict each other evenly."""
        if self.day_first > 9 * self.month_first:
            return Order.DAY_FIRST
        if self.month_first > 9 * self.day_first:
            return Order.MONTH_FIRST
        return None

    @property
    def contradicts_itself(self) -> bool:
        """Both orders occur, neither as a rare exception."""
        return bool(self.day_first and self.month_first) and self.order is None

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            self.day_first + other.day_first, self.month_first + other.month_first, self.either + other.either,
            self.first_open or other.first_open,
        )  # fmt: skip


def gather_evidence(cells: Iterable[Cell]) -> Evidence:
    """Look at the values of a column for what decides its order."""
    day_first = month_first = either = 0
    first_open = ""
    for cell in cells:
        if not isinstance(cell, str) or len(cell) > LONGEST_DATE:
            continue
        match = NUMBERS.fullmatch(cell.strip())
        if match is None:
            continue
        one, two = int(match["one"]), int(match["two"])
        if one > 12 >= two or match["sign"] == "." and one <= 31 and two <= 12:
            day_first += 1
        elif two > 12 >= one:
            month_first += 1
        elif one <= 12 and two <= 12 and one != two:
            either += 1
            first_open = first_open or match[0]
    return Evidence(day_first, month_first, either, first_open)


def named_format(name: str) -> DateFormat:
    """The format a user named: ``dmy``, ``mdy``, ``iso`` or a ``strptime`` pattern such as ``%d.%m.%Y %H:%M``.

    Raises:
        ValueError: none of these.
    """
    wanted = re.sub(r"[^a-z]", "", name.casefold()) if "%" not in name else ""
    if wanted in {"dmy", "ddmmyyyy", "ddmmyy", "dayfirst"}:
        return DateFormat(Order.DAY_FIRST)
    if wanted in {"mdy", "mmddyyyy", "mmddyy", "monthfirst"}:
        return DateFormat(Order.MONTH_FIRST)
    if wanted in {"iso", "ymd", "yyyymmdd", "epoch", "auto"}:
        return DateFormat()
    if "%" in name:
        try:
            datetime.strptime(datetime(2026, 10, 31, tzinfo=UTC).strftime(name), name)
        except ValueError as error:
            raise ValueError(f"{name!r} is not a date format: {error}") from error
        return DateFormat(pattern=name)
    raise ValueError(f"{name!r} is not a date format; write dmy, mdy, iso, or a pattern such as %d.%m.%Y %H:%M")


class DateReader:
    """Turns the cells of one column into moments; each distinct cell is read once."""

    def __init__(self, form: DateFormat, zone: tzinfo) -> None:
        self._form = form
        self._zone = zone
        self._cache: dict[Cell, Moment | None | ValueError] = {}

    def read(self, cell: Cell) -> Moment | None:
        """The moment in ``cell``; ``None`` where it is blank.

        Raises:
            ValueError: it is no date, and why.
        """
        try:
            found = self._cache[cell]
        except KeyError:
            found = self._read(cell)
            if len(self._cache) >= MOST_CACHED:
                self._cache.clear()
            self._cache[cell] = found
        if isinstance(found, ValueError):
            raise ValueError(*found.args)
        return found

    def _read(self, cell: Cell) -> Moment | None | ValueError:
        try:
            if isinstance(cell, datetime):
                midnight = cell.tzinfo is None and cell.time() == time()
                return self._placed(cell, whole_day=midnight)
            text = cell.strip()
            return None if not text or is_blank(text) else self._parsed(text)
        except (ValueError, OverflowError) as error:
            return ValueError(str(error))

    def _parsed(self, text: str) -> Moment:
        if len(text) > LONGEST_DATE:
            raise ValueError(f"a text of {len(text):,} characters is not a date")
        if self._form.pattern is not None:
            return self._by_pattern(text, self._form.pattern)
        if text[4:5] == "-" and text[7:8] == "-" and (moment := self._iso(text)) is not None:
            return moment
        if match := NUMBERS.fullmatch(text):
            return self._matched(match, *self._in_order(match))
        for shape in CLEAR_SHAPES:
            if match := shape.fullmatch(text):
                return self._matched(match, int(match["day"]), _month(match))
        if EPOCH.fullmatch(text):
            return Moment(_within(_from_epoch(text)))
        raise ValueError("not a date or time in any known form; a pattern can be named with --date-format")

    def _iso(self, text: str) -> Moment | None:
        """The common case, fast; ``None`` leaves the text to the patterns."""
        try:
            return self._placed(datetime.fromisoformat(text), whole_day=len(text) == 10)
        except ValueError:
            return None

    def _by_pattern(self, text: str, pattern: str) -> Moment:
        try:
            found = datetime.strptime(text, pattern)
        except ValueError as error:
            raise ValueError(f"not a date in the form {pattern}") from error
        whole_day = not any(sign in pattern for sign in ("%H", "%I", "%c", "%X", "%s", "%T"))
        return self._placed(found, whole_day=whole_day)

    def _in_order(self, match: re.Match[str]) -> tuple[int, int]:
        """Day and month. A dotted date is day first wherever it is written."""
        one, two = int(match["one"]), int(match["two"])
        if match["sign"] == "." and self._form.order is None:
            return one, two
        if self._form.order is Order.MONTH_FIRST:
            if one > 12 >= two:
                raise ValueError(
                    "there is no such month; the column is read as month/day/year (--date-format dmy for day first)"
                )
            return two, one
        if two > 12 >= one and self._form.order is Order.DAY_FIRST:
            raise ValueError(
                "there is no such month; the column is read as day/month/year (--date-format mdy for month first)"
            )
        if self._form.order is None and one <= 12 and two <= 12 and one != two:
            raise ValueError("day or month first? Name it with --date-format dmy or --date-format mdy")
        return (two, one) if two > 12 else (one, two)

    def _matched(self, match: re.Match[str], day: int, month: int) -> Moment:
        year = int(match["year"])
        if len(match["year"]) == 2:
            year += 2000 if year < 70 else 1900
        if match["hour"] is None:
            return self._placed(datetime(year, month, day), whole_day=True)
        groups = match.groupdict()
        fraction = int((groups.get("fraction") or "0").ljust(6, "0")[:6])
        hour = _hour(int(match["hour"]), groups.get("half"))
        written = datetime(
            year, month, day, hour, int(match["minute"]), int(match["second"] or 0), fraction, _zone(match)
        )
        return self._placed(written, whole_day=False)

    def _placed(self, written: datetime, *, whole_day: bool) -> Moment:
        local = written if written.tzinfo is not None else written.replace(tzinfo=self._zone)
        return Moment(_within(local.astimezone(UTC)), whole_day)


def _within(at: datetime) -> datetime:
    if not EARLIEST <= at <= LATEST:
        raise ValueError(f"the year {at.year} is not believable")
    return at


def _month(match: re.Match[str]) -> int:
    groups = match.groupdict()
    if "month" in groups:
        return int(groups["month"])
    name = groups["name"].casefold()
    if name not in MONTHS:
        raise ValueError(f"{name!r} is not a month")
    return MONTHS[name]


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(f"{hour} is not an hour before or after noon")
    return hour % 12 + (12 if half.casefold() == "p" else 0)


def _zone(match: re.Match[str]) -> tzinfo | None:
    offset, name = match["offset"], (match["zone"] or "").casefold()
    if offset:
        digits = offset[1:].replace(":", "").ljust(4, "0")
        span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return timezone(-span if offset[0] == "-" else span)
    if name not in ZONES:
        raise ValueError(f"the time zone {name.upper()!r} is not known here; write an offset such as +02:00")
    hours = ZONES[name]
    return None if hours is None else timezone(timedelta(hours=hours))


def _from_epoch(text: str) -> datetime:
    whole = text.split(".")[0]
    scale = {9: 1, 10: 1, 12: 1_000, 13: 1_000, 15: 1_000_000, 16: 1_000_000}[len(whole)]
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(float(text) * 1_000_000 / scale))


def local_day(moment: Moment, zone: tzinfo) -> date:
    """The calendar day of a moment in ``zone``."""
    return moment.at.astimezone(zone).date()


def ends_before(later: Moment, earlier: Moment, zone: tzinfo) -> bool:
    """Whether what should come later certainly came before; where only days are known, days are compared."""
    if later.whole_day or earlier.whole_day:
        return local_day(later, zone) < local_day(earlier, zone)
    return later.at < earlier.at

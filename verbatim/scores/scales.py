"""What an answer can be: the scales of CSAT, CES and NPS, and the reading of one raw cell.

First step of the path: a raw cell ("5", "Very satisfied", "😀", "4/5", "n/a") becomes an ``Answer`` or a
``ScaleError`` that says why not. Nothing is rounded and nothing is guessed. The direction belongs to the scale.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from verbatim.domain import Metric, Status
from verbatim.errors import ScaleError
from verbatim.scores import labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NUMBER = re.compile(r"([+-]?\d{1,9})(?:[.,](\d{1,9}))?")
OUT_OF = re.compile(r"(\d{1,3})(?:[.,]0+)?\s*(?:/|out of|of|von|de)\s*(\d{1,3})")
STARS = re.compile(r"(\d{1,2})\s*(?:-\s*)?(?:stars?|sterne?|estrellas?)")
NUMBERED_LABEL = re.compile(r"(\d{1,2})\s*(?:[-–—:.)=|]\s*|\s+\(|\s+)(?=\D)(.+?)\)?")
LABELLED_NUMBER = re.compile(r"(.*\D)\s*\((\d{1,2})\)")
SIGNS_TO_DROP = re.compile("[\ufe0e\ufe0f\u20e3\u200d\U0001f3fb-\U0001f3ff]")
STAR_FULL, STAR_EMPTY = "★⭐🌟", "☆✩"
LONGEST_LABEL = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What one cell says: ``value`` on its scale where ``status`` is answered, else ``None``."""

    value: float | None
    status: Status


@dataclass(frozen=True, slots=True)
class Scale:
    """Whole numbers ``low … high`` with their words, for one metric and in one direction.

    ``label_values`` maps the plain form of a word or sign to its value; ``not_answers`` are further forms (codes too)
    that mean "not applicable" in this survey.
    """

    name: str
    metric: Metric
    low: int
    high: int
    higher_is_better: bool = True
    wording: str = ""
    label_values: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    not_answers: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    @property
    def values(self) -> tuple[int, ...]:
        """Every possible answer, lowest first."""
        return tuple(range(self.low, self.high + 1))

    @property
    def best(self) -> int:
        """The most favourable answer."""
        return self.high if self.higher_is_better else self.low

    def describe(self) -> str:
        """One line for people: name, range and direction."""
        direction = "higher" if self.higher_is_better else "lower"
        return f"{self.name} ({self.low}–{self.high}, {direction} is better)"

    def comparable(self, other: Scale) -> bool:
        """Whether answers may be pooled: same metric, same length, same direction."""
        mine = (self.metric, self.low, self.high, self.higher_is_better)
        return mine == (other.metric, other.low, other.high, other.higher_is_better)

    def with_labels(self, further: Mapping[str, int]) -> Scale:
        """The same scale, understanding ``further`` words as well (a word that exists gets the new value).

        Raises:
            ScaleError: a value outside the scale.
        """
        added = {plain(word): self._whole(value, str(value)) for word, value in further.items()}
        return replace(self, label_values=MappingProxyType({**self.label_values, **added}))

    def with_not_applicable(self, *forms: str) -> Scale:
        """The same scale, reading ``forms`` (words or codes such as ``"7"``) as "not applicable"."""
        return replace(self, not_answers=self.not_answers | {plain(form) for form in forms})

    def parse(self, raw: object) -> Answer:
        """Read one cell: a number, a text or ``None``/NaN.

        Raises:
            ScaleError: out of range, a fraction, an unknown word, or a number and a word that disagree.

        >>> SCALES["csat-5"].parse("5 - Very satisfied").value
        5.0
        >>> SCALES["csat-5"].parse("n/a").status.value
        'not_applicable'
        """
        text = _as_text(raw, boolean_words=(self.low, self.high) == (0, 1))
        if text in self.not_answers or text in NOT_APPLICABLE:
            return Answer(None, Status.NOT_APPLICABLE)
        if text in BLANK:
            return Answer(None, Status.UNANSWERED)
        return Answer(float(self._value(text)), Status.ANSWERED)

    def knows_words_of(self, raw: object) -> bool:
        """Whether the words of a cell ("good", "5 - Very easy") stand in this scale's table; numbers have none."""
        text = plain(str(raw))
        match = NUMBERED_LABEL.fullmatch(text)
        last = LABELLED_NUMBER.fullmatch(text)
        word = match[2] if match else last[1] if last else text
        return plain(word) in self.label_values

    def _value(self, text: str) -> int:
        if text in self.label_values:
            return self.label_values[text]
        if match := NUMBER.fullmatch(text):
            if match[2] and int(match[2]):
                raise ScaleError(f"{text} is a fraction; {self.describe()} takes whole numbers, and none is rounded")
            return self._whole(int(match[1]), text)
        if match := OUT_OF.fullmatch(text):
            return self._out_of(int(match[1]), int(match[2]), text)
        if match := STARS.fullmatch(text):
            return self._whole(int(match[1]), text)
        if set(text) <= set(STAR_FULL + STAR_EMPTY):
            return self._out_of(sum(sign in STAR_FULL for sign in text), self._stars(text), text)
        if match := NUMBERED_LABEL.fullmatch(text):
            return self._numbered(int(match[1]), match[2], text)
        if match := LABELLED_NUMBER.fullmatch(text):
            return self._numbered(int(match[2]), match[1], text)
        if len(set(text)) == 1 and text[0] in self.label_values:  # 👍👍
            return self.label_values[text[0]]
        raise ScaleError(f"{_shown(text)} is not an answer on {self.describe()}")

    def _whole(self, number: int, text: str) -> int:
        if not self.low <= number <= self.high:
            raise ScaleError(f"{_shown(text)} is outside {self.describe()}")
        return number

    def _stars(self, text: str) -> int:
        return len(text) if any(sign in STAR_EMPTY for sign in text) else self.high

    def _out_of(self, number: int, length: int, text: str) -> int:
        if length != self.high:
            raise ScaleError(f"{_shown(text)} is counted out of {length}, but {self.describe()} ends at {self.high}")
        return self._whole(number, text)

    def _numbered(self, number: int, word: str, text: str) -> int:
        label = plain(word)
        if not any(sign.isalpha() or not sign.isascii() for sign in label):
            raise ScaleError(f"{_shown(text)} is not an answer on {self.describe()}")
        said = self.label_values.get(label, number)
        if said != number:
            raise ScaleError(
                f"{_shown(text)}: on {self.describe()} the words mean {said}; is it another scale, or a reversed one?"
            )
        return self._whole(number, text)


def plain(text: str) -> str:
    """The form in which words are compared: NFKC, case folded, single blanks, no skin tones, straight quotes."""
    bare = SIGNS_TO_DROP.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(bare.replace("’", "'").casefold().split()).strip("\"'!")


def scale_named(name: str) -> Scale:
    """The scale called ``name``.

    Raises:
        ScaleError: there is none; the message lists them.
    """
    if name not in SCALES:
        raise ScaleError(f"unknown scale {name!r}; the scales are {', '.join(SCALES)}")
    return SCALES[name]


def scales_of(metric: str | Metric) -> tuple[Scale, ...]:
    """Every scale of ``metric``, the default first.

    Raises:
        ScaleError: there is no such metric.
    """
    if metric not in set(Metric):
        raise ScaleError(f"{metric!r} is not a metric; the metrics are csat, ces and nps")
    return tuple(scale for scale in SCALES.values() if scale.metric == metric)


def _as_text(raw: object, *, boolean_words: bool) -> str:
    if raw is None or (isinstance(raw, float) and math.isnan(raw)):
        return ""
    if isinstance(raw, bool) and not boolean_words:
        raise ScaleError(f"{raw} is a yes or no, not a number on a scale")
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return plain(str(raw))


def _shown(text: str) -> str:
    """``text`` for a message; what is too long for a label may be a customer's words and is not repeated."""
    return f"a text of {len(text)} characters" if len(text) > LONGEST_LABEL else repr(text)


def _scale(
    name: str, metric: Metric, span: tuple[int, int], rows: labels.Rows, wording: str, *, reverse: bool = False
) -> Scale:
    ordered = rows[::-1] if reverse else rows
    values = range(span[0], span[1] + 1)
    table = {plain(word): value for value, row in zip(values, ordered, strict=True) for word in row}
    return Scale(name, metric, *span, wording=wording, label_values=MappingProxyType(table))


def _lower_is_better(scale: Scale, *, not_answers: Iterable[str] = ()) -> Scale:
    return replace(scale, higher_is_better=False, not_answers=frozenset(not_answers))


def _all_scales() -> tuple[Scale, ...]:
    csat, ces = Metric.CSAT, Metric.CES
    reversed_5 = _scale(
        "csat-5-reversed", csat, (1, 5), labels.SATISFIED_5, "1 = very good … 5 = very poor", reverse=True
    )
    effort_5 = _scale("ces-5-effort", ces, (1, 5), labels.EFFORT_5, "how much effort, very low … very high")
    return (
        _scale("csat-5", csat, (1, 5), labels.SATISFIED_5, "very dissatisfied … very satisfied, stars, five smileys"),
        _scale("csat-5-excellent", csat, (1, 5), labels.EXCELLENT_5, "poor, fair, good, very good, excellent"),
        _scale("csat-5-amazing", csat, (1, 5), labels.AMAZING_5, "terrible, bad, ok, great, amazing (Intercom)"),
        _lower_is_better(reversed_5, not_answers=labels.DONT_KNOW_CODE_6),
        _scale("csat-7", csat, (1, 7), labels.SATISFIED_7, "very dissatisfied … very satisfied"),
        _scale("csat-10", csat, (1, 10), ((),) * 10, "1–10"),
        _scale("csat-3", csat, (1, 3), labels.SATISFIED_3, "dissatisfied, neutral, satisfied; three smileys"),
        _scale("csat-2", csat, (0, 1), labels.GOOD_BAD, "good or bad, thumbs"),
        _scale("ces-7-ease", ces, (1, 7), labels.EASE_7, "made it easy, or how easy: 7 = easiest"),
        _scale("ces-5-ease", ces, (1, 5), labels.EASE_5, "made it easy, or how easy: 5 = easiest"),
        _lower_is_better(effort_5),
        _scale("nps", Metric.NPS, (0, 10), labels.LIKELY_11, "how likely to recommend, 0–10"),
    )


NOT_APPLICABLE = frozenset(plain(form) for form in labels.NOT_APPLICABLE)
BLANK = frozenset(plain(form) for form in labels.BLANK)
SCALES: Mapping[str, Scale] = MappingProxyType({scale.name: scale for scale in _all_scales()})

"""Themes that look wrong, why, and what to do: what a person should look at first after mining.

Each check looks at one theme (or at a pair) and says nothing where it sees nothing. The thresholds are constants with
their reasons; none depends on a language model or on labels.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from verbatim.themes.frames import LAYERS, shown_places
from verbatim.themes.languages import MULTILINGUAL_MODEL, NAMES
from verbatim.themes.model import NO_DETAIL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from verbatim.domain import Theme

    Check = Callable[[Theme, pd.DataFrame, "Whole"], Iterator["Suspect"]]

FEWEST = 5  # comments: a smaller theme is no pattern, and shares of it say nothing
FEWEST_FOR_SPREAD = 20  # comments: below, a mean or a mixture is chance
ALIKE = 0.9  # cosine of two centres: on MiniLM vectors distinct themes stay below 0.85
MOSTLY = 0.5  # of a theme's comments from one source, or with one text
ODDLY = 2.0  # times the source's share of the other comments
FOREIGN = 0.7  # of a theme's comments in another language than most comments
FELT = 0.3  # sentiment beyond which praise is praise and a complaint a complaint
MIXED = 0.35  # of a theme's comments on either side
BROAD = 2.5  # robust standard deviations below the median cohesion
BROAD_AT_LEAST = 0.04  # and so much below it: where all themes are equally tight nothing is broad
UNSTABLE = 0.5  # of a theme's pairs of texts kept when themes are found again
SOURCES = ("author", "account", "occurred_at", "language")
OPENING_WORDS = 6  # texts that share so many first words come from one template
MISNAMED = 0.02  # lead of another theme's centre: below, the name fits both

_DIGITS = re.compile(r"\d+")
_TAG = re.compile(r"\[[A-Z][A-Z0-9_]{0,30}\]")
_WORD = re.compile(r"[^\W_]+|#")


class Reason(StrEnum):
    """What is suspicious about a theme, the gravest first."""

    DUPLICATES = "duplicates"
    TEMPLATE = "template"
    ONE_AUTHOR = "one author"
    ONE_ACCOUNT = "one account"
    ONE_DAY = "one day"
    LANGUAGE = "language"
    ALIKE = "alike"
    MISNAMED = "misnamed"
    TOO_BROAD = "too broad"
    MIXED = "mixed feelings"
    UNSTABLE = "unstable"
    TOO_SMALL = "too small"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A theme to look at: ``why`` and ``advice`` are sentences, ``command`` does what is advised, ``figure`` decided.

    ``other_id`` is the second theme where two are concerned.
    """

    theme_id: str
    name: str
    size: int
    reason: Reason
    why: str
    advice: str
    command: str
    figure: float
    other_id: str | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """All ``comments`` that have a theme, and how many come from each author, account, day and language."""

    comments: int
    counts: Mapping[str, Counter[str]]

    @classmethod
    def of(cls, spoken: pd.DataFrame) -> Whole:
        """Count them in ``quality.Mined.said``; columns that are not there have no counts."""
        distinct = spoken.drop_duplicates("comment")
        return cls(len(distinct), {column: _counts(distinct, column) for column in SOURCES})

    def share_elsewhere(self, column: str, source: str, own: Mapping[str, int]) -> float:
        """The share of a source among the comments that are not in ``own``; 1 where there are no others to compare."""
        counts = self.counts[column]
        others = sum(counts.values()) - sum(own.values())
        return max(0, counts[source] - own[source]) / others if others > 0 else 1.0


def find_suspects(
    themes: Sequence[Theme],
    said: pd.DataFrame,
    centroids: NDArray[np.float32],
    names: NDArray[np.float32],
    *,
    kept: Mapping[str, float] | None = None,
) -> tuple[Suspect, ...]:
    """What looks wrong, gravest reason first, then the largest theme.

    ``said`` has the columns of ``quality.Mined.said``; ``centroids`` and ``names`` (t, d) belong to ``themes``;
    ``kept`` is the share of pairs kept by theme, where stability was measured. Themes without sub-themes are looked at
    as to their comments, all of them as to names and likeness; archived ones are not.
    """
    found: list[Suspect] = []
    finest = [themes[place] for place in shown_places(themes, "fine")]
    spoken = said[said["theme"].notna() & (said["theme"] != NO_DETAIL)]
    own = {str(key): rows for key, rows in spoken.groupby("theme")}
    whole = Whole.of(spoken)
    for theme in finest:
        rows = own.get(theme.id)
        if rows is None:
            continue
        for check in _CHECKS:
            found += check(theme, rows, whole)
    found += _broad(finest, own)
    for layer in LAYERS if len(finest) < len(themes) else LAYERS[:1]:
        places = shown_places(themes, layer)
        members = [themes[place] for place in places]
        found += [*_alike(members, centroids[places]), *_misnamed(members, names[places], centroids[places])]
    found += _unstable(themes, kept or {})
    order = list(Reason)
    distinct = {(one.reason, one.theme_id, one.other_id): one for one in found}
    return tuple(sorted(distinct.values(), key=lambda one: (order.index(one.reason), -one.size, one.theme_id)))


def _too_small(theme: Theme, rows: pd.DataFrame, whole: Whole) -> Iterator[Suspect]:
    size = rows["comment"].nunique()
    if size < FEWEST and whole.comments >= FEWEST_FOR_SPREAD:
        yield _suspect(
            theme,
            Reason.TOO_SMALL,
            f"only {_comments(size)}: too few to be a pattern",
            advice="merge it into the theme it belongs to, or wait for more",
            command=f"verbatim theme merge {theme.id} --into OTHER",
            figure=size,
        )


def _duplicates(theme: Theme, rows: pd.DataFrame, _: Whole) -> Iterator[Suspect]:
    comments = rows.drop_duplicates(["comment", "text"])
    counts = comments["text"].value_counts(sort=False)
    if len(comments) < FEWEST or counts.max() < MOSTLY * len(comments):
        return
    most = int(counts.max())
    yield _suspect(
        theme,
        Reason.DUPLICATES,
        f"{most:,} of {_comments(len(comments))} are the same text",
        advice="find out where they come from; archive the theme if nobody wrote them",
        command=f"verbatim theme archive {theme.id}",
        figure=most / len(comments),
    )


def _template(theme: Theme, rows: pd.DataFrame, _: Whole) -> Iterator[Suspect]:
    texts = sorted(set(rows["text"]))
    openings: dict[tuple[str, ...], int] = {}
    for text in texts:
        words = tuple(_WORD.findall(_DIGITS.sub("#", _TAG.sub("#", text[:400])).lower()))[:OPENING_WORDS]
        if len(words) == OPENING_WORDS:
            openings[words] = openings.get(words, 0) + 1
    most = max(openings.values(), default=0)
    if most < FEWEST or most < MOSTLY * len(texts):
        return
    words = min(key for key, count in openings.items() if count == most)
    yield _suspect(
        theme,
        Reason.TEMPLATE,
        f"{most:,} of {len(texts):,} different texts begin “{' '.join(words)} …”: a form, not people's own words",
        advice="leave the form's text out before ingesting, or archive the theme",
        command=f"verbatim theme archive {theme.id}",
        figure=most / len(texts),
    )


def _one_source(column: str, reason: Reason, said: str, advice: str) -> Check:
    """A check on whether most of a theme comes from one value of ``column``, and far less of the other comments."""

    def check(theme: Theme, rows: pd.DataFrame, whole: Whole) -> Iterator[Suspect]:
        own = _counts(rows, column)
        if sum(own.values()) < FEWEST:
            return
        first = min(own, key=lambda source: (-own[source], source))
        share = own[first] / sum(own.values())
        usual = whole.share_elsewhere(column, first, own)
        if share >= MOSTLY and share >= ODDLY * usual:
            shown = f" ({first})" if column == "occurred_at" else ""
            yield _suspect(
                theme,
                reason,
                f"{100 * share:.0f} % of {_comments(sum(own.values()))} come from {said}{shown}, "
                f"of the other comments {100 * usual:.0f} %",
                advice=advice,
                command=f"verbatim quotes {theme.id} --all",
                figure=share,
            )

    return check


def _language(theme: Theme, rows: pd.DataFrame, whole: Whole) -> Iterator[Suspect]:
    own, usual = _counts(rows, "language"), whole.counts.get("language", Counter())
    if sum(own.values()) < FEWEST or max(usual.values(), default=0) < MOSTLY * sum(usual.values()):
        return
    first = min(own, key=lambda language: (-own[language], language))
    share = own[first] / sum(own.values())
    if share >= FOREIGN and first != max(usual, key=lambda language: (usual[language], language)):
        elsewhere = whole.share_elsewhere("language", first, own)
        yield _suspect(
            theme,
            Reason.LANGUAGE,
            f"{100 * share:.0f} % are in {NAMES.get(first, first)}, of the other comments {100 * elsewhere:.0f} %: "
            "the language made the theme, not what was said",
            advice="set a multilingual model and mine again",
            command=f"VERBATIM_MODEL={MULTILINGUAL_MODEL} verbatim mine",
            figure=share,
        )


def _counts(rows: pd.DataFrame, column: str) -> Counter[str]:
    """How many distinct comments come from each value of ``column``, a moment's value being its day (UTC)."""
    if column not in rows:
        return Counter()
    values = rows.drop_duplicates("comment")[column].dropna()
    if column == "occurred_at" and len(values):
        values = pd.to_datetime(values, utc=True).dt.strftime("%Y-%m-%d")
    return Counter(values.astype(str).tolist())


def _mixed(theme: Theme, rows: pd.DataFrame, _: Whole) -> Iterator[Suspect]:
    if "sentiment" not in rows:
        return
    ordered = rows.dropna(subset="sentiment").sort_values(["sentiment", "comment"], kind="stable")
    felt = ordered["sentiment"].astype(float)
    if len(felt) < FEWEST_FOR_SPREAD:
        return
    good, bad = float((felt > FELT).mean()), float((felt < -FELT).mean())
    if min(good, bad) >= MIXED:
        yield _suspect(
            theme,
            Reason.MIXED,
            f"{100 * good:.0f} % praise and {100 * bad:.0f} % complaints: one name for opposite things",
            advice="split it, if the two are to be counted apart",
            command=f"verbatim theme split {theme.id} --part Praise={ordered['comment'].iloc[-1]} "
            f"--part Complaints={ordered['comment'].iloc[0]}",
            figure=min(good, bad),
        )


def _broad(finest: Sequence[Theme], own: Mapping[str, pd.DataFrame]) -> Iterator[Suspect]:
    """Themes whose comments are much further from their centre than those of the others (median and MAD)."""
    cohesion = {theme.id: float(own[theme.id]["similarity"].mean()) for theme in finest if theme.id in own}
    if len(cohesion) < FEWEST:
        return
    values = np.asarray(list(cohesion.values()))
    middle = float(np.median(values))
    least = middle - max(BROAD * 1.4826 * float(np.median(np.abs(values - middle))), BROAD_AT_LEAST)
    for theme in finest:
        if theme.size >= FEWEST_FOR_SPREAD and cohesion.get(theme.id, middle) < least:
            yield _suspect(
                theme,
                Reason.TOO_BROAD,
                f"what was said is far apart: cohesion {cohesion[theme.id]:.2f}, usual {middle:.2f}",
                advice="split it by examples, or mine with more themes",
                command=f"verbatim theme split {theme.id} --part COMMENT,… --part COMMENT,…",
                figure=cohesion[theme.id],
            )


def _alike(themes: Sequence[Theme], centroids: NDArray[np.float32]) -> Iterator[Suspect]:
    cosines = centroids.astype(np.float64) @ centroids.astype(np.float64).T
    for first, second in zip(*np.nonzero(np.triu(cosines >= ALIKE, k=1)), strict=True):
        larger, smaller = sorted((themes[int(first)], themes[int(second)]), key=lambda theme: (-theme.size, theme.id))
        cosine = float(cosines[first, second])
        yield _suspect(
            smaller,
            Reason.ALIKE,
            f"nearly the same as {larger.id} “{larger.name}”: cosine {cosine:.2f}",
            advice="merge the two",
            command=f"verbatim theme merge {smaller.id} --into {larger.id}",
            figure=cosine,
            other=larger,
        )


def _misnamed(themes: Sequence[Theme], names: NDArray[np.float32], centroids: NDArray[np.float32]) -> Iterator[Suspect]:
    if len(themes) < 2:
        return
    cosines = (names @ centroids.T).astype(np.float64)
    own = cosines.diagonal()
    for row in np.flatnonzero(cosines.max(axis=1) - own > MISNAMED):
        theme, other = themes[int(row)], themes[int(cosines[row].argmax())]
        yield _suspect(
            theme,
            Reason.MISNAMED,
            f"its name is nearer to {other.id} “{other.name}” ({cosines[row].max():.2f}) than to itself "
            f"({own[row]:.2f})",
            advice=f"rename it; its keywords are {', '.join(theme.keywords[:4]) or 'none'}",
            command=f'verbatim theme rename {theme.id} "NEW NAME"',
            figure=float(cosines[row].max() - own[row]),
            other=other,
        )


def _unstable(themes: Sequence[Theme], kept: Mapping[str, float]) -> Iterator[Suspect]:
    for theme in themes:
        if theme.size >= FEWEST_FOR_SPREAD and kept.get(theme.id, 1.0) < UNSTABLE:
            yield _suspect(
                theme,
                Reason.UNSTABLE,
                f"only {100 * kept[theme.id]:.0f} % of its pairs of texts stay together when themes are found again",
                advice="read its quotes; pin it if it is real, split or merge it if it is not",
                command=f"verbatim theme pin {theme.id}",
                figure=kept[theme.id],
            )


_CHECKS: tuple[Check, ...] = (
    _duplicates,
    _template,
    _one_source(
        "author", Reason.ONE_AUTHOR, "one person", "count it as one person's view; read it before reporting it"
    ),
    _one_source("account", Reason.ONE_ACCOUNT, "one account", "treat it as this account's matter, not as everybody's"),
    _one_source("occurred_at", Reason.ONE_DAY, "one day", "look for what happened that day before reporting a trend"),
    _language,
    _mixed,
    _too_small,
)


def _suspect(
    theme: Theme, reason: Reason, why: str, *, advice: str, command: str, figure: float, other: Theme | None = None
) -> Suspect:
    return Suspect(
        theme_id=theme.id,
        name=theme.name,
        size=theme.size,
        reason=reason,
        why=why,
        advice=advice,
        command=command,
        figure=round(float(figure), 4),
        other_id=None if other is None else other.id,
    )


def _comments(count: int) -> str:
    return "1 comment" if count == 1 else f"{count:,} comments"

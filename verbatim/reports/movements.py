"""Which themes came, grew, shrank or faded: a stated rule on monthly counts.

Twelve months at most are looked at, the report's last. Shares are of the comments that say something. With *more than
noise* the Newcombe interval of the difference excludes 0, at a confidence that allows for the number of themes.

- **new**: among the six months there is one, best split by likelihood, before which the theme had at most a fifth of
  the share that it has had since (more than noise, at least `FEWEST` comments since).
- **fading**: its largest three months in a row held at least `LARGE` % of comments; the last two months hold at most
  a fifth of that (more than noise).
- **growing / shrinking**: the last three months against the three before, by a quarter at least (more than noise).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from verbatim.reports.figures import family_confidence, share_change, share_figure
from verbatim.reports.model import Movement
from verbatim.reports.months import WINDOW
from verbatim.reports.words import estimate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from verbatim.reports.model import Change, MovementKind

    Counts = NDArray[np.float64]

FEWEST = 10
LARGE = 3.0
LITTLE = 0.2
NOTABLE = 1.25
HEIGHT = 3
KINDS: tuple[MovementKind, ...] = ("new", "growing", "shrinking", "fading")
STRONGER: Mapping[MovementKind, MovementKind] = {"growing": "new", "shrinking": "fading"}
STRONG = frozenset(STRONGER.values())
RECENT = 2
LEAST_BEFORE = 30


@dataclass(frozen=True, slots=True)
class History:
    """One theme's comments ``counts`` and all comments ``totals`` by month ``(m,)``; ``labels`` name the months.

    ``parent_id`` is the theme, called ``part_of``, that a sub-theme belongs to and whose counts hold its own.
    """

    theme_id: str
    name: str
    counts: Counts
    totals: Counts
    labels: tuple[str, ...]
    parent_id: str | None = None
    part_of: str | None = None

    @property
    def label(self) -> str:
        """The name as a sentence has it, with that of the theme it is part of."""
        return f"“{self.name}”" if self.part_of is None else f"“{self.name}” (part of “{self.part_of}”)"

    def sums(self, start: int, stop: int | None = None) -> tuple[float, float]:
        """Comments on the theme, and all comments, in months ``[start, stop)``."""
        return float(self.counts[start:stop].sum()), float(self.totals[start:stop].sum())


def movements(histories: Sequence[History]) -> list[Movement]:
    """Every theme that moved, new ones first, each kind by the size of its change; a theme moves once at most.

    A sub-theme is named only where it is new or fading and its theme is not; it then stands for the growth or
    shrinking of its theme.
    """
    confidence = family_confidence(len(histories))
    moves = {h.theme_id: move for h in histories if (move := movement_of(h, confidence)) is not None}
    parents = {history.theme_id: history.parent_id for history in histories}
    kept = [move for theme_id, move in moves.items() if _stands(theme_id, move, moves, parents)]
    return sorted(kept, key=lambda move: (KINDS.index(move.kind), -_size(move), move.theme_id))


def _size(move: Movement) -> float:
    return abs((move.after.value or 0.0) - (move.before.value or 0.0))


def _stands(theme_id: str, move: Movement, moves: Mapping[str, Movement], parents: Mapping[str, str | None]) -> bool:
    parent_id = parents[theme_id]
    if parent_id is not None:
        whole = moves.get(parent_id)
        return move.kind in STRONG and (whole is None or whole.kind != move.kind)
    stronger = STRONGER.get(move.kind)
    parts = (moves[child].kind for child, above in parents.items() if above == theme_id and child in moves)
    return stronger is None or stronger not in parts


def movement_of(history: History, confidence: float) -> Movement | None:
    """The one movement that fits best, ``None`` for a steady theme or too short a history."""
    return appeared(history, confidence) or faded(history, confidence) or drifted(history, confidence)


def appeared(history: History, confidence: float) -> Movement | None:
    """A new theme, with the month in which it appeared."""
    months = len(history.totals)
    onsets = [at for at in range(1, months) if history.sums(0, at)[1] >= LEAST_BEFORE and history.sums(at)[1] > 0]
    if not onsets:
        return None
    onset = max(onsets, key=lambda at: _split_likelihood(history, at))
    if onset < months - WINDOW:
        return None
    change = share_change(history.sums(onset), history.sums(0, onset), history.labels[0], confidence)
    since, before = history.sums(onset), history.sums(0, onset)
    if change is None or not change.real or change.difference < 0 or since[0] < FEWEST:
        return None
    if before[0] / before[1] > LITTLE * since[0] / since[1]:
        return None
    sentence = (
        f"{history.label} appeared in {history.labels[onset]}: {_share_text(since)} of comments since, "
        f"against {_share_text(before)} before."
    )
    return _movement(history, "new", change, since, sentence, since=history.labels[onset])


def faded(history: History, confidence: float) -> Movement | None:
    """A theme that was large and is nearly gone."""
    starts = [at for at in range(len(history.totals) - RECENT - HEIGHT + 1) if history.sums(at, at + HEIGHT)[1] > 0]
    if not starts:
        return None
    top = max(starts, key=lambda at: _share(history.sums(at, at + HEIGHT)))
    height, now = history.sums(top, top + HEIGHT), history.sums(-RECENT)
    change = share_change(now, height, history.labels[top + 1], confidence)
    if change is None or not change.real or change.difference > 0 or height[0] < FEWEST:
        return None
    if 100 * _share(height) < LARGE or _share(now) > LITTLE * _share(height):
        return None
    sentence = (
        f"{history.label} has nearly gone: {_share_text(now)} of comments in the last two months, "
        f"against {_share_text(height)} around {history.labels[top + 1]}."
    )
    return _movement(history, "fading", change, now, sentence, since=history.labels[top + 1])


def drifted(history: History, confidence: float) -> Movement | None:
    """A theme whose last three months hold a larger or smaller share than the three before."""
    if len(history.totals) < WINDOW:
        return None
    now, before = history.sums(-HEIGHT), history.sums(-WINDOW, -HEIGHT)
    change = share_change(now, before, "the three months before", confidence)
    if change is None or not change.real or now[0] + before[0] < FEWEST:
        return None
    small, large = sorted((_share(now), _share(before)))
    if large < NOTABLE * small:
        return None
    kind: MovementKind = "growing" if change.difference > 0 else "shrinking"
    sentence = (
        f"{history.label} is {kind}: {_share_text(now)} of comments in the last three months, "
        f"against {_share_text(before)} in the three before."
    )
    return _movement(history, kind, change, now, sentence)


def _movement(
    history: History,
    kind: MovementKind,
    change: Change,
    now: tuple[float, float],
    sentence: str,
    *,
    since: str | None = None,
) -> Movement:
    after = share_figure(*now)
    return Movement(
        history.theme_id, history.name, kind, since, change.before, after, change.low, change.high, sentence,
        part_of=history.part_of,
    )  # fmt: skip


def _share_text(sums: tuple[float, float]) -> str:
    return estimate(share_figure(*sums), "percent")


def _share(sums: tuple[float, float]) -> float:
    return sums[0] / sums[1] if sums[1] else 0.0


def _split_likelihood(history: History, at: int) -> float:
    """Binomial log-likelihood of one share before month ``at`` and another from it on."""
    return _likelihood(*history.sums(0, at)) + _likelihood(*history.sums(at))


def _likelihood(part: float, whole: float) -> float:
    if whole <= 0 or part <= 0 or part >= whole:
        return 0.0
    share = part / whole
    return float(part * np.log(share) + (whole - part) * np.log1p(-share))

"""A target such as "from 82 to 85 by the end of the quarter", and where the score stands against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verbatim.errors import UserError

if TYPE_CHECKING:
    from datetime import date

    from verbatim.scores.score import Score


@dataclass(frozen=True, slots=True)
class TargetPath:
    """A straight line from ``start`` on ``start_on`` to ``goal`` on ``due_on``; without these, just the goal."""

    goal: float
    start: float | None = None
    start_on: date | None = None
    due_on: date | None = None

    def expected_on(self, day: date) -> float:
        """What the line asks for on ``day``; the start before it begins, the goal from the due day on.

        Raises:
            UserError: the target is due before it starts.
        """
        if self.start is None or self.start_on is None or self.due_on is None:
            return self.goal
        length = (self.due_on - self.start_on).days
        if length <= 0:
            raise UserError(f"the target is due on {self.due_on}, not after it starts on {self.start_on}")
        passed = min(max((day - self.start_on).days / length, 0.0), 1.0)
        return self.start + passed * (self.goal - self.start)


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """Where a score stands: ``gap`` is value − expected; ``None`` where there are no answers.

    ``on_track``: at least what was expected. ``is_noise``: what was expected lies within the score's interval, so
    that neither "ahead" nor "behind" is certain. ``reached``: the goal itself.
    """

    value: float | None
    expected: float
    goal: float
    gap: float | None
    on_track: bool | None
    is_noise: bool | None
    reached: bool | None
    overdue: bool

    @property
    def statement(self) -> str:
        """One sentence for a report."""
        if self.value is None or self.gap is None:
            return f"No answers yet; the target asks for {self.expected:.1f} by now and {self.goal:.1f} in the end."
        if self.reached:
            return f"The target of {self.goal:.1f} is reached ({self.value:.1f})."
        where = "on track" if self.on_track else "behind"
        doubt = ", within the noise" if self.is_noise else ""
        due = "was due" if self.overdue else f"the line asks for {self.expected:.1f} by now,"
        return f"{self.value:.1f}: {where}{doubt}; {due} {self.goal:.1f}{'' if self.overdue else ' in the end'}."


def track(path: TargetPath, score: Score, today: date) -> TargetStatus:
    """Compare ``score`` with what ``path`` asks for ``today``, in the direction of the score's figure."""
    expected = path.expected_on(today)
    overdue = path.due_on is not None and today > path.due_on
    if score.value is None:
        return TargetStatus(None, expected, path.goal, None, None, None, None, overdue)
    sign = 1 if score.definition.higher_is_better else -1
    gap = score.value - expected
    within = None if score.low is None or score.high is None else score.low <= expected <= score.high
    reached = sign * (score.value - path.goal) >= 0
    return TargetStatus(score.value, expected, path.goal, gap, sign * gap >= 0, within, reached, overdue)

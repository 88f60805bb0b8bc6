"""The gate: a predictor without proven skill is not activated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.judging.evaluation import Evaluation
    from models.learners.rows import Rows
    from models.learners.training import Limits


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a predictor may be activated, and in plain words why (not)."""

    passed: bool
    reasons: tuple[str, ...]


def pass_gate(evaluation: Evaluation, rows: Rows, limits: Limits, what: str) -> Gate:
    """Judge what was measured on the tickets held back: the skill over the best baseline must be above zero for sure.

    The skill is one minus the Brier score over that of the best baseline; its lower bound is that of the 95 % interval
    over draws of accounts, the same draws for both.
    """
    skill, best = evaluation.skill_over_best, evaluation.best_baseline
    tickets, cases = rows.tickets, rows.cases
    if min(cases, tickets - cases) < limits.cases or tickets < limits.tickets:
        return Gate(False, (f"{tickets} rated tickets, {cases} of them {what}, are too few",))
    if skill.value is None or skill.low is None or skill.high is None:
        return Gate(False, ("too few tickets were held back to measure any skill",))
    said = f"{100 * skill.value:.1f} % (95 %: {100 * skill.low:.1f} to {100 * skill.high:.1f} %)".replace("-", "−")
    n = evaluation.overall.tickets
    if skill.low <= 0:
        found = f"its error is smaller than that of “{best}” by {said}: that may be nothing"
        if skill.value <= 0:
            found = f"its error is not smaller than that of “{best}”: the gain is {said}"
        return Gate(False, (f"no proven skill: on the {n} most recent tickets {found}",))
    return Gate(True, (f"on the {n} most recent tickets its error is smaller than that of “{best}” by {said}",))

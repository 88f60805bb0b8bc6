"""The truth file: what was planted, and what it came to in the rows that were written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from statistics import fmean, pstdev
from typing import Any

from verbatim.sample import satisfaction as sat
from verbatim.sample.planted import THEME_BY_KEY, THEMES, PlantedTheme
from verbatim.sample.span import stamp
from verbatim.sample.surveys import Response, Surveys
from verbatim.sample.tickets import Ticket
from verbatim.sample.world import World

_PER_UNIT = {
    "reopens": ("points for each reopening", sat.PER_REOPEN),
    "wait": ("points for each doubling of (1 + hours to the first reply / 2)", sat.PER_WAIT_DOUBLING),
    "reassignments": ("points for each reassignment", sat.PER_REASSIGNMENT),
    "escalation": ("points if escalated", sat.PER_ESCALATION),
    "channel_switches": ("points for each change of channel", sat.PER_CHANNEL_SWITCH),
    "channel": ("points by channel", sat.CHANNEL_EFFECT),
    "agent": ("points, the agent's skill", None),
    "account_health": ("points, the account's health at the time", None),
}


def truth_of(world: World, tickets: list[Ticket], surveys: Surveys) -> dict[str, Any]:
    """The content of ``truth.json``, ready for the JSON encoder."""
    span = world.span
    by_metric = {"csat": surveys.csat, "ces": surveys.ces, "nps": surveys.nps}
    return {
        "seed": world.seed,
        "months": [span.label(month) for month in range(span.months)],
        "start": stamp(span.start),
        "end": stamp(span.end),
        "milestones": [{"at": stamp(one.at), "kind": one.kind, "name": one.name} for one in world.milestones],
        "themes": [_theme(theme, world, by_metric) for theme in THEMES],
        "drivers_of_csat": _drivers(tickets),
        "scores": {metric: _scores(metric, responses, world) for metric, responses in by_metric.items()},
        "dissatisfied_share_of_all_solved_tickets": round(
            fmean(ticket.risk for ticket in tickets if ticket.solved_at), 4
        ),
        "declining_accounts": [
            {
                "id": one.id,
                "renewal_at": f"{one.renewal_at:%Y-%m-%d}",
                "declines_from": f"{one.decline_from:%Y-%m-%d}",
                "points_of_csat": -round(one.decline, 2),
            }
            for one in world.accounts
            if one.decline
        ],
        "comments": _comments(by_metric),
    }


def _theme(theme: PlantedTheme, world: World, by_metric: dict[str, list[Response]]) -> dict[str, Any]:
    span = world.span
    alive = [month for month in range(span.months) if theme.strength(span, month) > 0]
    status = f"new since {span.label(alive[0])}" if theme.status == "new" and alive else theme.status
    volumes = {
        metric: _monthly(world, (one for one in responses if one.written and theme.key in one.written.themes))
        for metric, responses in by_metric.items()
    }
    return {
        "key": theme.key,
        "name": theme.name,
        "polarity": theme.polarity,
        "status": status,
        "merged_into": theme.merged_into,
        "keywords": list(theme.keywords),
        "planted_months": [span.label(month) for month in alive],
        "planted_strength": [theme.strength(span, month) for month in range(span.months)],
        "metrics": [metric for metric, months in volumes.items() if sum(months)],
        "comments_by_month": [sum(months) for months in zip(*volumes.values(), strict=True)],
        "comments_by_metric": {metric: sum(months) for metric, months in volumes.items()},
        "planted_effect": {"csat": theme.csat_effect, "ces": theme.ces_effect, "nps": theme.nps_effect},
        "mean_score_where_mentioned": {
            metric: _mean(one.score for one in responses if one.written and theme.key in one.written.themes)
            for metric, responses in by_metric.items()
        },
    }


def _drivers(tickets: list[Ticket]) -> list[dict[str, Any]]:
    """What moves CSAT after tickets, largest spread (standard deviation of its points over tickets) first."""
    names = [*_PER_UNIT, *(f"theme:{theme.key}" for theme in THEMES if theme.csat_effect)]
    drivers = []
    for name in names:
        points = [ticket.points.get(name, 0.0) for ticket in tickets]
        unit, effect = _PER_UNIT.get(name, ("points if the ticket is about it", None))
        if name.startswith("theme:"):
            effect = THEME_BY_KEY[name.removeprefix("theme:")].csat_effect
        drivers.append(
            {
                "name": name,
                "unit": unit,
                "effect": effect,
                "share_of_tickets": round(fmean(value != 0 for value in points), 4),
                "mean_points": round(fmean(points), 4),
                "spread": round(pstdev(points), 4),
            }
        )
    return sorted(drivers, key=lambda driver: (-float(driver["spread"]), str(driver["name"])))


def _scores(metric: str, responses: list[Response], world: World) -> dict[str, Any]:
    """The figures of a metric, for the whole period and by month of answering."""
    months = [_figures(metric, [], 0) for _ in range(world.span.months)]
    for month in range(world.span.months):
        first, last = world.span.starts[month], world.span.starts[month + 1]
        answered = [one for one in responses if one.answered_at and first <= one.answered_at < last]
        asked = sum(first <= one.asked_at < last for one in responses)
        months[month] = {"month": world.span.label(month), **_figures(metric, answered, asked)}
    steps = sorted({one.step for one in responses if one.step})
    return {
        "all": _figures(metric, [one for one in responses if one.answered_at], len(responses)),
        "by_month": months,
        "by_step": {
            step: _figures(
                metric,
                [one for one in responses if one.answered_at and one.step == step],
                sum(one.step == step for one in responses),
            )
            for step in steps
        },
    }


def _figures(metric: str, answered: list[Response], asked: int) -> dict[str, Any]:
    scores = [one.score for one in answered if one.score is not None]
    figures: dict[str, Any] = {"asked": asked, "answered": len(scores), "mean": _mean(scores)}
    if metric == "csat":
        figures["csat_percent"] = _percent(score >= 4 for score in scores)
    elif metric == "ces":
        figures["easy_percent"] = _percent(score >= 5 for score in scores)
    else:
        promoters, detractors = sum(s >= 9 for s in scores), sum(s <= 6 for s in scores)
        figures["nps"] = round(100 * (promoters - detractors) / len(scores), 4) if scores else None
    figures["response_rate"] = round(len(scores) / asked, 4) if asked else None
    return figures


def _comments(by_metric: dict[str, list[Response]]) -> dict[str, Any]:
    written = [one.written for responses in by_metric.values() for one in responses if one.written]
    told = [one for one in written if one.text.strip()]
    return {
        "count": len(told),
        "blank": len(written) - len(told),
        "junk": sum(one.junk for one in told),
        "by_language": dict(sorted(Counter(one.language or "none" for one in told).items())),
        "with_several_themes": sum(len(one.themes) > 1 for one in told),
        "with_personal_data": sum(bool(one.personal) for one in told),
    }


def _monthly(world: World, responses: Iterable[Response]) -> list[int]:
    counts = Counter(world.span.month_at(one.answered_at) for one in responses if one.answered_at)
    return [counts[month] for month in range(world.span.months)]


def _mean(scores: Iterable[int | None]) -> float | None:
    given = [score for score in scores if score is not None]
    return round(fmean(given), 4) if given else None


def _percent(hits: Iterable[bool]) -> float | None:
    told = list(hits)
    return round(100 * fmean(told), 4) if told else None

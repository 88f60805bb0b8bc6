"""Drivers: is the planted order found, do the intervals cover, and how fast is it.

python -m bench.drivers
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from verbatim.findings import drive, membership, share_changes
from verbatim.sample import write_sample
from verbatim.scores import define

if TYPE_CHECKING:
    from verbatim.findings import Drivers

METRICS = ("csat", "ces", "nps")
ROWS, THEMES = 100_000, 60
TRIALS = 60
SIZES = ((10, 20), (20, 40), (40, 100), (100, 10**9))
# What drives the score and is told by a theme that customers use for it: handling, not the subject of the ticket.
HANDLING = {"fix_came_undone": -1.05, "handoffs": -0.37, "slow_reply": -0.23}


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    lines = ["## Drivers", "", *_planted(), "", *_coverage(), "", *_speed(), ""]
    return "\n".join(lines)


def sample_frames(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, dict[str, float]]]:
    """Answers of the sample organisation, their true themes (``id``, ``theme_id``), and the planted effects."""
    parts = [pd.read_csv(folder / f"{metric}.csv").assign(metric=metric) for metric in METRICS]
    answers = pd.concat(parts, ignore_index=True)
    answers = answers[answers["score"].notna()].rename(columns={"score": "value"})
    answers["occurred_at"] = pd.to_datetime(answers["answered_at"], utc=True)
    told = pd.read_csv(folder / "truth_comments.csv", dtype=str, keep_default_na=False)
    answers["commented"] = answers["id"].isin(told["id"])
    answers["telling"] = answers["id"].isin(told.loc[told["themes"] != "", "id"])
    pairs = told.assign(theme_id=told["themes"].str.split(";")).explode("theme_id")[["id", "theme_id"]]
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    effects = {theme["key"]: theme["planted_effect"] for theme in truth["themes"]}
    return answers, pairs[pairs["theme_id"] != ""], effects


def drivers_of(metric: str, answers: pd.DataFrame, pairs: pd.DataFrame, themes: list[str]) -> Drivers:
    """The drivers of one metric by the true themes."""
    on = pairs.rename(columns={"id": "answer_id"})
    own = answers[answers["metric"] == metric]
    return drive(own, on[on["answer_id"].isin(own["id"])], themes, define(metric))


def _planted() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder))
        answers, pairs, effects = sample_frames(Path(folder))
    lines = [
        "On the sample organisation, themes as planted (complaints and requests that carry an effect; 20 answers or "
        "more). Effect: points of score that an answer on the theme differs by, adjusted for the others.",
        "",
        "| metric | themes | rank correlation of effect with what was planted | three worst as planted | found |",
        "|---|---|---|---|---|",
    ]
    for metric in METRICS:
        table = drivers_of(metric, answers, pairs, sorted(effects)).table
        table["planted"] = [effects[theme][metric] for theme in table["theme_id"]]
        known = table[table["effect"].notna() & (table["planted"] != 0)]
        rank = spearmanr(known["effect"], known["planted"]).statistic
        worst = [", ".join(known.nsmallest(3, column)["theme_id"]) for column in ("planted", "effect")]
        lines.append(f"| {metric.upper()} | {len(known)} | {rank:.2f} | {worst[0]} | {worst[1]} |")
    return lines


def _coverage() -> list[str]:
    lines = [
        f"Coverage of the 95 % intervals in {TRIALS} generated organisations each (300 customers whose answers are "
        "alike, themes of very different sizes, a fifth of comments on two themes):",
        "",
        "| answers, themes | figure | " + " | ".join(_size(low, high) for low, high in SIZES) + " |",
        "|---|---|" + "---|" * len(SIZES),
    ]
    for rows, themes in ((600, 12), (2000, 20)):
        found = [_trial(np.random.default_rng(seed), rows, themes, seed) for seed in range(TRIALS)]
        every = pd.concat(found, ignore_index=True)
        for figure in ("impact", "effect"):
            cells = []
            for low, high in SIZES:
                covered = every[every["n"].between(low, high - 1)][f"{figure}_covered"].dropna()
                cells.append(f"{100 * covered.mean():.0f} % of {len(covered)}" if len(covered) else "–")
            lines.append(f"| {rows}, {themes} | {figure} | " + " | ".join(cells) + " |")
    return lines


def _size(low: int, high: int) -> str:
    return f"n {low}–{high - 1}" if high < 10**9 else f"n {low} or more"


def _trial(rng: np.random.Generator, rows: int, themes: int, seed: int) -> pd.DataFrame:
    """One generated organisation: whether the intervals of each theme hold what was put in."""
    weights = np.maximum(rng.dirichlet(np.full(themes, 0.7)), 0.004)
    effects = np.append(np.clip(rng.normal(0, 0.12, themes), -0.24, 0.24), 0.0)
    customer = rng.integers(0, 300, rows)
    on = np.zeros((rows, themes), dtype=bool)
    on[np.arange(rows), rng.choice(themes, rows, p=weights / weights.sum())] = True
    second = np.flatnonzero(rng.random(rows) < 0.2)
    on[second, rng.choice(themes, len(second), p=weights / weights.sum())] = True
    on[rng.random(rows) < 0.15] = False
    expected = np.clip(0.55 + on @ effects[:-1] + rng.normal(0, 0.04, 300)[customer], 0.02, 0.98)
    ids = [f"a{row:06d}" for row in range(rows)]
    answers = pd.DataFrame({"id": ids, "value": np.where(rng.random(rows) < expected, 5.0, 1.0), "commented": True})
    answers["account_id"] = [f"c{one}" for one in customer]
    at, which = np.nonzero(on)
    pairs = pd.DataFrame({"answer_id": [ids[row] for row in at], "theme_id": [f"t{theme:02d}" for theme in which]})
    table = drive(answers, pairs, [f"t{theme:02d}" for theme in range(themes)], define("csat"), seed=seed).table
    mentions = np.append(on.sum(axis=0), (~on.any(axis=1)).sum()).astype(np.float64)
    records = []
    for row in table.to_dict("records"):
        theme = int(row["theme_id"][1:])
        others = np.where(np.arange(themes + 1) == theme, 0.0, mentions)
        effect = 100 * (effects[theme] - others @ effects / others.sum())
        impact = 100 * (expected.mean() - expected[~on[:, theme]].mean())
        records.append(
            {
                "n": row["n"],
                "effect_covered": _covers(row, "effect", effect),
                "impact_covered": _covers(row, "impact", impact),
            }
        )
    return pd.DataFrame(records)


def _covers(row: dict[str, float], name: str, truth: float) -> float:
    return float("nan") if np.isnan(row[name]) else float(row[f"{name}_low"] <= truth <= row[f"{name}_high"])


def _speed() -> list[str]:
    rng = np.random.default_rng(7)
    weights = rng.dirichlet(np.full(THEMES, 1.0))
    at = np.concatenate([np.arange(ROWS), rng.integers(0, ROWS, ROWS // 2)])
    themes = [f"t{theme:02d}" for theme in range(THEMES)]
    ids = np.array([f"a{row:06d}" for row in range(ROWS)], dtype=object)
    assigned = pd.DataFrame(
        {"comment_id": ids[at], "theme_id": np.array(themes)[rng.choice(THEMES, len(at), p=weights)]}
    )
    answers = pd.DataFrame({"id": ids, "value": rng.integers(1, 6, ROWS).astype(float)})
    answers["contact_id"] = [f"c{one}" for one in rng.integers(0, 70_000, ROWS)]
    answers["channel"] = rng.choice(["chat", "email", "phone"], ROWS)
    tree = pd.DataFrame({"id": themes, "parent_id": None, "kind": "theme"})
    began = time.perf_counter()
    pairs = membership(assigned, tree)
    share_changes(answers.iloc[: ROWS // 2], answers.iloc[ROWS // 2 :], pairs, themes)
    drive(answers, pairs.rename(columns={"comment_id": "answer_id"}), themes, define("csat"), segments=["channel"])
    seconds = time.perf_counter() - began
    return [
        f"{ROWS:,} answers on {THEMES} themes ({len(at):,} assignments, 70,000 customers, one segment, 1,000 draws): "
        f"{seconds:.1f} s for shares, impact and adjusted impact with intervals. "
        f"Load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
    ]


if __name__ == "__main__":
    print(main())

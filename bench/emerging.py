"""Emerging themes: how often shuffled dates raise an alarm, and how often planted growth does.

python -m bench.emerging
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bench.drivers import sample_frames
from bench.encoder import KeptEncoder
from bench.shared import shared_data
from verbatim.errors import EmptyError
from verbatim.findings import day_alarms, find_emerging, membership, rate_alarms
from verbatim.sample import write_sample
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.readings import encode

SHUFFLES = 200
PERMUTATIONS = 199
LAST_MONTHS = 6
FEWEST_IN_MONTH = 20
TRIALS = 40
USUAL = (5, 10, 20)
FACTORS = (2, 3, 5)
CROWDS = (3, 5, 8)


@dataclass(frozen=True, slots=True)
class Set:
    """Dated comments with themes, and the themes above themes."""

    name: str
    comments: pd.DataFrame
    pairs: pd.DataFrame
    parents: dict[str, str]

    @property
    def themes(self) -> list[str]:
        """Every theme that occurs."""
        return sorted(set(self.pairs["theme_id"]))

    @property
    def months(self) -> list[str]:
        """The last months that have comments enough."""
        sizes = self.comments["occurred_at"].dt.strftime("%Y-%m").value_counts().sort_index()
        return list(sizes[sizes >= FEWEST_IN_MONTH].index[-LAST_MONTHS:])


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    sample = _sample()
    sets = [sample, *_shared()]
    lines = ["## Emerging themes", "", *_false_alarms(sets), "", *_planted(sample), "", *_power(sample), ""]
    return "\n".join([*lines, *_speed(sample), ""])


def _sample() -> Set:
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder))
        answers, pairs, _ = sample_frames(Path(folder))
    told = answers.loc[answers["telling"], ["id", "occurred_at", "account_id", "contact_id"]].reset_index(drop=True)
    return Set("sample organisation, planted themes", told, pairs.rename(columns={"id": "comment_id"}), {})


def _shared() -> list[Set]:
    if not shared_data().is_dir():
        return []
    encoder = KeptEncoder()
    return [_nhs(), *(_skytrax(name, encoder) for name in ("skytrax_lounge", "skytrax_seat"))]


def _nhs() -> Set:
    """The monthly survey by the themes that people gave."""
    frame = pd.read_csv(shared_data() / "nhs_fft_monthly.csv.gz", low_memory=False)
    frame["occurred_at"] = pd.to_datetime(frame["Date"], format="%d/%m/%Y", errors="coerce", utc=True)
    frame = frame[frame["occurred_at"].notna()].reset_index(drop=True)
    first = list(frame.columns).index("Not assigned") + 1
    labels = [name for name in frame.columns[first:] if name not in {"Labelling not possible", "occurred_at"}]
    comments = pd.DataFrame({"id": [f"n{row:05d}" for row in frame.index], "occurred_at": frame["occurred_at"]})
    rows, columns = np.nonzero(frame[labels].notna().to_numpy())
    pairs = pd.DataFrame({"comment_id": comments["id"].to_numpy()[rows], "theme_id": np.array(labels)[columns]})
    return Set("nhs_fft_monthly, human themes", comments, pairs, {})


def _skytrax(name: str, encoder: KeptEncoder) -> Set:
    """Reviews by the themes that are found in them, both layers."""
    frame = pd.read_csv(shared_data() / f"{name}.csv.gz")
    texts = frame["content"].astype(str).str.strip()
    distinct = sorted(set(texts))
    layers = LeidenClusterer().fit(encode(distinct, encoder, lambda *_: None)).layers
    fine, top = layers[0], layers[-1]
    place = pd.Series(range(len(distinct)), index=distinct)[texts].to_numpy()
    parents = {f"f{fine[row]:03d}": f"t{top[row]:03d}" for row in range(len(distinct))}
    comments = pd.DataFrame({"id": [f"s{row:05d}" for row in frame.index]})
    comments["occurred_at"] = pd.to_datetime(frame["date"], errors="coerce", utc=True)
    assigned = pd.DataFrame({"comment_id": comments["id"], "theme_id": [f"f{fine[row]:03d}" for row in place]})
    tree = pd.DataFrame(
        [*parents.items(), *((one, None) for one in set(parents.values()))], columns=["id", "parent_id"]
    )
    return Set(f"{name}, found themes", comments[comments["occurred_at"].notna()], membership(assigned, tree), parents)


def _false_alarms(sets: list[Set]) -> list[str]:
    lines = [
        f"Dates shuffled {SHUFFLES} times among the comments ({PERMUTATIONS} permutations each); one of the last "
        f"{LAST_MONTHS} months looked at. A month counts as wrong if any theme in it is named new, growing, shrinking, "
        "fading, or in a crowd of several customers on a day. Stated: 5 % at most.",
        "",
        "| comments | n | themes | months wrong | by rates | by days |",
        "|---|---|---|---|---|---|",
    ]
    for one in sets:
        rng = np.random.default_rng(7)
        wrong = np.zeros(3)
        tried = 0
        months = one.months
        for shuffle in range(SHUFFLES):
            times = one.comments["occurred_at"].iloc[rng.permutation(len(one.comments))].reset_index(drop=True)
            shuffled = one.comments.reset_index(drop=True).assign(occurred_at=times)
            try:
                found = find_emerging(
                    shuffled, one.pairs, one.themes, months[shuffle % len(months)], parents=one.parents,
                    permutations=PERMUTATIONS, seed=shuffle,
                )  # fmt: skip
            except EmptyError:
                continue
            tried += 1
            wrong += [not found.is_noise, not found.rates.empty, not found.days.empty]
        shares = [f"{100 * share:.1f} %" for share in wrong / max(tried, 1)]
        spread = 196 * np.sqrt(max(wrong[0], 1) / tried * (1 - wrong[0] / tried) / tried)
        lines.append(
            f"| {one.name} | {len(one.comments):,} | {len(one.themes)} | {shares[0]} ± {spread:.1f} | {shares[1]} "
            f"| {shares[2]} |"
        )
    return lines


def _planted(sample: Set) -> list[str]:
    lines = [
        "The sample organisation as it is (a merger of two themes in 2026-04, a new theme in 2026-06, one that fades "
        "from 2026-05 on, one that grows in 2026-01 and -02):",
        "",
        "| month | named |",
        "|---|---|",
    ]
    for month in sorted(set(sample.comments["occurred_at"].dt.strftime("%Y-%m")))[2:]:
        found = find_emerging(sample.comments, sample.pairs, sample.themes, month)
        named = [f"{row['theme_id']} {row['kind']} since {row['since']}" for row in found.rates.to_dict("records")]
        named += [f"{row['theme_id']} on {row['start']:%d %B}" for row in found.days.to_dict("records")]
        lines.append(f"| {month} | {'; '.join(named) or '–'} |")
    return lines


def _power(sample: Set) -> list[str]:
    lines = [
        f"Share of {TRIALS} trials in which a theme planted into the shuffled sample (about 450 comments a month) "
        "is named. Growth: its usual comments a month, times so many in the last one. Day: so many customers in three "
        "hours, on a theme of ten comments a month.",
        "",
        "| usual a month | " + " | ".join(f"×{factor}" for factor in FACTORS) + " |",
        "|---|" + "---|" * len(FACTORS),
    ]
    for usual in USUAL:
        shares = [np.mean([_grown(sample, usual, factor, seed) for seed in range(TRIALS)]) for factor in FACTORS]
        lines.append(f"| {usual} | " + " | ".join(f"{100 * share:.0f} %" for share in shares) + " |")
    crowds = [np.mean([_crowd(sample, size, seed) for seed in range(TRIALS)]) for size in CROWDS]
    told = ", ".join(f"{100 * share:.0f} % of {size}" for share, size in zip(crowds, CROWDS, strict=True))
    return [*lines, "", f"Customers on one day: {told}."]


def _shuffled(sample: Set, usual: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, np.random.Generator]:
    """The sample with shuffled dates, and a theme that ``usual`` comments of each month are on besides."""
    rng = np.random.default_rng(seed)
    times = sample.comments["occurred_at"].iloc[rng.permutation(len(sample.comments))].reset_index(drop=True)
    comments = sample.comments.assign(occurred_at=times)
    share = 12 * usual / len(comments)
    on = comments["id"][rng.random(len(comments)) < share]
    return comments, pd.concat([sample.pairs, pd.DataFrame({"comment_id": on, "theme_id": "planted"})]), rng


def _grown(sample: Set, usual: int, factor: int, seed: int) -> bool:
    comments, pairs, rng = _shuffled(sample, usual, seed)
    last = comments["occurred_at"].dt.strftime("%Y-%m") == "2026-10"
    free = comments["id"][last & ~comments["id"].isin(pairs.loc[pairs["theme_id"] == "planted", "comment_id"])]
    more = free.sample(min(rng.poisson((factor - 1) * usual), len(free)), random_state=seed)
    pairs = pd.concat([pairs, pd.DataFrame({"comment_id": more, "theme_id": "planted"})])
    found = rate_alarms(
        comments, pairs, [*sample.themes, "planted"], "2026-10", permutations=PERMUTATIONS, alpha=0.025, seed=seed
    )
    return bool(found.set_index("theme_id").loc["planted", "alarm"])


def _crowd(sample: Set, size: int, seed: int) -> bool:
    comments, pairs, rng = _shuffled(sample, 10, seed)
    start = pd.Timestamp(f"2026-10-{rng.integers(2, 28):02d}T09:00Z")
    more = pd.DataFrame({"id": [f"crowd{number}" for number in range(size)]})
    more["occurred_at"] = [start + pd.Timedelta(hours=float(hours)) for hours in rng.uniform(0, 3, size)]
    more["occurred_at"] = more["occurred_at"].dt.as_unit(comments["occurred_at"].dt.unit)
    more["account_id"] = rng.choice(comments["account_id"].unique(), size, replace=False)
    pairs = pd.concat([pairs, pd.DataFrame({"comment_id": more["id"], "theme_id": "planted"})])
    every = pd.concat([comments, more], ignore_index=True)
    found = day_alarms(
        every, pairs, [*sample.themes, "planted"], "2026-10", permutations=PERMUTATIONS, alpha=0.025, seed=seed
    )
    return bool((found["alarm"] & (found["theme_id"] == "planted")).any())


def _speed(sample: Set) -> list[str]:
    rng = np.random.default_rng(7)
    times = 100_000 // len(sample.comments)
    parts = [sample.comments.assign(id=sample.comments["id"] + f"-{copy}") for copy in range(times)]
    comments = pd.concat(parts, ignore_index=True)
    comments["contact_id"] = [f"p{one}" for one in rng.integers(0, 50_000, len(comments))]
    pairs = pd.concat([sample.pairs.assign(comment_id=sample.pairs["comment_id"] + f"-{c}") for c in range(times)])
    pairs["theme_id"] = pairs["theme_id"] + rng.choice([" a", " b", " c"], len(pairs))
    began = time.perf_counter()
    find_emerging(comments.drop(columns="account_id"), pairs, sorted(set(pairs["theme_id"])), "2026-10")
    return [
        f"{len(comments):,} comments on {pairs['theme_id'].nunique()} themes, 999 permutations twice: "
        f"{time.perf_counter() - began:.1f} s. Load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
    ]


if __name__ == "__main__":
    print(main())

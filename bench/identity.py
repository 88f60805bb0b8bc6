"""Identity over time: how many comments keep their theme when a month is added, and when everything is fitted anew.

``python -m bench.identity``; BERTopic, where it is installed, runs on the same vectors. Names are left out: they cost
time and change nothing here.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from collections.abc import Collection, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from bench.encoder import KeptEncoder
from bench.shared import shared_data
from verbatim.demo import FILES
from verbatim.identity import carry_on
from verbatim.ingest import IngestOptions, ingest, plan_ingest
from verbatim.pipeline import mine
from verbatim.sample import write_sample
from verbatim.settings import Settings
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store
from verbatim.text.informative import is_informative
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.model import NO_DETAIL, ThemeModel
from verbatim.themes.prototypes import ThemeArtifact, assign
from verbatim.themes.readings import encode

MORE = 0.05
SEEDS = range(5)
MONTHS = 6
INTENTS = {"banking77": "category", "clinc150": "intent", "hwu64": "label"}
Kept = tuple[float, float, float]


class Unnamed:
    """Implements ``protocols.Namer`` without names worth the time."""

    def name(
        self, groups: Sequence[Sequence[str]], centroids: NDArray[np.float32], taken: Collection[str] = ()
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Numbers."""
        return [(f"Theme {len(taken) + place}", ()) for place in range(len(groups))]


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    if not shared_data().is_dir():
        return f"## Identity over time\n\nNot measured: {shared_data()} is missing.\n"
    encoder = KeptEncoder()
    sets = {"sample organisation": sample_comments(), **{name: shared_comments(name) for name in DATES}}
    lines = [
        "## Identity over time",
        "",
        "Share of comments that were there before and are in the theme of the same id afterwards: main theme (without "
        "sub-themes) / theme at the top / overlap of all themes of a comment. Comments without detail are left out.",
        "",
        "| data | comments | 5 % more | refit, 5 % more | the same, without leaning | refit, other seeds | "
        f"last {MONTHS} months, grown | last {MONTHS} months, refitted |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(name, frame) for name, frame in sets.items()),
        "",
        *_peers(sets, encoder),
        "",
        *_new_intents(),
        "",
        *_speed(sets["sample organisation"], encoder),
        "",
    ]
    return "\n".join(lines)


DATES = {
    "nhs_fft_monthly": ("Comment ID", "FFT answer", "Date"),
    "skytrax_lounge": (None, "content", "date"),
    "skytrax_seat": (None, "content", "date"),
}


def shared_comments(name: str) -> pd.DataFrame:
    """A shared data set as ``mine`` takes it, oldest first."""
    key, text, date = DATES[name]
    frame = pd.read_csv(shared_data() / f"{name}.csv.gz")
    ids = frame[key].astype(str) if key else pd.Series([f"{row:06d}" for row in frame.index])
    found = pd.DataFrame(
        {
            "id": ids,
            "text": frame[text],
            "occurred_at": pd.to_datetime(frame[date], dayfirst="/" in str(frame[date].iloc[0]), utc=True),
        }
    ).dropna()
    return _with_detail(found.drop_duplicates("id"))


def sample_comments() -> pd.DataFrame:
    """The comments of the generated organisation, oldest first."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_sample(home / "sample", months=12, seed=7)
        settings = Settings(home=home)
        with prepare_store(settings) as store:
            for kind, file in FILES:
                ingest(plan_ingest(kind, home / "sample" / file, IngestOptions(), settings), store, settings)
            return _with_detail(queries.comments(store)[["id", "text", "occurred_at"]].dropna())


def _with_detail(frame: pd.DataFrame) -> pd.DataFrame:
    texts = frame["text"].astype(str).str.strip()
    kept = frame.assign(text=texts, informative=True)[texts.map(is_informative)]
    return kept.sort_values(["occurred_at", "id"], ignore_index=True)


def fitted(
    frame: pd.DataFrame,
    encoder: KeptEncoder,
    *,
    seed: int = 7,
    previous: ThemeModel | None = None,
    refit: str | None = None,
) -> ThemeModel:
    """The themes of ``frame``, without names."""
    return mine(
        frame, encoder=encoder, clusterer=LeidenClusterer(seed=seed), namer=Unnamed(), previous=previous, refit=refit
    )


def kept(before: ThemeModel, after: ThemeModel) -> Kept:
    """Of the comments of ``before``, those whose main theme has the same id, and those whose theme at the top has.

    Third the mean overlap (Jaccard index) of all the themes of a comment, which is read clause by clause.
    """
    now, then = _sets(after), _sets(before)
    overlaps = [len(now[key] & themes) / len(now[key] | themes) for key, themes in then.items() if key in now]
    if before.texts is None or after.texts is None:
        return 0.0, 0.0, float(np.mean(overlaps))
    top_before, top_after = _tops(before), _tops(after)
    place = dict(zip(after.texts.keys, after.texts.themes, strict=True))
    main, top, counts = [], [], []
    for key, theme, count in zip(before.texts.keys, before.texts.themes, before.texts.counts, strict=True):
        main.append(place.get(key) == theme)
        top.append(top_after.get(place.get(key, "")) == top_before[theme])
        counts.append(count)
    return (
        float(np.average(main, weights=counts)),
        float(np.average(top, weights=counts)),
        float(np.mean(overlaps)),
    )


def _sets(model: ThemeModel) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for entry in model.assignments:
        if entry.theme_id is not None and entry.theme_id != NO_DETAIL:
            found.setdefault(entry.comment_id, set()).add(entry.theme_id)
    return found


def _tops(model: ThemeModel) -> dict[str, str]:
    parents = {theme.id: theme.parent_id for theme in model.themes}
    found = {}
    for key in parents:
        top = key
        while (above := parents[top]) is not None:
            top = above
        found[key] = top
    return found


def _row(name: str, frame: pd.DataFrame) -> str:
    print(f"identity: {name} …", file=sys.stderr, flush=True)
    encoder = KeptEncoder(learned_from=sorted(set(frame["text"])))
    early = frame.head(round(len(frame) / (1 + MORE)))
    base = fitted(early, encoder)
    grown = kept(base, fitted(frame, encoder, previous=base))
    refitted = kept(base, fitted(frame, encoder, previous=base, refit="measured"))
    free = kept(base, carry_on(fitted(frame, encoder), base))
    whole = fitted(frame, encoder)
    seeds = [kept(whole, fitted(frame, encoder, seed=seed, previous=whole, refit="measured")) for seed in SEEDS]
    months = [_by_months(frame, encoder, refit) for refit in (None, "measured")]
    cells = [_cell([grown]), _cell([refitted]), _cell([free]), _cell(seeds), *map(_cell, months)]
    row = f"| {name} | {len(frame):,} | {' | '.join(cells)} |"
    print(row, file=sys.stderr, flush=True)
    return row


def _by_months(frame: pd.DataFrame, encoder: KeptEncoder, refit: str | None) -> list[Kept]:
    """What is kept from month to month over the last months, each mining going on from the one before."""
    months = frame["occurred_at"].dt.strftime("%Y-%m")
    last = sorted(months.unique())[-MONTHS - 1 :]
    model = fitted(frame[months <= last[0]], encoder)
    found = []
    for month in last[1:]:
        after = fitted(frame[months <= month], encoder, previous=model, refit=refit)
        found.append(kept(model, after))
        model = after
    return found


def _cell(found: Sequence[Kept]) -> str:
    """Main theme, theme at the top, overlap of all themes, in percent: the mean and, of several, the worst."""
    parts = []
    for depth in range(3):
        values = [100 * entry[depth] for entry in found]
        worst = f" (worst {min(values):.0f})" if len(values) > 1 else ""
        parts.append(f"{np.mean(values):.1f} %{worst}")
    return " / ".join(parts)


def _peers(sets: dict[str, pd.DataFrame], encoder: KeptEncoder) -> list[str]:
    if find_spec("bertopic") is None:
        return ["BERTopic is not installed (extra `bench`): not compared."]
    lines = [
        "BERTopic with its defaults on the same vectors: fitted on all but the last comments, then on all. Share of "
        "comments with the same topic number; a comment that is an outlier both times counts as kept.",
        "",
        "| data | outliers | raw numbers | one to one by topic embeddings (cosine ≥ 0.85) | `merge_models` (0.7) |",
        "|---|---|---|---|---|",
    ]
    for name, frame in sets.items():
        texts = list(dict.fromkeys(frame["text"]))
        print(f"identity: BERTopic on {name} …", file=sys.stderr, flush=True)
        vectors = encode(texts, encoder, lambda *_: None)
        lines.append(f"| {name} | {' | '.join(_bertopic(texts, vectors))} |")
    return lines


def _bertopic(texts: list[str], vectors: NDArray[np.float32]) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from bertopic import BERTopic

        from verbatim.themes.track import match_themes

        early = round(len(texts) / (1 + MORE))
        models, topics = [], []
        for upto in (early, len(texts)):
            model = BERTopic(verbose=False)
            found, _ = model.fit_transform(texts[:upto], embeddings=vectors[:upto])
            models.append(model)
            topics.append(np.asarray(found))
        centres = []
        for labels in topics:
            rows = [vectors[: len(labels)][labels == topic].mean(axis=0) for topic in range(labels.max() + 1)]
            centres.append(np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32))
        matched = match_themes(*centres)
        continued = np.asarray([-2 if row is None else row for row in matched] + [-1])[topics[1]]
        merged = np.asarray(BERTopic.merge_models(models, min_similarity=0.7).topics_)
        share = [float(np.mean(topics[0] == after[:early])) for after in (topics[1], continued, merged[early:])]
        return [f"{100 * float(np.mean(topics[1] == -1)):.0f} %", *(f"{100 * value:.1f} %" for value in share)]


def _new_intents() -> list[str]:
    """What leaning on old themes costs: a sixth of the intents is not in the first model."""
    lines = [
        "What leaning costs, and whether new themes are found: the first model sees 70 % of the comments of five "
        "intents in six; then the rest comes. NMI / ARI of the finest themes of all comments, and the F1 of the new "
        "intents (each with the theme that has most of it).",
        "",
        "| data | fitted anew without the past | refitted, leaning | grown only |",
        "|---|---|---|---|",
    ]
    for name, column in INTENTS.items():
        frame = pd.read_csv(shared_data() / f"{name}.csv.gz").dropna(subset=["text", column])
        frame = frame.assign(text=frame["text"].astype(str).str.strip()).drop_duplicates("text", ignore_index=True)
        rng = np.random.default_rng(0)
        labels = sorted(frame[column].unique())
        new = set(rng.choice(labels, len(labels) // 6, replace=False))
        first = (rng.random(len(frame)) < 0.7) & ~frame[column].isin(new).to_numpy()
        said = pd.DataFrame({"id": [f"{row:06d}" for row in frame.index], "text": frame["text"], "informative": True})
        encoder = KeptEncoder(learned_from=sorted(said["text"]))
        base = fitted(said[first], encoder)
        alone = fitted(said, encoder)
        leaning = fitted(said, encoder, previous=base, refit="measured")
        grown = fitted(said, encoder, previous=base)
        cells = [_agreement(frame[column], model, new) for model in (alone, leaning, grown)]
        how = "" if "anew" not in grown.told else " (refitted by itself)"
        lines.append(f"| {name} | {' | '.join(cells)}{how} |")
    return lines


def _agreement(truth: pd.Series, model: ThemeModel, new: set[str]) -> str:
    found = np.asarray([entry.theme_id for entry in model.assignments])
    scores = []
    for intent in sorted(new):
        own = truth.to_numpy() == intent
        themes, counts = np.unique(found[own], return_counts=True)
        best = counts.argmax()
        scores.append(2 * counts[best] / (own.sum() + (found == themes[best]).sum()))
    agreed = normalized_mutual_info_score(truth, found), adjusted_rand_score(truth, found)
    return f"{agreed[0]:.3f} / {agreed[1]:.3f}, F1 {np.mean(scores):.2f}"


def _speed(frame: pd.DataFrame, encoder: KeptEncoder) -> list[str]:
    model = fitted(frame, encoder)
    artifact = ThemeArtifact.of(model)
    texts = list(frame["text"])
    vectors = encode(texts, encoder, lambda *_: None)
    found = assign(artifact, vectors)
    own = {entry.comment_id: entry.theme_id for entry in model.assignments}
    same = [theme == own[key] for theme, key in zip(found.theme_ids, frame["id"], strict=True)]
    refused = np.mean([theme is None for theme in found.theme_ids])
    many = np.tile(vectors, (100_000 // len(vectors) + 1, 1))[:100_000]
    began = time.perf_counter()
    assign(artifact, many)
    rate = len(many) / (time.perf_counter() - began)
    return [
        f"Assigning the {len(texts):,} comments of the sample again: {100 * float(np.mean(same)):.1f} % get their "
        f"theme, {100 * float(refused):.1f} % none; {rate:,.0f} comments a second after encoding."
    ]


if __name__ == "__main__":
    print(main())

"""Sentiment and kinds against VADER: without ratings, with the organisation's own, per aspect; and speed.

``python -m bench.sentiment`` gives the tables. Probability of the good side is (sentiment + 1) / 2 throughout.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score, roc_auc_score

from bench.encoder import KeptEncoder
from bench.shared import shared_data
from bench.tone_cases import cases
from verbatim.text.clauses import split_many_clauses
from verbatim.text.sentiment import sentiment
from verbatim.tone import CommentKind, RatedComments, emotion_strength, find_purposes, learn_sentiment, learn_written
from verbatim.tone.gate import GateReport, expected_calibration_error
from verbatim.tone.sentiment import SentimentModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from verbatim.tone import Written

CACHE = Path(tempfile.gettempdir()) / "verbatim-bench-vectors"
ASPECTS = {
    "ambience": "the atmosphere, decor and music",
    "food": "the food and dishes",
    "menu": "the menu and choice of dishes",
    "place": "the location and place",
    "price": "the price and value for money",
    "service": "the service and waiting",
    "staff": "the staff and waiters",
    "miscellaneous": "the visit, reservation and experience",
}
HEADER = "| data | n | good | scored by | AUC | macro-F1 of the sign | Brier | ECE |\n|---|---|---|---|---|---|---|---|"


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts with a human verdict: ``good`` (n,) booleans; ``ratings`` (n,) 0 … 1 or NaN; the rest where known."""

    name: str
    texts: list[str]
    vectors: NDArray[np.float32]
    good: NDArray[np.bool_]
    ratings: NDArray[np.float64]
    parts: NDArray[np.int64]
    questions: list[str] | None = None


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    if not shared_data().is_dir():
        return f"## Sentiment\n\nNot measured: {shared_data()} is missing.\n"
    encoder = KeptEncoder()
    written = learn_written(encoder)
    nhs, fft = nhs_feedback(encoder), nhs_fft(encoder)
    aspects, sentences = mams(encoder)
    lines = [
        "## Sentiment and kinds",
        "",
        "Without ratings: the human sign told from the text alone. A score of 0 counts as good, for all alike.",
        "",
        HEADER,
        *(row for one in (nhs, fft, aspects, *reviews(encoder)) for row in without_ratings(one, written)),
        "",
        "With own ratings, learned on other comments than those scored:",
        "",
        HEADER,
        *with_ratings(nhs, fft, aspects, sentences, written),
        "",
        *kinds(encoder, written),
        "",
        *speed(fft, written),
        "",
    ]
    return "\n".join(lines)


def without_ratings(one: Labelled, written: Written) -> Iterator[str]:
    """VADER, the direction of the examples' vectors alone, the written examples, and these with the question."""
    model = SentimentModel(written, None, None, GateReport(False, "", 0, 0, 0))
    yield row(one, "VADER", np.asarray([sentiment(text) for text in one.texts]))
    weights = written.weights[0, : written.dimension]
    yield row(one, "examples, vectors only", np.tanh((one.vectors @ weights + written.intercepts[0]) / 2))
    yield row(one, "written examples", model.predict(one.texts, one.vectors, ["en"] * len(one.texts)))
    if one.questions is not None:
        found = model.predict(one.texts, one.vectors, ["en"] * len(one.texts), one.questions)
        yield row(one, "written examples + wording of the question", found)


def with_ratings(
    nhs: Labelled, fft: Labelled, aspects: Labelled, sentences: Labelled, written: Written
) -> Iterator[str]:
    """Held out by fold, by organisation, by time; and carried over to another organisation."""
    folds = held_out(nhs, written, np.arange(len(nhs.texts)) % 5, by_text=True)
    yield row(nhs, "own criticality, 5 folds by text", folds)
    yield row(nhs, "criticality of the two other trusts", held_out(nhs, written, nhs.parts))
    late = fft.parts == 1
    model = learned(fft, written, ~late)
    for name, questions in (
        ("own FFT answers of the year before", False),
        ("the same + wording of the question", True),
    ):
        yield row(part(fft, late), name, scored(model, part(fft, late), questions=questions))
    yield row(part(fft, late), "VADER, same comments", np.asarray([sentiment(text) for text in part(fft, late).texts]))
    test = part(aspects, aspects.parts == 1)
    yield row(test, "VADER, test split", np.asarray([sentiment(text) for text in test.texts]))
    for name, source, rows in (
        ("own sentences of the train split", sentences, sentences.parts == 0),
        ("carried over from nhs_feedback", nhs, np.ones(len(nhs.texts), dtype=bool)),
        ("carried over from nhs_fft_monthly", fft, np.ones(len(fft.texts), dtype=bool)),
    ):
        model = learned(source, written, rows)
        yield row(test, f"{name} ({model.source})", scored(model, test))


def held_out(
    one: Labelled, written: Written, parts: NDArray[np.int64], *, by_text: bool = False
) -> NDArray[np.float64]:
    """Each part scored by a model learned on the others."""
    if by_text:
        plain = pd.Series(one.texts).str.casefold().str.replace(r"\W+", " ", regex=True).str.strip()
        parts = np.asarray(pd.factorize(plain)[0] % 5)
    found = np.zeros(len(one.texts))
    for each in np.unique(parts):
        here = parts == each
        found[here] = scored(learned(one, written, ~here), part(one, here))
    return found


def learned(one: Labelled, written: Written, rows: NDArray[np.bool_]) -> SentimentModel:
    """The model that the ratings of ``rows`` give."""
    used = part(one, rows)
    return learn_sentiment(written, RatedComments(used.texts, used.vectors, used.ratings, ["en"] * len(used.texts)))


def scored(model: SentimentModel, one: Labelled, *, questions: bool = False) -> NDArray[np.float64]:
    """The sentiment of every text."""
    return model.predict(one.texts, one.vectors, ["en"] * len(one.texts), one.questions if questions else None)


def part(one: Labelled, rows: NDArray[np.bool_]) -> Labelled:
    """The chosen rows."""
    at = np.flatnonzero(rows)
    asked = None if one.questions is None else [one.questions[i] for i in at]
    texts = [one.texts[i] for i in at]
    return Labelled(one.name, texts, one.vectors[at], one.good[at], one.ratings[at], one.parts[at], asked)


def row(one: Labelled, name: str, scores: NDArray[np.float64]) -> str:
    """A line of the table; texts whose verdict is neither good nor bad are not in ``one``."""
    chance = (scores + 1) / 2
    return (
        f"| {one.name} | {len(scores)} | {one.good.mean():.0%} | {name} | {roc_auc_score(one.good, scores):.3f} "
        f"| {f1_score(one.good, scores >= 0, average='macro'):.3f} | {np.mean((chance - one.good) ** 2):.3f} "
        f"| {expected_calibration_error(one.good.astype(float), chance):.3f} |"
    )


def nhs_feedback(encoder: KeptEncoder) -> Labelled:
    """Sign of criticality; 0 is left out (one trust coded most of its comments 0), as are bad codes."""
    frame = read("nhs_feedback")
    level = pd.to_numeric(frame["criticality"], errors="coerce")
    frame = frame[level.between(-5, 5) & (level != 0) & (frame["feedback"].str.strip() != "")]
    level, texts = level[frame.index].to_numpy(dtype=float), [text.strip() for text in frame["feedback"]]
    trusts = np.asarray(pd.factorize(frame["organization"])[0])
    return Labelled("nhs_feedback", texts, encoder.encode(texts), level > 0, (level + 5) / 10, trusts)


def nhs_fft(encoder: KeptEncoder) -> Labelled:
    """Comment sentiment 1–2 against 4–5; the rating is the FFT answer; part 1 is the later half of the dates."""
    frame = read("nhs_fft_monthly")
    felt = pd.to_numeric(frame["Comment sentiment"], errors="coerce")
    frame = frame[felt.isin([1, 2, 4, 5]) & (frame["FFT answer"].str.strip() != "")]
    answer = pd.to_numeric(frame["FFT categorical answer"], errors="coerce").to_numpy(dtype=float)
    ratings = np.where(answer <= 5, (5 - answer) / 4, np.nan)
    dates = pd.to_datetime(frame["Date"], format="%d/%m/%Y", errors="coerce")
    texts = [text.strip() for text in frame["FFT answer"]]
    late = (dates >= dates.quantile(0.5)).to_numpy().astype(np.int64)
    good = (felt[frame.index] < 3).to_numpy()
    return Labelled("nhs_fft_monthly", texts, encoder.encode(texts), good, ratings, late, list(frame["FFT question"]))


def mams(encoder: KeptEncoder) -> tuple[Labelled, Labelled]:
    """Aspects with the clause nearest to each, part 1 the test split; and whole sentences with their mean polarity."""
    frame = read("mams_acsa")
    texts = [text.strip() for text in frame["text"]]
    split = [
        [text[s.start : s.end] for s in found] for text, found in zip(texts, split_many_clauses(texts), strict=True)
    ]
    clauses = [clause for found in split for clause in found]
    vectors, first = encoder.encode(clauses), np.cumsum([0, *map(len, split)])
    meant = dict(zip(ASPECTS, encoder.encode(list(ASPECTS.values())), strict=True))
    level = {"positive": 1.0, "neutral": 0.5, "negative": 0.0}
    chosen, good, parts, means = [], [], [], []
    for place, opinions in enumerate(frame["opinions"]):
        told = [entry.split("=") for entry in opinions.split("|")]
        means.append(float(np.mean([level[polarity] for _, polarity in told])))
        for aspect, polarity in told:
            if polarity != "neutral" and first[place] < first[place + 1]:
                near = vectors[first[place] : first[place + 1]] @ meant[aspect]
                chosen.append(int(first[place] + near.argmax()))
                good.append(polarity == "positive")
                parts.append(int(frame["split"].iloc[place] == "test"))
    nothing = np.full(len(chosen), np.nan)
    aspects = Labelled(
        "mams_acsa, aspects",
        [clauses[i] for i in chosen],
        vectors[chosen],
        np.asarray(good),
        nothing,
        np.asarray(parts),
    )
    test = (frame["split"] == "test").to_numpy().astype(np.int64)
    rated = np.asarray(means)
    return aspects, Labelled("mams_acsa", texts, encoder.encode(texts), rated > 0.5, rated, test)


def reviews(encoder: KeptEncoder) -> Iterator[Labelled]:
    """Shop remarks with CSAT 1–2 against 4–5, flight seats and lounges that are recommended or not.

    No example was written from them, but they were looked at when the constants of ``verbatim.tone`` were chosen.
    """
    frame = read("ecommerce_csat")
    score = pd.to_numeric(frame["CSAT Score"])
    frame = frame[(frame["Customer Remarks"].str.strip() != "") & (score != 3)]
    yield _plain("ecommerce_csat", list(frame["Customer Remarks"]), (score[frame.index] > 3).to_numpy(), encoder)
    for name in ("skytrax_seat", "skytrax_lounge"):
        frame = read(name)
        yield _plain(name, list(frame["content"]), (frame["recommended"] == "1").to_numpy(), encoder)


def kinds(encoder: KeptEncoder, written: Written) -> list[str]:
    """Own cases in two halves, and what the question of real answers leads one to expect."""
    told = cases()
    vectors = encoder.encode([text for _, _, text in told])
    found = find_purposes([text for _, _, text in told], vectors, written)
    lines = [
        f"Kinds on {len(told)} comments of our own (bench/tone_cases.py; rules and cases by the same hands):",
        "",
        "| half | "
        + " | ".join(f"{kind.value} F1" for kind in CommentKind)
        + " | macro-F1 | all kinds right | subject | "
        "support or product |",
        "|---|" + "---|" * (len(CommentKind) + 4),
    ]
    for half, name in enumerate(("seen while writing rules", "held out to the end")):
        here = range(half, len(told), 2)
        scores = [
            f1_score([k.value in told[i][0] for i in here], [k in found[i].kinds for i in here]) for k in CommentKind
        ]
        exact = np.mean([{k.value for k in found[i].kinds} == told[i][0] for i in here])
        subject = np.mean([found[i].subject == told[i][1] for i in here])
        clear = np.mean([found[i].subject == told[i][1] for i in here if told[i][1] in ("support", "product")])
        cells = [f"{value:.2f}" for value in (*scores, float(np.mean(scores)), exact, subject, clear)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return [*lines, "", *weak_labels(encoder, written)]


def weak_labels(encoder: KeptEncoder, written: Written) -> list[str]:
    """Share of each kind among real texts whose question or source says roughly what they are."""
    fft, jupyter = read("nhs_fft_monthly"), read("jupyter_survey")
    asked = jupyter.groupby("question_id")["text"]
    groups = {
        "nhs_fft: What was good?": list(fft.loc[fft["FFT question"] == "What was good?", "FFT answer"]),
        "nhs_fft: What could we do better?": list(fft.loc[fft["FFT question"] != "What was good?", "FFT answer"]),
        "jupyter: features and changes wanted": list(asked.get_group("features_changes")),
        "jupyter: pleasant aspects": list(asked.get_group("pleasant_aspects")),
        "jupyter: difficult aspects": list(asked.get_group("difficult_aspects")),
        "banking77 (questions to a bank)": list(read("banking77")["text"])[::10],
        "clinc150 (questions and requests)": list(read("clinc150")["text"])[::20],
    }
    lines = ["| texts | n | " + " | ".join(CommentKind) + " | none |", "|---|---|" + "---|" * (len(CommentKind) + 1)]
    for name, all_texts in groups.items():
        texts = [text.strip() for text in all_texts if text.strip()]
        found = find_purposes(texts, encoder.encode(texts), written)
        shares = [float(np.mean([kind in one.kinds for one in found])) for kind in CommentKind]
        none = float(np.mean([not one.kinds for one in found]))
        lines.append(f"| {name} | {len(texts)} | {' | '.join(f'{value:.0%}' for value in (*shares, none))} |")
    return lines


def speed(one: Labelled, written: Written) -> list[str]:
    """Texts a second of processor time after encoding, and hostile texts."""
    texts, vectors = one.texts, one.vectors
    model = learned(one, written, np.ones(len(texts), dtype=bool))
    felt = model.predict(texts, vectors, ["en"] * len(texts))
    foreign: Sequence[str | None] = ["xx"] * len(texts)  # VADER does not read these
    rates = {
        "VADER": _rate(len(texts), lambda: [sentiment(text) for text in texts]),
        "sentiment besides VADER": _rate(len(texts), lambda: model.predict(texts, vectors, foreign)),
        "kinds besides VADER": _rate(
            len(texts), lambda: find_purposes(texts, vectors, written, languages=["xx"] * len(texts), sentiments=felt)
        ),
        "emotion": _rate(len(texts), lambda: emotion_strength(texts, felt)),
    }
    hostile = {
        "1e6 letters": "a" * 10**6,
        "1e6 emoji": "😡" * 10**6,
        "1e6 words": "no " * 333_333,
        "1e6 !": "!" * 10**6,
    }
    empty = np.zeros((1, written.dimension), dtype=np.float32)
    times = []
    for name, text in hostile.items():
        began = time.perf_counter()
        model.predict([text], empty, ["en"])
        find_purposes([text], empty, written)
        emotion_strength([text])
        times.append(f"{name} {time.perf_counter() - began:.2f} s")
    shown = "; ".join(f"{name} {rate:,.0f}/s" for name, rate in rates.items())
    return [
        f"Speed on {len(texts)} comments of nhs_fft_monthly, one core, processor time: {shown}.",
        f"One hostile text: {', '.join(times)}.",
    ]


def read(name: str) -> pd.DataFrame:
    """A shared file, every cell text."""
    return pd.read_csv(shared_data() / f"{name}.csv.gz", dtype=str, keep_default_na=False)


def _plain(name: str, said: list[str], good: NDArray[np.bool_], encoder: KeptEncoder) -> Labelled:
    texts = [text.strip() for text in said]
    nothing = np.full(len(texts), np.nan)
    return Labelled(name, texts, encoder.encode(texts), good, nothing, np.zeros(len(texts), dtype=np.int64))


def _rate(n: int, work: object) -> float:
    began = time.process_time()
    work()  # type: ignore[operator]
    return n / (time.process_time() - began)


if __name__ == "__main__":
    print(main())

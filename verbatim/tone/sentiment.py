"""The sentiment of a comment, sentence or clause, −1 (bad) to 1 (good), from the best source there is.

"own ratings": the evidence of the written examples plus what the organisation's ratings teach, where ``gate`` finds
that better out of fold. "written examples": those alone. "vader": a lexicon, where there is no encoder at hand. The
value is 2·P − 1, P the probability that the text is from the satisfied side if both sides were equally likely; a
rating given beside a comment is never used as that comment's own sentiment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from verbatim.errors import EncoderError
from verbatim.text.language import detect_languages
from verbatim.text.sentiment import sentiments
from verbatim.tone.gate import Calibration, GateReport, auc, caution, fit_calibration, judge, sigmoid, too_few
from verbatim.tone.own import STRENGTHS, OwnRatings, fit_own, make_features, out_of_fold, prepare_lessons
from verbatim.tone.written import learn_written, lexicon_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from verbatim.protocols import Encoder
    from verbatim.tone.own import Lessons
    from verbatim.tone.ratings import RatedComments
    from verbatim.tone.written import Written

FEWEST_OF_A_LANGUAGE, FEWEST_OF_ITS_SIDES = 100, 20  # distinct rated texts, where the examples do not serve it
LANGUAGE_SKILL = 0.65  # AUC out of fold within the language
CHUNK_ROWS = 8_192


@dataclass(frozen=True, slots=True)
class SentimentModel:
    """Scores texts by their vectors; ``own`` and ``calibration`` are ``None`` where ratings did not teach enough."""

    written: Written
    own: OwnRatings | None
    calibration: Calibration | None
    report: GateReport

    @property
    def source(self) -> str:
        """Where the scores come from: "own ratings" or "written examples"."""
        return "written examples" if self.own is None else "own ratings"

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that get a score, as ISO 639-1 codes; a text of unknown language gets one too."""
        return tuple(dict.fromkeys((*self.written.languages, *self.report.languages)))

    def predict(
        self,
        texts: Sequence[str],
        vectors: NDArray[np.float32],
        languages: Sequence[str | None] | None = None,
        questions: Sequence[str | None] | None = None,
    ) -> NDArray[np.float64]:
        """The sentiment of each text, shape ``(n,)``, −1 … 1, six digits; NaN where its language is not served.

        ``vectors`` (n, d) are of the same encoder; ``languages`` are detected where not given; ``questions`` are the
        wordings of what the texts answer, where known ("nothing" after "What could be better?" is no complaint).

        Raises:
            EncoderError: vectors of other dimensions.
        """
        known = detect_languages(texts) if languages is None else languages
        found = np.zeros(len(texts))
        for at in range(0, len(texts), CHUNK_ROWS):
            part = slice(at, at + CHUNK_ROWS)
            asked = None if questions is None else questions[part]
            found[part] = 2 * sigmoid(self.logits(texts[part], vectors[part], known[part], asked)) - 1
        served = np.asarray([language is None or language in self.languages for language in known], dtype=bool)
        return np.where(served, found.round(6), np.nan)

    def logits(
        self,
        texts: Sequence[str],
        vectors: NDArray[np.float32],
        languages: Sequence[str | None] | None,
        questions: Sequence[str | None] | None = None,
    ) -> NDArray[np.float64]:
        """The evidence in logits, shape ``(n,)``, above 0 for good."""
        expected = self.written.dimension
        if len(vectors) and vectors.shape[1] != expected:
            raise EncoderError(
                f"the sentiment model was learned on {expected} dimensions ({self.written.encoder_id}), "
                f"the vectors have {vectors.shape[1]}; learn it again with this encoder: `verbatim mine`"
            )
        found = _where_served(self.written, texts, vectors, languages, questions)
        if self.own is not None:
            found = self.own.slope * (self.own.share * found + self.own.logits_of(texts, vectors, languages))
        return found

    def satisfied(
        self, texts: Sequence[str], vectors: NDArray[np.float32], languages: Sequence[str | None] | None = None
    ) -> NDArray[np.float64] | None:
        """The calibrated probability of a rating on the high side, shape ``(n,)``; ``None`` without ratings."""
        if self.own is None or self.calibration is None:
            return None
        return self.calibration.probability(self.own.logits_of(texts, vectors, languages))


def find_sentiment(encoder: Encoder, rated: RatedComments | None = None, *, seed: int = 0) -> SentimentModel:
    """The best model for ``encoder``: with the own ratings if they teach enough, else the written examples alone."""
    written = learn_written(encoder)
    if rated is None:
        return SentimentModel(written, None, None, GateReport(False, "no ratings were given", 0, 0, 0))
    return learn_sentiment(written, rated, seed=seed)


def learn_sentiment(written: Written, rated: RatedComments, *, seed: int = 0) -> SentimentModel:
    """Learn from ``rated`` and keep what was learned only if it beats the written examples and VADER out of fold.

    Deterministic; the order of the rows does not matter. The report says what was measured, whatever was decided.
    """
    lessons = prepare_lessons(rated, seed=seed)
    lacking = too_few(lessons)
    if lacking is not None:
        counts = (len(lessons.texts), int(lessons.low.sum()), int(lessons.high.sum()))
        return SentimentModel(written, None, None, GateReport(False, f"not learned: {lacking}", *counts))
    features = make_features(lessons.texts, lessons.vectors, lessons.languages)
    strength, logits = _best_strength(features, lessons)
    sided = lessons.low | lessons.high
    share = examples_share(auc(lessons.high[sided], logits[sided]))
    examples = _where_served(written, lessons.texts, lessons.vectors, lessons.languages, None)
    sources = {
        "own ratings": share * examples + logits,
        "written examples": examples,
        "vader": lexicon_scores(lessons.texts, lessons.languages),
    }
    report = judge(lessons, sources, logits, _languages(lessons, written, logits), seed)
    if not report.passed:
        return SentimentModel(written, None, None, report)
    own = fit_own(features, lessons, np.ones(len(lessons.texts), dtype=bool), strength)
    own = replace(own, share=share, slope=caution(lessons, sources["own ratings"]))
    return SentimentModel(written, own, fit_calibration(logits[sided], lessons.high[sided]), report)


def examples_share(skill: float) -> float:
    """How much the written examples count beside the own ratings: less, the better the text tells the rating (AUC).

    A rating that the text tells little of (an AUC up to 0.85) says little of the text's tone. Chosen on three data
    sets, of which the measurements in ``bench/sentiment.py`` are therefore not independent.
    """
    return float(np.interp(skill, [0.85, 0.95], [1.0, 0.3]))


def score_texts(
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    languages: Sequence[str | None] | None,
    model: SentimentModel | None,
    questions: Sequence[str | None] | None = None,
) -> list[float | None]:
    """One sentiment a text, in order, −1 … 1; ``None`` where the text's language is not served.

    Without a model VADER answers, for English only; ``vectors`` are then not looked at.
    """
    if model is None:
        return sentiments(texts, languages)
    found = model.predict(texts, vectors, languages, questions)
    return [None if np.isnan(value) else float(value) for value in found]


def _where_served(
    written: Written,
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    languages: Sequence[str | None] | None,
    questions: Sequence[str | None] | None,
) -> NDArray[np.float64]:
    """The evidence of the written examples; none (0) in languages that the encoder does not carry them over to."""
    found = written.sentiment_logits(texts, vectors, languages, questions)
    if languages is None:
        return found
    served = np.asarray([language is None or language in written.languages for language in languages], dtype=bool)
    return np.where(served, found, 0.0)


def _best_strength(features: sparse.csr_matrix, lessons: Lessons) -> tuple[float, NDArray[np.float64]]:
    """The regularisation with the least loss out of fold, both sides weighing alike, and its out-of-fold logits."""
    tried = []
    for strength in STRENGTHS:
        logits = out_of_fold(features, lessons, strength)
        tried.append((round(_balanced_loss(lessons, logits), 9), strength, logits))
    _, strength, logits = min(tried, key=lambda entry: entry[:2])
    return strength, logits


def _balanced_loss(lessons: Lessons, logits: NDArray[np.float64]) -> float:
    up, down = lessons.targets, 1 - lessons.targets
    missed_up, missed_down = np.logaddexp(0, -logits), np.logaddexp(0, logits)
    return float((up * missed_up).sum() / up.sum() + (down * missed_down).sum() / down.sum())


def _languages(lessons: Lessons, written: Written, logits: NDArray[np.float64]) -> tuple[str, ...]:
    """The languages of the written examples, and those in which enough was rated and the ratings can be told."""
    spoken = np.asarray([language or "" for language in lessons.languages], dtype=object)
    served = list(written.languages)
    for language in sorted(set(spoken) - {"", *served}):
        here = (spoken == language) & (lessons.low | lessons.high)
        truth = lessons.high[here]
        enough = here.sum() >= FEWEST_OF_A_LANGUAGE and min(truth.sum(), (~truth).sum()) >= FEWEST_OF_ITS_SIDES
        if enough and auc(truth, logits[here]) >= LANGUAGE_SKILL:
            served.append(str(language))
    return tuple(served)

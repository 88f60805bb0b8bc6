"""``CsatPredictor`` and ``CesPredictor``: the path of this package for a pandas frame, with scikit-learn's manners.

For those who have one row a ticket in a notebook. Whoever has tickets and events in the store uses
``verbatim predictor train``, which makes snapshots of them.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from models.artifact import load_predictor, save_predictor
from models.explain import Reasons, explain_rows
from models.learners import leakage
from models.learners.rows import Rows, split_by_time
from models.learners.targets import CASES, read_target
from models.learners.training import BASELINES, HELD_BACK, Limits, train
from models.predictor import Predictor, joined_text, libraries, mask_later, text_columns
from models.tickets.features import GIVEN, signs
from models.tickets.log import NEVER, further_column, moments
from models.tickets.meaning import Meaning
from verbatim.domain import Metric
from verbatim.errors import EmptyError, NoSkillError, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from models.judging.evaluation import Evaluation
    from models.learners.coding import Columns
    from models.learners.gate import Gate
    from models.tickets.features import Availability


LATEST = 4e15  # microseconds, in 2096: a larger number is no time


class MissingColumnWarning(UserWarning):
    """A column that training had is missing at scoring; its effect is averaged over past tickets."""


class CsatPredictor(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Predicts from a frame with one row a ticket whether its customer will be dissatisfied.

    Parameters: ``columns`` says of every column of X when it is known ("at_creation", "while_open" or "after_close";
    the last are not used). ``target`` is what counts as dissatisfied; ratings that are all 0 and 1 are taken as they
    are. ``text`` are columns of words. ``group`` and ``time`` are columns of X, not features, that say whose ticket it
    is and when it was rated; without ``time`` rows count as being in order of time. ``increasing`` are columns of which
    more never lowers the risk, such as waits. Where columns are known only while a ticket is open, it is learnt as it
    was at creation too; without ``creation_too`` every ticket is taken to be scored late, when they are known.
    ``refuse`` makes a predictor without proven skill refuse to predict.

    After ``fit``: ``evaluation_`` (on the most recent ``held_back`` share of tickets), ``gate_``, ``predictor_``,
    ``classes_`` (0, 1 = dissatisfied), ``feature_names_in_``.
    """

    metric = Metric.CSAT

    def __init__(
        self,
        columns: Mapping[str, Availability] | None = None,
        *,
        target: str = "score <= 3",
        text: Sequence[str] = (),
        group: str | None = None,
        time: str | None = None,
        increasing: Sequence[str] = (),
        creation_too: bool = True,
        minimum_tickets: int = 200,
        minimum_cases: int = 30,
        held_back: float = HELD_BACK,
        refuse: bool = True,
        seed: int = 7,
    ) -> None:
        self.columns = columns
        self.target = target
        self.text = text
        self.group = group
        self.time = time
        self.increasing = increasing
        self.creation_too = creation_too
        self.minimum_tickets = minimum_tickets
        self.minimum_cases = minimum_cases
        self.held_back = held_back
        self.refuse = refuse
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: Sequence[float] | NDArray[Any] | pd.Series[Any]) -> Self:  # noqa: N803
        """Train and judge on ``X`` (n rows) and the ratings ``y`` (n,); rows without a rating are left out.

        Raises:
            LeakageError: a column that cannot be known while a ticket is open, or one that is not declared.
            EmptyError, NoSkillError: no ratings, one class only, or too few.
            UserError: X is not a frame, y is not as long, or the name of a column is taken.
        """
        frame, scores = _checked(X, y, self.time)
        _demand(frame, [*self.text, *self.increasing])
        apart = [name for name in (self.group, self.time) if name is not None]
        own = [str(name) for name in frame.columns if name not in apart]
        kept, left = leakage.usable(own, dict(self.columns or {}), strict=True)
        _refuse_taken(kept)
        text = tuple(name for name in self.text if name in kept)
        frame, scores = self._in_order(frame, scores)
        rows, meaning = self._rows(frame, scores, kept, text)
        rising = {**signs(tuple(rows.columns)), **dict.fromkeys(self.increasing, 1)}
        trained = train(
            rows, rising, what=CASES[self.metric], limits=Limits(self.minimum_tickets, self.minimum_cases),
            baselines={f"{name} alone": name for name in self.increasing} | BASELINES,
            held_back=self.held_back, seed=self.seed,
        )  # fmt: skip
        names = tuple(name for name in rows.columns)
        self.predictor_ = Predictor(
            metric=self.metric.value, target=self.target, scale="", kind="columns", trained=trained, features=names,
            declared={name: dict(self.columns or {})[name] for name in kept}, left_out=left,
            data_start=_moment(rows.rated.min()), data_end=_moment(rows.rated.max()), tickets=rows.tickets,
            snapshots=len(rows), cases=rows.cases, meaning=meaning, text=text, libraries=libraries(),
            settings={"seed": self.seed, "held_back": self.held_back},
        )  # fmt: skip
        self.classes_ = np.array([0, 1])
        self.feature_names_in_ = np.array(kept, dtype=object)
        self.n_features_in_ = len(kept)
        return self

    @property
    def evaluation_(self) -> Evaluation:
        """What the predictor is worth on the tickets held back."""
        return self._fitted().trained.evaluation

    @property
    def gate_(self) -> Gate:
        """Whether it may be used, and why (not)."""
        return self._fitted().trained.gate

    def predict_proba(self, X: pd.DataFrame) -> NDArray[np.float64]:  # noqa: N803
        """Probabilities (n, 2) of being content and of being dissatisfied.

        Raises:
            NoSkillError: the gate did not pass it, and ``refuse`` is set.
        """
        predicted = self._allowed().trained.model.predict(self._columns(X))
        return np.column_stack([1 - predicted.p, predicted.p])

    def predict(self, X: pd.DataFrame) -> NDArray[np.int64]:  # noqa: N803
        """1 where dissatisfaction is likelier than in the high band's threshold, else 0: the riskiest tenth, (n,)."""
        return (self.predict_proba(X)[:, 1] >= self._fitted().trained.bands[1]).astype(np.int64)

    def score(self, X: pd.DataFrame, y: Any, sample_weight: Any = None) -> float:  # noqa: ANN401, N803
        """Mean accuracy of `predict`; ``y`` are ratings, as ``fit`` takes them, or 0 and 1."""
        given = np.asarray(y, dtype=np.float64)
        cases = given if set(np.unique(given)) <= {0.0, 1.0} else read_target(self.target).of(given)
        return float(super().score(X, cases, sample_weight))

    def predict_interval(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """Columns ``probability``, ``low``, ``high`` (95 %) and ``expected_score``; the index of X."""
        found = self._allowed().trained.model.predict(self._columns(X))
        return pd.DataFrame(
            {"probability": found.p, "low": found.low, "high": found.high, "expected_score": found.expected},
            index=X.index,
        )

    def explain(self, X: pd.DataFrame, *, top: int = 3) -> list[Reasons]:  # noqa: N803
        """Why each row has its risk: statements with points that add up to it."""
        return explain_rows(self._allowed(), self._columns(X), top=top)

    def save(self, folder: Path | str) -> str:
        """Write the predictor's files (never a pickle); gives their SHA-256."""
        return save_predictor(Path(folder), self._fitted())

    @classmethod
    def load(cls, folder: Path | str, sha256: str | None = None) -> Self:
        """Read what `save` wrote.

        Raises:
            NotFoundError, StorageError: no predictor there, or files cut short or altered.
            UserError: it predicts another metric.
        """
        found = load_predictor(Path(folder), sha256)
        if found.metric != cls.metric.value:
            raise UserError(f"{folder} holds a predictor of {found.metric.upper()}, not of {cls.metric.value.upper()}")
        made = cls(found.declared, target=found.target, text=found.text)
        made.predictor_ = found
        made.classes_ = np.array([0, 1])
        made.feature_names_in_ = np.array(list(found.declared), dtype=object)
        made.n_features_in_ = len(found.declared)
        return made

    def _in_order(self, frame: pd.DataFrame, scores: NDArray[np.float64]) -> tuple[pd.DataFrame, NDArray[np.float64]]:
        if self.time is None:
            return frame, scores
        if self.time not in frame:
            raise UserError(f"X has no column {self.time!r} to tell the time by")
        order = np.argsort(_times(frame[self.time]), kind="stable")
        return frame.iloc[order].reset_index(drop=True), scores[order]

    def _rows(
        self, frame: pd.DataFrame, scores: NDArray[np.float64], kept: Sequence[str], text: Sequence[str]
    ) -> tuple[Rows, Meaning | None]:
        """Snapshots: every ticket as it is, and, where columns are known only later, as it was at creation."""
        n = len(frame)
        ticket = np.array([str(index) for index in range(n)], dtype=object)
        rated = _times(frame[self.time]) if self.time else np.arange(n, dtype=np.int64)
        group = ticket if self.group is None else _groups(frame, self.group, ticket)
        columns: dict[str, Any] = {name: further_column(frame[name]) for name in kept if name not in text}
        declared = {name: dict(self.columns or {})[name] for name in kept}
        target = read_target(self.target)
        y = scores.astype(np.int8) if set(np.unique(scores)) <= {0.0, 1.0} else target.of(scores)
        rows = Rows(columns, y, scores, ticket, group, np.full(n, "before_close", object), rated, rated, {})
        meaning = None
        if text:
            early, _, _ = split_by_time(rows, self.held_back)
            meaning = Meaning.fit([one for one, past in zip(joined_text(frame, text), early, strict=True) if past])
            made = text_columns(frame, text, meaning)
            later = "while_open" in {declared[name] for name in text}
            declared |= dict.fromkeys(made, "while_open" if later else "at_creation")
            rows = rows.with_columns(columns | made)
        if not self.creation_too or "while_open" not in declared.values():
            return rows, meaning
        return _with_creation(rows, declared), meaning

    def _columns(self, X: pd.DataFrame) -> Columns:  # noqa: N803
        predictor = self._fitted()
        frame = _frame(X)
        _refuse_unmeasured(frame, [name for name in predictor.features if name in frame])
        columns = predictor.columns_of(frame)
        missing = predictor.trained.model.missing(columns)
        if missing:
            warnings.warn(
                f"X has no {', '.join(missing)}, which training had; the effect is averaged over past tickets",
                MissingColumnWarning,
                stacklevel=3,
            )
        return columns or {"": np.full(len(X), np.nan)}

    def _fitted(self) -> Predictor:
        if not hasattr(self, "predictor_"):
            from sklearn.exceptions import NotFittedError

            raise NotFittedError(f"this {type(self).__name__} is not fitted yet; call fit(X, y) first")
        found: Predictor = self.predictor_
        return found

    def _allowed(self) -> Predictor:
        found = self._fitted()
        if self.refuse and not found.trained.gate.passed:
            raise NoSkillError(f"this predictor refuses: {'; '.join(found.trained.gate.reasons)}")
        return found


class CesPredictor(CsatPredictor):
    """The same for high effort; ``target`` says which answers mean that ("score <= 3" of 1–7, 7 = easiest)."""

    metric = Metric.CES


def _checked(X: Any, y: Any, time: str | None) -> tuple[pd.DataFrame, NDArray[np.float64]]:  # noqa: ANN401, N803
    """The rows that have a rating, and the ratings."""
    frame = _frame(X)
    _refuse_unmeasured(frame, [name for name in frame.columns if name != time])
    given = np.asarray(y, dtype=object)
    given = given[:, 0] if given.ndim == 2 and given.shape[1] == 1 else given
    if given.ndim != 1:
        raise UserError(f"y must be one rating a row, not an array of shape {given.shape}")
    scores = pd.to_numeric(pd.Series(given), errors="coerce").to_numpy(np.float64)
    if np.isinf(scores).any():
        raise UserError("y holds an infinite rating; leave it empty where there is none")
    if len(scores) != len(frame):
        raise UserError(f"X has {len(frame)} rows and y {len(scores)}; they must be equally many")
    rated = ~np.isnan(scores)
    if not rated.any():
        raise EmptyError("there are no ratings in y to learn from")
    return frame[rated].reset_index(drop=True), scores[rated]


def _frame(X: Any) -> pd.DataFrame:  # noqa: ANN401, N803
    if not isinstance(X, pd.DataFrame) or isinstance(X.columns, pd.MultiIndex):
        raise UserError(f"X must be a pandas frame with one row of column names, not {type(X).__name__}")
    frame = X.rename(columns=str)
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise UserError(f"X has two columns called {twice[0]!r}; rename one")
    return frame


def _refuse_unmeasured(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse columns that hold times, or numbers without an end."""
    for name in names:
        if frame[name].dtype.kind in "mM":
            raise UserError(f"the column {name!r} holds times; give durations in hours, or name it as time=")
        if frame[name].dtype.kind == "f" and np.isinf(frame[name].to_numpy(np.float64, na_value=np.nan)).any():
            raise UserError(f"the column {name!r} holds an infinite number; leave it empty where it is not known")


def _demand(frame: pd.DataFrame, names: Sequence[str]) -> None:
    for name in names:
        if name not in frame:
            raise UserError(f"X has no column {name!r}; it has {', '.join(frame.columns)}")


def _refuse_taken(names: Sequence[str]) -> None:
    """Refuse columns whose values would be added to the log odds as they are (`models.tickets.features.GIVEN`)."""
    for name in names:
        if name in GIVEN:
            raise UserError(f"the name of the column {name!r} is taken by a feature of this package; rename the column")


def _with_creation(rows: Rows, declared: Mapping[str, Availability]) -> Rows:
    """The rows, each preceded by what was known at creation."""
    both = rows.take(np.repeat(np.arange(len(rows)), 2))
    first = np.arange(len(both)) % 2 == 0
    masked = mask_later(both.columns, declared)
    columns = {name: np.where(first, masked[name], values) for name, values in both.columns.items()}
    return replace(both, columns=columns, stage=np.where(first, "creation", "before_close").astype(object))


def _groups(frame: pd.DataFrame, group: str, ticket: NDArray[np.object_]) -> NDArray[np.object_]:
    if group not in frame:
        raise UserError(f"X has no column {group!r} to group by")
    words = further_column(frame[group].astype(object).where(frame[group].notna(), None))
    return np.array(
        [one if key is None or key != key else f"g{key}" for key, one in zip(words, ticket, strict=True)], object
    )


def _times(column: pd.Series[Any]) -> NDArray[np.int64]:
    if column.dtype.kind in "iuf":
        numbers = column.to_numpy(np.float64, na_value=np.nan)
        if not (np.abs(numbers) < LATEST).all():
            raise UserError(f"{column.name!r} holds a number that is no time; give all rows dates, or numbers in order")
        return numbers.astype(np.int64)
    times = pd.to_datetime(column, errors="coerce")
    aware = times if isinstance(times.dtype, pd.DatetimeTZDtype) else times.dt.tz_localize("UTC")
    found = moments(aware)
    if (found == NEVER).any():
        raise UserError(f"{int((found == NEVER).sum())} rows have no time in {column.name!r}")
    return found


def _moment(microseconds: np.int64) -> Any:  # noqa: ANN401
    return pd.Timestamp(int(microseconds), unit="us", tz="UTC").to_pydatetime()

"""The themes of comments as a scikit-learn estimator: for notebooks and pipelines, without a store.

``ThemeMiner`` takes texts or a frame of comments, and gives integers, cosines and frames. Underneath is the same main
path as that of the command line, ``verbatim.pipeline.mine``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from verbatim.errors import EmptyError, EncoderError, UserError
from verbatim.pipeline import encode, mine
from verbatim.text.informative import is_informative
from verbatim.text.language import detect_languages
from verbatim.themes.artifact import ThemeArtifact, assign
from verbatim.themes.cache import CachedEncoder
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.encode import find_encoder
from verbatim.themes.frames import (
    LAYERS,
    assignment_frame,
    label_of,
    layer_places,
    main_labels,
    theme_frame,
)
from verbatim.themes.given import read_comments
from verbatim.themes.model import NO_DETAIL
from verbatim.themes.name import PhraseNamer

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.utils import Tags

    from verbatim.protocols import Encoder
    from verbatim.themes.given import Comments
    from verbatim.themes.model import ThemeModel


class ThemeMiner(TransformerMixin, ClusterMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Finds the themes of short comments: ``fit`` on texts, read ``themes_``, label new texts with ``predict``.

    Every comment that says something is placed; comments without detail ("ok", "n/a") and missing ones get the label
    −1. The same comments and seed give the same themes, whatever the order of the rows.

    Parameters: ``themes``, about how many at the top (``None``: the comments decide); ``encoder``, an object with
    ``id``, ``dimension`` and ``encode``, or the name or folder of a sentence-transformers model (``None``:
    all-MiniLM-L6-v2, which knows English); ``layer``, whether ``labels_``, ``predict`` and ``transform`` speak of the
    themes at the "top" or of the "fine" ones below; ``seed``; ``redact``, whether personal data is taken out of the
    texts first; ``cache``, a folder that keeps vectors from one fit to the next (``None``: none).

    Attributes after ``fit``: ``labels_`` (n,) integers, the number of each comment's main theme; ``themes_``, a frame
    (`theme_frame`); ``assignments_``, a frame (`assignment_frame`) whose ``comment`` is the caller's own id or index;
    ``model_``, the ``ThemeModel`` with its ``Theme`` objects; ``comments_``, the comments as they were mined.

    >>> from verbatim.themes.hashing import HashingEncoder
    >>> miner = ThemeMiner(encoder=HashingEncoder())
    >>> miner.fit(["The refund never came", "Refund is late", "ok"]).labels_.tolist()
    [0, 0, -1]
    """

    def __init__(
        self,
        themes: int | None = None,
        *,
        encoder: Encoder | str | None = None,
        layer: str = "top",
        seed: int = 7,
        redact: bool = True,
        cache: str | Path | None = None,
    ) -> None:
        self.themes = themes
        self.encoder = encoder
        self.layer = layer
        self.seed = seed
        self.redact = redact
        self.cache = cache

    def fit(self, X: Comments, y: object = None) -> Self:
        """Find the themes of ``X``: a list, Series or array of texts, or a frame (see ``read_comments``).

        ``y`` is there for scikit-learn and does not count.

        Raises:
            EmptyError: there is no comment with a text.
            InputError: not texts, or a frame without the column ``text``.
            EncoderError: no embedding model was found.
        """
        self._check_parameters()
        comments = read_comments(X, redact=self.redact)
        return self._take(comments, self._mined(comments))

    def predict(self, X: Comments) -> NDArray[np.int64]:
        """The label of each row of ``X``, shape ``(n,)``: that of the nearest theme of the chosen ``layer``.

        −1 where a comment has no detail or no text, or is too unlike every theme.

        Raises:
            NotFittedError: ``fit`` comes first.
            EncoderError: the encoder is not the one the themes were found with.
        """
        check_is_fitted(self, "model_")
        comments = read_comments(X, redact=self.redact)
        assigned = self._assigned(comments)
        return main_labels(assigned, comments["id"].tolist(), label_of(self.model_.themes, self.layer))

    def transform(self, X: Comments) -> NDArray[np.float32]:
        """The cosine of each row of ``X`` to each theme of the chosen ``layer``, shape ``(n, themes)``.

        Rows without a text are zero. Columns are those of ``get_feature_names_out``.

        Raises:
            NotFittedError: ``fit`` comes first.
        """
        check_is_fitted(self, "model_")
        texts = read_comments(X, redact=self.redact)["text"]
        distinct = sorted(set(texts) - {""})
        vectors = encode(distinct, self._same_encoder(), _silent)
        centroids = self.model_.centroids[layer_places(self.model_.themes, self.layer)]
        cosines = np.concatenate([vectors @ centroids.T, np.zeros((1, len(centroids)), dtype=np.float32)])
        place = {text: row for row, text in enumerate(distinct)}
        return np.asarray(cosines[[place.get(text, len(distinct)) for text in texts]], dtype=np.float32)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """The names of the themes of the chosen ``layer``, in the order of their labels."""
        check_is_fitted(self, "model_")
        themes = self.model_.themes
        return np.asarray([themes[place].name for place in layer_places(themes, self.layer)], dtype=object)

    def assign(self, X: Comments) -> pd.DataFrame:
        """Which theme each comment of ``X`` belongs to, as in ``assignments_``; missing texts have no row.

        Raises:
            NotFittedError: ``fit`` comes first.
            EncoderError: the encoder is not the one the themes were found with.
        """
        check_is_fitted(self, "model_")
        comments = read_comments(X, redact=self.redact)
        return _as_called(self._assigned(comments), comments)

    def __sklearn_tags__(self) -> Tags:
        """Texts in one dimension, missing ones among them, instead of a matrix of numbers."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _check_parameters(self) -> None:
        if self.layer not in LAYERS:
            raise UserError(f"layer {self.layer!r} is not one of {', '.join(map(repr, LAYERS))}")
        if self.themes is not None and not (isinstance(self.themes, (int, np.integer)) and self.themes >= 2):
            raise UserError(f"themes {self.themes!r} is neither None nor a whole number from 2 on")

    def _mined(self, comments: pd.DataFrame) -> ThemeModel:
        encoder = self._found_encoder()
        said = comments[comments["text"] != ""]
        if said.empty:
            raise EmptyError(f"none of the {len(comments)} comments has a text")
        if "language" not in said:
            found = pd.Series(detect_languages(said["text"]), index=said.index, dtype=object)
            said = said.assign(language=found)
        return mine(
            said.drop(columns="label"),
            encoder=encoder,
            clusterer=LeidenClusterer(themes=self.themes, seed=self.seed),
            namer=PhraseNamer(encoder),
        )

    def _take(self, comments: pd.DataFrame, model: ThemeModel) -> Self:
        """Set what a fitted miner shows."""
        texts = dict(zip(comments["id"], comments["text"], strict=True))
        assigned = assignment_frame(model.assignments, texts)
        self.comments_ = comments
        self.model_ = model
        self.themes_ = theme_frame(
            model.themes, layer=self.layer, texts=texts, comments=int((comments["text"] != "").sum())
        )
        self.labels_ = main_labels(assigned, comments["id"].tolist(), label_of(model.themes, self.layer))
        self.assignments_ = _as_called(assigned, comments)
        return self

    def _assigned(self, comments: pd.DataFrame) -> pd.DataFrame:
        """The themes of new comments, in the columns of ``assignment_frame``."""
        said = comments[comments["text"] != ""]
        detailed = sorted({text for text in said["text"] if is_informative(text)})
        found: dict[str, tuple[str, float, float]] = {}
        if detailed and layer_places(self.model_.themes, "fine"):
            matches = assign(self._artifact(), encode(detailed, self._same_encoder(), _silent))
            found = dict(
                zip(detailed, zip(matches.theme_ids, matches.similarity, matches.margin, strict=True), strict=True)
            )
        rows = [found.get(text, (NO_DETAIL, 0.0, 0.0)) for text in said["text"]]
        return pd.DataFrame(
            {
                "comment": said["id"].to_numpy(),
                "start": 0,
                "end": said["text"].str.len().to_numpy(dtype=np.int64),
                "theme": pd.Series([row[0] for row in rows], dtype=object),
                "similarity": np.asarray([row[1] for row in rows], dtype=np.float64),
                "margin": np.asarray([row[2] for row in rows], dtype=np.float64),
            }
        )

    def _artifact(self) -> ThemeArtifact:
        model = self.model_
        return ThemeArtifact(model.encoder_id, model.themes, model.centroids, model.next_number)

    def _found_encoder(self) -> Encoder:
        named = self.encoder is None or isinstance(self.encoder, str)
        encoder: Encoder = find_encoder(self.encoder) if named else self.encoder  # type: ignore[arg-type, assignment]
        return encoder if self.cache is None else CachedEncoder(encoder, Path(self.cache))

    def _same_encoder(self) -> Encoder:
        """The encoder, if it is the one that the themes were found with."""
        encoder, model = self._found_encoder(), self.model_
        if (encoder.id, encoder.dimension) != (model.encoder_id, model.dimension):
            raise EncoderError(
                f"the themes were found with {model.encoder_id} ({model.dimension} dimensions), the encoder is "
                f"{encoder.id} ({encoder.dimension}); set the parameter 'encoder' back, or fit the themes again"
            )
        return encoder


def _as_called(assigned: pd.DataFrame, comments: pd.DataFrame) -> pd.DataFrame:
    """``assigned`` in the order of the comments, which are called as the caller calls them."""
    place = {key: row for row, key in enumerate(comments["id"])}
    order = np.argsort([place[key] for key in assigned["comment"]], kind="stable")
    ordered = assigned.iloc[order].reset_index(drop=True)
    labels = comments["label"].to_numpy()
    return ordered.assign(comment=labels[[place[key] for key in ordered["comment"]]])


def _silent(step: str, done: int, total: int) -> None:
    """Report nothing."""

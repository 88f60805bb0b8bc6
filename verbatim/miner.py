"""The themes of comments as a scikit-learn estimator: for notebooks and pipelines, without a store.

``ThemeMiner`` takes texts or a frame of comments, and gives integers, cosines and frames. Underneath is the same main
path as that of the command line, ``verbatim.pipeline.mine``, with the same identity over time and the same edits.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from verbatim.domain import stable_key
from verbatim.edits import Corpus, Edit, EditKind, replay
from verbatim.edits.plan import Desk, plan
from verbatim.edits.requests import Describe, Mark, Merge, Move, Part, Rename, Request, Split, Undo
from verbatim.edits.values import edit_of, edit_values
from verbatim.errors import EmptyError, EncoderError, NotFoundError, UserError
from verbatim.pipeline import mine
from verbatim.themes.artifact import ThemeArtifact
from verbatim.themes.cache import CachedEncoder
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.encode import find_encoder
from verbatim.themes.frames import (
    LAYERS,
    assignment_frame,
    label_of,
    layer_places,
    link_frame,
    main_labels,
    new_assignments,
    theme_frame,
    whole_themes,
)
from verbatim.themes.given import read_comments, with_languages
from verbatim.themes.name import PhraseNamer
from verbatim.themes.people import said_names
from verbatim.themes.quality import Mined, examine
from verbatim.themes.readings import encode
from verbatim.themes.saved import SavedMiner, load_miner, save_miner
from verbatim.themes.stability import stability_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from os import PathLike

    from numpy.typing import NDArray
    from sklearn.utils import Tags

    from verbatim.edits import Conflict
    from verbatim.protocols import Encoder
    from verbatim.themes.given import Comments
    from verbatim.themes.model import ThemeModel
    from verbatim.themes.quality import QualityPage


class ThemeMiner(TransformerMixin, ClusterMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Finds the themes of short comments: ``fit`` on texts, read ``themes_``, label new texts with ``predict``.

    Every comment that says something is placed; comments without detail ("ok", "n/a") and missing ones get the label
    −1. The same comments and seed give the same themes, whatever the order of the rows.

    Parameters: ``themes``, about how many at the top (``None``: the comments decide); ``encoder``, an object with
    ``id``, ``dimension`` and ``encode``, or the name or folder of a sentence-transformers model (``None``:
    all-MiniLM-L6-v2, which knows English); ``layer``, whether ``labels_``, ``predict`` and ``transform`` speak of the
    "fine" themes, which comments are assigned to, or of those at the "top" (``None``: fine, or top where ``themes``
    were wished); ``seed``; ``redact``, whether personal data is taken out first; ``cache``, a folder for vectors.

    Attributes after ``fit``, ``update`` and every edit: ``labels_`` (n,) integers, the number of each comment's main
    theme, in the order of ``comments_``, from the largest theme (a theme's id lasts, not its number); ``themes_``
    (`theme_frame`); ``assignments_`` (`assignment_frame`), every theme of a comment, by the caller's own id or index;
    ``links_``, what became of the themes with the last update (`link_frame`); ``model_``, the ``ThemeModel``;
    ``comments_``, as they were mined; ``edits_`` and ``conflicts_``, what people changed and what cannot be true.

    Everything but ``fit`` and ``load`` raises scikit-learn's ``NotFittedError`` before these.

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
        layer: str | None = None,
        seed: int = 7,
        redact: bool = True,
        people: Iterable[str] = (),
        cache: str | Path | None = None,
    ) -> None:
        self.themes = themes
        self.encoder = encoder
        self.layer = layer
        self.seed = seed
        self.redact = redact
        self.people = people
        self.cache = cache

    def fit(self, X: Comments, y: object = None) -> Self:
        """Find the themes of ``X``: a list, Series or array of texts, or a frame (see ``read_comments``).

        ``y`` is there for scikit-learn and does not count. What was fitted or edited before is forgotten.

        Raises:
            EmptyError: there is no comment with a text.
            InputError: not texts, or a frame without the column ``text``.
            EncoderError: no embedding model was found.
        """
        self._check_parameters()
        comments = with_languages(read_comments(X, redact=self.redact))
        return self._take(comments, self._mined(comments, None), ())

    def update(self, X: Comments, *, refit: bool = False) -> Self:
        """Take in further comments: they join the themes that are there, and what fits none makes new ones.

        Comments that were there keep their theme; where too much is new, or with ``refit``, all are fitted anew, and
        themes that come back keep their id. Edits stay. A comment whose ``id`` is known replaces the one that was.

        Raises:
            EncoderError: the encoder is not the one the themes were found with.
        """
        check_is_fitted(self, "model_")
        self._check_parameters()
        self._same_encoder()
        new = with_languages(read_comments(X, redact=self.redact, first=len(self.comments_)))
        comments = pd.concat([self.comments_[~self.comments_["id"].isin(set(new["id"]))], new], ignore_index=True)
        fitted = self._mined(comments, "that was asked for" if refit else None, self.fitted_)
        return self._take(comments, fitted, self.edits_)

    def predict(self, X: Comments) -> NDArray[np.int64]:
        """The label of each row of ``X``, shape ``(n,)``: that of the nearest theme of the chosen ``layer``.

        −1 where a comment has no detail or no text, or is further from every theme than the theme's own comments are.

        Raises:
            EncoderError: the encoder is not the one the themes were found with.
        """
        check_is_fitted(self, "model_")
        comments = read_comments(X, redact=self.redact)
        return main_labels(
            self._assigned(comments), comments["id"].tolist(), label_of(self.model_.themes, self._layer())
        )

    def transform(self, X: Comments) -> NDArray[np.float32]:
        """The cosine of each row of ``X`` to the centre of each theme of the chosen ``layer``, shape ``(n, themes)``.

        Rows without a text are zero. Columns are those of ``get_feature_names_out``.

        Raises:
            EncoderError: the encoder is not the one the themes were found with.
        """
        check_is_fitted(self, "model_")
        texts = read_comments(X, redact=self.redact)["text"]
        distinct = sorted(set(texts) - {""})
        vectors = self._vectors(distinct)
        centroids = self.model_.centroids[layer_places(self.model_.themes, self._layer())]
        cosines = np.concatenate([vectors @ centroids.T, np.zeros((1, len(centroids)), dtype=np.float32)])
        place = {text: row for row, text in enumerate(distinct)}
        return np.asarray(cosines[[place.get(text, len(distinct)) for text in texts]], dtype=np.float32)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """The names of the themes of the chosen ``layer``, in the order of their labels."""
        check_is_fitted(self, "model_")
        themes = self.model_.themes
        return np.asarray([themes[place].name for place in layer_places(themes, self._layer())], dtype=object)

    def assign(self, X: Comments) -> pd.DataFrame:
        """Which theme each comment of ``X`` as a whole belongs to, as in ``assignments_``; missing texts have no row.

        Raises:
            EncoderError: the encoder is not the one the themes were found with.
        """
        check_is_fitted(self, "model_")
        comments = read_comments(X, redact=self.redact)
        return _as_called(self._assigned(comments), comments)

    def quality(self, *, stability: bool = False) -> QualityPage:
        """What the themes are worth, and which look wrong; with ``stability`` they are found again five times."""
        check_is_fitted(self, "model_")
        encoder, themes, texts = self._same_encoder(), self.model_.themes, self._texts()
        comments = self.comments_.drop(columns="label").set_index("id")
        said = assignment_frame(self.model_.assignments, texts).join(comments, on="comment")
        cut = [text[a:b] for text, a, b in zip(said["text"], said["start"], said["end"], strict=True)]
        said = said.assign(text=cut)
        placed = {texts[key]: theme for key, theme in whole_themes(texts, self.fitted_, themes).items()}
        measured = stability_of(themes, placed, encoder, self._clusterer) if stability else None
        names = encoder.encode([theme.name for theme in themes])
        return examine(Mined(themes, said, self.model_.centroids, names), stability=measured)

    def rename(self, theme: int | str, name: str) -> Self:
        """Call a theme ``name``, now and after every update. A theme is named by its label, id or name."""
        return self.edit(Rename(self._id_of(theme), name))

    def describe(self, theme: int | str, text: str) -> Self:
        """Say what a theme is about."""
        return self.edit(Describe(self._id_of(theme), text))

    def merge(self, theme: int | str, *others: int | str) -> Self:
        """Make ``others`` one with ``theme``, whose id and name stay."""
        return self.edit(Merge(self._id_of(theme), tuple(map(self._id_of, others))))

    def split(self, theme: int | str, parts: Mapping[str, Sequence[object]]) -> Self:
        """Split a theme without sub-themes into parts: by name, comments (as the caller calls them) as examples."""
        examples = tuple(Part(self._ids_of(comments), name) for name, comments in parts.items())
        return self.edit(Split(self._id_of(theme), examples))

    def move(self, comments: Sequence[object], theme: int | str) -> Self:
        """Put comments (as the caller calls them) into a theme; they count as examples of it."""
        return self.edit(Move(self._ids_of(comments), self._id_of(theme)))

    def mark(self, theme: int | str, kind: EditKind | str) -> Self:
        """Pin, unpin, archive or restore a theme."""
        return self.edit(Mark(self._id_of(theme), EditKind(kind)))

    def undo(self) -> Self:
        """Take the last edit back."""
        return self.edit(Undo())

    def edit(self, request: Request, *, person: str = "notebook") -> Self:
        """Make an edit true, now and after every update (``verbatim.edits.requests`` has all there are).

        Raises:
            NotFoundError: a theme or comment that is not there.
            UserError: the edit cannot be made; the message says why.
        """
        check_is_fitted(self, "model_")
        encoder = self._same_encoder()
        corpus = Corpus.of(self.fitted_.assignments, self._texts(), encoder)
        namer = self._namer(encoder, list(corpus.texts))
        desk = Desk(self.fitted_, self.model_, corpus, self.edits_, namer.name_groups)
        made, number = plan(request, desk), desk.sequence + 1
        key = stable_key("notebook", str(number), made.kind.value, made.theme_id or "")
        edit = Edit(key, number, datetime.now(UTC), person, made.kind, made.theme_id, made.payload)
        return self._take(self.comments_, self.fitted_, (*self.edits_, edit))

    def save(self, folder: str | PathLike[str]) -> None:
        """Write everything into ``folder`` as JSON, safetensors and Parquet (`verbatim.themes.saved` lists the files).

        An ``encoder`` that was given as an object is not saved: hand it to ``load`` again.

        Raises:
            StoreFullError: no space, or the folder cannot be written to.
        """
        check_is_fitted(self, "model_")
        parameters = self.get_params(deep=False)
        kept = self.encoder if self.encoder is None or isinstance(self.encoder, str) else None
        parameters |= {"encoder": kept, "cache": None if self.cache is None else str(self.cache)}
        parameters["people"] = sorted(map(str, self.people))
        edits = tuple(edit_values(edit) for edit in self.edits_)
        save_miner(Path(folder), SavedMiner(parameters, self.model_, self.fitted_, self.comments_, edits))

    @classmethod
    def load(cls, folder: str | PathLike[str], *, encoder: Encoder | str | None = None) -> Self:
        """Read what ``save`` wrote; ``encoder`` is needed where it was an object.

        Raises:
            NotFoundError: there is no model.
            StorageError: it is damaged or of another format.
            EncoderError: ``encoder`` is not the one that the themes were found with.
        """
        saved = load_miner(Path(folder))
        miner = cls(**saved.parameters)
        if encoder is not None:
            miner.encoder = encoder
        miner.model_ = saved.model
        if encoder is not None:
            miner._same_encoder()
        miner.conflicts_ = ()
        edits = tuple(map(edit_of, saved.edits))
        return miner._show(saved.comments, saved.fitted, saved.model, edits)

    def __sklearn_tags__(self) -> Tags:
        """Texts in one dimension, missing ones among them, instead of a matrix of numbers."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _layer(self) -> str:
        return self.layer or ("fine" if self.themes is None else "top")

    def _check_parameters(self) -> None:
        if self._layer() not in LAYERS:
            raise UserError(f"layer {self.layer!r} is not one of {', '.join(map(repr, LAYERS))}")
        if self.themes is not None and not (isinstance(self.themes, (int, np.integer)) and self.themes >= 2):
            raise UserError(f"themes {self.themes!r} is neither None nor a whole number from 2 on")

    def _mined(self, comments: pd.DataFrame, refit: str | None, previous: ThemeModel | None = None) -> ThemeModel:
        encoder = self._found_encoder()
        said = comments[comments["text"] != ""]
        if said.empty:
            raise EmptyError(f"none of the {len(comments)} comments has a text")
        return mine(
            said.drop(columns="label"),
            encoder=encoder,
            clusterer=self._clusterer(self.seed),
            namer=self._namer(encoder, said["text"].tolist()),
            previous=previous,
            refit=refit,
        )

    def _namer(self, encoder: Encoder, texts: Sequence[str]) -> PhraseNamer:
        return PhraseNamer(encoder, hidden=said_names(texts, self.people))

    def _clusterer(self, seed: int) -> LeidenClusterer:
        return LeidenClusterer(themes=self.themes, seed=seed)

    def _take(self, comments: pd.DataFrame, fitted: ThemeModel, edits: tuple[Edit, ...]) -> Self:
        """Make ``edits`` true in what was ``fitted``, and show it."""
        if not edits:
            self.conflicts_: tuple[Conflict, ...] = ()
            return self._show(comments, fitted, fitted, ())
        texts = dict(zip(comments["id"], comments["text"], strict=True))
        replayed = replay(fitted, edits, Corpus.of(fitted.assignments, texts, self._found_encoder()))
        self.conflicts_ = replayed.conflicts
        return self._show(comments, fitted, replayed.model, edits)

    def _show(self, comments: pd.DataFrame, fitted: ThemeModel, model: ThemeModel, edits: tuple[Edit, ...]) -> Self:
        """Set what a fitted miner shows."""
        self.comments_, self.fitted_, self.model_, self.edits_ = comments, fitted, model, edits
        texts = self._texts()
        assigned = assignment_frame(model.assignments, texts)
        said = int((comments["text"] != "").sum())
        self.themes_ = theme_frame(model.themes, layer=self._layer(), texts=texts, comments=said)
        numbers, whole = label_of(model.themes, self._layer()), whole_themes(texts, fitted, model.themes)
        self.labels_ = main_labels(assigned, comments["id"].tolist(), numbers, whole)
        self.assignments_ = _as_called(assigned, comments)
        self.links_ = link_frame(fitted.links)
        return self

    def _texts(self) -> dict[str, str]:
        return dict(zip(self.comments_["id"].tolist(), self.comments_["text"].tolist(), strict=True))

    def _assigned(self, comments: pd.DataFrame) -> pd.DataFrame:
        """The themes of new comments, in the columns of ``assignment_frame``."""
        return new_assignments(comments, ThemeArtifact.of(self.model_), self._vectors)

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return encode(texts, self._same_encoder(), lambda *_: None)

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

    def _id_of(self, theme: int | str) -> str:
        """The id of a theme that is named by its label, its id or its name (case does not count)."""
        check_is_fitted(self, "model_")
        themes = self.model_.themes
        if isinstance(theme, str):
            found = [one.id for one in themes if one.id == theme]
            found = found or [one.id for one in themes if one.name.casefold() == theme.casefold()]
        else:
            places = layer_places(themes, self._layer())
            found = [themes[places[theme]].id] if 0 <= theme < len(places) else []
        if not found:
            raise NotFoundError(f"no theme {theme!r}; `themes_` lists labels, ids and names")
        return found[0]

    def _ids_of(self, comments: Sequence[object]) -> tuple[str, ...]:
        """The ids of comments by what the caller calls them: the first of several."""
        check_is_fitted(self, "model_")
        known = dict(zip(reversed(self.comments_["label"]), reversed(self.comments_["id"]), strict=True))
        lost = [comment for comment in comments if comment not in known]
        if lost:
            raise NotFoundError(f"no comment {lost[0]!r}; comments are called by their id, or their place in the index")
        return tuple(known[comment] for comment in comments)


def _as_called(assigned: pd.DataFrame, comments: pd.DataFrame) -> pd.DataFrame:
    """``assigned`` in the order of the comments, which are called as the caller calls them."""
    place = {key: row for row, key in enumerate(comments["id"].tolist())}
    rows = np.asarray([place[key] for key in assigned["comment"].tolist()], dtype=np.int64)
    order = np.argsort(rows, kind="stable")
    return assigned.iloc[order].reset_index(drop=True).assign(comment=comments["label"].to_numpy()[rows[order]])

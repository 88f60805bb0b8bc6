"""Free text → the active model's themes, as mining places a new comment; nothing is stored.

Loading reads the model's files once; keep the `Assigner` and ask `current` whether it still is what is active.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from sqlalchemy import select

from verbatim.errors import NotFoundError
from verbatim.ingest.texts import TextDesk
from verbatim.storage.tables import theme_model
from verbatim.themes.artifact import load_artifact
from verbatim.themes.encode import find_encoder
from verbatim.themes.model import NO_DETAIL
from verbatim.themes.prototypes import assign
from verbatim.tone import score_texts
from verbatim.tone.saving import load_sentiment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.protocols import Encoder
    from verbatim.settings import Settings
    from verbatim.storage.store import Store
    from verbatim.themes.prototypes import ThemeArtifact
    from verbatim.tone import SentimentModel

MOST_AT_ONCE = 256  # encoded and compared together


@dataclass(frozen=True, slots=True)
class AssignedText:
    """What one text speaks of.

    ``text`` is the redacted one, ``None`` where nothing was left of it. ``theme_id`` is ``None`` where no theme is near
    enough; ``similarity`` (cosine to the theme's centre) and ``margin`` (lead over the next) are ``None`` for texts
    without detail, which are in the theme "No detail". ``sentiment`` is from -1 to 1, ``None`` where it is not known.
    """

    text: str | None
    language: str | None
    theme_id: str | None
    theme_name: str | None
    similarity: float | None
    margin: float | None
    sentiment: float | None


NOTHING = AssignedText(None, None, None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class Assigner:
    """A theme model in memory; ``version`` is its id and the last edit that is in it."""

    version: tuple[str, int]
    artifact: ThemeArtifact
    sentiment: SentimentModel
    encoder: Encoder
    desk: TextDesk

    @classmethod
    def load(cls, store: Store, settings: Settings, *, encoder: Encoder | None = None) -> Self:
        """Read the active model; ``encoder`` is the one that is loaded already, if any.

        Raises:
            NotFoundError: nothing has been mined.
            StorageError: the model's files are damaged or of another format.
            EncoderError: the model was made with another encoder than the present one.
        """
        version = active_version(store)
        if version is None:
            raise NotFoundError("there is no theme model to assign to; run `verbatim mine`")
        folder = settings.home / "themes" / version[0]
        encoder = find_encoder(settings.model) if encoder is None else encoder
        artifact = load_artifact(folder, encoder)
        return cls(version, artifact, load_sentiment(folder, encoder), encoder, TextDesk(settings))

    @property
    def model_id(self) -> str:
        """The id of the theme model."""
        return self.version[0]

    def current(self, store: Store) -> bool:
        """Whether this is still the active model, and nobody edited it since."""
        return active_version(store) == self.version

    def assign(self, texts: Sequence[str]) -> list[AssignedText]:
        """The theme of each text, as a whole: mining reads the parts of what it fits, not of new comments."""
        found: list[AssignedText] = []
        for first in range(0, len(texts), MOST_AT_ONCE):
            found += self._assigned(texts[first : first + MOST_AT_ONCE])
        return found

    def _assigned(self, texts: Sequence[str]) -> list[AssignedText]:
        ready = self.desk.comments(texts)
        if not ready:
            return [NOTHING] * len(texts)
        said = list(ready.values())
        vectors = np.asarray(self.encoder.encode([one.text for one in said]), dtype=np.float32)
        matches = assign(self.artifact, vectors)
        felt = score_texts([one.text for one in said], vectors, [one.language for one in said], self.sentiment)
        names = {theme.id: theme.name for theme in self.artifact.themes}
        by_text = {}
        for row, (raw, one) in enumerate(ready.items()):
            theme_id = matches.theme_ids[row] if one.informative else NO_DETAIL
            cosine, lead = float(matches.similarity[row]), float(matches.margin[row])
            by_text[raw] = AssignedText(
                one.text,
                one.language,
                theme_id,
                None if theme_id is None else names.get(theme_id),
                cosine if one.informative else None,
                lead if one.informative else None,
                felt[row],
            )
        return [by_text.get(text, NOTHING) for text in texts]


def assign_texts(store: Store, settings: Settings, texts: Sequence[str]) -> list[AssignedText]:
    """Load the active model and assign ``texts``; to do so often, keep an `Assigner`.

    Raises what `Assigner.load` raises.
    """
    return Assigner.load(store, settings).assign(texts)


def active_version(store: Store) -> tuple[str, int] | None:
    """The active model's id and the sequence of the last edit in it; ``None`` before the first mining."""
    with store.reading() as connection:
        asked = select(theme_model.c.id, theme_model.c.edited_through).where(theme_model.c.active)
        found = connection.execute(asked).first()
    return None if found is None else (found.id, found.edited_through)

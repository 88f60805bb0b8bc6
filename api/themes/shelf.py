"""The models of one process that themes need: the encoder, the assigner, the vectors of comments, the open room.

Each is loaded when it is first asked for. Everything here blocks: call it in a thread.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.problems import Refusal
from api.themes.swapped import Swapped
from verbatim.errors import EncoderError, StoreBusyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from verbatim.assigning import Assigner
    from verbatim.editing import EditOutcome, EditRoom
    from verbatim.meaning import MeaningIndex
    from verbatim.protocols import Encoder
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

log = logging.getLogger("verbatim.api")

NO_ENCODER = (
    "this server has no embedding model, or another one than the themes were mined with; `verbatim doctor` on the "
    "server says which"
)
INDEX_CHECK_SECONDS = 15.0  # counts the comments, some 50 ms a million
WAIT_FOR_EDITS_SECONDS = 20.0
ROOM_KEPT_SECONDS = 600.0  # after the last edit: it holds every text and its vector


class OneAtATime:
    """Implements ``protocols.Encoder`` over another one whose tokenizer threads must not use at once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()

    @property
    def id(self) -> str:
        """The id of the encoder beneath."""
        return self._encoder.id

    @property
    def dimension(self) -> int:
        """The number of columns of a vector."""
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the encoder beneath, when nobody else encodes."""
        with self._lock:
            return self._encoder.encode(texts)


class ThemeShelf:
    """What is loaded of ``store``'s themes. `close` waits for what is being loaded."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._finding = threading.Lock()
        self._encoder: Encoder | None = None
        self._editing = threading.Lock()
        self._room: EditRoom | None = None
        self._leaving: threading.Timer | None = None
        self.assigners = Swapped("theme model", self._load_assigner, lambda held: held.current(store))
        self.indexes = Swapped(
            "vectors of comments", self._load_index, lambda held: held.current(store), check_seconds=INDEX_CHECK_SECONDS
        )

    @property
    def encoder(self) -> Encoder:
        """The encoder, one for all.

        Raises:
            EncoderError: there is none on this server.
        """
        from verbatim.themes import encode

        with self._finding:
            if self._encoder is None:
                self._encoder = OneAtATime(encode.find_encoder(self._settings.model))
            return self._encoder

    @property
    def assigner(self) -> Assigner:
        """The active theme model, or the one before while it is being loaded.

        Raises:
            NotFoundError: nothing was mined.
            Refusal: this server has no encoder, or another one.
        """
        with _with_an_encoder():
            return self.assigners.get()

    @property
    def index(self) -> MeaningIndex:
        """The vectors of the comments.

        Raises:
            Refusal: this server has no encoder.
        """
        with _with_an_encoder():
            return self.indexes.get()

    @contextmanager
    def room(self) -> Iterator[EditRoom]:
        """The active model, open for an edit; others of this process wait. One that is still as it was is kept.

        Raises:
            EmptyError: nothing was mined.
            StoreBusyError: another edit takes too long.
            Refusal: this server has no encoder, or another one.
        """
        if not self._editing.acquire(timeout=WAIT_FOR_EDITS_SECONDS):
            raise StoreBusyError("another edit of the themes is going on; try again")
        try:
            with _with_an_encoder():
                yield self._opened()
        finally:
            self._leave_later()
            self._editing.release()

    def carry_on(self, room: EditRoom, outcome: EditOutcome) -> None:
        """Keep the room as it is after an edit that was kept, for the next one; call it inside `room`."""
        from verbatim.editing import room_after

        self._room = room_after(room, outcome)
        self.assigners.expire()

    def close(self) -> None:
        """Wait for what is being loaded."""
        if self._leaving is not None:
            self._leaving.cancel()
        self.assigners.close()
        self.indexes.close()

    def _leave_later(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
        self._leaving = threading.Timer(ROOM_KEPT_SECONDS, self._leave)
        self._leaving.daemon = True
        self._leaving.start()

    def _leave(self) -> None:
        """Let go of the room, unless somebody is in it."""
        if self._editing.acquire(blocking=False):
            self._room = None
            self._editing.release()

    def _load_assigner(self) -> Assigner:
        from verbatim.assigning import Assigner

        return Assigner.load(self._store, self._settings, encoder=self.encoder)

    def _load_index(self) -> MeaningIndex:
        from verbatim.meaning import MeaningIndex

        return MeaningIndex.load(self._store, self._settings, encoder=self.encoder)

    def _opened(self) -> EditRoom:
        from verbatim.assigning import active_version
        from verbatim.editing import open_room

        held = self._room
        if held is None or active_version(self._store) != (held.model_id, held.desk.sequence):
            self._room = None  # before the next one is read, so that there is only one in memory
            held = self._room = open_room(self._store, self._settings)
        return held


@contextmanager
def _with_an_encoder() -> Iterator[None]:
    try:
        yield
    except EncoderError as error:
        log.warning("no encoder", extra={"error": str(error)})
        raise Refusal("not-installed", NO_ENCODER) from error

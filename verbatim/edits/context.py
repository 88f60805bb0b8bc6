"""What the edits say together: which hold, which themes they need, which they make and take away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verbatim.edits.events import EditKind, Snapshot, live_edits, snapshot_of, undone_edits
from verbatim.edits.outcome import Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from verbatim.edits.events import Edit

_STATES = {
    EditKind.PIN: (EditKind.PIN, EditKind.UNPIN),
    EditKind.UNPIN: (EditKind.PIN, EditKind.UNPIN),
    EditKind.ARCHIVE: (EditKind.ARCHIVE, EditKind.RESTORE),
    EditKind.RESTORE: (EditKind.ARCHIVE, EditKind.RESTORE),
}


@dataclass(frozen=True, slots=True)
class Placement:
    """One comment that an edit puts into a theme; ``source_id``: only its part that is in that theme."""

    edit: Edit
    comment_id: str
    theme_id: str
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """All ``edits`` in order, and those that hold, ``live``.

    ``void`` are the ids of edits that need no theme: one that is gone is neither pinned nor archived.
    """

    encoder_id: str
    edits: tuple[Edit, ...]
    live: tuple[Edit, ...]
    void: frozenset[str]
    undone: Mapping[str, Edit]

    @classmethod
    def of(cls, edits: Sequence[Edit], encoder_id: str) -> Context:
        """Read ``edits``, whatever their order."""
        ordered = tuple(sorted(edits, key=lambda edit: edit.sequence))
        live = tuple(live_edits(ordered))
        last: dict[tuple[str | None, tuple[EditKind, EditKind]], Edit] = {}
        for edit in live:
            if edit.kind in _STATES:
                last[edit.theme_id, _STATES[edit.kind]] = edit
        standing = {edit.id for edit in last.values() if edit.kind in (EditKind.PIN, EditKind.ARCHIVE)}
        void = frozenset(edit.id for edit in live if edit.kind in _STATES and edit.id not in standing)
        return cls(encoder_id, ordered, live, void, undone_edits(ordered))

    def is_void(self, edit: Edit) -> bool:
        """Whether an edit is true of a theme that is gone."""
        return edit.id in self.void

    def is_history(self, edit: Edit, key: str, present: Collection[str]) -> bool:
        """Whether a later edit has replaced a theme by parts that are ``present``."""
        return any(
            later.sequence > edit.sequence and _replaced(later) == key and not set(later.made).isdisjoint(present)
            for later in self.live
        )

    def needed(self) -> dict[str, int]:
        """By id, the sequence of the last edit that needs the theme."""
        wanted: dict[str, int] = {}
        for edit in self.live:
            if edit.id in self.void:
                continue
            own = edit.theme_id if "sub_themes" in edit.payload else None
            wanted |= dict.fromkeys((key for key in (*edit.about, *edit.made) if key != own), edit.sequence)
        return wanted

    def anchors(self) -> set[str]:
        """The ids of the themes that stay even without comments: one that gave all it had away need not."""
        given_away = {
            edit.theme_id: edit.sequence for edit in self.live if "sub_themes" in edit.payload and edit.theme_id
        }
        return {key for key, last in self.needed().items() if last > given_away.get(key, 0)}

    def sources(self) -> set[str]:
        """The ids of the themes that edits merge into others."""
        return {source for edit in self.live for source in edit.payload.get("sources", ())}

    def absent(self, present: Collection[str]) -> list[str]:
        """The ids of the themes that edits need, that are not ``present``, and that no edit makes or has replaced."""
        made = {key for edit in self.edits for key in edit.made}
        replaced = {_replaced(edit) for edit in self.live if not set(edit.made).isdisjoint(present)}
        return [key for key in sorted(self.needed()) if key not in {*present, *made, *replaced}]

    def snapshot(self, key: str) -> Snapshot | None:
        """The newest that is known of a theme, with its centre if any edit knows that."""
        kept = [snapshot_of(edit, key, self.encoder_id) for edit in reversed(self.live)]
        known = [snapshot for snapshot in kept if snapshot is not None]
        return next((snapshot for snapshot in known if snapshot.vector is not None), known[0] if known else None)

    def placements(self) -> list[Placement]:
        """Every comment that an edit puts into a theme, in the order of the edits."""
        found: list[Placement] = []
        for edit in self.live:
            if edit.kind is EditKind.MOVE and edit.theme_id is not None:
                source = edit.payload.get("from")
                found += [Placement(edit, comment, edit.theme_id, source) for comment in edit.payload["comments"]]
            for part in edit.payload.get("parts", ()):
                found += [Placement(edit, comment, part["id"]) for comment in part["comments"]]
        return found

    def why_absent(self, key: str) -> tuple[Reason, str]:
        """Why a theme that an edit needs is not there."""
        maker = next((edit for edit in self.edits if key in edit.made), None)
        if maker is not None and maker.id in self.undone:
            undo = self.undone[maker.id]
            return Reason.THEME_UNDONE, f"{undo.person} undid the split that made {key} (edit {undo.sequence})"
        if maker is not None:
            return Reason.THEME_UNDONE, f"the split that made {key} cannot be made again (edit {maker.sequence})"
        return Reason.ENCODER, f"{key} was found with another encoder, and none of its comments is among those mined"


def _replaced(edit: Edit) -> str:
    """The id of the theme that a split puts its parts in the place of; empty for other edits."""
    return edit.theme_id or "" if edit.kind is EditKind.SPLIT and edit.payload.get("apart") else ""

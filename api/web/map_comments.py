"""Comments around the bubbles of the map: for each large theme some at its heart and some at its edge.

Which ones is looked for among the newest that the page's filters leave and the caller may see: as `GET /v1/comments`
would list them, and in as much time however many there are.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import cos, pi, sin
from typing import TYPE_CHECKING

from api.routers.comments import read_comments
from api.themes.asking import CommentWish, ThemeTable, comment_filter
from api.web.theme_figures import mood
from api.web.theme_map import Bubble, has_ring
from verbatim.reports.words import cut
from verbatim.storage.queries.browsing import newest_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from api.web.page import Page
    from api.web.theme_asking import Looked
    from verbatim.storage.queries.browsing import Span

NEWEST = 2_000  # comments that are looked among
MOST, MOST_AROUND = 150, 12
FROM_BUBBLE, APART, SIZE = 12.0, 27.0, 5.0  # of dots, in the paper's units
AT_EDGE = 3  # every third of a bubble's comments is of its edge
SHOWN = 160  # characters


@dataclass(frozen=True, slots=True)
class Said:
    """A comment that a theme shows: ``edge``: it nearly belongs to another one."""

    theme_id: str
    id: str
    text: str
    mood: str
    edge: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Dot:
    """A comment on the paper, ``shape`` the points of its triangle or rhomb; ``None``: a circle."""

    said: Said
    x: float
    y: float

    @property
    def shape(self) -> str | None:
        """Positive points up, negative down, what is mixed is a rhomb: readable without colours."""
        corners = {"positive": (-90, 30, 150), "negative": (90, 210, 330), "mixed": (0, 90, 180, 270)}
        angles = corners.get(self.said.mood)
        if angles is None:
            return None
        size = SIZE * 1.25
        return " ".join(
            f"{self.x + size * cos(pi * one / 180):.1f},{self.y + size * sin(pi * one / 180):.1f}" for one in angles
        )


def comments_around(page: Page, looked: Looked, bubbles: Sequence[Bubble]) -> list[Said]:
    """Some comments of each bubble that has room for a ring, those of the largest first.

    Raises what `GET /v1/comments` raises.
    """
    rooms = _rooms(bubbles)
    wish = CommentWish.model_validate({"from": looked.start, "to": looked.end, "where": looked.where})
    wanted = comment_filter(page.caller, page.store, page.settings, wish)
    table = ThemeTable.read(page.store)
    spans = _by_bubble(newest_spans(page.store, wanted, newest=NEWEST), table, rooms)
    taken = [(key, one, edge) for key, room in rooms.items() for one, edge in chosen(spans[key], room)]
    texts = {one.id: one for one in read_comments(page.store, [one.comment_id for _, one, _ in taken])}
    return [
        Said(key, one.comment_id, cut(texts[one.comment_id].text, SHOWN), mood(one.sentiment), edge,
             texts[one.comment_id].occurred_at)
        for key, one, edge in taken if one.comment_id in texts
    ]  # fmt: skip


def dots_of(bubbles: Sequence[Bubble], around: Iterable[Said]) -> list[Dot]:
    """The comments on rings around their bubbles, evenly, the first at the top, clockwise."""
    by_theme: dict[str, list[Said]] = defaultdict(list)
    for one in around:
        by_theme[one.theme_id].append(one)
    found = []
    for bubble in bubbles:
        said = by_theme[bubble.theme.id] if has_ring(bubble.r) else []
        for place, one in enumerate(said):
            angle, far = 2 * pi * place / len(said) - pi / 2, bubble.r + FROM_BUBBLE
            found.append(Dot(one, round(bubble.x + far * cos(angle), 1), round(bubble.y + far * sin(angle), 1)))
    return found


def chosen(spans: Iterable[Span], room: int) -> list[tuple[Span, bool]]:
    """The nearest to the theme's centre, and (marked) those that are hardly nearer to it than to another.

    Always the same of the same. Texts that are alike to the encoder count once, or all would be of one kind.
    """
    unlike: dict[tuple[float, float], Span] = {}
    for one in sorted(spans, key=lambda one: (-one.similarity, one.comment_id)):
        unlike.setdefault((one.similarity, one.margin), one)
    ordered = list(unlike.values())
    at_edge = min(room, len(ordered)) // AT_EDGE
    heart = ordered[: min(room, len(ordered)) - at_edge]
    edge = sorted(ordered[len(heart) :], key=lambda one: (one.margin, one.comment_id))[:at_edge]
    return [*((one, False) for one in heart), *((one, True) for one in edge)]


def _rooms(bubbles: Sequence[Bubble]) -> dict[str, int]:
    """How many comments stand around each bubble: as many as its ring has room for, fewer where there are many."""
    wide = {one.theme.id: int(2 * pi * (one.r + FROM_BUBBLE) / APART) for one in bubbles if has_ring(one.r)}
    each = min(MOST_AROUND, max(MOST // len(wide), 1)) if wide else 0
    return {key: min(room, each) for key, room in list(wide.items())[:MOST]}


def _by_bubble(spans: Iterable[Span], table: ThemeTable, shown: Mapping[str, int]) -> dict[str, list[Span]]:
    """The spans of each bubble, also those of its sub-themes; a comment is the one's that it is nearest to."""
    nearest: dict[str, tuple[str, Span]] = {}
    for one in sorted(spans, key=lambda one: (one.comment_id, -one.similarity, one.theme_id)):
        key: str | None = one.theme_id
        while key is not None and key not in shown:
            key = table.rows[key]["parent_id"] if key in table.rows else None
        if key is not None:
            nearest.setdefault(one.comment_id, (key, one))
    found: dict[str, list[Span]] = defaultdict(list)
    for key, one in nearest.values():
        found[key].append(one)
    return found

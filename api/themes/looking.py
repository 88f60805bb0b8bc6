"""What a theme's page shows: quotes with the part that speaks of it, counts by time and segment, how it sounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from api.themes.asking import seen_where
from verbatim.errors import InputError
from verbatim.storage import queries
from verbatim.storage.queries import CommentFilter
from verbatim.storage.queries.browsing import ids_among

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from api.access.caller import Caller
    from api.themes.asking import ThemeTable
    from api.themes.shelf import ThemeShelf
    from verbatim.settings import Settings
    from verbatim.storage.queries.details import StoredComment
    from verbatim.storage.store import Store
    from verbatim.tone import ThemeTone

MOST_GROUPS = 10_000
Key = tuple[Any, ...]


def seen_quotes(store: Store, caller: Caller, theme: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """The ids of a theme's quotes that the caller may see, best first, each with why it was chosen."""
    ids: list[str] = list(theme["quotes"])
    if not ids:
        return []
    allowed = ids_among(store, CommentFilter(restricted=caller.restriction), ids)
    kinds = [*theme["quote_kinds"], *[None] * len(ids)]
    return [(key, kind) for key, kind in zip(ids, kinds, strict=False) if key in allowed]


def theme_rows(
    store: Store, caller: Caller, table: ThemeTable, key: str, *, settings: Settings, by: Sequence[str],
    period: str | None, bounds: tuple[datetime | None, datetime | None], where: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """How many comments are on the theme or below it, of how many, by period and segments, in order.

    Keys: ``period_start``, ``segments``, ``n``, ``of``, ``share``, ``sentiment``.

    Raises:
        NotFoundError: a segment that nothing is called.
        InputError: more groups than anybody reads.
    """
    seen = seen_where(caller, store, where)
    if seen is None:
        return
    mine: dict[str | None, str] = dict.fromkeys(table.below(key), "theme")
    every: dict[str | None, str] = dict.fromkeys([None, *table.rows], "all")
    own, total = (
        _counts(store, under, settings=settings, by=by, period=period, bounds=bounds, where=seen)
        for under in (mine, every)
    )
    if len(total) > MOST_GROUPS:
        raise InputError(f"by={', '.join(by)[:100]} makes {len(total):,} groups; at most {MOST_GROUPS:,} are shown")
    for group, (of, _) in total.items():
        n, sentiment = own.get(group, (0, None))
        start, *values = group
        yield {
            "period_start": start, "segments": dict(zip(by, values, strict=True)), "n": n, "of": of,
            "share": round(n / of, 6) if of else 0.0, "sentiment": sentiment,
        }  # fmt: skip


def _counts(
    store: Store, under: Mapping[str | None, str], *, settings: Settings, by: Sequence[str], period: str | None,
    bounds: tuple[datetime | None, datetime | None], where: Mapping[str, Any],
) -> dict[Key, tuple[int, float | None]]:  # fmt: skip
    frame = queries.theme_counts(
        store, by=by, period=period, tz=settings.timezone, start=bounds[0], end=bounds[1], where=where, under=under
    )
    found: dict[Key, tuple[int, float | None]] = {}
    starts = frame["period_start"] if period is not None else [None] * len(frame)
    values = [frame.iloc[:, place] for place in range(len(by))]
    for start, n, felt, *own in zip(starts, frame["n"], frame["sentiment"], *values, strict=True):
        at = None if start is None or pd.isna(start) else start.to_pydatetime()
        group = (at, *(None if pd.isna(value) else str(value) for value in own))
        found[group] = (int(n), None if pd.isna(felt) else round(float(felt), 6))
    return found


def tone_of(
    shelf: ThemeShelf, settings: Settings, comments: Sequence[StoredComment], themes: Collection[str]
) -> ThemeTone | None:
    """How these comments sound where they speak of ``themes``; ``None`` where none does.

    Raises:
        NotFoundError: nothing was mined.
        Refusal: this server has no encoder.
    """
    from verbatim.themes.cache import CachedEncoder
    from verbatim.tone import add_tone, theme_tones
    from verbatim.tone.summary import spans

    rows = [
        {
            "comment_id": one.id, "theme_id": "theme", "start": span.start, "end": span.end,
            "sentiment": span.sentiment, "text": one.text, "language": one.language, "question": one.question,
        }
        for one in comments for span in one.themes if span.id in themes
    ]  # fmt: skip
    if not rows:
        return None
    frame = pd.DataFrame(rows).astype({"sentiment": "float64"})
    model = shelf.assigner.sentiment
    vectors = CachedEncoder(shelf.encoder, settings.home / "cache" / "vectors").encode(spans(frame))
    (found,) = theme_tones(add_tone(frame, vectors, model, keep_sentiment=True))
    return found

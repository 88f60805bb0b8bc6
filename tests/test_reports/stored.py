"""A small store made row by row, with a story that the tests know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from verbatim.domain import stable_key
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.tables import comment, milestone, survey_response

if TYPE_CHECKING:
    from pathlib import Path

    from verbatim.storage.store import Store

MONTHS = [(2025, 11), (2025, 12), *[(2026, month) for month in range(1, 11)]]
SOURCE = {"source": "test", "external_id": None, "batch_id": "b" * 32}
LINKS = {"ticket_id": None, "account_id": None, "contact_id": None}


def open_test_store(folder: Path, **settings: Any) -> tuple[Store, Settings]:
    chosen = Settings(home=folder, organisation="Acme", **settings)
    return prepare_store(chosen), chosen


class Writer:
    """Collects rows and writes them at once; every row has a key of its own number."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.answers: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.assignments: list[tuple[str, str, float | None]] = []
        self.parts: list[dict[str, Any]] = []

    def answer(self, at: datetime, value: float | None, *, text: str = "", theme: str = "", **more: Any) -> None:
        number = len(self.answers)
        key = stable_key("answer", str(number))
        row = {
            "id": key,
            **SOURCE,
            "submission_id": key,
            "metric": "csat",
            "scale": "csat-5",
            "step": None,
            "question": None,
            "status": "unanswered" if value is None else "answered",
            "value": value,
            "asked_at": at - timedelta(hours=5),
            "answered_at": None if value is None else at,
            "occurred_at": at,
            **LINKS,
            "segments": {"channel": "chat" if number % 3 == 0 else "email"},
        } | more
        self.answers.append(row)
        if text:
            self.say(at, text, theme, key, row["segments"])

    def say(self, at: datetime, text: str, theme: str, submission: str, segments: dict[str, str] | None = None) -> None:
        key = stable_key("comment", str(len(self.comments)))
        self.comments.append(
            {
                "id": key,
                **SOURCE,
                "submission_id": submission,
                "question": None,
                "text": text,
                "text_key": stable_key(text),
                "language": "en",
                "informative": theme != "no-detail",
                "occurred_at": at,
                **LINKS,
                "segments": segments or {},
            }
        )
        self.assignments.append((key, theme, None))

    def answer_in_parts(self, at: datetime, value: float | None, parts: list[tuple[str, str, float]]) -> str:
        """An answer with one comment, whose ``parts`` are (words, theme, sentiment); gives the comment's key."""
        text = " ".join(words for words, _, _ in parts)
        self.answer(at, value, text=text, theme=parts[0][1])
        key = self.assignments.pop()[0]
        start = 0
        for words, theme, sentiment in parts:
            span = {"comment_id": key, "start": start, "end": start + len(words)}
            self.parts.append({**span, "theme_id": theme, "similarity": 0.6, "margin": 0.1, "sentiment": sentiment})
            start += len(words) + 1
        return key

    def write(self) -> None:
        self.store.upsert(survey_response, self.answers)
        if self.comments:
            self.store.upsert(comment, self.comments)

    def mine(self, names: dict[str, str], parents: dict[str, str] | None = None) -> None:
        """Store a theme model with these themes (id → name) and the assignments made so far."""
        sizes = {theme: len(self._members(theme, parents or {})) for theme in names}
        model = {
            "id": stable_key("model"),
            "created_at": datetime(2026, 11, 1, tzinfo=UTC),
            "encoder_id": "test-encoder",
            "dimension": 8,
            "comments": len(self.comments),
            "parameters": {},
            "quality": {},
        }
        themes = [
            {
                "id": theme,
                "parent_id": (parents or {}).get(theme),
                "kind": "no_detail" if theme == "no-detail" else "theme",
                "name": name,
                "keywords": [name.split()[0].lower()],
                "quotes": [],
                "size": sizes[theme],
            }
            for theme, name in names.items()
        ]
        rows = [
            {
                "comment_id": key,
                "start": 0,
                "end": None,
                "theme_id": theme or None,
                "similarity": 0.5,
                "margin": 0.1,
                "sentiment": sentiment,
            }
            for key, theme, sentiment in self.assignments
        ]
        rows += self.parts
        self.store.save_theme_model(model, themes, rows)

    def _members(self, theme: str, parents: dict[str, str]) -> set[str]:
        """The comments on a theme and on its sub-themes."""
        pairs = [(key, given) for key, given, _ in self.assignments]
        pairs += [(part["comment_id"], part["theme_id"]) for part in self.parts]
        return {key for key, given in pairs if theme in (given, parents.get(given))}


def write_story(store: Store) -> Writer:
    """Twelve months of CSAT: 70 of 100 satisfied, 40 of 100 in the last; "Broken search" from June on and bad."""
    writer = Writer(store)
    for position, (year, month) in enumerate(MONTHS):
        for number in range(100):
            at = datetime(year, month, 1 + number % 28, 9, number % 60, tzinfo=UTC)
            satisfied = number % 10 < (4 if position == 11 else 7)
            searching = position >= 7 and number % 5 == 4
            fading = position < 6 and number % 5 == 3
            theme = "T1" if searching else "T2" if fading else "T3" if number % 2 else "no-detail"
            text = {
                "T1": f"Search finds nothing in folder {number} since the update",
                "T2": f"The login code number {number} came far too late for me",
                "T3": f"Person {number} explained it well and stayed friendly",
                "no-detail": "ok",
            }[theme]
            value = 1.0 if searching else 5.0 if satisfied else 2.0
            writer.answer(at, value, text=text, theme=theme)
        for number in range(50):
            writer.answer(datetime(year, month, 2 + number % 26, 12, tzinfo=UTC), None)
    writer.write()
    writer.mine({"T1": "Broken search", "T2": "Late login codes", "T3": "Friendly people", "no-detail": "No detail"})
    store.upsert(
        milestone,
        [
            {
                "id": stable_key("release"),
                **SOURCE,
                "at": datetime(2026, 6, 3, tzinfo=UTC),
                "kind": "release",
                "name": "Release 5.0",
                "segments": {},
            }
        ],
    )
    return writer

"""Keeps what a language model answered, so that mining again neither pays nor waits for it.

One small JSON file a question, named by a hash of the question and the model; written beside and renamed into place.
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any

from verbatim.domain import stable_key
from verbatim.errors import StoreFullError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from verbatim.themes.llm_client import Question

log = logging.getLogger(__name__)


class AnswerCache:
    """Answers in ``folder``, made when the first is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, model: str, question: Question) -> Mapping[str, Any] | None:
        """What ``model`` answered to ``question``; ``None`` where nothing is kept or the file is damaged."""
        path = self._path(model, question)
        try:
            kept = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            log.warning("the kept answer %s cannot be read and is asked for again", path.name)
            return None
        return kept if isinstance(kept, dict) else None

    def write(self, model: str, question: Question, answer: Mapping[str, Any]) -> None:
        """Keep ``answer``.

        Raises:
            StoreFullError: no space, or the folder cannot be written to.
        """
        path = self._path(model, question)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(dict(answer), ensure_ascii=False, sort_keys=True), encoding="utf-8")
            beside.replace(path)
        except OSError as error:
            raise StoreFullError(
                f"the language model's answers cannot be kept in {self._folder}: {error.strerror}"
            ) from error
        finally:
            beside.unlink(missing_ok=True)

    def _path(self, model: str, question: Question) -> Path:
        schema = json.dumps(dict(question.schema), sort_keys=True)
        return self._folder / f"{stable_key(model, question.system, question.text, schema)}.json"

"""Measures language detection on short comments: py3langid, free and restricted, and lingua where it is installed."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from bench.language_cases import COMMENTS
from verbatim.text.language import LANGUAGES, detect_language

if TYPE_CHECKING:
    from collections.abc import Callable

_LEAST_SECONDS = 1.0


def main() -> str:
    """A table: right, wrong and no answer, by length of comment, and comments a second of CPU time."""
    cases = [(text, language) for language, texts in COMMENTS.items() for text in texts]
    short = [case for case in cases if len(case[0].split()) <= 4]
    longer = [case for case in cases if len(case[0].split()) > 4]
    lines = [
        "## Language",
        "",
        f"{len(cases)} comments in {len(COMMENTS)} languages, {len(short)} of at most 4 words.",
        "Right / wrong / no answer.",
        "",
        "| detector | up to 4 words | longer | comments/s |",
        "|---|---|---|---|",
    ]
    for name, detect in _detectors().items():
        rate = _rate(detect, [text for text, _ in cases])
        lines.append(f"| {name} | {_outcome(detect, short)} | {_outcome(detect, longer)} | {rate:,.0f} |")
    return "\n".join(lines)


def _detectors() -> dict[str, Callable[[str], str | None]]:
    free = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    restricted = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    restricted.set_languages(LANGUAGES)
    return {
        "verbatim (py3langid, restricted, unsure below 0.6)": detect_language,
        "py3langid, all languages": lambda text: str(free.classify(text)[0]),
        "py3langid, restricted": lambda text: str(restricted.classify(text)[0]),
        **_lingua_detectors(),
    }


def _lingua_detectors() -> dict[str, Callable[[str], str | None]]:
    """Lingua restricted to the same languages, if it is installed; it is no dependency."""
    try:
        lingua = importlib.import_module("lingua")
    except ImportError:
        return {}
    codes = ["nb" if language == "no" else language for language in LANGUAGES]
    chosen = [getattr(lingua.IsoCode639_1, code.upper()) for code in codes]

    def detector(low_accuracy: bool) -> Callable[[str], str | None]:
        builder = lingua.LanguageDetectorBuilder.from_iso_codes_639_1(*chosen).with_preloaded_language_models()
        built = (builder.with_low_accuracy_mode() if low_accuracy else builder).build()

        def detect(text: str) -> str | None:
            found = built.detect_language_of(text)
            code = found.iso_code_639_1.name.lower() if found else None
            return "no" if code == "nb" else code

        return detect

    return {"lingua, restricted": detector(False), "lingua, restricted, low accuracy": detector(True)}


def _outcome(detect: Callable[[str], str | None], cases: list[tuple[str, str]]) -> str:
    found = [(detect(text), language) for text, language in cases]
    right = sum(answer == language for answer, language in found)
    silent = sum(answer is None for answer, _ in found)
    return f"{right} / {len(found) - right - silent} / {silent}"


def _rate(detect: Callable[[str], str | None], texts: list[str]) -> float:
    done, started = 0, time.process_time()
    while (spent := time.process_time() - started) < _LEAST_SECONDS:
        for text in texts:
            detect(text)
        done += len(texts)
    return done / spent


if __name__ == "__main__":
    print(main())

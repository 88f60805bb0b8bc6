"""Measures redaction: recall and precision on generated cases, and the speed of clean + redact on real comments."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

from bench.redaction_cases import HOME_REGIONS, Case, generated_cases
from bench.shared import shared_data
from verbatim.text.clean import clean_text
from verbatim.text.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = (
    ("nhs_feedback", "feedback"),
    ("ecommerce_csat", "Customer Remarks"),
    ("sentences_300k", "sentence"),
    ("jupyter_survey", "text"),
    ("skytrax_lounge", "content"),
)
_ROUNDS = 3


def main() -> str:
    """The section of the report: accuracy by group, then comments a second by file."""
    return f"## Redaction\n\n{accuracy()}\n\n{speed()}"


def bench_redactor() -> Redactor:
    """The redactor the cases are made for: order numbers to take, ticket numbers to leave."""
    return Redactor(patterns={"order": r"\bORD-\d{5,9}\b"}, regions=HOME_REGIONS, keep=(r"\bTCK\d+\b", r"#\d{10}\b"))


def accuracy(seed: int = 7) -> str:
    """A table of recall, precision and right tags by group of cases.

    A case is found if no letter or digit of its personal data is left; a finding is right if it takes no letter or
    digit from outside it.
    """
    redactor = bench_redactor()
    cases = generated_cases(seed)
    rows: dict[str, Counter[str]] = {}
    for case in cases:
        counts = rows.setdefault(case.group, Counter())
        total = rows.setdefault("**all**", Counter())
        for name, amount in outcome(case, redactor).items():
            counts[name] += amount
            total[name] += amount
    lines = [
        f"{len(cases):,} generated cases (seed {seed}).",
        "",
        "| group | cases | found | recall | findings right | precision | right tag |",
        "|---|---|---|---|---|---|---|",
    ]
    for group, counts in sorted(rows.items(), key=lambda row: row[0] != "**all**"):
        right = counts["findings"] - counts["wrong"]
        recall, precision = _share(counts["found"], counts["positives"]), _share(right, counts["findings"])
        tagged = _share(counts["tagged"], counts["found"])
        lines.append(
            f"| {group} | {counts['cases']} | {counts['found']} of {counts['positives']} | {recall}"
            f" | {right} of {counts['findings']} | {precision} | {tagged} |"
        )
    return "\n".join(lines)


def outcome(case: Case, redactor: Redactor) -> dict[str, int]:
    """What became of one case, as counts to add up."""
    redaction = redactor.redact(case.text)
    spans = list(_found_spans(case.text, redaction.text, redaction.found))
    covered = {at for start, end, _ in spans for at in range(start, end)}
    wanted = {at for at in range(case.start, case.end) if case.kind and case.text[at].isalnum()}
    found = bool(wanted) and wanted <= covered
    wrong = sum(
        1 for start, end, _ in spans if any(case.text[at].isalnum() and at not in wanted for at in range(start, end))
    )
    return {
        "cases": 1,
        "positives": int(bool(wanted)),
        "found": int(found),
        "tagged": int(found and case.kind in {kind for _, _, kind in spans}),
        "findings": len(spans),
        "wrong": wrong,
    }


def _found_spans(text: str, redacted: str, kinds: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    """What the tags of ``redacted`` replaced, as offsets into ``text``."""
    position = 0
    rest = redacted
    for index, kind in enumerate(kinds):
        before, rest = rest.split(f"[{kind}]", 1)
        start = position + len(before)
        following = rest.split(f"[{kinds[index + 1]}]", 1)[0] if index + 1 < len(kinds) else rest
        last = index + 1 == len(kinds)
        end = len(text) - len(following) if last else text.index(following, start + 1)
        yield start, end, kind
        position = end


def speed() -> str:
    """Comments a second of CPU time, one core, the best of three rounds; files that are not here are left out."""
    folder = shared_data()
    redactor = Redactor()
    lines = [
        "| file | comments | mean length | clean/s | redact/s | clean + redact/s |",
        "|---|---|---|---|---|---|",
    ]
    for name, column in FILES:
        path = folder / f"{name}.csv.gz"
        if not path.exists():
            lines.append(f"| {name} | not on this machine | | | | |")
            continue
        texts = pd.read_csv(path, usecols=[column])[column].dropna().astype(str).tolist()
        clean_seconds, redact_seconds = min((_timed(texts, redactor) for _ in range(_ROUNDS)), key=sum)
        mean_length = sum(map(len, texts)) / len(texts)
        rates = (len(texts) / seconds for seconds in (clean_seconds, redact_seconds, clean_seconds + redact_seconds))
        lines.append(
            f"| {name} | {len(texts):,} | {mean_length:.0f} | " + " | ".join(f"{r:,.0f}" for r in rates) + " |"
        )
    return "\n".join(lines)


def _timed(texts: list[str], redactor: Redactor) -> tuple[float, float]:
    started = time.process_time()
    cleaned = [clean_text(text) for text in texts]
    between = time.process_time()
    redactor.redact_many(cleaned)
    return between - started, time.process_time() - between


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


if __name__ == "__main__":
    print(main())

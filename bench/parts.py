"""What several themes a comment gain where themes are discovered: one theme a comment beside its parts.

``python -m bench.parts``. Themes are mined from all comments without labels. On half of the comments (by a hash of the
text) each theme is told which label it stands for; micro-F1 is of the other half. Both ways are told on the same half
and come from the same mining, so that only the parts differ.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.encoder import KeptEncoder
from bench.guided_sets import load_set
from bench.shared import shared_data
from verbatim.pipeline import mine
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.model import NO_DETAIL, text_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from bench.guided_sets import LabelledSet
    from verbatim.themes.model import ThemeModel

SETS = ("mams_acsa", "nhs_fft_monthly")
LEAST_SHARES = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
Claims = list[set[str]]


class Numbered:
    """Implements ``protocols.Namer`` without looking at the texts: names do not matter here."""

    def name(
        self, groups: Sequence[Sequence[str]], centroids: NDArray[np.float32], taken: Collection[str] = ()
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Running numbers."""
        return [(f"Theme {len(taken) + row}", ()) for row in range(len(groups))]


def main() -> str:
    """The section of ``bench/RESULTS.md``."""
    if not shared_data().is_dir():
        return f"## Several themes a comment\n\nNot measured: {shared_data()} is missing.\n"
    encoder = KeptEncoder()
    lines = [
        "## Several themes a comment",
        "",
        "Themes discovered in all comments without labels or K; on one half of the comments each theme is told its "
        "label, the other half is reported. *Majority*: the commonest label of the theme's comments. *Several*: every "
        "label that at least a share of them has, the share chosen on the first half for each way by itself: the most "
        "that one theme a comment can give where comments have several labels.",
        "",
        "| data | layer | labels told | themes of a comment | micro-F1 | precision | recall | themes a comment |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in SETS:
        lines += _rows(load_set(name), encoder)
    return "\n".join(lines) + "\n"


def _rows(labelled: LabelledSet, encoder: KeptEncoder) -> list[str]:
    keys = [f"{row:07d}" for row in range(len(labelled.texts))]
    frame = pd.DataFrame({"id": keys, "text": labelled.texts, "language": "en"})
    model = mine(frame, encoder=encoder, clusterer=LeidenClusterer(), namer=Numbered())
    lines = []
    for layer, above in (("finest", {}), ("top", {theme.id: theme.parent_id for theme in model.themes})):
        ways = {"one": _whole(model, labelled.texts, above), "parts": _parts(model, keys, above)}
        for told in ("majority", "several"):
            for way, claims in ways.items():
                found = _told(labelled, claims, several=told == "several")
                figures = _figures(labelled.member[labelled.reported], found[labelled.reported])
                each = np.mean([len(themes) for themes in claims])
                cells = (labelled.name, layer, told, way, *(f"{value:.3f}" for value in figures), f"{each:.2f}")
                lines.append(f"| {' | '.join(cells)} |")
    return lines


def _whole(model: ThemeModel, texts: Sequence[str], above: Mapping[str, str | None]) -> Claims:
    """The theme of each comment as a whole: where mining placed its text."""
    if model.texts is None:
        return [set() for _ in texts]
    of = dict(zip(model.texts.keys, model.texts.themes, strict=True))
    own = [of.get(text_key(text)) for text in texts]
    return [set() if theme is None else {above.get(theme) or theme} for theme in own]


def _parts(model: ThemeModel, keys: Sequence[str], above: Mapping[str, str | None]) -> Claims:
    """The themes of each comment's parts."""
    found: dict[str, set[str]] = defaultdict(set)
    for entry in model.assignments:
        if entry.theme_id not in {None, NO_DETAIL}:
            theme = str(entry.theme_id)
            found[entry.comment_id].add(above.get(theme) or theme)
    return [found[key] for key in keys]


def _told(labelled: LabelledSet, claims: Claims, *, several: bool) -> NDArray[np.bool_]:
    """The labels of every comment, (n, t), once the half that is not reported has told what the themes stand for."""
    teaching = np.flatnonzero(~labelled.reported)
    labels = len(labelled.names)
    sums: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(labels))
    counts: Counter[str] = Counter()
    for row in teaching.tolist():
        for theme in claims[row]:
            sums[theme] += labelled.member[row]
            counts[theme] += 1
    shares = {theme: own / counts[theme] for theme, own in sums.items()}
    majority = {theme: np.eye(labels, dtype=np.bool_)[share.argmax()] for theme, share in shares.items()}
    if not several:
        return _claimed(claims, majority, labels)
    tried = []
    for least in LEAST_SHARES:
        stands = {theme: (share >= least) | majority[theme] for theme, share in shares.items()}
        found = _claimed(claims, stands, labels)
        tried.append((_figures(labelled.member[teaching], found[teaching])[0], least, found))
    return max(tried, key=lambda entry: entry[:2])[2]


def _claimed(claims: Claims, stands: Mapping[str, NDArray[np.bool_]], labels: int) -> NDArray[np.bool_]:
    none = np.zeros(labels, dtype=np.bool_)
    rows = [np.any([none, *(stands.get(theme, none) for theme in sorted(themes))], axis=0) for themes in claims]
    return np.asarray(rows, dtype=np.bool_)


def _figures(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Micro-F1, precision and recall."""
    right = int((truth & found).sum())
    precision, recall = right / max(1, int(found.sum())), right / max(1, int(truth.sum()))
    return 2 * right / max(1, int(truth.sum() + found.sum())), precision, recall


if __name__ == "__main__":
    print(main())

"""The labelled data that ``bench.guided`` measures on: texts, truth, and descriptions of the themes in our own words.

Names of themes are read from the files; the descriptions belong to them in alphabetical order. They were written from
the names and the codebook's sub-categories, after reading a few dozen comments (of both halves) and before anything
was measured on the half that is reported.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.shared import shared_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

FEWEST_MEMBERS = 40  # a theme of fewer comments cannot give 20 examples and leave enough to measure on
DESCRIPTIONS = {
    "nhs_feedback": (
        "Getting an appointment or a service, waiting times, location, opening hours and parking permits",
        "The care, treatment, therapy, advice and support that was given, activities and medication",
        "Information and explanations, listening, being kept informed, phone calls and letters",
        "Nothing to improve, nothing could have been better",
        "Respect, privacy, feeling safe, being involved in decisions about one's care",
        "Food, cleanliness, rooms, noise, temperature, parking, facilities and equipment",
        "Everything was good or bad; funding; remarks on the survey",
        "Staff were kind, friendly, caring, professional or rude; their attitude, competence and number",
        "Discharge, continuity of care, coordination between services and teams",
    ),
    "mams_acsa": (
        "Atmosphere, decor, music, noise and mood",
        "The food and drinks, dishes, taste, portions and quality of the meal",
        "The menu, its choices, specials and the wine list",
        "Reservations, the occasion, the experience in general and anything else",
        "The restaurant itself, its location, rooms, tables and seats",
        "Prices, the bill, cheap or expensive, value for money",
        "How fast and attentive the service is",
        "Waiters, waitresses, the hostess, the manager, bartenders and how they behave",
    ),
    "nhs_fft_monthly": (
        "Activities, trips, gym, walks and going outside",
        "Booking, changing, length and number of appointments",
        "Being told what is happening, clear and consistent messages",
        "How skilled, professional and knowledgeable staff are",
        "Building, ward, rooms, temperature and furniture",
        "Meals, food quality and choice, drinks",
        "How the treatment helped, feeling better, what was learned",
        "Staff explain clearly what they do and answer questions",
        "Leaflets, advice and resources to take away",
        "Being detained or sectioned, leave from the ward",
        "Bad experience, unhappy, nothing was good",
        "Too few staff, more staff and staff time needed",
        "Good experience in general, everything was good, thank you",
        "Referrals to other services and follow-up",
        "Seeing the same person each time",
        "Being listened to, understood, supported and involved",
        "Staff are friendly, kind, caring, polite or rude",
        "How quickly and reliably staff respond and help",
        "Medicines, prescriptions and side effects",
        "Waiting times and delays, being seen quickly",
    ),
}


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """``texts`` with their truth ``member`` (n, t); ``reported`` (n,) is the half that methods were not built on."""

    name: str
    texts: tuple[str, ...]
    member: NDArray[np.bool_]
    names: tuple[str, ...]
    descriptions: tuple[str, ...]
    reported: NDArray[np.bool_]

    def sample(self, examples: int, seed: int) -> NDArray[np.int64]:
        """Rows of the other half: ``examples`` of each theme, drawn by chance; sorted, each once."""
        draw = np.random.default_rng(seed)
        pool = np.flatnonzero(~self.reported & self.member.any(axis=1))
        drawn = [draw.permutation(pool[self.member[pool, theme]])[:examples] for theme in range(len(self.names))]
        return np.unique(np.concatenate(drawn))


def load_set(name: str) -> LabelledSet:
    """The labelled set ``name``; halves are told apart by a hash of the text, so that equal texts stay together."""
    texts, member, names = _LOADERS[name]()
    descriptions = DESCRIPTIONS[name]
    if len(descriptions) != len(names):
        raise ValueError(f"{name} has {len(names)} themes, but {len(descriptions)} descriptions: {names}")
    reported = np.asarray([hashlib.sha256(text.encode()).digest()[0] % 2 == 1 for text in texts])
    return LabelledSet(name, texts, member, names, descriptions, reported)


def _texts(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    frame = frame.dropna(subset=[column]).assign(text=lambda rows: rows[column].astype(str).str.strip())
    return frame[frame["text"] != ""]


def _nhs_feedback() -> tuple[tuple[str, ...], NDArray[np.bool_], tuple[str, ...]]:
    frame = _texts(pd.read_csv(shared_data() / "nhs_feedback.csv.gz").dropna(subset=["label"]), "feedback")
    names = tuple(sorted(frame["label"].unique()))
    return tuple(frame["text"]), np.stack([(frame["label"] == name).to_numpy() for name in names], axis=1), names


def _mams() -> tuple[tuple[str, ...], NDArray[np.bool_], tuple[str, ...]]:
    frame = _texts(pd.read_csv(shared_data() / "mams_acsa.csv.gz"), "text")
    own = [set(categories.split("|")) for categories in frame["categories"]]
    names = tuple(sorted(set().union(*own)))
    return tuple(frame["text"]), np.asarray([[name in themes for name in names] for themes in own]), names


def _nhs_fft() -> tuple[tuple[str, ...], NDArray[np.bool_], tuple[str, ...]]:
    frame = _texts(pd.read_csv(shared_data() / "nhs_fft_monthly.csv.gz"), "FFT answer")
    columns = list(frame.columns)
    themes = columns[columns.index("Comment sentiment") + 1 : columns.index("text")]
    counts = frame[themes].notna().sum()
    named = [theme for theme in themes if counts[theme] >= FEWEST_MEMBERS and "abelling" not in theme]
    names = tuple(sorted(theme for theme in named if not theme.startswith("Not ")))
    return tuple(frame["text"]), frame[list(names)].notna().to_numpy(), names


_LOADERS: dict[str, Callable[[], tuple[tuple[str, ...], NDArray[np.bool_], tuple[str, ...]]]] = {
    "nhs_feedback": _nhs_feedback,
    "mams_acsa": _mams,
    "nhs_fft_monthly": _nhs_fft,
}

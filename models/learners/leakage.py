"""The leakage guard: what cannot be known while a ticket is open never becomes a feature.

Columns of an organisation's own must be declared (``at_creation``, ``while_open``, ``after_close``). Declarations are
not believed blindly: a column whose name says that it comes with the rating or the closing, that is empty in open
tickets, or that tells the outcome nearly alone, stops training with an explanation.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from models.judging.metrics import roc_auc
from models.learners.coding import is_number, numbers
from verbatim.errors import LeakageError, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from models.learners.coding import Columns
    from models.tickets.features import Availability

    Floats = NDArray[np.float64]

WHEN = ("at_creation", "while_open", "after_close")
SUSPICIOUS = 0.95  # AUC of one column alone
ALWAYS_FILLED, NEVER_FILLED = 0.9, 0.05
LEAST_OPEN = 20
LEAST_KNOWN = 50  # values of a column that can look suspicious
_LATE = re.compile(
    r"(?<![a-z])(csat|nps|ces|satisfaction|satisfied|ratings?|rated|survey\w*|remarks?|feedback|resolution|resolved?|"
    r"solved?|closed?|closing|closure|verbatim)(?![a-z])"
)
_PERSONAL = frozenset(
    "gender sex race ethnicity ethnic religion religious nationality birth birthday birthdate birthplace dob "
    "marital disability disabled pregnant pregnancy orientation email phone telephone firstname lastname surname "
    "forename address zip postcode passport ssn salary income".split()
)
_WHOSE = frozenset("customer client user requester contact person respondent member patient caller of the".split())
_EARLIER = re.compile(r"prev|last|earlier|past|histor|former|prior|before|usual|mean_of")
_WORD_BREAK = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def usable(
    columns: Sequence[str], declared: Mapping[str, Availability], *, strict: bool
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Which of an organisation's own columns may be used, and which are left out and why.

    Raises:
        UserError: a declaration that is none.
        LeakageError: ``strict``, and a column is not declared; or its name says that it comes with the rating or the
            closing although it is declared otherwise.
    """
    for name, said in declared.items():
        if str(said) not in WHEN:
            raise UserError(f"{name!r} is declared {said!r}; it must be one of {', '.join(WHEN)}")
    kept, left = [], []
    unsaid = [name for name in columns if name not in declared]
    if unsaid and strict:
        raise LeakageError(
            f"it is not said when {_named(unsaid)} can be known; declare each as at_creation, while_open or after_close"
        )
    for name in columns:
        when = declared.get(name)
        if when is None:
            left.append((name, "nobody said when it is known (predictor_columns)"))
        elif when == "after_close":
            left.append((name, "known only after closing"))
        elif _sounds_personal(name):
            left.append((name, "a personal attribute is never a feature"))
        elif _sounds_late(name):
            raise LeakageError(
                f"the column {name!r} is declared {when}, but its name says that it comes with the rating or the "
                "closing of a ticket; declare it after_close, or rename it if it is known earlier"
            )
        else:
            kept.append(name)
    return tuple(kept), tuple(left)


def refuse_empty_while_open(columns: Columns, is_open: NDArray[np.bool_]) -> None:
    """Refuse a column that closed tickets have and open ones have not: it is written when a ticket is closed.

    Raises:
        LeakageError: there is one.
    """
    if is_open.sum() < LEAST_OPEN or (~is_open).sum() < LEAST_OPEN:
        return
    for name, values in columns.items():
        filled = _filled(values)
        if filled[~is_open].mean() >= ALWAYS_FILLED and filled[is_open].mean() <= NEVER_FILLED:
            raise LeakageError(
                f"the column {name!r} is filled in {100 * filled[~is_open].mean():.0f} % of the closed tickets and "
                f"{100 * filled[is_open].mean():.0f} % of the open ones: it only exists after closing; declare it "
                "after_close"
            )


def refuse_suspicious(columns: Columns, y: NDArray[np.int8], weights: Floats, key: NDArray[np.object_]) -> None:
    """Refuse a column that tells the outcome nearly alone (AUC of 0.95 and more): it was written by the outcome.

    ``key`` (n,) is the ticket: the words of a category are judged on other tickets than those they were learnt from.

    Raises:
        LeakageError: there is one.
    """
    if not (y.any() and not y.all()):
        return
    half = _halves(key)
    for name, values in columns.items():
        found = max(_alone(values, y, weights, half))
        if found >= SUSPICIOUS:
            raise LeakageError(
                f"the column {name!r} alone tells {found:.0%} of the pairs apart (AUC {found:.3f}); nothing known of "
                "an open ticket does that, so it was probably written with the rating or after it: declare it "
                "after_close"
            )


def _alone(values: NDArray[Any], y: NDArray[np.int8], weights: Floats, half: NDArray[np.bool_]) -> list[float]:
    """AUC of the column's values where they are known, and of whether they are, whichever way round."""
    known = _filled(values)
    found = [_auc(known.astype(np.float64), y, weights)]
    if known.sum() >= LEAST_KNOWN:
        scores = [_encoded(_twentieths(values) if is_number(values) else values, y, weights, half)]
        scores += [numbers(values)] if is_number(values) else []
        found += [_auc(score[known], y[known], weights[known]) for score in scores]
    return [max(auc, 1 - auc) for auc in found]


def _twentieths(values: NDArray[Any]) -> NDArray[np.object_]:
    """Numbers as the twentieth of all they lie in: what tells the outcome need not rise or fall with it."""
    found = numbers(values)
    edges = np.unique(np.nanquantile(found, np.linspace(0, 1, 21)[1:-1]))
    return np.searchsorted(edges, found).astype(object)


def _auc(score: Floats, y: NDArray[np.int8], weights: Floats) -> float:
    """0.5 where nothing can be told."""
    auc = roc_auc(y, (score - score.min()) / (np.ptp(score) or 1.0), weights)
    return 0.5 if auc is None else auc


def _encoded(
    values: NDArray[np.object_], y: NDArray[np.int8], weights: Floats, half: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Each word as its share of cases in the other half of the tickets."""
    _, codes = np.unique(np.array([str(value) for value in values.tolist()], dtype=object), return_inverse=True)
    usual = float(np.average(y, weights=weights))
    found = np.empty(len(y))
    for side in (half, ~half):
        mass = np.bincount(codes[~side], weights[~side], minlength=codes.max() + 1)
        cases = np.bincount(codes[~side], (weights * y)[~side], minlength=codes.max() + 1)
        found[side] = ((cases + usual) / (mass + 1))[codes[side]]
    return found


def _halves(key: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.array([hashlib.blake2b(str(one).encode(), digest_size=1).digest()[0] % 2 == 0 for one in key.tolist()])


def _filled(values: NDArray[Any]) -> NDArray[np.bool_]:
    if is_number(values):
        return ~np.isnan(numbers(values))
    return np.fromiter((value is not None and value == value and value != "" for value in values), bool, len(values))


def _sounds_late(name: str) -> bool:
    plain = _plain(name)
    return bool(_LATE.search(plain)) and not _EARLIER.search(plain)


def _plain(name: str) -> str:
    """A column's name in words: "CustomerAge" and "customer_age" are "customer age"."""
    return _WORD_BREAK.sub("_", name).casefold().replace("_", " ")


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", _plain(name)))


def _sounds_personal(name: str) -> bool:
    words = _words(name)
    return bool(_PERSONAL & words) or ("age" in words and words <= _WHOSE | {"age", "group", "band", "years", "in"})


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown

"""CSAT, CES and NPS as pure functions on pandas Series, numpy arrays and counts; stands alone in a notebook.

Raw answers → ``csat``, ``ces``, ``nps``: one score. Many answers → ``count_answers`` (or the store's query): a counts
frame → ``score_table``, ``cross_table``, ``trend_table``, ``account_figures`` …: scores by segment, period, account.

>>> from verbatim import scores
>>> scores.csat([5, 4, 3]).n
3
"""

from verbatim.scores.bands import BANDS, Band
from verbatim.scores.ces import ces, ease_index, to_ease_index
from verbatim.scores.counting import count_answers
from verbatim.scores.csat import csat
from verbatim.scores.definitions import Definition, Figure, default_definition, define, ease_index_definition
from verbatim.scores.intervals import Difference, mean_difference, newcombe_difference, nps_difference, wilson
from verbatim.scores.nps import nps
from verbatim.scores.propose import propose_scale
from verbatim.scores.scales import SCALES, Answer, Scale, scale_named, scales_of
from verbatim.scores.score import Estimate, Score
from verbatim.scores.segments import Rules, cross_table, rank_units, records, score_counts, score_table

__all__ = [
    "BANDS", "SCALES", "Answer", "Band", "Definition", "Difference", "Estimate", "Figure", "Rules", "Scale", "Score",
    "ces", "count_answers", "cross_table", "csat", "default_definition", "define", "ease_index",
    "ease_index_definition", "mean_difference", "newcombe_difference", "nps", "nps_difference", "propose_scale",
    "rank_units", "records", "scale_named", "scales_of", "score_counts", "score_table", "to_ease_index", "wilson",
]  # fmt: skip

"""CSAT, CES and NPS as pure functions on pandas Series, numpy arrays and counts; stands alone in a notebook.

Raw answers → ``csat``, ``ces``, ``nps``: one score. Many answers → ``count_answers`` (or the store's query): a counts
frame → ``score_table``, ``cross_table``, ``trend_table``, ``account_figures`` …: scores by segment, period, account.

>>> from verbatim import scores
>>> scores.csat([5, 4, 3]).n
3
"""

from verbatim.scores.accounts import AccountFigure, Variant, account_figures, account_table
from verbatim.scores.bands import BANDS, Band
from verbatim.scores.ces import ces, ease_index, to_ease_index
from verbatim.scores.counting import count_answers
from verbatim.scores.csat import csat
from verbatim.scores.customers import cohort, tenure
from verbatim.scores.definitions import Definition, Figure, default_definition, define, ease_index_definition
from verbatim.scores.divergences import (
    Divergence,
    accounts_falling_before_renewal,
    channel_falling_alone,
    csat_high_while_nps_falls,
    csat_stable_while_complaints_rise,
)
from verbatim.scores.drivers import factor_table
from verbatim.scores.intervals import (
    Difference,
    mean_difference,
    newcombe_difference,
    nps_difference,
    rate_ratio,
    wilson,
)
from verbatim.scores.nps import nps
from verbatim.scores.ownership import agent_when_rated
from verbatim.scores.propose import propose_scale
from verbatim.scores.scales import SCALES, Answer, Scale, scale_named, scales_of
from verbatim.scores.score import Estimate, Score
from verbatim.scores.segments import Rules, cross_table, rank_units, records, score_counts, score_table
from verbatim.scores.stratified import PostStratified, adjusted_table, mix_effects, post_stratify
from verbatim.scores.survey import (
    Delays,
    answer_delays,
    count_surveys,
    respondents_table,
    response_table,
    summarise_delays,
)
from verbatim.scores.targets import TargetPath, TargetStatus, track
from verbatim.scores.throttle import Permission, Throttle, may_ask
from verbatim.scores.trends import Comparison, before_and_after, compare, rolling_weeks, trend_table

__all__ = [
    "BANDS", "SCALES", "AccountFigure", "Answer", "Band", "Comparison", "Definition", "Delays", "Difference",
    "Divergence", "Estimate", "Figure", "Permission", "PostStratified", "Rules", "Scale", "Score", "TargetPath",
    "TargetStatus", "Throttle", "Variant", "account_figures", "account_table", "accounts_falling_before_renewal",
    "adjusted_table", "agent_when_rated", "answer_delays", "before_and_after", "ces", "channel_falling_alone",
    "cohort", "compare", "count_answers", "count_surveys", "cross_table", "csat", "csat_high_while_nps_falls",
    "csat_stable_while_complaints_rise", "default_definition", "define", "ease_index", "ease_index_definition",
    "factor_table", "may_ask", "mean_difference", "mix_effects", "newcombe_difference", "nps", "nps_difference",
    "post_stratify", "propose_scale", "rank_units", "rate_ratio", "records", "respondents_table", "response_table",
    "rolling_weeks", "scale_named", "scales_of", "score_counts", "score_table", "summarise_delays", "tenure",
    "to_ease_index", "track", "trend_table", "wilson",
]  # fmt: skip

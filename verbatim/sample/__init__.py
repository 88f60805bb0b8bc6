"""A generated organisation with a planted story, so that everything downstream can be tried and checked.

``write_sample`` writes what a B2B software company would export (accounts, contacts, tickets with their log, CSAT,
CES and NPS with comments, milestones) and, beside it, the truth: themes, drivers, declining accounts, figures.
"""

from __future__ import annotations

from verbatim.sample.write import SampleSummary, write_sample

__all__ = ["SampleSummary", "write_sample"]

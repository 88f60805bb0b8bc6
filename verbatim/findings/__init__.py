"""What themes do to a score, and which come, grow, fade or stay unhappy: pure functions on pandas frames.

`membership` makes distinct (comment, theme) pairs of assignments; `drive` says what each theme does to a score;
`share_changes` compares two periods; `rate_alarms` and `day_alarms` find what moved, with a stated rate of false
alarms; `chronic_themes` finds what stays unhappy. `verbatim.insights` calls them with what the store holds.
"""

from verbatim.findings.bursts import day_alarms
from verbatim.findings.changes import share_changes
from verbatim.findings.chronic import chronic_sentiments, chronic_themes
from verbatim.findings.drivers import Drivers, drive
from verbatim.findings.emerging import Emerging, find_emerging
from verbatim.findings.membership import Layer, membership, themes_of_layer
from verbatim.findings.rates import rate_alarms

__all__ = [
    "Drivers", "Emerging", "Layer", "chronic_sentiments", "chronic_themes", "day_alarms", "drive", "find_emerging",
    "membership", "rate_alarms", "share_changes", "themes_of_layer",
]  # fmt: skip

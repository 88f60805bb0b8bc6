"""Predictions of CSAT and CES for open tickets. May import ``verbatim``; is imported by ``api`` only.

The main path: `models.sources` reads the store, `models.tickets` says what was known of each ticket at a moment,
`models.learners` fits and refuses, `models.judging` says what that is worth. `models.learning`, `scoring`, `live` and
`watching` are what the commands and the API call; `models.estimator` is for notebooks.
"""

"""Predictions of CSAT and CES for open tickets. May import ``verbatim``; is imported by ``api`` only.

Nothing is here yet: the snapshots of tickets that it will learn from are the ``ticket`` and ``ticket_event`` rows
that ``verbatim ingest`` keeps.
"""

"""CSAT, CES and NPS as pure functions on pandas Series, numpy arrays and counts."""

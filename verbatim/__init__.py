"""Verbatim."""

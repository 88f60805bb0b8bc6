"""Verbatim over HTTP. May import ``models`` and ``verbatim``; nobody imports it."""

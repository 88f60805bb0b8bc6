"""``verbatim serve`` and ``verbatim key``, through the entry points."""

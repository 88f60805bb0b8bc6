"""The text room: from what a person typed to what may be stored, embedded and read.

Order on the path: ``clean`` → ``redact`` → ``language`` → ``sentences`` → ``sentiment``, ``informative``.
"""

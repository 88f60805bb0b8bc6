"""The text room: from what a person typed to what may be stored, embedded and read.

Order on the path, when comments are read in: ``clean`` → ``redact`` → ``language`` → ``informative``; when they are
mined: ``sentences`` → ``clauses``, and ``sentiment`` (a lexicon, beside which ``verbatim.tone`` puts what it learned).
"""

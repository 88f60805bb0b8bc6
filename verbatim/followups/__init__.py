"""Closing the loop: which answers and predictions ask somebody to act, until when, and what became of it.

`rules` says what asks for what; `sweep` looks at what is new and makes follow-ups and alerts; `states` is what people
do with them; `inbox` is what there is to do.
"""

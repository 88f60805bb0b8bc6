"""Long work: what is asked for becomes a row, a worker takes it, and it ends once, whatever dies on the way.

`records` reads jobs, `ledger` writes them; `kinds` says which there are, `work` does them with a `context`; `queue`
wakes `worker`s; `schedules` makes jobs by the clock. The truth is the table ``job``: a queue forgets what a killed
worker held.
"""

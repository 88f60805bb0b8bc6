"""Measurements that anyone can run: ``python -m bench`` runs all, ``python -m bench.scores`` one."""

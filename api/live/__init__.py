"""Predictions while you wait: the models a process holds, and requests gathered into batches."""

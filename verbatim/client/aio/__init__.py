"""The asynchronous client; ``sync`` is made from it."""

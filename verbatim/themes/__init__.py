"""Comments in, themes out: encode, group, name, quote, and keep identities over time."""

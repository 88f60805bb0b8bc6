"""The monthly report: one value built from the store, and its renderings."""

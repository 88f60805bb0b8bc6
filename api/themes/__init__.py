"""What the routers of themes and comments share: models in memory, filters, and the room that edits are made in."""

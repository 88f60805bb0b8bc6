"""One module a command: options in, the library called, a table or JSON out. No logic lives here."""

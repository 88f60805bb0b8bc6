"""One router a room of the library."""

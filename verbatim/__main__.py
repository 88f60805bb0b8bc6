"""``python -m verbatim`` is the ``verbatim`` command."""

from verbatim.cli import main

if __name__ == "__main__":
    main()

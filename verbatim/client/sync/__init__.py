"""The synchronous client, made from ``aio``; do not edit."""

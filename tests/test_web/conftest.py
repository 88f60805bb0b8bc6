"""The fixtures of the API's tests serve the pages' as well."""

from __future__ import annotations

from tests.test_api.conftest import empty, loaded_once, mined, nothing_leaks_in, sample, serve, viewer

__all__ = ["empty", "loaded_once", "mined", "nothing_leaks_in", "sample", "serve", "viewer"]

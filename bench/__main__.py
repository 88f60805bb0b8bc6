"""Run every benchmark and print one Markdown document: ``make bench > my-results.md``.

Each module of this folder with a ``main() -> str`` is one benchmark. Name some to run only these.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import bench

PACKAGES = (
    "numpy", "pandas", "scikit-learn", "torch", "sentence-transformers", "spacy", "graspologic-native", "sqlalchemy",
    "phonenumbers", "python-stdnum",
)  # fmt: skip


def benchmarks() -> list[str]:
    """The names of the modules that have a ``main``."""
    found = []
    for module in pkgutil.iter_modules([str(Path(bench.__file__).parent)]):
        if (
            module.name != "__main__"
            and "\ndef main(" in Path(bench.__file__).with_name(f"{module.name}.py").read_text()
        ):
            found.append(module.name)
    return sorted(found)


def machine() -> str:
    """Machine and versions, as a Markdown list."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        processor = names[0] if names else processor
    lines = [f"- {processor}, {os.cpu_count()} cores; Python {platform.python_version()}; {platform.system()}"]
    installed = []
    for package in PACKAGES:
        try:
            installed.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            installed.append(f"{package} missing")
    return "\n".join([*lines, f"- {', '.join(installed)}"])


def main() -> None:
    """Run what was named, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(benchmarks())}")
    names = parser.parse_args().names or benchmarks()
    unknown = sorted(set(names) - set(benchmarks()))
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(benchmarks())}")
    print(f"# Measurements\n\n{machine()}\n", flush=True)
    for name in names:
        print(f"running {name} …", file=sys.stderr, flush=True)
        print(importlib.import_module(f"bench.{name}").main(), flush=True)
        print()


if __name__ == "__main__":
    main()

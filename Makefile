# Two commands matter: `make demo` and `make test`. Each sets up what it needs on a fresh machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench serve clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Verbatim needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(STAMP)

demo: $(STAMP)  ## generate a sample organisation, ingest, mine, score, report, and predict its open tickets
	$(BIN)/python -m verbatim demo
	@$(BIN)/verbatim --home var/demo predictor evaluate csat >/dev/null 2>&1 || $(BIN)/verbatim --home var/demo predictor train csat
	$(BIN)/verbatim --home var/demo predict --open --top 3

# Each worker computes on one core; one more than the two cores of a small machine, since tests of killed processes wait.
test: $(STAMP)  ## run every test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST)

lint: $(STAMP)  ## ruff and mypy strict
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(STAMP)  ## format and mend what ruff can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP)  ## run every benchmark and print the numbers (about 40 minutes; `.venv/bin/python -m bench scores` runs one)
	$(BIN)/python -m bench

serve: $(STAMP)  ## the API over the sample organisation, on http://127.0.0.1:8000, with a link that logs in
	@test -f var/demo/verbatim.db || $(MAKE) demo
	$(BIN)/verbatim --home var/demo serve --worker

clean:  ## remove the environment, caches and build output; ./var (your data) stays
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One command for each thing a newcomer wants. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help

help:  ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.made  ## make or update the virtual environment from requirements.lock

# Made anew from the lock whenever the lock or the project file is newer. `--no-deps` so that the lock alone decides: without
# it an old pip looks at the newest release of a package wanted with an extra before it looks at the pin, and refuses its hash.
.venv/.made: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Tocsin needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip --disable-pip-version-check check
	@touch $@

demo: setup  ## play an invented incident in the room, at the address it prints; ARGS=--once only tells it, and ends
	$(BIN)/tocsin demo $(ARGS)

test: setup  ## the tests, short form (minutes)
	$(BIN)/python -m pytest -n auto -m "not long" $(ARGS)

test-long: setup  ## all tests, long ones too
	$(BIN)/python -m pytest -n auto --long $(ARGS)

faults: setup  ## kill, cut, fill and starve it, in earnest, and count what was lost (an hour or so)
	$(BIN)/python -m pytest tests/faults -n 0 -s --long $(ARGS)

coverage: setup  ## every branch of the core is tested, or this fails
	$(BIN)/python -m pytest tests/core -q -p no:cacheprovider --cov=tocsin.core --cov-branch --cov-fail-under=100

check: setup  ## style, types, layers, and no registry host in any tracked file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/house/hosts.py

bench: setup  ## speed, as ratios measured side by side in one run
	@set -e; for b in benchmarks/bench_*.py; do $(BIN)/python $$b; done

lock: setup  ## make requirements.lock anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header pyproject.toml --group dev -o requirements.lock

.PHONY: help setup demo test test-long faults coverage check bench lock

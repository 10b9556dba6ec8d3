# Everything runs from .venv in this folder; `make help` lists the commands.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& { echo $$p; break; }; done)
VENV := .venv
TRAIN := .venv-train
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
TEST ?=

.PHONY: help setup demo test test-served test-long chaos test-train check lint types imports format lock schemas bench screenshots clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.runtime ## install hardstop into .venv and fetch the embedded Kafka broker
	@$(BIN)/hardstop kafka fetch

demo: $(VENV)/.runtime ## watch sample calls turn into alerts, in the terminal and on the live board
	@$(BIN)/hardstop demo

test: $(VENV)/.dev ## the quick test suite, real broker included
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(TEST)

test-served: $(VENV)/.dev ## every page in a real browser, every program over a real broker
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m '(browser or broker) and not long and not chaos' $(TEST)

test-long: $(VENV)/.dev ## what takes half a minute and more each: several workers, whole demos
	@$(BIN)/python -m pytest -m long

chaos: $(VENV)/.dev ## 200 calls while workers are killed: minutes
	@$(BIN)/python -m pytest -s -m chaos tests/integration

test-train: $(TRAIN)/.ready ## training, export and serving agree (installs torch: several GB)
	@$(TRAIN)/bin/python -m pytest tests/training

check: lint types imports test test-served ## everything a change must pass

lint: $(VENV)/.dev ## style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev ## static types
	@$(BIN)/mypy

imports: $(VENV)/.dev ## data flows one way
	@$(BIN)/lint-imports

format: $(VENV)/.dev ## rewrite the code in the house style
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

schemas: $(VENV)/.runtime ## write docs/asyncapi.json and docs/schemas from the event types
	@$(BIN)/hardstop schemas --out docs

bench: $(VENV)/.runtime ## latency from chunk to alert over the embedded broker
	@$(BIN)/hardstop bench

screenshots: $(VENV)/.dev ## pictures of every page of the wallboard into docs/screenshots (needs Chromium)
	@$(BIN)/python -m tests.wallboard.screenshots

lock: $(VENV)/.dev ## resolve the dependencies anew
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --upgrade --group build pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --upgrade --group build --group dev pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --upgrade --group build --group dev --extra train pyproject.toml -o requirements-train.lock

clean: ## remove .venv and caches
	rm -rf $(VENV) $(TRAIN) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "hardstop needs Python 3.11, 3.12 or 3.13 (none found; set PYTHON=/path/to/python)" >&2; exit 1; }
	@echo "Making .venv with $(PYTHON) …"
	@$(PYTHON) -m venv $(VENV) || { echo "Could not make a virtual environment: on Debian and Ubuntu, install python3-venv" >&2; exit 1; }

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing hardstop (about a minute the first time) …"
	@$(PIP) install -q --require-hashes -r requirements.lock
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing the test tools …"
	@$(PIP) install -q --require-hashes -r requirements-dev.lock
	@touch $@

$(TRAIN)/.ready: requirements-train.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "hardstop needs Python 3.11, 3.12 or 3.13 (none found; set PYTHON=/path/to/python)" >&2; exit 1; }
	@echo "Installing torch and what training needs (several GB, some minutes) …"
	@$(PYTHON) -m venv $(TRAIN)
	@$(TRAIN)/bin/python -m pip --disable-pip-version-check --no-input install -q --require-hashes -r requirements-train.lock
	@$(TRAIN)/bin/python -m pip --disable-pip-version-check --no-input install -q --no-deps --no-build-isolation -e .
	@touch $@

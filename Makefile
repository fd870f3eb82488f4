# migbot: every command a person needs. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --require-virtualenv
TORCH := torch==2.13.0

.PHONY: help
help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: run
run: setup ## Set up what is missing, then serve the page at http://127.0.0.1:7860
	$(BIN)/migbot serve

.PHONY: setup
setup: $(VENV)/.installed ## Environment, models and index, without serving
	$(BIN)/migbot models install
	$(BIN)/migbot index build

.PHONY: test
test: setup $(VENV)/.installed-dev ## Format, lint, types, import directions and all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell src tests docs corpus/en scripts README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md NOTICE
	$(BIN)/migbot models install --for-tests
	$(BIN)/pytest

.PHONY: lock
lock: $(VENV)/.installed-dev ## Resolve the dependencies of pyproject.toml anew into the two lock files
	$(BIN)/python -m pip install --quiet uv
	scripts/lock.sh

.PHONY: clean
clean: ## Remove the environment and the built indexes; models stay
	rm -rf $(VENV) indexes/CURRENT indexes/*/ .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# torch comes last and by version alone: its CPU and GPU builds have different hashes, and pip
# takes the one that this machine offers. Everything else is checked by hash.
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --no-deps --require-hashes -r requirements.lock
	$(PIP) install $(TORCH)
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

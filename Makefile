# migbot: every command a person needs. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --require-virtualenv
TORCH := torch==2.13.0
BASELINES := eval/baselines/.venv
BASELINES_OUT := eval/reports/baselines

.PHONY: help
help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

.PHONY: run
run: setup ## Set up what is missing, then serve the page at http://127.0.0.1:7860
	$(BIN)/migbot serve

.PHONY: setup
setup: $(VENV)/.installed ## Environment, models and index, without serving
	$(BIN)/migbot models install
	$(BIN)/migbot index build

# Three at a time, as most of them wait now and then, but for the model, which takes all cores by
# itself. A browser needs a process in which no other tests run.
.PHONY: test
test: setup $(VENV)/.installed-dev ## Format, lint, types, import directions and all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell src tests docs eval corpus/en scripts README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md NOTICE
	$(BIN)/migbot models install --for-tests
	$(BIN)/pytest -m "not models and not web" --numprocesses 3 --dist loadfile
	$(BIN)/pytest -m "web and not models" --numprocesses 3 --dist worksteal
	$(BIN)/pytest -m models
	$(MAKE) eval-sample

# The third-party sets are no part of the project: where their folder is not given, the suites that
# need them say so and are left out.
ifneq ($(wildcard ../shared/eval),)
export MIGBOT_EVAL_DATA ?= $(abspath ../shared/eval)
endif

.PHONY: eval
eval: setup $(VENV)/.installed-dev ## Ask all development questions and measure retrieval (30 to 60 minutes)
	$(BIN)/python eval/run.py --suite dev retrieval

.PHONY: eval-sample
eval-sample: setup $(VENV)/.installed-dev ## A sample of every suite (10 minutes); fails below the floors
	$(BIN)/python eval/run.py --suite dev retrieval --limit 30
	$(BIN)/python eval/run.py --suite attacks --limit 4
ifdef MIGBOT_EVAL_DATA
	$(BIN)/python eval/run.py --suite support abstention injection --limit 3
endif

.PHONY: eval-full
eval-full: setup $(VENV)/.installed-dev ## All suites and all third-party sets (many hours)
	$(BIN)/python eval/run.py --suite all

# Both go on where they were stopped: they ask only what their file of answers lacks.
.PHONY: baselines
baselines: setup $(BASELINES)/.installed ## Ask two plain programs the dev questions (LIMIT=N: a sample)
	$(BIN)/python eval/baselines/export.py --suite dev $(if $(LIMIT),--limit $(LIMIT)) \
	    --passages $(BASELINES_OUT)/passages.jsonl --questions $(BASELINES_OUT)/questions.jsonl
	models=$$($(BIN)/python -c 'from migbot.settings import load_settings as s; print(s().models)'); \
	ask() { \
	    $(BASELINES)/bin/python eval/baselines/$$1.py --models "$$models" \
	        --passages $(BASELINES_OUT)/passages.jsonl --questions $(BASELINES_OUT)/questions.jsonl \
	        --out $(BASELINES_OUT)/$$2.jsonl; \
	}; \
	ask plain plain; ask haystack_rag haystack

.PHONY: bench-index
bench-index: setup $(VENV)/.installed-dev ## Made-up indexes of up to a million passages (an hour, 6 GB of disk; PASSAGES="10000 100000": minutes)
	$(BIN)/python -m eval.bench_index --passages $(or $(PASSAGES),10000 100000 1000000)

.PHONY: load
load: setup $(VENV)/.installed-dev ## A hundred visitors at once, 20 seconds, a scripted model
	$(BIN)/python -m eval.load --seconds 20

.PHONY: soak
soak: setup $(VENV)/.installed-dev ## The same for a day, or HOURS=1: are memory, threads and descriptors flat?
	$(BIN)/python -m eval.load --seconds $$(( $(or $(HOURS),24) * 3600 ))

.PHONY: lock
lock: $(VENV)/.installed-dev ## Resolve the dependencies of pyproject.toml anew into the two lock files
	$(BIN)/python -m pip install --quiet uv
	scripts/lock.sh

.PHONY: clean
clean: ## Remove the environments and the built indexes; models stay
	rm -rf $(VENV) $(BASELINES) indexes/CURRENT indexes/*/ .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# torch comes last and by version alone: its CPU and GPU builds have different hashes, and pip
# takes the one that this machine offers. Everything else is checked by hash.
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --no-deps --require-hashes -r requirements.lock
	$(PIP) install $(TORCH)
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(BASELINES)/.installed: eval/baselines/requirements.lock
	$(PYTHON) -m venv $(BASELINES)
	$(BASELINES)/bin/python -m pip --disable-pip-version-check install --no-deps --require-hashes -r $<
	$(BASELINES)/bin/python -m pip --disable-pip-version-check install $(TORCH)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

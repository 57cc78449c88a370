# `make` alone lists what there is. Two commands are all a new machine needs: `make run` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run process-map bpmn-view test test-all bench lint format faults environment tools clean

# found (or installed beside the project) the first time a recipe needs it
UV = $(eval UV := $(shell .ci/setup uv))$(if $(UV),$(UV),$(error no uv, see the message above))
RUN = $(UV) run --frozen
PYTEST = $(RUN) pytest -n 2 --dist loadgroup

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: ## Simulate a distributor, load it, open the dashboard and print its address
	$(UV) sync --frozen --no-dev --inexact --quiet
	$(UV) run --frozen --no-dev --no-sync tower demo

test: environment tools lint ## Everything a commit must pass
	$(PYTEST) -m "not slow"

test-all: environment tools lint ## The same with the large numbers (hours)
	HYPOTHESIS_PROFILE=all $(PYTEST)

bench: environment ## Measure everything, one after the other (two hours, 30 GB of disk)
	$(RUN) python -m tests.bench

lint: environment ## Format, ruff, mypy and the import contracts
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports

format: environment ## Let ruff format and repair
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

faults: environment ## Take handled faults off the list of open ones
	$(RUN) python -m tests.house.faults

bpmn-view: ## Bundle the viewer of drawn processes anew (needs Node and npm)
	cd dashboard/bpmn_view/frontend && npm ci --no-audit --no-fund && npm run build

process-map: ## Bundle the process map's JavaScript anew (needs Node and npm)
	cd dashboard/process_map/frontend && npm ci --no-audit --no-fund && npm run build

environment:
	@$(UV) sync --frozen --quiet

tools:
	@.ci/setup tools

clean: ## Remove caches and the environment; data stays
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage test-results

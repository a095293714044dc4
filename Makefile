# `make help` lists what there is. Everything sets itself up: Python 3.13 is found or fetched, see local/setup.sh.

.DEFAULT_GOAL := help
.PHONY: help setup run test check check-types check-template simulate smoke bench bench-matching load hostile word-lists requirements clean

PYTHON := .venv/bin/python

# What one run compiles, the next need not: with byte code left out a second run takes 10 s longer.
unexport PYTHONDONTWRITEBYTECODE

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## make .venv with everything for development
	@sh local/setup.sh dev

run:  ## bring the whole stack up, submit every scenario in events/, stay until Ctrl-C (ONCE=1: exit; JSON=1: as JSON)
	@sh local/setup.sh local
	@exec $(PYTHON) -m local $(if $(ONCE),--once) $(if $(JSON),--json)

test: setup  ## all tests: unit, integration, in a browser, and end to end on the deployed local stack
	@$(PYTHON) -m scripts.all_tests

check: setup  ## ruff, mypy, and the linting of the template
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@sh local/setup.sh checkov
	@$(MAKE) --no-print-directory -j2 -k check-types check-template

check-types:
	@$(PYTHON) -m mypy

check-template:
	@CHECKOV=.local/checkov/bin/checkov $(PYTHON) -m scripts.lint_template

simulate: setup  ## both promises under faults, on simulated time (ARGS="--seeds 1-10000": a million submissions, for a night)
	@$(PYTHON) -m tests.simulation $(ARGS)

smoke: setup  ## import every built function with nothing but its own layers on the path
	@$(PYTHON) -m local.build
	@$(PYTHON) -m scripts.smoke_packaging --build-dir .local/build/out

bench: setup  ## CPU of a warm intake request and its cold import, as ratios
	@$(PYTHON) -m tests.benchmarks
	@if [ -x .local/bench/bin/python ]; then $(MAKE) --no-print-directory bench-matching; \
	else echo "the matcher's benchmark needs large packages: make bench-matching fetches and runs it" >&2; fi

bench-matching:  ## the matcher on a simulated org and on FEBRL, beside others (ARGS=--ours: alone, on the train seeds)
	@sh local/setup.sh bench
	@.local/bench/bin/python -m tests.benchmarks.matching $(or $(ARGS),--test)

load: setup  ## the deployed local stack under load, as ratios to a bare function (ARGS="--rounds N --rate N --burst N")
	@exec $(PYTHON) -m tests.benchmarks.load $(ARGS)

hostile: setup  ## 100,000 hostile requests through the intake, and /openapi.json under Schemathesis (ARGS="--requests N --seed S")
	@$(PYTHON) -m tests.hostile $(ARGS)

word-lists: setup  ## fold the matcher's word lists anew, after a change in shared/matching/data
	@$(PYTHON) -m scripts.fold_word_lists

requirements: setup  ## compile requirements/*.in into exact pins
	@sh local/compile_requirements.sh

clean:  ## remove everything that building, testing and running made
	@rm -rf .venv .local .aws-sam .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

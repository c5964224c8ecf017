# Every target sets itself up: a fresh clone needs nothing but make and Python 3.11 or later.

SHELL := /bin/sh
BIN := .venv/bin
# Test processes; `make test N=0` runs everything in one, which a debugger needs.
N ?= 2
# More arguments for pytest, e.g. `make quick ARGS="-k retry -x"`.
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup test-setup run test quick check dashboard dashboard-dev format budget bench bench-peers
.PHONY: model simulate power mutants faults soak screenshots lock clean

help:  ## List these targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

setup:  ## Make .venv from the locked requirements; does nothing when they have not changed
	@sh scripts/setup.sh

test-setup:  # what tests need besides: servers, a browser
	@sh scripts/setup.sh tests

run: setup  ## Run the service, a worker and an embedded store, with reload
	@$(BIN)/ferryman dev

test: test-setup check  ## Run every check and every test
	$(BIN)/pytest -n $(N) $(ARGS)

quick: test-setup  ## Run the tests that take milliseconds: unit, and conformance on SQLite and one Redis
	STORES=sqlite,redis-7.0 $(BIN)/pytest -n $(N) tests/unit tests/conformance $(ARGS)

check: setup  ## Check format, lint, types and the import floors, of the dashboard too
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python hatch_build.py run --silent check
	$(BIN)/python hatch_build.py run --silent test

dashboard: setup  ## Build the dashboard, when its sources changed

dashboard-dev: setup  ## Serve the dashboard from its sources, with reload, in front of `make run`
	$(BIN)/python hatch_build.py run dev

format: setup  ## Format the code and apply the safe lint fixes
	$(BIN)/ruff check --quiet --fix-only .
	$(BIN)/ruff format .

model: test-setup  ## Compare stores with the model of the queue in many random steps; ARGS="--store redis-7.0"
	$(BIN)/python -m tests.model $(ARGS)

budget: test-setup  ## Count what a job costs in commands, reads and instructions, beside what it may cost
	$(BIN)/python -m tests.budget $(ARGS)

bench: test-setup  ## Measure Ferryman on this machine, each figure beside its goal
	$(BIN)/python -m benchmarks $(ARGS)

bench-peers: test-setup  ## Compare with other queues, each in an environment of its own; half an hour
	$(BIN)/python -m benchmarks.peers $(ARGS)

mutants: test-setup  ## Plant known faults in copies of the source, and see the tests go red
	$(BIN)/python -m tests.mutants $(ARGS)

power: test-setup  ## Cut the power 2,300 times under the SQLite store; prints what was lost
	$(BIN)/python -m tests.power --durability full $(ARGS)
	$(BIN)/python -m tests.power --durability normal $(ARGS)
	$(BIN)/python -m tests.power --durability full --threads --cuts 300

simulate: test-setup  ## Simulate whole systems with faults from seed to seed; ARGS="--store redis --seeds 20000"
	$(BIN)/python -m tests.simulation $(ARGS)

faults: test-setup  ## Some of every kind of fault: simulated, on a simulated disk, and with real processes
	$(BIN)/python -m tests.simulation --store sqlite --seeds 1000
	$(BIN)/python -m tests.simulation --store redis --seeds 1000
	$(BIN)/python -m tests.model --store sqlite --examples 300
	$(BIN)/python -m tests.model --store redis-7.0 --examples 300
	$(BIN)/python -m tests.power --durability full --cuts 300
	$(BIN)/python -m tests.power --durability normal --cuts 300
	$(BIN)/python -m tests.faults --store sqlite --runs 300
	$(BIN)/python -m tests.faults --store redis --runs 300

screenshots: test-setup  ## Take a picture of every page of the dashboard, into docs/screenshots
	$(BIN)/python -m tests.browser $(ARGS)

soak: test-setup  ## Work for an hour on each store, a fault a minute; follows the memory of every process
	$(BIN)/python -m tests.soak --store sqlite --minutes 60 --rate 300 $(ARGS)
	$(BIN)/python -m tests.soak --store redis --minutes 60 --rate 1000 $(ARGS)

lock: setup  ## Write requirements/*.txt anew; `make lock ARGS=--upgrade` takes newer releases
	@sh scripts/lock.sh $(ARGS)

clean:  ## Remove everything that these targets made
	rm -rf src/ferryman/dashboard/static dashboard/node_modules dashboard/dist dashboard/src/api/schema.d.ts
	rm -rf .venv .venv-lock .bench build dist .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

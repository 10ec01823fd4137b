# The verbs of the developer. `make` alone lists them.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help setup system demo run test fast check cases soak bench format clean build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: system .venv/.ready ## system packages and the virtual environment (other verbs call it)

system: ## libraries of Debian that Qt, barcodes and fonts need
	@sh scripts/system_packages.sh

.venv/.ready: pyproject.toml constraints.txt
	@PYTHON="$(PYTHON)" sh scripts/virtual_environment.sh
	@touch $@

demo: setup ## the main job on real houses and tariffs: import, charge, print, scan, pay, verify
	@$(BIN)/kvitok demo

run: setup ## the workstation
	@$(BIN)/kvitok

test: setup ## all tests but the long ones
	@QT_QPA_PLATFORM=offscreen nice -n 5 $(BIN)/pytest -q -n 2 --dist loadgroup

fast: setup ## the pure domain alone
	@$(BIN)/pytest -q tests/domain tests/cases

cases: setup ## the worked examples of the accountant
	@$(BIN)/pytest -q tests/cases

check: setup ## format, ruff, mypy, the contracts between rooms, the house's own rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest -q -p no:randomly tests/test_house.py

format: setup ## put the code into its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

soak: setup ## the long forms of the tests: more examples, more crashes
	@QT_QPA_PLATFORM=offscreen KVITOK_SOAK=1 $(BIN)/pytest -q -n 2 --dist loadgroup

bench: setup ## speed and memory on 564 houses, 50,466 accounts; prints ratios to the floors
	@QT_QPA_PLATFORM=offscreen $(BIN)/python scripts/bench.py

clean: ## what can be made again
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

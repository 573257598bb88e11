# `make` alone prints the list. GNU make 3.81 (macOS) is enough; Windows: inside WSL.
#
# demo needs python3 (3.11 or newer, with venv), git and make: nothing else, and no root.
# test may install system packages on Debian and Ubuntu; .ci/system-packages says which and why.
# Every set-up step leaves a stamp in $(VENV), so a second run does only what changed.

VENV ?= .venv
PORT ?= 8080
WORKERS ?= logical
PYTEST ?=
BIN := $(VENV)/bin
INSTALL := .ci/install $(VENV)
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements"

export PYTHONUNBUFFERED := 1

.PHONY: help demo test check serve bench bench-large soak format screenshots requirements setup setup-test hooks clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

demo: $(VENV)/.chaski-runtime ## four seasons, traced, verified and tampered with, in demo/
	$(BIN)/chaski demo --out demo

serve: $(VENV)/.chaski-runtime ## the demo's ledger on http://127.0.0.1:8080 (PORT=...)
	$(BIN)/chaski serve --database demo/chaski.db --port $(PORT)

test: setup-test check ## style, types, layers and every test (PYTEST="-k lot" to narrow)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST)

check: $(VENV)/.chaski-test ## style, types and layers only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.chaski-test ## bring the code into its form
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(VENV)/.chaski-test ## the numbers of docs/performance.md, measured here
	$(BIN)/python -m bench

bench-large: $(VENV)/.chaski-test ## claims with a million facts in the store (built once: see bench/season.py)
	$(BIN)/python -m bench.large

soak: setup-test ## long load with crashes in between, every rule switched off once, long stories
	$(BIN)/python -m bench.soak

screenshots: setup-test ## the pages as pictures for the docs
	$(BIN)/python -m examples.screenshots

requirements: $(VENV)/.chaski-tools ## pin requirements/*.in again (UPGRADE=--upgrade for newer versions)
	$(COMPILE) $(UPGRADE) requirements/runtime.in -o requirements/runtime.txt
	$(COMPILE) $(UPGRADE) requirements/tools.in -c requirements/runtime.txt -o requirements/tools.txt
	$(COMPILE) $(UPGRADE) requirements/test.in -c requirements/runtime.txt -c requirements/tools.txt -o requirements/test.txt
	$(COMPILE:3.11=3.12) $(UPGRADE) requirements/thirdparty.in -c requirements/runtime.txt -o requirements/thirdparty.txt

hooks: $(VENV)/.chaski-test ## run the checks before every commit
	$(BIN)/pre-commit install

clean: ## take away everything made here, the demo too
	rm -rf $(VENV) demo dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

setup: $(VENV)/.chaski-runtime

setup-test: $(VENV)/.chaski-test
	.ci/system-packages $(BIN)/python

# ---------------------------------------------------------------- stamps

$(VENV)/.chaski-tools: requirements/tools.txt
	.ci/bootstrap $(VENV)
	@touch $@

$(VENV)/.chaski-runtime: $(VENV)/.chaski-tools requirements/runtime.txt pyproject.toml ledger/__init__.py
	$(INSTALL) requirements/runtime.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.chaski-test: $(VENV)/.chaski-runtime requirements/test.txt
	$(INSTALL) requirements/test.txt
	@touch $@

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.developed
DEMO := demo-report

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast check format bench notebooks sample-data system-packages lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## analyse sample_data/ and say where the report is
	@$(BIN)/microcal analyze sample_data --out $(DEMO) --false-marks 1
	@echo "Open $(CURDIR)/$(DEMO)/report.html in a browser."

test: $(DEVELOPED) system-packages ## run all tests
	$(BIN)/python -m pytest

test-fast: $(DEVELOPED) ## run the tests that take no longer than a few seconds each
	$(BIN)/python -m pytest -m "not slow"

check: $(DEVELOPED) ## lint, format, types, import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEVELOPED) ## put the code into its format
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(DEVELOPED) ## measure speed and memory of each stage, and the import time
	$(BIN)/python benchmarks/speed.py

notebooks: $(DEVELOPED) ## run the notebooks again and store their outputs
	$(BIN)/python tools/run_notebooks.py

sample-data: $(INSTALLED) ## make sample_data/ again, byte for byte
	$(BIN)/python tools/make_sample_data.py sample_data

system-packages: ## install the programs some tests need (Chromium, dicom3tools, dcmtk, R with pROC), where that is possible
	@sh tools/install_system_packages.sh

lock: $(DEVELOPED) ## resolve the dependencies anew into the lock files
	$(BIN)/python tools/lock.py

clean: ## remove what make made
	rm -rf $(VENV) $(DEMO) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) --require-hashes --requirement requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEVELOPED): requirements-dev.lock $(INSTALLED)
	$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.developed
DOCUMENTED := $(VENV)/.documented
BENCH_VENV := .venv-bench
BENCH_BIN := $(BENCH_VENV)/bin
BENCHED := $(BENCH_VENV)/.installed
DEMO := demo-report
# Each test process has a core: threads of its linear algebra would only wait for one another.
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast check audit format docs bench notebooks sample-data system-packages ohif lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## analyse sample_data/, say where the report is and what to do there
	@$(BIN)/microcal analyze sample_data --out $(DEMO) --false-marks 1 --fresh
	@echo
	@echo "1. Open $(CURDIR)/$(DEMO)/report.html in a browser."
	@echo "2. Press N: the next candidate. A accepts it, R rejects it; ? shows all keys."
	@echo "3. Decisions (above, right), Download decisions: the file to keep."
	@echo "Or keep decisions in the folder, and make a table of them:"
	@echo "   $(BIN)/microcal review $(DEMO)"
	@echo "   $(BIN)/microcal review $(DEMO) --export csv"

test: $(DEVELOPED) system-packages ohif ## run all tests
	$(ONE_THREAD) $(BIN)/python -m pytest -n 2 --dist loadfile

test-fast: $(DEVELOPED) ## run the tests that take no longer than a few seconds each
	$(ONE_THREAD) $(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

check: $(DEVELOPED) ## lint, format, types, import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: $(DEVELOPED) ## ask whether known weaknesses are in the locked packages; says NOT AUDITED where nobody can be asked
	$(BIN)/python tools/audit.py

format: $(DEVELOPED) ## put the code into its format
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: $(DOCUMENTED) ## build the pages into build/docs; a warning is an error, no network is used
	$(BIN)/python -m sphinx -b html -W --keep-going -n -q docs build/docs
	@echo "Open $(CURDIR)/build/docs/index.html in a browser."

bench: $(BENCHED) ## measure speed, memory and accuracy beside other packages, into docs/benchmarks.md
	$(BENCH_BIN)/python benchmarks/check_peers.py
	$(BENCH_BIN)/python benchmarks/speed.py
	$(BENCH_BIN)/python benchmarks/accuracy.py
	$(BENCH_BIN)/python benchmarks/report.py

notebooks: $(DEVELOPED) ## run the notebooks again and store their outputs
	$(BIN)/python tools/run_notebooks.py

sample-data: $(INSTALLED) ## make sample_data/ again, byte for byte
	$(BIN)/python tools/make_sample_data.py sample_data

system-packages: ## install the programs some tests need (Chromium, dicom3tools, dcmtk, pixelmed-apps, Orthanc, R with pROC, zsh, fish), where that is possible
	@sh tools/install_system_packages.sh

ohif: ## get the built viewer that one test opens our reports in (npm, 48 MB), where that is possible
	@sh tools/install_ohif.sh

lock: $(DEVELOPED) ## resolve the dependencies anew into the lock files
	$(BIN)/python tools/lock.py

clean: ## remove what make made
	rm -rf $(VENV) $(BENCH_VENV) build docs/generated $(DEMO) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) --require-hashes --requirement requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEVELOPED): requirements-dev.lock $(INSTALLED)
	$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

$(DOCUMENTED): requirements-docs.lock $(DEVELOPED)
	$(PIP) --require-hashes --requirement requirements-docs.lock
	@touch $@

# An environment of its own: the peers are compared with, never needed. The lock is complete (--no-deps), and
# leaves out opencv-python, which ridge-detector asks for and which would overwrite the contrib build.
$(BENCHED): requirements-bench.lock pyproject.toml
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --require-hashes --requirement requirements-bench.lock
	$(BENCH_BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

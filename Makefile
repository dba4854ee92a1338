# make demo, make test: each does its own set-up, on a machine with Python 3.11+, gcc and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
# Two test processes on two cores, never more than four: each holds torch in memory.
WORKERS ?= $(shell n=$$(nproc --all 2>/dev/null || echo 2); echo $$(( n > 4 ? 4 : n )))
TESTS ?= tests
# One torch thread a process: on small machines two are slower than one.
export OMP_NUM_THREADS ?= 1

# Benchmark sets, where somebody has put them beside this folder (docs/data.md says how they are laid out).
export FOURFOLD_DATA ?= $(if $(wildcard ../shared/data),$(abspath ../shared/data))

.PHONY: help demo test lint format clean

help:
	@echo "make demo       set up, run the quick pipelines on data that comes along, print where the reports are"
	@echo "make test       set up, lint, run the whole suite (TESTS=tests/shared runs a part)"
	@echo "make lint       ruff and pyright        make format     ruff, writing"
	@echo "make clean      remove runs, caches and builds, keep .venv"

demo: $(VENV)/.installed
	$(BIN)/fourfold run forecast --preset quick --out runs/demo/forecast
	$(BIN)/fourfold run traffic --preset quick --out runs/demo/traffic
	$(BIN)/fourfold run citations --preset quick --out runs/demo/citations
	$(BIN)/fourfold run vocoder --preset quick --out runs/demo/vocoder
	$(BIN)/fourfold run crystals --preset quick --out runs/demo/crystals
	@for name in forecast traffic citations vocoder crystals; do echo "report: $(abspath runs/demo)/$$name/report.html"; done

test: lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q --durations=15 $(TESTS)
	@if [ -d runs/page-shots ]; then echo "screenshots of the page: $(abspath runs/page-shots)"; fi

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf runs dist build .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "fourfold needs Python 3.11 or newer: apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "this Python cannot make a virtual environment: apt install python3-venv" >&2; exit 1; }

# Each stamp is out of date as soon as the dependencies change.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install -q -e ".[io]"
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install -q --group dev
	@$(CHROMIUM)
	@touch $@

# The page is tested in a real browser. Where there is none and none can be installed, those tests are skipped.
define CHROMIUM
if ! { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null; then \
	as_root=$$([ "$$(id -u)" = 0 ] || echo "sudo -n"); \
	if command -v apt-get >/dev/null && $$as_root true 2>/dev/null; then \
		echo "installing chromium for the tests of the page"; \
		{ $$as_root apt-get update -q && timeout 900 $$as_root env DEBIAN_FRONTEND=noninteractive \
			apt-get install -q -y --no-install-recommends chromium; } >/dev/null 2>&1 || \
			echo "chromium cannot be installed: the tests of the page will be skipped"; \
	else echo "no chromium here (apt-get install chromium): the tests of the page will be skipped"; fi; \
fi
endef

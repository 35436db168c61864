# One command for each habit. Each makes .venv and installs what it needs, once.
#   make run        index seeds/ and serve it       (PORT=8001 for another port)
#   make test       all tests, with coverage        (ARGS="-k query" is passed on;
#                   with the cluster that ESSAYS_TEST_OPENSEARCH names)
#   make opensearch   start three OpenSearch nodes for the tests  (needs Java 21 and Maven)
#   make opensearch-stop  end them
#   make check      formatting, lint and types
#   make bench      speed beside stock Whoosh, FTS5, tantivy, Datasette and opensearch-py
#                   (DATA=folder with essays/)
#   make evaluate   quality of ranking and headings (DATA=folder with collections/ and essays/)
#   make screenshots  the README's pictures, from real output (needs Chromium)
#   make clean      removes what the others made

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
PORT ?= 8000
DATA ?=
# What was installed is right as long as pyproject.toml and this folder's place are the same.
KEY := $(shell { cat pyproject.toml; pwd; } | cksum | cut -d ' ' -f 1)

.PHONY: help run test opensearch opensearch-stop check format bench evaluate screenshots clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   //p' Makefile

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'essay-search needs Python 3.11 or newer as "$(PYTHON)"; where it has another' \
			'name, say so: make PYTHON=python3.12 $(MAKECMDGOALS)' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo '$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu:' \
			'apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run-$(KEY): EXTRAS :=
$(VENV)/.test-$(KEY): EXTRAS := [test]
$(VENV)/.check-$(KEY): EXTRAS := [test,dev]
$(VENV)/.bench-$(KEY): EXTRAS := [bench]
$(VENV)/.evaluate-$(KEY): EXTRAS := [evaluate]
$(VENV)/.%-$(KEY): | $(VENV)/.made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.$(EXTRAS)'
	$(BIN)/python -m compileall -q indexer webapp
	@touch $@

run: $(VENV)/.run-$(KEY)
	$(BIN)/essays --index .essays index seeds
	@echo 'Your own essays: $(BIN)/essays index ~/essays'
	@$(BIN)/essays --index .essays serve --port $(PORT)

# Most of the engine for clusters runs only where the tests have one.
test: export ESSAYS_TEST_OMIT := $(if $(ESSAYS_TEST_OPENSEARCH),none,*/engines/opensearch_*)
test: $(VENV)/.test-$(KEY)
	$(BIN)/python -m pytest --cov $(ARGS)

opensearch: $(VENV)/.made
	@$(BIN)/python -m tests.opensearch.cluster start $(ARGS)

opensearch-stop: $(VENV)/.made
	@$(BIN)/python -m tests.opensearch.cluster stop $(ARGS)

check: $(VENV)/.check-$(KEY)
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy

format: $(VENV)/.check-$(KEY)
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .

bench: $(VENV)/.bench-$(KEY)
	@test -n '$(DATA)' || { echo 'say where the essays are: make bench DATA=folder' >&2; exit 2; }
	$(BIN)/python -m tests.benchmarks '$(DATA)' $(ARGS)

evaluate: $(VENV)/.evaluate-$(KEY)
	@test -n '$(DATA)' || { echo 'say where the sets are: make evaluate DATA=folder' >&2; exit 2; }
	$(BIN)/python -m tests.evaluation '$(DATA)' $(ARGS)

screenshots: $(VENV)/.test-$(KEY)
	$(BIN)/python -m tests.screenshots.make

clean:
	@test ! -d .opensearch || $(PYTHON) -m tests.opensearch.cluster remove
	rm -rf $(VENV) .essays .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

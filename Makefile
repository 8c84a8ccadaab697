# Two commands on a fresh machine with Python 3.11 or later and make: `make demo`, `make test`.

PYTHON ?= python3
JOBS   ?= 2
VENV   := .venv
BIN    := $(VENV)/bin
UV     := 0.13.9
FILES  := config parsers storage service tests
# What is not true of a run environment is true of a development one: never step back from the larger to the smaller.
READY  := $(if $(wildcard $(VENV)/.ready-dev),$(VENV)/.ready-dev,$(VENV)/.ready)

.DEFAULT_GOAL := help
.PHONY: help demo test lint format types floors package bench soak corpus lock servers clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(READY) ## the whole campaign in a minute, with a live board (ARGS=--headless: lines instead)
	$(BIN)/thubao demo --home demo-home $(ARGS)

test: $(VENV)/.ready-dev servers ## every test but the soak (ARGS=... goes to pytest)
	$(BIN)/python -m pytest -n $(JOBS) -m "not soak" $(ARGS)

lint: $(VENV)/.ready-dev ## style and known mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	for script in .ci/*; do bash -n "$$script"; done

format: $(VENV)/.ready-dev ## lay the code out
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.ready-dev ## every type, strictly
	$(BIN)/mypy
	$(BIN)/mypy tests

floors: $(VENV)/.ready-dev ## the four floors import only downwards
	$(BIN)/lint-imports

package: $(VENV)/.ready-dev ## the wheel, built from the source package, holds what the repository holds
	.ci/check-package

bench: $(VENV)/.ready-dev servers ## speed and memory, as ratios
	$(BIN)/python -m tests.bench $(ARGS)

soak: $(VENV)/.ready-dev servers ## a month of mail; takes long
	$(BIN)/python -m pytest -m soak $(ARGS)

corpus: $(VENV)/.ready-dev ## read a folder of any mails and files: make corpus DIR=...
	$(BIN)/python -m tests.corpus $(DIR) $(ARGS)

servers: ## the real servers and programs of the tests, where we may install them
	@.ci/install-servers

lock: $(VENV)/.uv ## write requirements.lock and requirements-dev.lock afresh
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	  --python-version 3.11 pyproject.toml --output-file requirements.lock
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	  --python-version 3.11 pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## away with everything that make made, but not with a home folder
	rm -rf $(VENV) dist build demo-home .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find $(FILES) -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.uv: Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Thubao needs Python 3.11 or later; this is `$(PYTHON) -V`. Name another: make PYTHON=python3.13 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "No virtual environment could be made. On Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@$(BIN)/uv --version 2>/dev/null | grep -q ' $(UV)\b' || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	@touch $@

$(VENV)/.ready: $(VENV)/.uv requirements.lock pyproject.toml
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@$(BIN)/python -m compileall -q config parsers storage service
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.uv requirements-dev.lock pyproject.toml
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements-dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@$(BIN)/python -m compileall -q config parsers storage service
	@touch $@

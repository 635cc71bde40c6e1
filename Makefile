# Two commands do all the set-up: `make run` and `make test`. Bare `make` lists what there is.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LOCK   := requirements.lock
# Tests are shared out by file, so that what a file starts (a database, a browser) is started once.
SHARE  ?= -n auto --maxprocesses 4 --dist loadfile
PEERS  ?= .venv-peers/bin/python
RIVALS := detect-secrets==1.5.0 credsweeper==1.19.5 presidio-analyzer==2.2.366
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run test agree check fault bench quality worst fuzz screens docs lock clean

help:  ## list these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(VENV)/.run  ## install into .venv, play the bundled story, serve its pages (Ctrl-C ends it)
	@$(BIN)/sayso demo $(ARGS)

test: $(VENV)/.test  ## install what the tests need, and run them all
	@bash scripts/bare-machine.sh
	@$(BIN)/python -m pytest $(SHARE) $(ARGS)

agree: $(VENV)/.test  ## ask every engine a hundred thousand histories, and every promise two hundred stories a profile
	@bash scripts/bare-machine.sh
	@SAYSO_HISTORIES=100000 SAYSO_PROMISES=200 $(BIN)/python -m pytest tests/engines/test_histories.py tests/policy/test_promises.py $(ARGS)

check: $(VENV)/.test  ## lint, types, and the rules of the house
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache

fault: $(VENV)/.test  ## fail each system call once, judge what is left, and write docs/benchmarks.md (half an hour; goes on where it stopped)
	@bash scripts/bare-machine.sh
	@$(BIN)/python scripts/faults.py --resume faults.jsonl --write docs/benchmarks.md $(ARGS)

# What is not among them, and why, stands at the top of docs/benchmarks.md.
bench: $(VENV)/.test  ## measure what docs/benchmarks.md tells and write it there (hours)
	@$(BIN)/python bench/realdata.py --write docs/benchmarks.md
	@$(BIN)/python bench/policy_speed.py --write docs/benchmarks.md
	@$(BIN)/python bench/log_speed.py --write docs/benchmarks.md
	@$(BIN)/python bench/commit_speed.py --write docs/benchmarks.md
	@$(BIN)/python bench/beliefs_cost.py --write docs/benchmarks.md
	@$(BIN)/python bench/sweep_cost.py --write docs/benchmarks.md
	@$(BIN)/python bench/vault_speed.py --write docs/benchmarks.md
	@$(BIN)/python bench/gdpr_load.py --write docs/benchmarks.md
	@$(BIN)/python bench/gdpr_load.py --records 10000 --chats 10 100 1000 --ops 300 --slices 3 --block gdpr-chats --write docs/benchmarks.md
	@$(BIN)/python bench/gdpr_floor.py --write docs/benchmarks.md
	@$(BIN)/python bench/choices_http.py --write docs/benchmarks.md
	@$(BIN)/python bench/pages_speed.py --write
	@$(BIN)/python bench/weighing.py --write docs/benchmarks.md

# CORPUS is made by shared/bench/gen_scrub_corpus.py; without it the table of six other scrubbers stays as it is.
quality: $(VENV)/.test  ## measure how much scrubbing finds and misses, peers beside it, and write docs/scrub.md: TEXTS=folder CORPUS=file (minutes)
	@test -d "$(TEXTS)" || { echo "scripts/persons_data.py says which labelled texts are needed; make quality TEXTS=their folder"; exit 2; }
	@test -x $(PEERS) || { $(PYTHON) -m venv $(dir $(PEERS)).. && $(PEERS) -m pip --disable-pip-version-check --quiet install $(RIVALS); }
	@$(BIN)/python scripts/quality.py --texts "$(TEXTS)" --peers $(PEERS) $(if $(CORPUS),--venvs .venv-rivals --corpus "$(CORPUS)") $(ARGS)

worst: $(VENV)/.test  ## feed scrub its worst: a table of nasty shapes into docs/scrub.md, then 10 MB for each row (half an hour)
	@$(BIN)/python bench/scrub_worst.py --write docs/scrub.md
	@$(BIN)/python bench/scrub_worst.py --names --write docs/scrub.md
	@$(BIN)/python bench/scrub_worst.py --rows $(ARGS)

fuzz: $(VENV)/.test  ## let atheris look for a text that breaks scrub for ten minutes, then schemathesis for an answer that breaks the API for fifteen
	@$(PIP) install atheris
	@$(BIN)/python bench/scrub_fuzz.py --seconds 600 $(ARGS)
	@$(BIN)/python bench/api_fuzz.py --seconds 900

screens: $(VENV)/.test  ## measure every rule on every screen in a browser and write docs/screens.md (minutes)
	@bash scripts/bare-machine.sh
	@$(BIN)/python scripts/screens.py

docs: $(VENV)/.test  ## write the generated parts of the documentation anew
	@$(BIN)/python scripts/write_docs.py
	@$(BIN)/python scripts/write_client.py
	@$(BIN)/python scripts/write_receipts.py

lock: $(VENV)/.test  ## pin what is installed now
	@$(BIN)/python -m pip freeze --exclude-editable > $(LOCK)

clean:  ## remove what these commands made
	@rm -rf $(VENV) sayso-demo sayso-demo.keys tests/browser/node_modules tests/log/interop/node_modules tests/oidc/node_modules examples/react/node_modules

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "sayso needs Python 3.11 or newer; try make PYTHON=python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml $(LOCK) | $(VENV)/bin/python
	@echo "installing sayso into $(VENV) ..."
	@$(PIP) install --constraint $(LOCK) --editable '.[all]'
	@touch $@

$(VENV)/.test: pyproject.toml $(LOCK) | $(VENV)/bin/python
	@echo "installing sayso and what its tests need into $(VENV) ..."
	@$(PIP) install --constraint $(LOCK) --editable '.[all,dev]'
	@touch $@ $(VENV)/.run

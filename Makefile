# Everything starts here: `make run` and `make test` are all that a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PORT ?= 8000
# A database of one's own needs a secret; for tests any will do.
TEST_SECRET = $${SECRET_KEY:-only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-xyz}

.PHONY: help run test outage-test check browser-test bench services messages lock design format clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: $(VENV)/.runtime  ## set up, load the demo data once, serve on http://localhost:8000
	@exec $(BIN)/python manage.py run

test: $(VENV)/.development  ## set up and run the suite (PostgreSQL and Redis when DATABASE_URL and REDIS_URL are set)
	@SECRET_KEY=$(TEST_SECRET) $(BIN)/python manage.py catalogues compile
	SECRET_KEY=$(TEST_SECRET) MAIL_URL=mailbox:// $(BIN)/python -m pytest -n 2 $(ARGS)

outage-test: $(VENV)/.development services  ## stop and restart PostgreSQL and Redis under a running worker
	env $$(tools/services.sh env) $(BIN)/python -m pytest -m outage tests $(ARGS)

browser-test: $(VENV)/.development  ## the journeys in a real Chromium
	@$(BIN)/python manage.py catalogues compile
	$(BIN)/python -m pytest -m browser tests/browser $(ARGS)

check: $(VENV)/.development  ## lint, types, imports, migrations, messages, compose file, deploy settings
	@$(BIN)/python manage.py catalogues compile
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --config pyproject.toml
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py catalogues check
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') DATABASE_URL=postgres://portal@localhost/portal \
	 REDIS_URL=redis://localhost:6379/0 SITE_URL=https://socialneet.example.org $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(VENV)/.development  ## measure, one line a figure, and write var/bench.json
	$(BIN)/python -m bench $(ARGS)

services: ## start PostgreSQL and Redis for tests on this machine, installing what is missing (Debian)
	@tools/services.sh start

messages: $(VENV)/.development  ## bring both catalogues up to the sources
	$(BIN)/python manage.py catalogues update

format: $(VENV)/.development  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.development  ## renew the hashed lock files from pyproject.toml
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml --group dev -o requirements-dev.txt

design:  ## rebuild the design system (needs Node 20 or later; its output is committed)
	cd frontend && npm ci && npm run build

clean:  ## remove the environment and all local data
	rm -rf $(VENV) var

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make run PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing. Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/.runtime: $(VENV)/bin/python requirements.txt
	@echo "Installing the portal's packages (about a minute, once) ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.development: $(VENV)/bin/python requirements-dev.txt
	@echo "Installing the portal's packages and tools (about a minute, once) ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

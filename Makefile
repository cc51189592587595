# Everything that is done with this project. `make run` and `make test` need only Python >= 3.11, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXAMPLE_KEY := an-example-for-the-deploy-check-only-never-use-it-0123456789

.PHONY: run test check test-services faults format lock clean

# The process manager gives each process a PORT of its own, so the site's goes by another name.
run: export PATH := $(CURDIR)/$(BIN):$(PATH)
run: $(VENV)/.run
	@set -a; test ! -f .env || . ./.env; \
	WEB_PORT=$${PORT:-8000}; SITE_URL=$${SITE_URL:-http://127.0.0.1:$$WEB_PORT}; \
	python manage.py setup && { honcho start || test $$? -eq 130; }

test: $(VENV)/.dev
	@env -u DATABASE_URL -u REDIS_URL $(BIN)/pytest -q -m "not browser"

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	MODE=production SECRET_KEY=$(EXAMPLE_KEY) ENCRYPTION_KEY=$(EXAMPLE_KEY) ALLOWED_HOSTS=callboard.example \
		SITE_URL=https://callboard.example $(BIN)/python manage.py check --deploy --fail-level WARNING

test-services: $(VENV)/.dev
	@tests/services

# The fault suite in its long form, with a report: 200 kills on SQLite and 200 on PostgreSQL and Redis (half an hour).
faults: $(VENV)/.dev
	@env -u DATABASE_URL -u REDIS_URL FAULT_KILLS=200 $(BIN)/pytest -q -s tests/push/worker/test_faults.py

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Each stamp file says that what the lock file names is installed.
$(VENV)/.run: requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what requirements.lock names (once; about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what requirements-dev.lock names (once; about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.run

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet
lock:
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

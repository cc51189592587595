# All commands of this project. `make run` and `make test` need only Python >= 3.11, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Compiled modules are kept, whatever the environment says: the tests start many interpreters, and each would compile
# the project again.
export PYTHONDONTWRITEBYTECODE :=
# A random key, generated for one command.
FRESH_KEY = $$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(48))')

.PHONY: run test check check-types check-code docs test-services audit faults situations figures format lock messages screenshots clean

# The caller's PORT takes precedence over the one in .env.
run: $(VENV)/.run
	@set -a; given=$$PORT; test ! -f .env || . ./.env; PORT=$${given:-$${PORT:-8000}}; PYTHONPATH=$(CURDIR)/deploy exec $(BIN)/python -m callboard run

# The fast suite. Tests excluded by marks (pyproject.toml), or because of slow imports, run in test-services.
test: $(VENV)/.dev
	@env -u DATABASE_URL -u REDIS_URL $(BIN)/pytest -q -n auto --maxprocesses 4 --dist worksteal \
		-m "not (browser or processes or thorough)" \
		--ignore tests/browser --ignore tests/workspace/api/test_schemathesis.py

# The types take as long as the other checks together, and one core.
check: $(VENV)/.dev
	@$(MAKE) --no-print-directory --jobs=2 check-types check-code

check-types:
	$(BIN)/mypy

check-code:
	$(BIN)/pip check --disable-pip-version-check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(MKDOCS) --site-dir $(VENV)/site
	MODE=production SECRET_KEY="$(FRESH_KEY)" ENCRYPTION_KEY="$(FRESH_KEY)" ALLOWED_HOSTS=callboard.example \
		SITE_URL=https://callboard.example EMAIL_URL=smtp://mail.example $(BIN)/python manage.py check --deploy --fail-level WARNING

# Builds the documentation site into site/. A broken link, or a page that the menu lacks, is an error.
MKDOCS := NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
docs: $(VENV)/.dev
	$(MKDOCS)

test-services: $(VENV)/.dev
	@tests/services

# The fault suite in its long form, with a report: 200 kills on SQLite and 200 on PostgreSQL and Redis (half an hour).
faults: $(VENV)/.dev
	@env -u DATABASE_URL -u REDIS_URL FAULT_KILLS=200 $(BIN)/pytest -q -s --timeout 7200 tests/push/worker/test_faults.py tests/push/worker/test_faults_within.py

# Compares the rules in the database with a simple implementation of their table: 20,000 situations per channel on SQLite
# and on PostgreSQL (DATABASE_URL, by default the local server). Takes some minutes.
SITUATION_TESTS := tests/push/rules/test_against_plain_reading.py tests/push/rules/test_history.py
situations: $(VENV)/.dev
	@env -u DATABASE_URL -u REDIS_URL SITUATIONS=20000 $(BIN)/pytest -q --timeout 7200 $(SITUATION_TESTS)
	@DATABASE_URL=$${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/postgres} SITUATIONS=20000 \
		$(BIN)/pytest -q --timeout 7200 $(SITUATION_TESTS)

# What a notification costs, each figure next to its baseline, as one table for docs/figures.md: ten minutes on an idle
# machine. DATABASE_URL and REDIS_URL are by default the local servers. ONLY="dispatch gateway" measures some of them.
figures: $(VENV)/.dev
	@$(BIN)/python bench/figures.py $(ONLY)

# Compares the lock files with the public database of vulnerabilities, and writes a list of all libraries to sbom.json.
# It needs a connection to the internet, so it is not a part of `make check`.
AUDIT := .venv-audit
audit:
	@test -x $(AUDIT)/bin/pip-audit || ($(PYTHON) -m venv $(AUDIT) && $(AUDIT)/bin/pip install --quiet "pip-audit>=2.9")
	$(AUDIT)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock -r requirements-dev.lock \
		--format cyclonedx-json --output sbom.json

# The screenshots of the documentation in docs/images/; needs Chromium.
screenshots: $(VENV)/.dev
	$(BIN)/python bench/screenshots.py

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Each stamp file means that the packages of its lock file are installed.
$(VENV)/.run: requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the packages of requirements.lock (once; takes about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the packages of requirements-dev.lock (once; takes about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.run

# Updates the translation catalogues, and compiles them for the site (needs gettext).
messages: $(VENV)/.run
	$(BIN)/python manage.py makemessages
	$(BIN)/python manage.py compilemessages --ignore ".venv*"

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet
lock:
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra tracing --constraint requirements.lock --output-file requirements-tracing.lock
	$(LOCK) --extra tracing --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis

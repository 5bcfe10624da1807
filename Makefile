# The portal's commands. `make` alone lists them.
# Each works from a fresh clone on a machine with Python 3.12 or newer; nothing is installed outside
# this folder.

SHELL := /bin/sh
# Python keeps what it has compiled, also where a container's settings say that it may not: each of
# the many processes of a test run would compile everything again.
unexport PYTHONDONTWRITEBYTECODE
PORT ?= 8000
ROUNDS ?= 3
STUDENTS ?= 5000
PARTNERS ?= 40
EDITIONS ?= 300
MINUTES ?= 10
RATE ?= 50
PYTHON := .venv/bin/python
UV := $(PYTHON) -m uv
UV_VERSION := 0.13.9
MANAGE := $(PYTHON) manage.py

.DEFAULT_GOAL := help
.PHONY: help demo test browser chaos check bench semester load figures docs translations lock audit clean

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "  make %-14s%s\n", $$1, $$2 }'

demo: .venv/runtime ## The whole portal with demo people on http://localhost:8000 (PORT= changes it)
	@DEMO=1 PORT=$(PORT) $(MANAGE) demo

test: .venv/development ## The test suite on SQLite; TESTS="path -k words" chooses
	@$(MANAGE) build
	$(PYTHON) -m pytest -n 2 --dist worksteal -m "not browser and not chaos" $(TESTS)

# In their order: the tests of a process share its portal.
browser: .venv/development ## The tests that drive a real Chromium
	@$(MANAGE) build
	$(PYTHON) -m pytest -n 2 --dist worksteal -p no:randomly -m browser $(or $(TESTS),tests/browser)

# In their order: the tests of a file share its processes, and the last one stops them.
chaos: .venv/development ## The tests that stop, kill and freeze parts of a running portal (PostgreSQL, Redis, nginx)
	@$(MANAGE) build
	ROUNDS=$(ROUNDS) $(PYTHON) -m pytest -n 2 --dist loadgroup -p no:randomly -m chaos $(TESTS)

check: .venv/development ## Style, types, templates, migrations, translations, production settings
	@$(MANAGE) build
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/djangofmt check templates
	$(MANAGE) makemigrations --check --dry-run
	$(PYTHON) -m pytest -q tests/test_translations.py
	SITE_URL=https://portal.example.org ALLOWED_HOSTS=portal.example.org \
	DATABASE_URL=postgres://db.example.org/vx?sslmode=verify-full REDIS_URL=rediss://redis.example.org \
	EMAIL_URL=smtp+tls://mail.example.org:587 \
	SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(48))') \
	$(MANAGE) check --deploy --fail-level WARNING

bench: .venv/development ## How fast pages, documents and mails are, beside bare Django, WeasyPrint, smtplib; ONLY=desk
	$(PYTHON) -m bench $(ONLY)

semester: .venv/development ## A whole semester: rush, decisions, exams, grades, uSis, while workers are killed; its books
	@$(MANAGE) build
	@$(PYTHON) -m bench.semester --students $(STUDENTS) --partners $(PARTNERS) --editions $(EDITIONS) $(MORE)

load: .venv/development ## Many people at once, through nginx: MINUTES=10 RATE=50 (PostgreSQL, Redis, nginx)
	@$(MANAGE) build
	@$(PYTHON) -m bench.under_load --minutes $(MINUTES) --rate $(RATE) $(MORE)

figures: .venv/development ## Keep what was measured last in docs/figures.json, and write README's table from it; ONLY=semester
	@$(PYTHON) -m bench figures $(ONLY)

docs: .venv/development ## Draw anew what docs/ takes from code and data: states.md, security.md
	$(PYTHON) -m docs

translations: .venv/development ## Collect the texts into locale/ and compile them (needs gettext)
	$(MANAGE) makemessages --locale nl --no-location --no-wrap --ignore '.venv/*' --ignore 'var/*'
	$(MANAGE) build

lock: .venv/runtime ## Choose versions anew: the newest that requirements*.in allow
	$(UV) pip compile $(LOCK) requirements.in -o requirements.lock
	$(UV) pip compile $(LOCK) requirements-dev.in -o requirements-dev.lock

audit: .venv/runtime ## Are packages older than SECURITY.md allows, or known to be weak? Asks PyPI
	@PYTHON=$(PYTHON) .ci/audit

clean: ## Take away everything that was made here: .venv, and var/ with its database
	rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -r {} + -o -name '*.mo' -exec rm {} +

# --- Installing: each again only when its lock file has changed --------------------------------------
LOCK := --upgrade --quiet --universal --python-version 3.12 --generate-hashes --no-annotate \
	--custom-compile-command "make lock, on $$(date +%F)" \
	--no-emit-index-url --no-emit-find-links
INSTALL := $(UV) pip install --quiet --python $(PYTHON) --require-hashes --no-build

$(PYTHON):
	@python=$$(.ci/python) && echo "Making .venv with $$($$python -V)" && $$python -m venv --clear .venv

.venv/uv: $(PYTHON)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/runtime: requirements.lock .venv/uv
	@echo "Installing what the portal runs on"
	@$(INSTALL) -r requirements.lock
	@touch $@

.venv/development: requirements-dev.lock .venv/uv
	@echo "Installing what the portal runs on, and what tests it"
	@$(INSTALL) -r requirements-dev.lock
	@touch $@

# Everything from a bare checkout. Only Python >= 3.11, make, git and the usual small Unix tools are assumed:
# PostgreSQL, Redis and Node come from wheels. `make` alone lists what there is.

PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(name) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# One more worker than cores: tests wait for processes now and then.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))
COMPILE := $(BIN)/pip-compile --quiet --allow-unsafe --strip-extras --no-header --no-annotate --no-emit-index-url \
	--no-emit-trusted-host --no-emit-find-links --no-emit-options

.PHONY: help setup setup-dev built demo test chaos check browser pictures bench story lock check-format check-lint \
	check-types check-imports check-translations check-migrations

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: .venv/.local built ## all that the demo needs; leaves .venv/bin/ponte

setup-dev: .venv/.dev built ## all that the tests and checks need

built: .venv/.local ## the dashboard's styles, scripts and translations
	@$(BIN)/python -m dashboard.build

demo: setup ## everything running on this machine; Ctrl-C stops it
	@$(BIN)/ponte demo

story: setup ## the main story, end to end, with the time of each step
	@$(BIN)/ponte story

test: setup-dev ## all tests except browser and chaos
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal -q tests --ignore tests/browser --ignore tests/chaos

chaos: setup-dev ## the long laws, about half an hour; ONLY=word runs some, PRODUCTS=n CHANGES=n shorter ones
	@$(BIN)/pytest -n0 -q --durations=0 tests/chaos $(if $(ONLY),-k $(ONLY))

pictures: setup-dev ## the README's screenshots, taken anew of a demo
	@$(BIN)/python -m tests.browser.pictures

browser: setup-dev ## the dashboard's tests in headless Chromium
	@$(BIN)/pytest -q tests/browser

check: check-format check-lint check-types check-imports check-translations check-migrations ## all checks

check-format: setup-dev
	@$(BIN)/ruff format --check .

check-lint: setup-dev
	@$(BIN)/ruff check .

check-types: setup-dev
	@$(BIN)/mypy

check-imports: setup-dev
	@$(BIN)/lint-imports

check-translations: setup-dev
	@$(BIN)/python -m dashboard.catalogue check

check-migrations: setup-dev
	@$(BIN)/python -m ponte.throwaway $(BIN)/python -m connector.store.check

bench: setup-dev ## the benchmarks, one JSON object a line; ONLY=name,name runs some, LONG=1 an hour each of the last two
	@$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY))

lock: .venv/.dev ## pin what requirements/*.in and the dashboard's package.json ask for
	cd requirements && for name in base local dev; do ../$(COMPILE) --upgrade -o $$name.txt $$name.in || exit 1; done
	cd dashboard/assets && PATH=$(CURDIR)/$(BIN):$$PATH npm install --package-lock-only --ignore-scripts \
		--omit-lockfile-registry-resolved --no-audit --no-fund
	@! grep -nE '://|^(-i|--)' requirements/*.txt && ! grep -n '"resolved"' dashboard/assets/package-lock.json

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Ponte needs Python 3.11 or newer with its venv module" \
		"(on Debian: apt install python3 python3-venv)"; exit 1; }
	@echo "setting up .venv"
	@$(PYTHON) -m venv .venv

.venv/.local: requirements/local.txt pyproject.toml | .venv/bin/python
	@echo "installing what the demo needs"
	@$(PIP) install -r requirements/local.txt
	@$(PIP) install --no-deps -e .
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/.local
	@echo "installing what the tests need"
	@$(PIP) install -r requirements/dev.txt
	@touch $@

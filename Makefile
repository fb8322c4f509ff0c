# Switchroom: `make run` shows it, `make test` proves it. CONTRIBUTING.md has the rest.

VENV := .venv
PYTHON := $(VENV)/bin/python
WEB := agent_desktop/web
WIDGET := channels/webchat/widget
LINT := deploy/lint
DATA ?= data
PORT ?= 8080
SHOP_PORT ?= 8081
SEEDS ?= 300

.PHONY: run sandbox test check soak simulate docs lock format clean bed web

run: $(VENV)/.run web
	@$(PYTHON) -m config serve --rehearsal --data $(DATA) --port $(PORT) --shop-port $(SHOP_PORT)

sandbox: $(VENV)/.dev bed web
	@$(PYTHON) -m deploy.sandbox --data $(DATA)-sandbox --port $(PORT) --shop-port $(SHOP_PORT)

test: $(VENV)/.dev bed web
	@$(PYTHON) -m deploy.testing

check: $(VENV)/.dev web $(LINT)/node_modules/.package-lock.json
	@$(PYTHON) -m deploy.checking

bed: $(VENV)/.dev
	@$(PYTHON) -m tests.bed.install

# What takes too long for every change, in parts of under ten minutes: make soak PART=3/15
soak: $(VENV)/.dev bed web
	@$(PYTHON) -m deploy.soaking $(if $(PART),--part $(PART))

# Days with faults by seed, every step checked: make simulate SEEDS=2000
simulate: $(VENV)/.dev
	@SEEDS=$(SEEDS) $(PYTHON) -m pytest -q tests/simulation/test_faults.py -k break_no_promise

docs: $(VENV)/.dev
	@$(PYTHON) -m deploy.documents

format: $(VENV)/.dev
	@$(PYTHON) -m ruff check --fix -q . ; $(PYTHON) -m ruff format -q .

web: $(WEB)/dist/index.html $(WIDGET)/dist/loader.js

$(WEB)/dist/index.html: $(VENV)/.run $(shell find $(WEB)/src $(WEB)/public -type f 2>/dev/null) $(WEB)/package-lock.json
	@$(PYTHON) -m deploy.web $(WEB)

$(WIDGET)/dist/loader.js: $(VENV)/.run $(shell find $(WIDGET)/src -type f 2>/dev/null) $(WIDGET)/package-lock.json
	@$(PYTHON) -m deploy.web $(WIDGET)

$(LINT)/node_modules/.package-lock.json: $(VENV)/.run $(LINT)/package-lock.json
	@$(PYTHON) -m deploy.web $(LINT)

$(VENV)/.python:
	@sh deploy/python.sh $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.python requirements.lock pyproject.toml
	@echo "Installing Switchroom and what it needs (a minute or two the first time) ..."
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@echo "Installing what tests and checks need ..."
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# New versions of what we stand on. The locks hold hashes and no addresses.
lock: $(VENV)/.dev
	@$(PYTHON) -m deploy.locking

clean:
	rm -rf $(VENV) $(WEB)/dist $(WEB)/node_modules $(WIDGET)/dist $(WIDGET)/node_modules $(LINT)/node_modules

# Two commands for a newcomer: `make trial` and `make test`. One for whoever changes something: `make check`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: trial test check format pictures man clean

trial: $(VENV)/.installed  ## set up and run the whole main job, offline
	$(BIN)/grimoire trial --all --language zh --rehearse

test: $(VENV)/.installed-dev  ## set up and run the tests
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(VENV)/.installed-dev  ## everything that must be green before a commit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/grimoire lint --strict spells
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term --cov-fail-under=97

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pictures: $(VENV)/.installed-dev  ## draw the pictures of the READMEs anew
	$(BIN)/python docs/pictures.py

man: $(VENV)/.installed-dev  ## write the manual page anew, from the help of the commands
	$(BIN)/python docs/man.py

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Grimoire needs Python 3.11 or newer; say which: make trial PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt $(VENV)/bin/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) --editable '.[dev]'
	@touch $@

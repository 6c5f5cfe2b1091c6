# Everything from a fresh clone, with only Python 3.11 or later and make: the tools live in .venv.

PORT = 8000
DATA =
ARGS =
# Most of a test's time is waiting for processes: more of them at once than a small machine has cores.
SIDE_BY_SIDE = 3

# The first Python that is new enough; `make PYTHON=/path/to/python` to choose.
PYTHON = $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
BIN = .venv/bin

# Settings are read, and no database is asked.
UNCONNECTED = SECRET_KEY=unconnected DATABASE_URL=postgresql://nobody@localhost:1/none LOG_LEVEL=ERROR
PRODUCTION = DATABASE_URL=postgresql://nobody@localhost:1/none HTTPS=1 TRUST_PROXY=1 \
	ALLOWED_HOSTS=chat.example.org CSRF_TRUSTED_ORIGINS=https://chat.example.org \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')

.PHONY: help run test bench eval-knowledge chaos setup check format lock

help:
	@echo 'make run [PORT=9000] [DATA=folder]   the whole service on this machine; Ctrl-C ends it'
	@echo 'make test [ARGS="-k word"]           the tests'
	@echo 'make bench [ARGS="cost --quick"]     what events and connections cost, a line of JSON a result (25 minutes)'
	@echo 'make eval-knowledge [ARGS="--tuned"]  what the knowledge bot finds of what people ask (20 seconds)'
	@echo 'make chaos [ARGS="--seed 7"]         random faults while many talk: is anything lost? (4 minutes)'
	@echo 'make check                           format, lint, types, layers, migrations, settings'
	@echo 'make format                          put the code into its form'
	@echo 'make setup                           only what the others need first'
	@echo 'make lock                            pin the dependencies of pyproject.toml anew (needs uv)'

run: .venv/run.txt
	@exec $(BIN)/python -m chatbot.local --port "$(PORT)" $(if $(DATA),--data "$(DATA)")

test: .venv/dev.txt
	@$(BIN)/python -m pytest -n $(SIDE_BY_SIDE) --dist loadfile --no-loadscope-reorder $(ARGS)

bench: .venv/dev.txt
	@$(BIN)/python -m tests.bench $(ARGS)

eval-knowledge: .venv/dev.txt
	@$(BIN)/python -m tests.knowledge.evaluation $(ARGS)

chaos: .venv/dev.txt
	@$(BIN)/python -m tests.chaos $(ARGS)

setup: .venv/dev.txt

check: .venv/dev.txt
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(UNCONNECTED) $(BIN)/mypy .
	$(UNCONNECTED) $(BIN)/lint-imports --no-logo
	@echo manage.py makemigrations --check  # says at length that it finds no database: only a failure is shown
	@said=$$($(UNCONNECTED) $(BIN)/python manage.py makemigrations --check --dry-run 2>&1) || { echo "$$said"; exit 1; }
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python -m tests.env_example

format: .venv/dev.txt
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:
	@command -v uv >/dev/null || { echo 'uv is missing, which resolves the dependencies: pip install uv' >&2; exit 1; }
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--quiet pyproject.toml -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--quiet --group dev pyproject.toml -o requirements/dev.txt

# A copy of the lock in .venv says what was installed there; dev.txt holds all of run.txt too.
# When a lock has changed, the environment is made anew: nothing old stays in it.
.venv/run.txt: requirements/run.txt
	@cmp -s $< $@ && touch $@ || $(MAKE) --no-print-directory install LOCK=run

.venv/dev.txt: requirements/dev.txt
	@cmp -s $< $@ && touch $@ || $(MAKE) --no-print-directory install LOCK=dev

.PHONY: install
install:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or later is needed, and is not on the PATH: install it, or name it: make PYTHON=/path/to/python' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '$(PYTHON) is older than Python 3.11: install a later one, or name it: make PYTHON=/path/to/python' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo '$(PYTHON) has no venv module: install it (Debian and Ubuntu: apt install python3-venv)' >&2; exit 1; }
	@echo 'Installing what requirements/$(LOCK).txt names into .venv (a minute, once) …'
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$(LOCK).txt
	@if [ $(LOCK) = dev ]; then cp requirements/run.txt .venv/run.txt; fi
	@cp requirements/$(LOCK).txt .venv/$(LOCK).txt

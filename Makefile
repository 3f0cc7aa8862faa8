# Two commands on a fresh machine with Python >= 3.11, make and git:
#   make demo   sets up and runs the main job on a synthetic region
#   make test   sets up and passes every test
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV_READY := $(VENV)/.dev-ready

.PHONY: demo test fuzz coverage quick check format lock sample docs clean browser

demo: $(READY)
	@$(BIN)/rss-analytics demo --out out/demo

test: $(DEV_READY) browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist worksteal

# spoiled exports, declared files and definitions: MINUTES of CPU for each of the three kinds, any SEED
MINUTES ?= 10
SEED ?= 1
fuzz: $(DEV_READY)
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES) --seed $(SEED)

# which lines no test runs; tracing them more than doubles the time
coverage: $(DEV_READY) browser
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term:skip-covered

quick: $(DEV_READY)
	$(BIN)/python -m pytest -n 2 -m "not slow and not browser"

check: $(DEV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV_READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: call make with PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# the lock names everything, so nothing is resolved: a newer release of a package cannot change or break the set-up
$(READY): $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_READY): $(READY)
	@touch $@

# the browser tests use Debian's Chromium; anywhere else they are skipped with a reason
browser:
	@if ! command -v chromium >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium) >/dev/null 2>&1 \
	      || echo "Chromium could not be installed; the browser tests will be skipped" >&2; \
	  else echo "Chromium is not installed; the browser tests will be skipped" >&2; fi; fi
	@if command -v npm >/dev/null 2>&1 && [ ! -f $(VENV)/axe/axe.min.js ]; then \
	  mkdir -p $(VENV)/axe && (cd $(VENV)/axe && npm pack --silent axe-core@4 >/dev/null 2>&1 && tar -xzf axe-core-*.tgz --strip-components=1 package/axe.min.js) \
	    || echo "axe-core could not be fetched; its test will be skipped" >&2; fi

# writes the lock again; needs uv
lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --extra jupyter --extra encrypt --extra spss --extra xlsform --extra pdf --extra dev \
	  pyproject.toml --output-file requirements.lock

sample: $(READY)
	rm -rf data/samples && $(BIN)/python -c "from pathlib import Path; from rss_analytics.synthetic.region import write_sample; write_sample(Path('data/samples'))"

docs: $(READY)
	$(BIN)/python -m rss_analytics.interchange.reference docs/reference

clean:
	rm -rf $(VENV) out build dist

# `make demo` and `make test` need nothing but Debian, Python 3.11 or later, make and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DISTRIBUTIONS := core connectors-sensei connectors-pipedrive connectors-twenty \
  plugins/dental plugins/sensei-pipedrive plugins/sensei-twenty
STAMP := $(VENV)/.installed
WORKERS ?= 2

.PHONY: demo test quick torture check lint types imports format wheels docs lock clean benchmark

$(STAMP): requirements.lock pyproject.toml $(DISTRIBUTIONS:%=%/pyproject.toml)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation $(DISTRIBUTIONS:%=-e ./%)
	touch $@

demo: $(STAMP)            ## a generated practice through the whole process, and out again
	$(BIN)/bridgework demo --patients 1000 --keep demo

test: $(STAMP)            ## everything
	$(BIN)/python -m pytest -q -n $(WORKERS)

quick: $(STAMP)           ## everything that takes no time
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow and not torture"

torture: $(STAMP)         ## the long run: sweeps, kits, mutants, kills, proxies, 50,000 examples (or TORTURE=hours for all)
	nice -n 10 $(BIN)/python tools/torture.py

check: lint types imports

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheels: $(STAMP)          ## build every wheel, install them into a clean environment, look for the connectors
	$(BIN)/python tools/check_wheels.py $(DISTRIBUTIONS)

docs: $(STAMP)            ## render the hook manual and the settings pages
	$(BIN)/python tools/render_docs.py

lock:                     ## regenerate requirements.lock (needs uv: pip install uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links $(DISTRIBUTIONS:%=%/pyproject.toml) pyproject.toml --group dev --all-extras \
	  --no-emit-package bridgework --no-emit-package bridgework-sensei --no-emit-package bridgework-pipedrive \
	  --no-emit-package bridgework-dental --no-emit-package bridgework-sensei-pipedrive \
	  --no-emit-package bridgework-twenty --no-emit-package bridgework-sensei-twenty -o requirements.lock

benchmark: $(STAMP)
	$(BIN)/python benchmarks/engine.py

clean:
	rm -rf $(VENV) demo dist

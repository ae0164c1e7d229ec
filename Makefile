# Everything happens in .venv, made by uv; nothing else on the machine is touched.
# Stamp files inside .venv remember which set-up is current, so repeats are quick.

VENV := .venv
BIN := $(VENV)/bin
# The uv on PATH if it runs, else a private one under build/.
UV := $(if $(shell uv --version 2>/dev/null),uv,build/uv/bin/uv)
INSTALL := $(UV) pip install --quiet --python $(BIN)/python -c constraints.txt

export UV_PYTHON_DOWNLOADS := never

.PHONY: help demo test check fix bench constraints clean

help:
	@echo "make demo         colorize examples/ into out/ with the embedded model"
	@echo "make test         run the tests"
	@echo "make check        formatting, lint, types, import rules"
	@echo "make fix          repair formatting and lint, rewrite docs/cli.md"
	@echo "make bench        measure speed (an hour and a half; ARGS=--quick: ten minutes)"
	@echo "make constraints  resolve constraints.txt anew from pyproject.toml"
	@echo "make clean        remove .venv, build and out"

demo: $(VENV)/base.stamp
	$(BIN)/colorize examples -o out --samples 2 --overwrite --device cpu

test: $(VENV)/dev.stamp
	$(BIN)/pytest

check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/mypy --explicit-package-bases benchmarks scripts
	$(BIN)/lint-imports

fix: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/python -m scripts.cli_docs

bench: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks $(ARGS)

constraints: $(filter build/%,$(UV))
	$(UV) pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	  --no-annotate --no-emit-index-url --quiet -o constraints.txt \
	  --custom-compile-command "make constraints"

clean:
	rm -rf $(VENV) build out

# What colorizing needs: no torch.
$(VENV)/base.stamp: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e .
	touch $@

# What tests, checks, training and export need; the base is part of it.
$(VENV)/dev.stamp: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e '.[dev]'
	touch $(VENV)/base.stamp $@

$(BIN)/python: | $(filter build/%,$(UV))
	$(UV) venv --quiet --python '>=3.11' $(VENV)

# --target installs beside the system's packages, so pip does not mind where an
# operating system manages its own Python; a machine without pip still has venv.
build/uv/bin/uv:
	python3 -m pip install --quiet --target build/uv uv \
	  || { python3 -m venv build/uv && build/uv/bin/python -m pip install --quiet uv; }

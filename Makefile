# The night leg cramps assistant. `make run` and `make test` are the two to know; `make help` lists the rest.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# More for pytest, as in: make test ARGS="-k encoder"
ARGS ?=

export RASA_TELEMETRY_ENABLED := false
export PYTHONUTF8 := 1
# Rasa's own use of SQLAlchemy, which nobody here can change.
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
# Some machines set this; Python would then compile Rasa anew at every start, which takes 13 s.
export PYTHONDONTWRITEBYTECODE :=

# The first Python that runs and is new enough for tools/setup.py. Our own needs no start-up script of pyenv's, so it is
# quicker; and `python3` alone will not do, as pyenv's refuses to start where it lacks what .python-version asks for.
ifndef PYTHON
PYTHON := $(shell for python in .venv/bin/python python3 /usr/bin/python3 python3.13 python3.12 python3.11 python3.10 python3.9; do \
	"$$python" -I -S -c 'import sys; sys.exit(sys.version_info < (3, 9))' >/dev/null 2>&1 && echo "$$python" && break; done)
endif

# $(call setup,NAME): has the environment NAME of tools/setup.py ready; returns at once when it is.
define setup
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.9 or newer is missing: install it (Debian: apt-get install python3) and run this again." >&2; exit 1; fi
	@"$(PYTHON)" -I -S tools/setup.py $(1)
endef

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r target text; do printf '  make %-19s %s\n' "$$target" "$$text"; done

.PHONY: setup
setup: ## Make the environment ready (the others do it themselves)
	$(call setup,run)

.PHONY: run
run: ## Set up, train if the data changed, and serve at http://127.0.0.1:5005/ (PORT=5006 for another port)
	$(call setup,run)
	@.venv/bin/legcramps train --if-changed
	@.venv/bin/legcramps serve $(if $(PORT),--port "$(PORT)")

.PHONY: chat
chat: ## Talk to the assistant in this terminal
	$(call setup,run)
	@.venv/bin/legcramps train --if-changed
	@.venv/bin/legcramps chat

.PHONY: train
train: ## Train a new model
	$(call setup,run)
	@.venv/bin/legcramps train

.PHONY: test
test: ## Run all tests, fast ones first (ARGS="-k word" for some of them)
	$(call setup,test)
	@.venv/bin/python tools/run_tests.py $(ARGS)

.PHONY: data-check
data-check: ## Check the training data: Rasa's own validation, then ours
	$(call setup,test)
	@.venv/bin/rasa data validate --fail-on-warnings
	@.venv/bin/python tools/run_tests.py --only data $(ARGS)

.PHONY: evaluate
evaluate: ## Measure what the assistant understands and answers
	$(call setup,run)
	@.venv/bin/legcramps train --if-changed
	@.venv/bin/legcramps evaluate

.PHONY: compare
compare: ## Measure ours beside the stock assistant of `rasa init` (installs the real TensorFlow in .venv-compare)
	$(call setup,run)
	$(call setup,compare)
	@.venv/bin/legcramps train --if-changed
	@.venv/bin/python benchmarks/compare.py

.PHONY: voice-test
voice-test: ## Speak 60 questions, recognise them, ask them over every voice channel, and hear the replies (ARGS=--only 5)
	$(call setup,run)
	$(call setup,voice)
	@.venv/bin/legcramps train --if-changed
	@.venv/bin/python -m benchmarks.voice $(ARGS)

.PHONY: bench-understanding
bench-understanding: ## Compare ways of understanding a message (ARGS=--with-diet: also stock DIET, after make compare)
	$(call setup,run)
	@.venv/bin/python -m benchmarks.understanding $(ARGS)

.PHONY: bench-sweep
bench-sweep: ## Sweep the classifier's chosen numbers on the training examples
	$(call setup,run)
	@.venv/bin/python -m benchmarks.understanding.sweep $(ARGS)

.PHONY: bench-widget
bench-widget: ## Measure what the website widget adds to an answer, in Chromium
	$(call setup,test)
	@.venv/bin/legcramps train --if-changed
	@.venv/bin/python -m benchmarks.widget $(ARGS)

.PHONY: screenshots
screenshots: ## Pictures of the website widget's main states, in build/screenshots (needs Chromium)
	$(call setup,test)
	@.venv/bin/legcramps train --if-changed
	@.venv/bin/python tools/screenshots.py $(ARGS)

.PHONY: lint
lint: ## Check the Python code's style
	$(call setup,lint)
	@.venv-lint/bin/ruff check .
	@.venv-lint/bin/ruff format --check .

.PHONY: format
format: ## Put the Python code into that style
	$(call setup,lint)
	@.venv-lint/bin/ruff check --fix .
	@.venv-lint/bin/ruff format .

.PHONY: encoder
encoder: ## Make models/encoder anew from the original weights (installs PyTorch in .venv-encoder)
	$(call setup,encoder)
	@.venv-encoder/bin/python tools/build_encoder.py

.PHONY: lock
lock: ## Resolve requirements/*.in anew into the lock files
	@"$(PYTHON)" -I -S tools/setup.py lock

.PHONY: clean
clean: ## Remove what training, running and testing made
	@rm -rf .rasa results reports graph.html .pytest_cache .hypothesis .ruff_cache build ./*.egg-info stubs/tensorflow/build stubs/tensorflow/*.egg-info
	@rm -f models/*.tar.gz ./*.db ./*.db-journal ./*.db-shm ./*.db-wal
	@find actions legcramps tests tools stubs benchmarks -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

.PHONY: distclean
distclean: clean ## Remove that and the environments
	@rm -rf .venv .venv-lint .venv-compare .venv-encoder .venv-voice .tools

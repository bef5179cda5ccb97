# Zscape: two commands are enough, `make run` and `make test`. Needs Python 3.11 or newer and make.
#
# ARGS goes to what is started:    make run ARGS="--home /tmp/try"     make test ARGS="-k slider"
# PYTHON names an interpreter:     make setup PYTHON=/opt/python3.12/bin/python3
# TORCH_INDEX is an extra index for torch. On Linux with an Intel or AMD processor pip takes the CUDA build (2.5 GB);
# for the CPU build (0.2 GB):      make setup TORCH_INDEX=https://download.pytorch.org/whl/cpu

PY = .venv/bin/python
ARGS =
OFFSCREEN = QT_QPA_PLATFORM=offscreen OMP_WAIT_POLICY=PASSIVE

.PHONY: help setup run test bench faults lint shots

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 10

setup: ## build .venv once and look for what Qt needs; a second time touches no network
	@TORCH_INDEX="$(TORCH_INDEX)" PYTHON="$(PYTHON)" sh .ci/setup
	@sh .ci/os-packages offscreen

run: setup ## open the window
	@sh .ci/os-packages screen
	@$(PY) main.py $(ARGS)

lint: setup ## ruff, mypy, the floors of the architecture
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache

test: lint ## everything that has to hold, without a screen
	@$(OFFSCREEN) $(PY) -m pytest $(ARGS)

bench: setup ## measure the figures and rewrite the README's table (half an hour at most)
	@$(OFFSCREEN) $(PY) -m bench all --readme $(ARGS)

faults: setup ## kill, starve and quit the program hundreds of times, and count what was lost
	@$(OFFSCREEN) $(PY) -m tests.faults $(ARGS)

shots: setup ## draw every panel into docs/screens, light and dark, 1x and 2x
	@$(OFFSCREEN) $(PY) -m tests.shots $(ARGS)

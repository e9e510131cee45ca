# Each target is one command of deploy/setup.py; `python3 deploy/setup.py --help` says what each does.
# Arguments are handed on: make test ARGS="-k orders", make bench ARGS="turns".
PYTHON ?= python3

.PHONY: demo test check bench lean clean
demo test check bench lean clean:
	@$(PYTHON) deploy/setup.py $@ $(ARGS)

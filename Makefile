# Each target is one script; `make help` says what there is.

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check bench docs

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the Debian or Ubuntu packages that are missing, and say which
	@Scripts/setup

demo: ## Build, tell a whole story on sample media, leave the server running
	@Scripts/demo

run: ## Build and run the server on 127.0.0.1:8080 with its data in ./firebreak-data
	@Scripts/run

test: ## Build everything and run all tests
	@Scripts/test

check: ## Everything that CI runs: tests, format, documents, fuzzed API, threads
	@.ci/run

bench: ## Measure fingerprints, index, storage, media and HTTP in one run
	@Scripts/bench

docs: ## Generate the references in Documentation/Reference anew
	@Scripts/references Documentation/Reference

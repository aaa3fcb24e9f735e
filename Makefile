# Everything that is done with this repository. Each target does its own set-up:
# what is missing on a Debian machine is installed and started by scripts/.

GO      ?= go
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
PYTHON   = $(shell scripts/python --dir)

.DEFAULT_GOAL := help
.PHONY: help build man demo dev test unit e2e soak bench lint setup screenshot FORCE

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: bin/nbhosting ## build bin/nbhosting

bin/nbhosting: FORCE
	@mkdir -p bin
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $@ ./cmd/nbhosting

man: build ## write the manual pages of all commands to bin/man
	@rm -rf bin/man
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct 2>/dev/null) bin/nbhosting man bin/man

demo: build ## serve a sample course on http://127.0.0.1:8080 (DEMO_ADDR, DEMO_DIR, DEMO_RUNTIME)
	@scripts/demo

dev: build ## the demonstration on this host's own Python, with all of its log
	@DEMO_RUNTIME=process DEMO_LOG=debug scripts/demo

setup: build ## install and start all that the tests need
	@scripts/apt git curl procps openssh-client
	@scripts/sshd
	@scripts/docker
	@scripts/podman
	@scripts/chromium
	@scripts/axe
	@scripts/python
	@scripts/images
	@scripts/fakejupyter

test: setup unit e2e ## set up, then run every test

# What a test cannot find, it skips; with NBHOSTING_TEST=require it fails.
TEST_ENV = NBHOSTING_TEST=require NBHOSTING_TEST_DOCKER=require NBHOSTING_TEST_PYTHON_BIN=$(PYTHON)/bin

unit: ## run the tests of the packages, with the race detector (after "make setup")
	$(TEST_ENV) $(GO) test -race -timeout 30m $$($(GO) list ./... | grep -v /e2e$$)

e2e: ## run the tests of the whole, in a browser (after "make setup")
	$(TEST_ENV) $(GO) test -count=1 -timeout 40m ./e2e

SOAK ?= 30m

soak: setup ## a class works while faults hit at random, for SOAK (30m); NBHOSTING_CHAOS_SEED repeats one
	$(TEST_ENV) NBHOSTING_CHAOS=$(SOAK) $(GO) test -count=1 -v -timeout 24h -run '^TestChaos$$' ./e2e

bench: setup build ## measure, against the raw limit measured in the same run
	$(GO) run ./bench/datapath
	$(GO) run ./bench/openings
	$(GO) run ./bench/saves
	$(GO) test -run '^$$' -bench . -benchtime 1000x ./internal/history
	$(GO) run ./bench/courses
	$(GO) run ./bench/load

lint: ## check format, vet, staticcheck
	@test -z "$$($(GO) tool -modfile=tools.mod gofumpt -l . | tee /dev/stderr)"
	$(GO) vet ./...
	$(GO) tool -modfile=tools.mod staticcheck ./...
	@for script in scripts/* .ci/run; do bash -n $$script; done

screenshot: setup ## make the pictures in docs anew
	$(TEST_ENV) NBHOSTING_SCREENSHOTS=$(CURDIR)/docs $(GO) test -count=1 -run Screenshots ./e2e

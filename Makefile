# Nothing but Go is needed. Without a C compiler the race detector cannot run, and `make test` says so.

GO       ?= go
RUN_ARGS ?=
# A program under the race detector would sleep for a second as it ends, and the tests start many.
export GORACE ?= atexit_sleep_ms=0
HAS_CC   := $(shell command -v "$$($(GO) env CC)" 2>/dev/null)
RACE     := $(if $(HAS_CC),-race,)

.PHONY: run build test vet lint check fuzz bench share web vendor-web clean

run: ## play the main scenario and show its outcome
	@$(GO) run ./cmd/parley run scenarios/one-month-truce.yaml $(RUN_ARGS)

build: ## build bin/parley
	$(GO) build -o bin/parley ./cmd/parley

test: vet lint ## vet, staticcheck and all tests, with the race detector
ifeq ($(RACE),)
	@echo "NOT RUN: the race detector (no C compiler found)"
endif
	$(GO) test $(RACE) ./...

vet:
	$(GO) vet ./...
	@unformatted="$$(gofmt -l cmd node sim scenarios)"; test -z "$$unformatted" || { echo "not gofmt'd: $$unformatted"; exit 1; }

lint:
	$(GO) tool staticcheck ./...

check: build ## play the whole library, and each scenario 200 times over
	bin/parley run scenarios/*.yaml --quiet
	@for f in scenarios/*.yaml; do bin/parley run $$f --replays 200 --quiet || exit 1; done

FUZZTIME ?= 20s
fuzz: ## fuzz every parser and decoder for FUZZTIME each
	@set -e; $(GO) list ./... | while read -r p; do \
	  for t in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
	    echo "$$p $$t"; $(GO) test -run '^$$' -fuzz "^$$t\$$" -fuzztime $(FUZZTIME) $$p; done; done

bench: ## how fast: see "How fast" in README.md
	$(GO) test -run '^$$' -bench . -benchmem ./node/terms ./sim ./sim/analysis/...

share: ## whose the processor time of a run in virtual time is: Raft's or Parley's
	GODEBUG=randseednop=0,asyncpreemptoff=1 $(GO) test -run '^$$' -bench '^BenchmarkShare$$' -benchtime 3000x -cpu 1 ./sim

WEB := sim/report/page/web
web: ## bundle the page's script and style; needs no Node
	$(GO) tool esbuild $(WEB)/main.js --bundle --format=iife --target=es2022 --charset=utf8 --legal-comments=inline --log-level=warning --outfile=$(WEB)/dist/page.js
	$(GO) tool esbuild $(WEB)/page.css --charset=utf8 --log-level=warning --outfile=$(WEB)/dist/page.css

vendor-web: ## fetch the libraries of the page anew, with npm
	$(WEB)/vendor/refresh.sh
	$(MAKE) web

clean:
	rm -rf bin

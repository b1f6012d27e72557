# Hanse: the menu. Each target sets up what it needs by itself; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo run test check audit eval openapi openapi-check clients bench load tamper fuzz mutants deb release deb-try clean tools

BINS := -p hanse-node -p hanse-command -p hanse-demo
export CARGO_TERM_COLOR ?= auto

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: tools ## three federated nodes do the main job on real data, and a stranger verifies it (KEEP=1 leaves them up, DATA=DIR loads your own job texts)
	@echo '==> building (the first time takes two to three minutes on two cores)'
	cargo build $(BINS)
	target/debug/hanse-node taxonomy fetch --download-only || true
	target/debug/hanse-demo $(if $(DATA),--data '$(DATA)') $(if $(KEEP),--keep)

run: tools ## one node on a private Postgres of its own, until interrupted
	cargo build -p hanse-node -p hanse-command
	target/debug/hanse-node taxonomy fetch || true
	target/debug/hanse-node run --private

test: tools ## every test, against a throw-away Postgres that the target starts and stops
	cargo test --workspace --no-run
	target/debug/with-postgres -- cargo test --workspace --no-fail-fast -- --quiet

check: tools ## format, lints and documentation, without a database
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --quiet

audit: ## known vulnerabilities, yanked releases, licences and bans, by cargo-deny (from the network; built first where it is missing, some minutes)
	@command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
	cargo deny check

eval: tools ## measure matching and scores on data given by path (DATA=DIR), with baselines beside (PYTHON=a Python with bm25s and networkx adds two); results go to target/eval
	@test -n '$(DATA)' || { echo 'which data? make eval DATA=DIR; services/eval/README.md says where people get each set'; exit 2; }
	cargo build -p hanse-testkit
	cargo build --release -p hanse-eval --features tantivy
	target/debug/with-postgres -- target/release/hanse-eval matching --data '$(DATA)' $(if $(PYTHON),--python '$(PYTHON)')
	target/release/hanse-eval reputation --data '$(DATA)' $(if $(SEED),--seed $(SEED)) $(if $(PYTHON),--python '$(PYTHON)')

openapi: ## write openapi/openapi.json from the code
	cargo build -p hanse-node
	target/debug/hanse-node openapi > openapi/openapi.json

openapi-check: ## fail if openapi/openapi.json is not what the code says
	cargo build -p hanse-node
	target/debug/hanse-node openapi | diff -u openapi/openapi.json -

clients: tools ## generate clients from openapi/openapi.json, do the main job with them, and test the API against the document (three minutes; from PyPI and npm; SEED=n repeats a run)
	@command -v python3 >/dev/null && command -v npm >/dev/null || { echo 'python3 (with venv) and npm are needed'; exit 1; }
	cargo build -p hanse-node
	python3 openapi/clients/run.py

bench: tools ## how fast the parts are, each as a ratio to a limit of this machine measured in the same run (about ten minutes, the build apart)
	cargo run --release -p hanse-load-tests

load: tools ## pairs of people do the whole job at two nodes for two minutes; what was acknowledged is checked meanwhile and counted again, nothing may be lost (USERS=n SECONDS=n SEED=n; target/bench/load.html has plots)
	cargo run --release -p hanse-whole-job -- $(if $(USERS),--users $(USERS)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

tamper: ## change evidence and record files in some sixty thousand ways, and see that the verifier refuses them or finds the same; a second one in Python is asked too (PYTHON= leaves it out)
	PYTHON='$(if $(filter undefined,$(origin PYTHON)),$(shell command -v python3),$(PYTHON))' cargo run --release -p hanse-liars --bin tamper

fuzz: ## every parser of foreign bytes under changed inputs, SECONDS in all (60; also TARGET, SEED, WORDS=1, TRACE=1, KEEP=1: services/fuzz/README.md); what breaks one is kept as a seed
	cargo run -p hanse-fuzz

mutants: ## change the code of a pure crate in each way that cargo-mutants knows, and see that its tests notice (CRATE=document; SHARD=0/8 for a part; an hour for 500)
	@test -n '$(CRATE)' || { echo 'which crate? make mutants CRATE=document'; exit 2; }
	@command -v cargo-mutants >/dev/null || cargo install --locked cargo-mutants
	PROPTEST_DISABLE_FAILURE_PERSISTENCE=true cargo mutants -p hanse-$(CRATE) $(if $(SHARD),--shard $(SHARD) --sharding round-robin) --output target/mutants

# What packages hold beside the programs: built with them, so that neither can be of another version.
PROFILE ?= release
# Later versions may refuse PROFILE=dev.
CARGO_DEB = 3.8.0
BUILT = target/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))

deb: tools ## Debian packages of the node and of the command, in target/debian (PROFILE=dev for quick, large ones)
	@command -v cargo-deb >/dev/null || cargo install --locked cargo-deb@$(CARGO_DEB)
	cargo build --locked --profile $(PROFILE) -p hanse-node -p hanse-command
	rm -rf $(BUILT)/package && mkdir -p $(BUILT)/package/completions
	$(BUILT)/hanse man $(BUILT)/package/man && gzip -9n $(BUILT)/package/man/*
	$(BUILT)/hanse completions bash > $(BUILT)/package/completions/hanse.bash
	$(BUILT)/hanse completions zsh > $(BUILT)/package/completions/_hanse
	$(BUILT)/hanse completions fish > $(BUILT)/package/completions/hanse.fish
	cargo deb --no-build --profile $(PROFILE) -p hanse-node
	cargo deb --no-build --profile $(PROFILE) -p hanse-command

deb-try: ## install the packages on a bare Debian in a folder, start a node there, use it, remove it (as root; debootstrap is installed first)
	packaging/try.sh

release: deb ## a release folder: packages, programs with manual and completions, checksums, in target/release-VERSION
	packaging/release.sh

clean: ## remove what was built
	cargo clean

tools:
	@command -v cargo >/dev/null || { echo 'cargo is missing: install Rust from your distribution or rustup'; exit 1; }
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then echo '==> installing PostgreSQL'; apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy postgresql; \
	  else echo 'PostgreSQL programs are missing: apt-get install postgresql'; exit 1; fi; }

# A thin skin over npm. `make run` and `make test` install what they need; nothing else does.

.DEFAULT_GOAL := help
.PHONY: help run test build lint format bench soak firmware generate clean

OCTOBAR := node dist/src/cli/main.js

help:
	@echo 'make run       install, build, run one MobileNetV2 bottleneck in its six mappings'
	@echo 'make test      install and check everything'
	@echo 'make build     install the npm packages and build the tool'
	@echo 'make lint      linter, format check and type check'
	@echo 'make format    format the sources'
	@echo 'make bench     measure the speed of the emulator on this computer'
	@echo 'make soak      the long forms of the tests'
	@echo 'make firmware  rebuild the prebuilt ELF files with riscv64-unknown-elf-gcc'
	@echo 'make generate  rewrite headers and pages that derive from tables'

run: build
	$(OCTOBAR) bottleneck --mapping all

test:
	@.ci/test

build: node_modules/.package-lock.json
	npm run --silent build

node_modules/.package-lock.json: package.json package-lock.json .npmrc
	@.ci/check-node
	npm ci --no-audit --no-fund
	@touch $@

lint: node_modules/.package-lock.json
	npm run --silent lint
	npm run --silent format:check
	npm run --silent typecheck

format: node_modules/.package-lock.json
	npm run --silent format

bench: node_modules/.package-lock.json
	npm run --silent bench

soak: build
	@.ci/install-tools
	npm run --silent soak

firmware: build
	@.ci/install-tools
	$(MAKE) -C firmware

generate: node_modules/.package-lock.json
	npm run --silent generate

clean:
	rm -rf dist .cache

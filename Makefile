# SPDX-License-Identifier: Apache-2.0
# The one front door. `make boot` and `make test` install what they need (apt, by name; root for that).
#
#   make build     out/domb, out/domb-init, out/domb-construct, out/domb.cpio.gz
#   make boot      builds, boots examples/appliance.dts on real Xen in QEMU, checks, prints the result
#   make unit      the quick tests
#   make tpm-faults  every TPM command made to fail, with a real swtpm
#   make model-check  every small dependency graph, every operation made to fail: the invariants hold
#   make bench     speed and size against what people would use instead; out/bench.json
#   make fuzz-replay  past findings through the fuzzers
#   make test      lint, unit tests, the boot and the scenarios that fit in thirty minutes
#   make test-all  the whole matrix
#   make clean     removes out/ and the build folders

SHELL := /bin/bash
.DELETE_ON_ERROR:
export SWIFT_BACKTRACE := enable=no

DOMB_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/domb
export DOMB_CACHE
export DOMB_DEPS := $(DOMB_CACHE)

# Without Swift's shared libraries: they take longer to load than most commands run, and need not be where domb is.
HOST := swift build -c release --scratch-path .build-host --static-swift-stdlib
INIT := swift build -c release --scratch-path .build-init --traits EmbeddedInit
FAULT := swift build -c release --scratch-path .build-fault --traits EmbeddedInit,FaultInjection

.PHONY: build boot unit lint test test-all clean packages deps programs images fault rehearse xen-late-hwdom xenstored \
	toolstack fuzz-replay tpm-faults model-check bench

build: packages deps programs images

packages:
	@rig/deps/apt.sh

deps: packages
	@rig/deps/xen-packages.sh
	@rig/deps/tss2.sh

xen-late-hwdom: deps
	@rig/deps/xen-xsm.sh

xenstored: deps
	@rig/deps/xenstored.sh

programs: deps
	@mkdir -p out
	@echo "building domb (host tool)"
	@DOMB_DEPS= $(HOST) --product domb
	@install -m 755 .build-host/release/domb out/domb
	@echo "building domb-init and domb-construct (Embedded Swift, static)"
	@# SwiftPM does not link again when a static library of rig/deps has changed.
	@rm -f .build-init/release/domb-init .build-init/release/domb-construct
	@$(INIT) --product domb-init
	@$(INIT) --product domb-construct
	@strip -o out/domb-init .build-init/release/domb-init
	@strip -o out/domb-construct .build-init/release/domb-construct

# xl and its services, for the scenarios of a classic dom0.
toolstack: deps
	@rig/deps/toolstack.sh

fault: programs
	@echo "building domb-init-fault (the rig's test build)"
	@rm -f .build-fault/release/domb-init
	@$(FAULT) --product domb-init
	@strip -o out/domb-init-fault .build-fault/release/domb-init

# A launch on the simulated Xen with a real swtpm, for the rig.
rehearse: deps
	@echo "building domb-rehearse"
	@mkdir -p out/rig
	@rm -f .build-host/release/domb-rehearse
	@$(HOST) --product domb-rehearse
	@install -m 755 .build-host/release/domb-rehearse out/rig/domb-rehearse

images: programs
	@initramfs/build.sh domb out/domb.cpio.gz out/domb-init
	@python3 initramfs/budget.py

boot: build xen-late-hwdom
	@python3 rig/boot.py

lint:
	@echo "lint"
	@swift format lint --strict --recursive Sources Tests Package.swift
	@for file in rig/deps/*.sh rig/bench/*.sh guests/*.sh initramfs/*.sh; do bash -n "$$file" || exit 1; done
	@python3 -m compileall -q rig initramfs

# Ordinary Swift: the core, the simulation and the host tool, with an import check that the manifest's arrows hold.
unit: packages
	@DOMB_DEPS= swift test --scratch-path .build-test --explicit-target-dependency-import-check error
	@python3 -m unittest discover -q -s rig/tests -t rig

# Every fixture and every past finding through the fuzzers, under AddressSanitizer.
fuzz-replay:
	@Fuzz/build.sh .build-fuzz
	@Fuzz/run.sh replay .build-fuzz

# Every TPM command of a launch times every fault, through a real swtpm.
tpm-faults: rehearse
	@python3 rig/tpm_faults.py

# Hundreds of thousands of launches on the simulation, and launches of 10,000 domains.
model-check: packages
	@echo "model check"
	@DOMB_DEPS= $(HOST) --product domb-modelcheck
	@.build-host/release/domb-modelcheck
	@.build-host/release/domb-modelcheck --scale

bench: boot rehearse
	@rig/deps/apt.sh rig/bench/packages.txt
	@python3 rig/bench/run.py

test: lint build fault xen-late-hwdom xenstored toolstack unit model-check tpm-faults fuzz-replay boot
	@python3 rig/scenarios.py --quick

test-all: lint build fault xen-late-hwdom xenstored toolstack unit model-check tpm-faults fuzz-replay boot
	@python3 rig/scenarios.py --all

clean:
	rm -rf out .build-host .build-init .build-fault .build-static .build-test .build-fuzz

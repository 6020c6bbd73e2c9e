# SPDX-License-Identifier: Apache-2.0
# The one front door. `make boot` and `make test` install what they need (apt, by name; root for that).
#
#   make tool      out/domb alone: for all that needs no machine (docs/quickstart.md)
#   make build     out/domb, out/domb-init, out/domb-construct, out/domb-launch, out/domb.cpio.gz
#   make boot      builds, boots examples/appliance.dts on real Xen in QEMU, checks, prints the result
#   make build XEN=PREFIX  the same with the libraries of a Xen of your own, as its make install leaves them (docs/xen-versions.md)
#   make xen417    out/4.17/domb-init, out/4.17/domb-construct: for Debian 12's own Xen
#   make unit      the quick tests, and what they need: the programs, man pages, the SPDX document
#   make mutants   700 small changes of the sources: does a test notice?
#   make tpm-faults  every TPM command made to fail, with a real swtpm
#   make hash-threads  one thread and many give the same log and PCRs
#   make model-check  every small dependency graph, every operation made to fail: the invariants hold; planted faults are caught
#   make model-check-all  that, and every error code with graphs of four domains
#   make docs      the API documentation; out/docs
#   make bench     speed and size against what people would use instead; out/bench.json
#   make fuzz-replay  past findings through the fuzzers
#   make deb       out/package/domb_VERSION_amd64.deb, with man pages, completions, and the list of what is inside PID 1
#   make lint-deb  the package, and lintian's word on it
#   make test-deb  that, and the package installed, used and purged in a fresh debootstrap chroot (root for that)
#   make hooks     a commit is linted before it is made
#   make lines     the lines of Swift and C in PID 1
#   make sbom      out/domb.spdx.json: every library in these programs (SPDX 2.3)
#   make reproduce  two builds in different folders, at different times, by different users: the same bytes (root for that)
#   make test      lint, unit tests, the boot and a scenario of each kind: 34 minutes on two cores
#   make test-all  the whole matrix
#   make clean     removes out/ and the build folders

SHELL := /bin/bash
.DELETE_ON_ERROR:
export SWIFT_BACKTRACE := enable=no

DOMB_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/domb
export DOMB_CACHE
export DOMB_DEPS := $(DOMB_CACHE)

# The same bytes in every folder (make reproduce): the build id, which the log's first record has, is a digest of all that
# is linked, and debug information is full of paths. So is what goes into the compiler's digest of a module's code
# (.swift_modhash), by which it passes over code that has not changed.
SAME := -Xswiftc -gnone -Xswiftc -Xfrontend -Xswiftc -disable-incremental-llvm-codegen -Xcc -g0 \
	-Xswiftc -file-prefix-map -Xswiftc $(CURDIR)=. -Xcc -ffile-prefix-map=$(CURDIR)=. \
	-Xcc -ffile-prefix-map=$(DOMB_CACHE)=/deps
# What runs on a Xen host: PID 1, what builds domains before it on today's Xen, and the launch as a command of a dom0.
PROGRAMS := domb-init domb-construct domb-launch
# Without Swift's shared libraries: they take longer to load than most commands run, and need not be where domb is.
HOST := swift build -c release --scratch-path .build-host --static-swift-stdlib $(SAME)
INIT = swift build -c release --scratch-path $(INIT_FOLDER) --traits EmbeddedInit $(SAME)
FAULT := swift build -c release --scratch-path .build-fault --traits EmbeddedInit,FaultInjection $(SAME)

# The Xen whose libraries go into the programs: Debian 13's, or that of XEN=PREFIX. SwiftPM knows nothing of DOMB_XEN: a
# folder of its own for each.
INIT_FOLDER := .build-init
ifneq ($(XEN),)
DOMB_XEN := $(shell DOMB_CACHE='$(DOMB_CACHE)' rig/deps/xen-own.sh '$(XEN)')
ifeq ($(DOMB_XEN),)
$(error XEN=$(XEN): not a Xen to build against)
endif
DOMB_XEN_LIBRARIES := $(shell cat $(DOMB_CACHE)/$(DOMB_XEN)/domb/libraries)
export DOMB_XEN DOMB_XEN_LIBRARIES
INIT_FOLDER := .build-init-$(DOMB_XEN)
endif
INIT417 := env -u DOMB_XEN_LIBRARIES DOMB_XEN=xen417 swift build -c release --scratch-path .build-init-4.17 --traits EmbeddedInit $(SAME)

.PHONY: build tool boot unit lint test test-all clean packages deps programs images fault rehearse flask flask-base xen-late-hwdom xenstored \
	fuzz-replay tpm-faults hash-threads model-check model-check-all mutants mutants-sample bench man sbom deb deb-tools lint-deb test-deb reproduce docs xen417 toolstack lines hooks

build: packages deps programs images

packages:
	@rig/deps/apt.sh

deps: packages
	@# Debian's Xen, its libraries and the rig's kernel: a Xen of one's own needs none of it.
	@$(if $(XEN),true,rig/deps/xen-packages.sh && rig/deps/xen-release.sh xen)
	@rig/deps/tss2.sh

xen-late-hwdom: deps
	@rig/deps/xen-xsm.sh

# Xen's part of the FLASK policy, from its sources.
flask-base: deps
	@rig/deps/flask-base.sh

# All of it; flask/ has the boot domain's.
flask: xen-late-hwdom flask-base
	@flask/build.sh $(DOMB_CACHE)/flask-base out/xenpolicy-domb

xenstored: deps
	@rig/deps/xenstored.sh

# The versions that were built and tested; the file itself changes with every change of Package.swift.
Package.resolved: packaging/swift-packages.json
	@cp $< $@

tool: packages Package.resolved
	@mkdir -p out
	@echo "building domb (host tool)"
	@DOMB_DEPS= $(HOST) --product domb
	@install -m 755 .build-host/release/domb out/domb

programs: deps tool
	@echo "building $(PROGRAMS) (Embedded Swift, static)"
	@# SwiftPM does not link again when a static library of rig/deps has changed.
	@for program in $(PROGRAMS); do \
		rm -f $(INIT_FOLDER)/release/$$program && \
		$(INIT) -Xlinker -Map=$(CURDIR)/out/$$program.map --product $$program && \
		strip -o out/$$program $(INIT_FOLDER)/release/$$program || exit 1; \
	done

# PID 1 for Debian 12's own Xen: the libraries have to be the hypervisor's.
xen417: deps
	@rig/deps/xen417.sh
	@rig/deps/xen-release.sh xen417
	@mkdir -p out/4.17
	@echo "building domb-init and domb-construct for Xen 4.17"
	@rm -f .build-init-4.17/release/domb-init .build-init-4.17/release/domb-construct
	@for program in domb-init domb-construct; do \
		$(INIT417) --product $$program && strip -o out/4.17/$$program .build-init-4.17/release/$$program || exit 1; \
	done

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

# Of the package's files: those of the commit, so that the same commit makes the same package.
EPOCH = $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null || date +%s))
VERSION = $(shell sed -n '1s/^domb (\(.*\)) .*/\1/p' packaging/debian/changelog)

man: programs
	@out/domb --experimental-dump-help >out/domb-help.json
	@python3 packaging/man.py out/domb-help.json docs/man out/man $(VERSION) "$$(date -u -d @$(EPOCH) +%F)"
	@packaging/completions.sh out/domb out/completions

sbom: programs
	@SOURCE_DATE_EPOCH=$(EPOCH) python3 packaging/sbom.py $(VERSION) out/domb.spdx.json \
		$(foreach program,$(PROGRAMS),out/$(program)=out/$(program).map)

deb-tools:
	@rig/deps/apt.sh packaging/packages.txt

deb: images man sbom deb-tools
	@SOURCE_DATE_EPOCH=$(EPOCH) packaging/build-deb.sh out/package

lint-deb: deb
	@lintian --no-cfg --allow-root --fail-on error,warning,info --tag-display-limit 0 out/package/domb_$(VERSION)_amd64.deb
	@echo "ok    lintian: no error, no warning, no information"

test-deb: lint-deb
	@packaging/validate-sbom.sh out/domb.spdx.json
	@packaging/test-install.sh out/package/domb_$(VERSION)_amd64.deb

reproduce: deps deb-tools
	@packaging/reproduce.sh

# How much there is to read of PID 1.
lines:
	@python3 initramfs/lines.py

lint:
	@echo "lint"
	@swift format lint --strict --recursive Sources Tests rig/mutation Package.swift
	@for file in rig/deps/*.sh rig/bench/*.sh guests/*.sh initramfs/*.sh packaging/*.sh flask/*.sh; do bash -n "$$file" || exit 1; done
	@python3 -m compileall -q rig initramfs packaging
	@python3 rig/style.py

# A commit that `make lint` refuses is not made.
hooks:
	@git config core.hooksPath .githooks
	@echo "commits are linted from now on (git config --unset core.hooksPath ends it)"

# Ordinary Swift: the core, the simulation and the host tool, with an import check that the manifest's arrows hold. The rig's
# own tests look at programs, man pages and the SPDX document too, and fail where they are not there.
unit: man sbom flask-base deb-tools
	@DOMB_DEPS= swift test --scratch-path .build-test --explicit-target-dependency-import-check error
	@python3 -m unittest discover -q -s rig/tests -t rig

# Small changes of the sources, one at a time, which the tests have to notice. The sample is of a fixed seed.
mutants: packages
	@python3 rig/mutants.py

mutants-sample: packages
	@python3 rig/mutants.py --sample

# Every fixture and every past finding through the fuzzers, under AddressSanitizer.
fuzz-replay:
	@Fuzz/build.sh .build-fuzz
	@Fuzz/run.sh replay .build-fuzz

# Every TPM command of a launch times every fault, through a real swtpm.
tpm-faults: rehearse
	@python3 rig/tpm_faults.py

# The same log and PCRs, however many threads hash.
hash-threads: rehearse
	@python3 rig/hash_threads.py

# Hundreds of thousands of launches on the simulation, and launches of 10,000 domains.
model-check: packages
	@echo "model check"
	@DOMB_DEPS= $(HOST) --product domb-modelcheck
	@.build-host/release/domb-modelcheck --self-test
	@.build-host/release/domb-modelcheck
	@.build-host/release/domb-modelcheck --scale

# The same with every error code for graphs of four domains, and more faults of larger ones.
model-check-all: model-check
	@.build-host/release/domb-modelcheck --whole --samples 12 --interleavings 4

# Every public symbol is documented, and docc has no complaint.
docs: deps
	@rig/api-docs.sh out/docs

bench: boot rehearse
	@rig/deps/apt.sh rig/bench/packages.txt
	@python3 rig/bench/run.py

test: lint docs build lint-deb xen417 fault flask xenstored unit mutants-sample model-check tpm-faults hash-threads fuzz-replay boot
	@python3 rig/scenarios.py --quick

test-all: lint docs build lint-deb xen417 fault flask xenstored toolstack unit mutants model-check-all tpm-faults hash-threads fuzz-replay boot
	@python3 rig/scenarios.py --all

clean:
	rm -rf out .build-host .build-init .build-init-* .build-fault .build-static .build-test .build-mutants .build-fuzz

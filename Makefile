# entrypoint - `make help` lists the targets.
.DEFAULT_GOAL := build/entrypoint
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
VERSION := 0.1.0
Q       := $(if $(V),,@)# make V=1 shows the commands

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
  -Wwrite-strings -Wcast-qual -Wformat=2 -Wundef -Wswitch-enum -Walloca -fno-common -Werror
ALL  := -std=c17 -D_POSIX_C_SOURCE=200809L -DEP_VERSION='"$(VERSION)"' -Isrc -I. -fmacro-prefix-map=$(CURDIR)/= $(WARN) -MMD -MP
SAN  := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# Debian's -dev packages; inih is built from its pinned source, because Debian's cuts lines at 200 bytes.
PKG       := libpq jansson libcrypto
PKG_FLAGS  = $(patsubst -I%,-isystem%,$(shell pkg-config --cflags $(PKG)))
PKG_LIBS   = $(shell pkg-config --libs $(PKG))
HARDEN    := -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE

# The static binary: musl, OpenSSL, libpq and jansson from pinned sources; mk/deps.sh builds them once per machine.
HOST   := $(shell uname -m)
ARCH   ?= $(HOST)
STATIC := static$(if $(filter-out $(HOST),$(ARCH)),-$(ARCH))
DEPS   := build/$(STATIC)/deps
RELR    = $(if $(findstring pack-relative-relocs,$(shell $(if $(filter-out $(HOST),$(ARCH)),$(ARCH)-linux-gnu-)ld --help)),-Wl$(,)-z$(,)pack-relative-relocs)
,      := ,

# variant: compiler, flags of the compiler, flags of the linker, what must be there first
dev_CC   := gcc
dev_CF    = $(HARDEN) $(PKG_FLAGS)
dev_LD    = -pie -Wl,-z,relro,-z,now $(PKG_LIBS)
clang_CC := clang
clang_CF  = $(HARDEN) $(PKG_FLAGS)
clang_LD  = -pie $(PKG_LIBS)
san_CC   := gcc
san_CF    = -O1 -g $(SAN) $(PKG_FLAGS)
san_LD    = $(SAN) $(PKG_LIBS)
san_MAIN := build/san/obj/tests/memcheck/exec_leaks.o
# They count how often each line runs; tests/coverage/counters.c says what is wrapped. libpq is not the same in both.
COUNT    := -O0 -g --coverage -fprofile-update=atomic
COUNT_LD := --coverage -Wl,--wrap=fork,--wrap=execve,--wrap=_exit
cov_CC   := gcc
cov_CF    = $(COUNT) $(PKG_FLAGS)
cov_LD    = $(COUNT_LD) $(PKG_LIBS)
fuzz_CC  := clang
fuzz_CF   = -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all $(PKG_FLAGS)
$(STATIC)_CC   := $(DEPS)/bin/cc
$(STATIC)_CF   := -Os -fno-asynchronous-unwind-tables -fPIE -fstack-protector-strong -ffunction-sections -fdata-sections -isystem $(DEPS)/include
$(STATIC)_LD    = -static-pie -s -Wl,--gc-sections -Wl,-z,relro,-z,now,-z,noexecstack $(RELR) -L$(DEPS)/lib -lpq -ljansson -lssl -lcrypto
$(STATIC)_NEED := $(DEPS).ok
cov-static_CC   := $($(STATIC)_CC)
cov-static_CF   := $($(STATIC)_CF) $(COUNT)
cov-static_LD    = $(COUNT_LD) $($(STATIC)_LD)
cov-static_NEED := $(DEPS).ok
VARIANTS := dev clang san fuzz cov cov-static $(STATIC)

INIH   := build/inih-59
INIH_D := -DINI_USE_STACK=0 -DINI_ALLOW_REALLOC=1 -DINI_INITIAL_ALLOC=512 -DINI_MAX_LINE=65536 -DINI_ALLOW_MULTILINE=0 \
  -DINI_ALLOW_INLINE_COMMENTS=0 -DINI_ALLOW_BOM=1 -DINI_STOP_ON_FIRST_ERROR=1 -DINI_HANDLER_LINENO=1

LIB_C  := $(shell find src -name '*.c' | sort)
APP_C  := $(wildcard entrypoint/*.c)
TEST_C := $(shell find tests/unit -name 'test_*.c' 2>/dev/null | sort)
BATS   := $(wildcard tests/interop/*.bats tests/integration/*.bats)# the longest first
# What shows in the binary that ships, or is too much for sanitizers, runs on that one; all else on the one with sanitizers.
SHIPPED := $(wildcard tests/interop/*.bats $(patsubst %,tests/integration/%.bats,exec hostile init memory release matrix rows scram static wait wire))
SUBSET := $(wildcard tests/versions/*.bats)
FAULTS := $(wildcard tests/faults/*.bats tests/model/*.bats)
ORACLE := $(wildcard tests/oracle/*.bats)
# They use the whole machine and measure time: one at a time.
CONTAINERS := $(foreach name,image run compose kubernetes platforms newcomer,$(wildcard tests/containers/$(name).bats))

define variant
$(1)_OBJ  := $$(patsubst %.c,build/$(1)/obj/%.o,$$(LIB_C) $$(filter-out entrypoint/main.c,$$(APP_C)))
$(1)_TEST := $$(patsubst %.c,build/$(1)/%,$$(TEST_C))
build/$(1)/entrypoint: build/$(1)/obj/entrypoint/main.o $$($(1)_MAIN) build/$(1)/libentrypoint.a build/$(1)/obj/ini.o
	$(Q)echo '  $(1) $$@'; $$($(1)_CC) -o $$@ $$^ $$($(1)_LD)
build/$(1)/libentrypoint.a: $$($(1)_OBJ) build/$(1)/obj/licenses.o
	$(Q)rm -f $$@; ar rcs $$@ $$^
build/$(1)/obj/%.o: %.c Makefile $$($(1)_NEED) | $(INIH)/ini.h
	@mkdir -p $$(@D)
	$(Q)echo '  $(1) $$<'; $$($(1)_CC) $$(ALL) $$($(1)_CF) -isystem $(INIH) $(INIH_D) -c -o $$@ $$<
build/$(1)/obj/ini.o: $(INIH)/ini.h $$($(1)_NEED)
	@mkdir -p $$(@D)
	$(Q)$$($(1)_CC) -w $$($(1)_CF) $(INIH_D) -c -o $$@ $(INIH)/ini.c
build/$(1)/licenses.c: mk/licenses.sh mk/sources
	@mkdir -p $$(@D)
	$(Q)mk/licenses.sh --c $$(if $$($(1)_NEED),static) >$$@
build/$(1)/obj/licenses.o: build/$(1)/licenses.c entrypoint/licenses.h $$($(1)_NEED)
	@mkdir -p $$(@D)
	$(Q)$$($(1)_CC) $(ALL) $$($(1)_CF) -c -o $$@ $$<
$$($(1)_TEST): build/$(1)/%: build/$(1)/obj/%.o build/$(1)/libentrypoint.a build/$(1)/obj/ini.o
	@mkdir -p $$(@D)
	$(Q)echo '  $(1) $$@'; $$($(1)_CC) -o $$@ $$^ $$($(1)_LD) -lcmocka
build/$(1)/unit: $$($(1)_TEST)
	@touch $$@
-include $$(patsubst %.o,%.d,$$($(1)_OBJ) $$($(1)_MAIN) build/$(1)/obj/entrypoint/main.o) $$(patsubst build/$(1)/%,build/$(1)/obj/%.d,$$($(1)_TEST))
endef
$(foreach v,$(VARIANTS),$(eval $(call variant,$(v))))

build/cov/entrypoint $(cov_TEST): build/cov/obj/tests/coverage/counters.o
build/cov-static/entrypoint: build/cov-static/obj/tests/coverage/counters.o

build/entrypoint: build/dev/entrypoint ## developer build, against Debian's -dev packages
	$(Q)cp $< $@

static: build/$(STATIC)/entrypoint ## build/static/entrypoint, the binary that ships; ARCH=aarch64 cross-compiles

$(DEPS).ok: $(wildcard mk/*.sh mk/*.sed mk/libpq/*) mk/sources $(if $(wildcard $(DEPS)/ok),,FORCE)
	@mkdir -p $(@D)
	+$(Q)dir=$$(mk/deps.sh $(ARCH)) && ln -sfn "$$dir" $(DEPS)
	@touch $@

$(INIH)/ini.h: mk/sources
	@mkdir -p $(INIH)
	$(Q)tar -C $(INIH) --strip-components=1 -xzf "$$(mk/fetch.sh $(notdir $(INIH)).tar.gz)"
	@touch $@

DIST := build/dist/entrypoint-$(VERSION)-linux-$(ARCH)
dist: build/$(STATIC)/entrypoint ## build/dist: what is released: binary, archive, SBOM, checksums; the same bytes from the same sources
	@mk/dist.sh $< $(VERSION) $(ARCH) $(DIST)

PREFIX ?= /usr/local
install: build/$(STATIC)/entrypoint ## the static binary, its manual page and completions, below $(DESTDIR)$(PREFIX)
	@mk/install.sh $< "$(DESTDIR)$(PREFIX)"

unit: build/san/unit ## build and run the unit tests
	@tests/run $(san_TEST)

lint: ## every check of tests/lint
	@tests/run tests/lint/all.sh

# The last of the .bats files searches what all others made the program print, for passwords.
SECRETS := tests/integration/zz_secrets.bats
test: ## everything: unit tests, lint, integration tests; ends in "N passed, N failed"
	@tests/setup.sh test
	@tests/setup.sh containers || echo "tests/containers will be skipped" >&2
	+@tests/run tests/compile.sh -- $(san_TEST) $(dev_TEST) tests/lint/all.sh tests/lint/selftest.sh tests/run-selftest.sh tests/mutation/selftest.sh tests/fuzz/replay.sh \
	  tests/bench/instructions.sh $(ORACLE) \
	  ENTRYPOINT_BINARY=$(CURDIR)/build/static/entrypoint $(SHIPPED) $(SUBSET) $(FAULTS) \
	  ENTRYPOINT_BINARY=$(CURDIR)/build/san/entrypoint $(filter-out $(SECRETS) $(SHIPPED),$(BATS)) \
	  $(if $(CONTAINERS),ENTRYPOINT_BINARY=$(CURDIR)/build/static/entrypoint $(addprefix -- ,$(CONTAINERS))) \
	  -- $(wildcard $(SECRETS))

soak: ## the long form of tests/faults: every message, every call, a hundred at once; PART=x: a part of it, less than an hour
	@tests/setup.sh test
	+@$(MAKE) --no-print-directory build/dev/entrypoint static
	@tests/faults/soak $(PART)

memcheck: ## the integration tests under valgrind; FILES="a.bats ...": only those
	@tests/setup.sh test
	+@$(MAKE) --no-print-directory build/dev/entrypoint
	@tests/memcheck/run $(FILES)

# Where the two libpqs take different ways, both are counted.
BOTH := tests/integration/signals.bats
# Not these: they are about the build, about what others printed, or about microseconds.
UNCOUNTED := tests/integration/static.bats tests/integration/release.bats $(SECRETS) build/cov/tests/unit/system/test_signals_race
coverage: ## which lines of src/ the tests reach, and how many branches; fails below 98 %; takes an hour
	@tests/setup.sh test coverage
	+@$(MAKE) --no-print-directory build/cov/entrypoint build/cov/unit build/cov-static/entrypoint
	@tests/coverage/all $(filter-out $(UNCOUNTED),$(cov_TEST) \
	  ENTRYPOINT_BINARY=$(CURDIR)/build/cov-static/entrypoint $(SHIPPED) $(BOTH) $(wildcard tests/faults/*.bats) \
	  ENTRYPOINT_BINARY=$(CURDIR)/build/cov/entrypoint $(filter-out $(SHIPPED),$(BATS)))

fuzz: ## tests/fuzz, an hour or ten million executions for each target; TARGET=x RUNS=n SECONDS_MAX=n
	@tests/setup.sh test
	+@RUNS=$(RUNS) SECONDS_MAX=$(SECONDS_MAX) tests/fuzz/run.sh $(TARGET)

versions: build/dev/entrypoint ## the tests that need a server, on PostgreSQL 13, 14, 16, 17 and 18 from npm; PG=17: on that one
	@tests/setup.sh test
	+@$(MAKE) --no-print-directory static
	@SHIPPED="$(SHIPPED)" tests/versions/all $(PG)

mutants: build/dev/unit build/san/unit build/dev/entrypoint ## planner and ledger with one thing wrong at a time, which the tests must notice; FILE=x: of that file
	@dev_LD='$(dev_LD)' san_LD='$(san_LD)' nice -n 10 tests/mutation/run $(FILE)

bench: ## what it costs, beside the floors and every peer, into tests/bench/RESULTS.md; QUICK=1: a few minutes, writes nothing
	@QUICK=$(QUICK) tests/bench/run

demo: ## a container's start on this machine: wait, migrate, verify, become a Node server
	@tests/setup.sh demo
	+@$(MAKE) --no-print-directory build/entrypoint
	@tests/demo.sh

docs: build/dev/entrypoint ## write what the program says about itself into README.md, examples/ and the manual page
	@mk/docs.sh $<

format: ## format all C as .clang-format says
	clang-format -i $(shell find src entrypoint tests -name '*.[ch]' -not -path '*/node_modules/*')

flags: $(INIH)/ini.h ## the compiler's flags, one per line: the contents of a compile_flags.txt; VARIANT=san: of that variant
	@printf '%s\n' $(filter-out -MMD -MP,$(ALL)) $($(or $(VARIANT),dev)_CF) -isystem $(INIH) $(INIH_D)

clean: ## remove everything that was built, except the libraries that mk/deps.sh keeps in ~/.cache/entrypoint-deps
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z\/.-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: static dist install unit lint test soak memcheck coverage versions fuzz mutants bench demo docs format flags clean help FORCE
.SECONDARY:

# entrypoint - `make help` lists the targets.
.DEFAULT_GOAL := build/entrypoint
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
VERSION := 0.1.0

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
  -Wwrite-strings -Wcast-qual -Wformat=2 -Wundef -Wswitch-enum -Walloca -fno-common -Werror
ALL  := -std=c17 -D_POSIX_C_SOURCE=200809L -DEP_VERSION='"$(VERSION)"' -Isrc -I. -fmacro-prefix-map=$(CURDIR)/= $(WARN) -MMD -MP
SAN  := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# Debian's -dev packages; inih is built from its pinned source, because Debian's cuts lines at 200 bytes.
PKG       := libpq jansson libcrypto
PKG_FLAGS  = $(patsubst -I%,-isystem%,$(shell pkg-config --cflags $(PKG)))
PKG_LIBS   = $(shell pkg-config --libs $(PKG))
HARDEN    := -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE

# variant: compiler, flags of the compiler, flags of the linker
dev_CC   := gcc
dev_CF    = $(HARDEN) $(PKG_FLAGS)
dev_LD    = -pie -Wl,-z,relro,-z,now $(PKG_LIBS)
clang_CC := clang
clang_CF  = $(HARDEN) $(PKG_FLAGS)
clang_LD  = -pie $(PKG_LIBS)
san_CC   := gcc
san_CF    = -O1 -g $(SAN) $(PKG_FLAGS)
san_LD    = $(SAN) $(PKG_LIBS)
VARIANTS := dev clang san

INIH_V := 59
INIH_S := 062279922805f5e9a369551a08d5ddb506140fe50774183ffdbb7c22bb97e3f4
INIH_U := https://github.com/benhoyt/inih/archive/refs/tags/r$(INIH_V).tar.gz apt:pool/main/libi/libinih/libinih_$(INIH_V).orig.tar.gz
INIH_D := -DINI_USE_STACK=0 -DINI_ALLOW_REALLOC=1 -DINI_INITIAL_ALLOC=512 -DINI_MAX_LINE=65536 -DINI_ALLOW_MULTILINE=0 \
  -DINI_ALLOW_INLINE_COMMENTS=0 -DINI_ALLOW_BOM=1 -DINI_STOP_ON_FIRST_ERROR=1 -DINI_HANDLER_LINENO=1
INIH   := build/inih-$(INIH_V)

LIB_C  := $(shell find src -name '*.c' | sort)
APP_C  := $(wildcard entrypoint/*.c)
TEST_C := $(shell find tests/unit -name 'test_*.c' 2>/dev/null | sort)

define variant
$(1)_OBJ  := $$(patsubst %.c,build/$(1)/obj/%.o,$$(LIB_C) $$(filter-out entrypoint/main.c,$$(APP_C)))
$(1)_TEST := $$(patsubst %.c,build/$(1)/%,$$(TEST_C))
build/$(1)/entrypoint: build/$(1)/obj/entrypoint/main.o build/$(1)/libentrypoint.a build/$(1)/obj/ini.o
	$$($(1)_CC) -o $$@ $$^ $$($(1)_LD)
build/$(1)/libentrypoint.a: $$($(1)_OBJ)
	rm -f $$@; ar rcs $$@ $$^
build/$(1)/obj/%.o: %.c | $(INIH)/ini.h
	@mkdir -p $$(@D)
	$$($(1)_CC) $$(ALL) $$($(1)_CF) -isystem $(INIH) $(INIH_D) -c -o $$@ $$<
build/$(1)/obj/ini.o: $(INIH)/ini.h
	@mkdir -p $$(@D)
	$$($(1)_CC) -w $$($(1)_CF) $(INIH_D) -c -o $$@ $(INIH)/ini.c
$$($(1)_TEST): build/$(1)/%: build/$(1)/obj/%.o build/$(1)/libentrypoint.a build/$(1)/obj/ini.o
	@mkdir -p $$(@D)
	$$($(1)_CC) -o $$@ $$^ $$($(1)_LD) -lcmocka
build/$(1)/unit: $$($(1)_TEST)
	@touch $$@
-include $$(patsubst %.o,%.d,$$($(1)_OBJ) build/$(1)/obj/entrypoint/main.o) $$(addsuffix .d,$$($(1)_TEST))
endef
$(foreach v,$(VARIANTS),$(eval $(call variant,$(v))))

build/entrypoint: build/dev/entrypoint ## developer build, against Debian's -dev packages
	cp $< $@

$(INIH)/ini.h: mk/fetch.sh
	@mkdir -p $(INIH)
	tar -C $(INIH) --strip-components=1 -xzf "$$(mk/fetch.sh inih-$(INIH_V).tar.gz $(INIH_S) $(INIH_U))"
	@touch $@

unit: build/san/unit build/dev/unit ## build and run the unit tests
	@for t in $(san_TEST); do $$t || exit 1; done

clean: ## remove everything that was built
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z\/.-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: unit clean help
.SECONDARY:

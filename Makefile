# outlive: two programs, liboutlive.so (preload/) and outlive (analyzer/), which share
# include/ and no code. Objects are found by wildcard, one per .c: a new file needs no
# line here. Variants (CC=clang, DEBUG=1, SAN=address|thread|undefined) build beside
# each other under build/; the plain one leaves build/outlive and build/liboutlive.so.

VERSION := 0.1.0
.DEFAULT_GOAL := all
ARCH := $(shell uname -m)
PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 60
SOAK_MINUTES ?= 30
CYCLES ?= 1000

ifeq ($(origin CC),default)
CC := gcc
endif
OBJCOPY ?= objcopy
ifneq ($(V),1)
Q := @
endif

# ---- variants -------------------------------------------------------------------

OPTIMIZE := -O2 -g
VARIANT :=
ifneq ($(filter clang%,$(notdir $(CC))),)
VARIANT := $(VARIANT)-clang
endif
ifeq ($(DEBUG),1)
OPTIMIZE := -Og -g3 -DOUTLIVE_DEBUG
VARIANT := $(VARIANT)-debug
endif
# Undefined behaviour is cheap to look for, so ASan always brings it along.
ifeq ($(SAN),address)
ifneq ($(DEBUG),1)
OPTIMIZE := -O1 -g1 # lines suffice for what it says, and gcc takes a third of the time
endif
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifeq ($(SAN),thread)
SANITIZE := -fsanitize=thread
else ifeq ($(SAN),undefined)
SANITIZE := -fsanitize=undefined -fno-sanitize-recover=all
else ifneq ($(SAN),)
$(error SAN=$(SAN) is not one of address, thread, undefined)
endif
ifneq ($(SAN),)
VARIANT := $(VARIANT)-$(SAN)
endif
B := build$(VARIANT:-%=/%)

WARN := -Wall -Wextra -Wstrict-prototypes -Wold-style-definition
ifeq ($(WERROR),1)
WARN += -Werror
endif
COMMON := -std=gnu11 $(OPTIMIZE) $(WARN) -D_GNU_SOURCE -DOUTLIVE_VERSION='"$(VERSION)"' \
	-MMD -MP

# The recorder lives in somebody else's process: only the allocator's names are exported,
# its TLS is initial-exec (a lazily allocated TLS block would call malloc), and its
# calls go through the GOT (-fno-plt) because everything is bound at load anyway.
# -fexceptions: the walk of a thread that is being cancelled passes through it.
PRELOAD_FLAGS := $(COMMON) -Iinclude -Ipreload -Ipreload/arch/$(ARCH) -fPIC \
	-fvisibility=hidden -ftls-model=initial-exec -fno-plt -fexceptions \
	-fno-builtin-malloc -fno-builtin-calloc -fno-builtin-realloc -fno-builtin-free \
	-foptimize-sibling-calls
ANALYZER_FLAGS := $(COMMON) -Iinclude -Ianalyzer $(SANITIZE)
# It runs under its user's limits, and a stack may be small: no frame holds more than a path
# and a little. (Other compilers' frames, and those without optimization, are their own.)
ifeq ($(SANITIZE)$(DEBUG),)
ANALYZER_FLAGS += -Wframe-larger-than=5120
# What runs for each event is optimized across its files, where gcc builds it: `report` takes a
# sixth less time. The objects hold machine code as well, for the unit tests.
$(B)/analyzer/base/%.o $(B)/analyzer/replay/%.o $(B)/analyzer/trace/%.o: \
	ANALYZER_FLAGS += -O3 $(LINK_TIME:%=% -ffat-lto-objects)
ifeq ($(filter clang%,$(notdir $(CC))),)
LINK_TIME := -flto=auto
endif
endif
# An unwinder comes static and hidden: as a shared library its _Unwind_* and backtrace
# would replace the program's.
PRELOAD_LIBS := -static-libgcc
include preload/link.mk
ANALYZER_LIBS := -ldw -lelf -lzstd -liberty -lZydis -lncursesw -ltinfo -lpthread

# ---- files ----------------------------------------------------------------------

PRELOAD_C := $(wildcard preload/*/*.c preload/arch/$(ARCH)/*.c)
PRELOAD_S := $(wildcard preload/arch/$(ARCH)/*.S)
ANALYZER_C := $(wildcard analyzer/*/*.c analyzer/report/*/*.c)
# What `outlive attach` copies into a process.
ANALYZER_S := $(wildcard analyzer/attach/*.S)
TEST_C := $(wildcard tests/unit/*/*/test_*.c tests/unit/*/*/*/test_*.c)
FUZZ_C := $(wildcard tests/fuzz/fuzz_*.c)

PRELOAD_O := $(PRELOAD_C:%.c=$(B)/%.o) $(PRELOAD_S:%.S=$(B)/%.o)
ANALYZER_O := $(ANALYZER_C:%.c=$(B)/%.o) $(ANALYZER_S:%.S=$(B)/%.o)
# What a test links: not main(), and not what would replace the test's own malloc.
PRELOAD_TESTED_O := $(filter-out $(B)/preload/event/lifecycle.o $(B)/preload/system/bytes.o \
	$(B)/preload/hooks/%.o,$(PRELOAD_O))
# The recorder's own objects are built without the sanitizer.
ifneq ($(SANITIZE),)
PRELOAD_TESTED_O := $(PRELOAD_TESTED_O:$(B)/%=$(B)/tested/%)
endif
ANALYZER_TESTED_O := $(filter-out $(B)/analyzer/commands/main.o,$(ANALYZER_O))
TESTS := $(TEST_C:tests/%.c=$(B)/tests/%)
# What several tests share.
TEST_SHARED_O := $(patsubst tests/%.c,$(B)/tests/%.o,$(wildcard tests/lib/*.c))

PROGRAMS := $(B)/outlive $(B)/liboutlive.so

all: $(PROGRAMS)

# Measured, not explained: frames written and copied without vectors cost some 3 % less a pair. And a
# program's own stack may not be aligned as vectors need it (exact/many_stacks).
$(B)/preload/event/%.o $(B)/preload/stack/%.o $(B)/preload/ring/%.o $(B)/preload/hooks/alloc.o: \
	PRELOAD_FLAGS += -mgeneral-regs-only

# Their callers' registers are read off their own frames.
$(B)/preload/hooks/%.o: PRELOAD_FLAGS += -fno-omit-frame-pointer

# They come before a program's handler of faults, which may run where the thread pointer is not
# what libc thinks (Wine): nothing there reads it.
$(B)/preload/hooks/fault.o $(B)/preload/self/fault_passed.o $(B)/preload/faults/watch.o: \
	PRELOAD_FLAGS += -fno-stack-protector

# ---- liboutlive.so --------------------------------------------------------------

$(B)/preload/%.o: preload/%.c Makefile
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(PRELOAD_FLAGS) -c -o $@ $<

$(B)/preload/%.o: preload/%.S Makefile
	@mkdir -p $(@D)
	@echo "  AS      $<"
	$(Q)$(CC) $(PRELOAD_FLAGS) -c -o $@ $<

# A sanitizer owns malloc and cannot live in a preload; its unit tests can have it.
$(B)/preload/exports.map: preload/exports.map.in preload/modules/hook_list.h Makefile
	@mkdir -p $(@D)
	$(Q)$(CC) $(PRELOAD_FLAGS) -g0 -MT $@ -E -P -x c -o $@ $<

$(B)/liboutlive.so: $(PRELOAD_O) $(UNWINDER) $(B)/preload/exports.map tests/house/exports.sh
	@echo "  LINK    $@"
	$(Q)$(CC) -shared -o $@.new $(OPTIMIZE) $(PRELOAD_O) $(PRELOAD_LIBS) \
		-Wl,--version-script=$(B)/preload/exports.map -Wl,--exclude-libs,ALL \
		-Wl,-soname,liboutlive.so -Wl,-z,now,-z,relro,-z,noexecstack,-z,defs,-z,nodelete \
		-Wl,--build-id=sha1 \
		-Wl,--as-needed
	$(Q)bash tests/house/exports.sh $@.new $(B)/preload/exports.map
	$(Q)mv $@.new $@

# ---- outlive --------------------------------------------------------------------

$(B)/analyzer/%.o: analyzer/%.c Makefile
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(ANALYZER_FLAGS) -c -o $@ $<

$(B)/analyzer/%.o: analyzer/%.S Makefile
	@mkdir -p $(@D)
	@echo "  AS      $<"
	$(Q)$(CC) $(ANALYZER_FLAGS) -c -o $@ $<

$(B)/outlive: $(ANALYZER_O)
	@echo "  LINK    $@"
	$(Q)$(CC) $(OPTIMIZE) $(LINK_TIME:%=% -O3) $(SANITIZE) -o $@ $(ANALYZER_O) $(ANALYZER_LIBS)

# ---- unit tests -----------------------------------------------------------------

$(B)/tested/preload/%.o: preload/%.c Makefile
	@mkdir -p $(@D)
	@echo "  CC      $< (for tests)"
	$(Q)$(CC) $(PRELOAD_FLAGS) $(SANITIZE) -c -o $@ $<

$(B)/tested/preload/%.o: preload/%.S Makefile
	@mkdir -p $(@D)
	$(Q)$(CC) $(PRELOAD_FLAGS) $(if $(filter thread,$(SAN)),-DSTUBS_WRITABLE) -c -o $@ $<

# Archives, so that a test takes the modules it names and no constructor with them.
$(B)/preload.a: $(PRELOAD_TESTED_O)
	$(Q)rm -f $@ && ar qcs $@ $^

$(B)/analyzer.a: $(ANALYZER_TESTED_O)
	$(Q)mkdir -p $(@D) && rm -f $@ && ar qcs $@ $^

$(B)/tests/unit/preload/%.o: tests/unit/preload/%.c Makefile
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(COMMON) $(SANITIZE) -Iinclude -Itests/lib -Ipreload -Ipreload/arch/$(ARCH) \
		-Ianalyzer -c -o $@ $<

$(B)/tests/unit/preload/%: $(B)/tests/unit/preload/%.o $(B)/preload.a $(B)/analyzer.a
	@echo "  LINK    $@"
	$(Q)$(CC) $(OPTIMIZE) -fno-lto $(SANITIZE) -o $@ $^ -lgcc_s $(ANALYZER_LIBS) -lcmocka

$(B)/tests/%.o: tests/%.c Makefile
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(COMMON) $(SANITIZE) -Iinclude -Itests/lib -Ianalyzer -c -o $@ $<

$(B)/tests/unit/analyzer/%: $(B)/tests/unit/analyzer/%.o $(TEST_SHARED_O) $(B)/analyzer.a
	@echo "  LINK    $@"
	$(Q)$(CC) $(OPTIMIZE) -fno-lto $(SANITIZE) -o $@ $^ $(ANALYZER_LIBS) -lcmocka

unit-programs: $(TESTS)

# Which variant is tested, and what links with its parts. The programs that are traced are built
# by gcc in every variant: frame sizes and attributes of theirs are known truth (tests/exact
# builds its own by clang, too).
RUN_TESTS := CC=gcc CXX=g++ OUTLIVE_BUILD=$(CURDIR)/$(B) OUTLIVE_SANITIZE="$(SANITIZE)" bash tests/run/run.sh
# Unit tests are run under ASan, too, whichever the variant.
ADDRESS_B := build/$(patsubst -%,%,$(VARIANT)-address)

# `make test` ends with one line, "N passed, N failed", and its exit status is true. So do
# `make test CC=clang` and `make test SAN=address` (or thread, or undefined).
test: all
	$(Q)$(MAKE) unit-programs $(B)/analyzer.a
ifeq ($(SAN),)
	$(Q)$(MAKE) SAN=address unit-programs
endif
	$(Q)KILLS=$${KILLS:-$(if $(WHOLE),200,20)} $(RUN_TESTS) unit:$(B) $(if $(SAN),,unit:$(ADDRESS_B)) cli samples \
		stress exact golden programs-short oracle-short generator segments go \
		sources-short attach

# The same, with the tests that `test` shortens at their whole length.
test-whole:
	$(Q)$(MAKE) WHOLE=1 test

# The whole of it with the other compiler and with each sanitizer; a line each.
test-variants:
	$(Q)bad=0; for variant in CC=clang SAN=address SAN=thread SAN=undefined; do \
		echo "== make test $$variant"; $(MAKE) $$variant test || bad=1; \
	done; exit $$bad

unit: unit-programs
	$(Q)$(RUN_TESTS) unit:$(B)

golden: all
	$(Q)$(RUN_TESTS) golden

test-programs: all
	$(Q)bash tests/programs/install.sh
	$(Q)WHOLE=1 $(RUN_TESTS) programs

# Escape depths of real programs, held block by block against an independent oracle.
oracle: all $(B)/analyzer.a
	$(Q)bash tests/oracle/install.sh
	$(Q)$(RUN_TESTS) oracle

# Source frames: builds with inlined functions against builds without, block by block.
sources: all $(B)/analyzer.a
	$(Q)$(RUN_TESTS) sources

# Go programs by every version of Go that is installed.
go: all $(B)/analyzer.a
	$(Q)$(RUN_TESTS) go

# Does advice pay? Real programs, before and after patches that follow it (docs/advice.md).
advice: all
	$(Q)bash tests/advice/install.sh
	$(Q)bash tests/advice/run.sh $(PROGRAM)

# The programs that return stubs could break, with every runtime and debugger there is.
exact: all
	$(Q)bash tests/exact/install.sh
	$(Q)$(RUN_TESTS) exact

stress: all
	$(Q)$(RUN_TESTS) stress

# Processes that run already, attached to and let go; `attach-soak`: very many times, under load, with
# servers that tests/attach/soak/install.sh has from Debian.
attach: all
	$(Q)$(RUN_TESTS) attach

attach-soak: all
	$(Q)OUTLIVE_BUILD=$(CURDIR)/$(B) CYCLES=$(CYCLES) bash tests/attach/soak/soak.sh

soak: all
	$(Q)SOAK_MINUTES=$(SOAK_MINUTES) bash tests/stress/soak.sh

bench: all $(B)/analyzer.a
	$(Q)bash tests/bench/bench.sh

# The same at full length, which takes hours: seven million callbacks, the runtime's own tests of cgo, and
# random paths with each setting of the collector.
go-soak: all $(B)/analyzer.a
	$(Q)WHOLE=1 PATHS_GOROUTINES=200 PATHS_TIMES=400 $(RUN_TESTS) go/test_paths go/test_callbacks \
		go/test_std go/test_system go/test_sqlite3

# Does recording cost more than it did at REVISION?
bench-against: all
	$(Q)bash tests/bench/against.sh $(REVISION)

# What stacks through Go cost, beside the same recorder without them: such stacks end at the cgo call.
bench-go: all
	$(Q)$(MAKE) B=build/no-go OPTIMIZE="-O2 -g -DIGNORES_GO=1"
	$(Q)bash tests/bench/bench.sh go

# How often estimates of a sample are within two of their standard errors.
sample-trials: all
	$(Q)bash tests/bench/sample_trials.sh

# What `outlive top` takes of a processor.
bench-top: all
	$(Q)bash tests/bench/top.sh

# ---- fuzzing --------------------------------------------------------------------

FUZZ_FLAGS := -std=gnu11 -O1 -g -D_GNU_SOURCE -DOUTLIVE_VERSION='"$(VERSION)"' -Iinclude \
	-Ianalyzer -Itests/lib -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZERS := $(FUZZ_C:tests/fuzz/%.c=build/fuzz/%)

build/fuzz/%: tests/fuzz/%.c $(ANALYZER_C) $(wildcard analyzer/*/*.h analyzer/report/*/*.h \
		include/*.h) Makefile
	@mkdir -p $(@D)
	@echo "  FUZZER  $@"
	$(Q)clang $(FUZZ_FLAGS) -o $@ $< $(filter-out analyzer/commands/main.c,$(ANALYZER_C)) \
		$(ANALYZER_S) $(ANALYZER_LIBS)

fuzz: $(FUZZERS)
	$(Q)for fuzzer in $(FUZZERS); do \
		name=$${fuzzer##*/}; mkdir -p build/fuzz/corpus/$$name; \
		$$fuzzer -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=4096 \
			-artifact_prefix=build/fuzz/ build/fuzz/corpus/$$name \
			$$(ls -d tests/fuzz/corpus/$$name tests/fuzz/corpus 2>/dev/null | head -1) \
			|| exit 1; \
	done

# ---- the house ------------------------------------------------------------------

rooms:
	$(Q)awk -v ARCH=$(ARCH) -f tests/house/rooms.awk $(sort $(wildcard preload/*/*.[ch] \
		preload/arch/*/*.[ch] analyzer/*/*.[ch] analyzer/report/*/*.[ch]))

# Both compilers with -Werror, and clang-tidy: a file each, again only if it or a header that it
# includes has changed.
LINTED := $(patsubst %.c,build/lint/%.checked,$(PRELOAD_C) $(ANALYZER_C))
LINT_FLAGS := -std=gnu11 -D_GNU_SOURCE -DOUTLIVE_VERSION='"lint"' -Iinclude

build/lint/preload/%: LINT_FLAGS += -Ipreload -Ipreload/arch/$(ARCH)
build/lint/analyzer/%: LINT_FLAGS += -Ianalyzer -Wframe-larger-than=5120

build/lint/%.checked: %.c Makefile .clang-tidy
	@mkdir -p $(@D)
	@echo "  LINT    $<"
	$(Q)gcc $(LINT_FLAGS) -O2 -Wall -Wextra -Werror -MMD -MP -MT $@ -MF $(@:.checked=.d) \
		-c -o /dev/null $<
	$(Q)clang $(LINT_FLAGS) -O2 -Wall -Wextra -Werror -c -o /dev/null $<
	$(Q)clang-tidy --quiet $< -- $(LINT_FLAGS) 2>/dev/null
	$(Q)touch $@

lint-units: $(LINTED)

lint: rooms
	$(Q)bash tests/house/lint.sh

deps:
	$(Q)bash tests/house/deps.sh build

deps-test:
	$(Q)bash tests/house/deps.sh test

# README.md's two commands on a Debian that is installed into a directory, and taken away.
debian12:
	$(Q)bash tests/house/debian.sh bookworm

debian13:
	$(Q)bash tests/house/debian.sh trixie

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/outlive \
		$(DESTDIR)$(PREFIX)/include \
		$(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man3 \
		$(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(B)/outlive $(DESTDIR)$(PREFIX)/bin/outlive
	install -m 755 $(B)/liboutlive.so $(DESTDIR)$(PREFIX)/lib/outlive/liboutlive.so
	install -m 644 include/outlive.h $(DESTDIR)$(PREFIX)/include/outlive.h
	install -m 644 docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 docs/man/*.3 $(DESTDIR)$(PREFIX)/share/man/man3
	install -m 644 docs/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 docs/outlive.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/outlive

clean:
	rm -rf build

.PHONY: all unit-programs test test-whole test-variants unit golden test-programs oracle sources go advice exact stress attach attach-soak soak go-soak bench bench-against bench-top bench-go sample-trials fuzz \
	rooms lint lint-units deps deps-test debian12 debian13 install clean
.SECONDARY:
.DELETE_ON_ERROR:

-include $(shell find build -type f -name '*.d' -not -path 'build/fuzz/*' -not -path 'build/advice/*' \
	2>/dev/null)

# SPDX-License-Identifier: BSD-3-Clause
# A thin front for meson: what people type. `make check` before every commit.

BUILD ?= build
SAN ?= build-san
TSAN ?= build-tsan
COV ?= build-cov
FUZZ ?= build-fuzz
T ?= 60
MESON_TEST = meson test --print-errorlogs

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	meson setup $(BUILD)

$(SAN)/build.ninja:
	meson setup $(SAN) -Dbuildtype=debugoptimized -Doptimization=1 -Db_lto=false -Db_sanitize=address,undefined

$(TSAN)/build.ninja:
	meson setup $(TSAN) -Dbuildtype=debugoptimized -Doptimization=1 -Db_lto=false -Db_sanitize=thread \
	    -Dc_args=-DRTE_USE_C11_MEM_MODEL

$(COV)/build.ninja:
	meson setup $(COV) -Dbuildtype=debug -Db_lto=false -Db_coverage=true

$(FUZZ)/build.ninja:
	CC=clang meson setup $(FUZZ) -Dbuildtype=debugoptimized -Db_lto=false -Db_sanitize=address,undefined \
	    -Db_lundef=false -Dfuzz=true

# Everything that needs no root, no NIC and no huge pages.
test: all
	$(MESON_TEST) -C $(BUILD)

# The same under AddressSanitizer and UndefinedBehaviorSanitizer, but for what runs no C.
san: $(SAN)/build.ninja
	ninja -C $(SAN)
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 $(MESON_TEST) -C $(SAN) --no-suite model --timeout-multiplier 6

# What runs in several threads, under ThreadSanitizer and without suppressions: two and a half minutes of CPU the first time.
tsan: $(TSAN)/build.ninja
	ninja -C $(TSAN) tests/threads/test-workers tests/unit/test-binding_threads tests/unit/test-bank
	$(MESON_TEST) -C $(TSAN) --no-rebuild --timeout-multiplier 6 workers binding_threads bank

# Before each commit.
check: lint test san

# CE, BR and hosts in network namespaces: many programs on few CPUs, so what fails is tried a second time, and both are shown.
smoke: all
	@tests/netns/smoke.py --build $(BUILD) --half line --again > $(BUILD)/smoke-line.log 2>&1 & line=$$!; \
	tests/netns/smoke.py --build $(BUILD) --half path --again; path=$$?; \
	wait $$line; line=$$?; cat $(BUILD)/smoke-line.log; [ $$path != 0 ] && exit $$path; exit $$line

# One half of it: path computes, line mostly waits.
smoke-path smoke-line: smoke-%: all
	@tests/netns/smoke.py --build $(BUILD) --half $* --again

demo: all
	@tests/netns/demo.py --build $(BUILD)

# Program and model on 100 000 random packets of every BR; ARGS="--seed 7".
differential: all
	tests/differential/run.py --mapedge $(BUILD)/app/mapedge/mapedge $(ARGS)

# The same for a CE, 100 000 packets of all configurations together.
differential-ce: all
	tests/differential/ce_run.py --mapedge $(BUILD)/app/mapedge/mapedge $(ARGS)

# Does a test notice each of some mistakes put into lib/, one at a time? An hour; `make mutate ARGS="--jobs 2 lib/map"`.
mutate:
	tests/mutate/mutate.py $(ARGS)

# Do they notice? Some fifty mistakes put into lib/, one at a time; `make faults ARGS="--ce lib/nat"`.
faults:
	tests/differential/faults.py $(ARGS)

# Cycles per packet beside the floor of the same run; `make bench ARGS="--only br_up --hot"`.
bench: all
	@scripts/bench $(BUILD) $(ARGS)

# Every fuzzer for T seconds from its corpus.
fuzz: $(FUZZ)/build.ninja
	ninja -C $(FUZZ) fuzz
	tests/fuzz/run.sh $(T) $(FUZZ)

cov: $(COV)/build.ninja
	ninja -C $(COV)
	$(MESON_TEST) -C $(COV)
	gcovr --root . --filter 'lib/' --filter 'app/' $(COV)

lint: all
	scripts/lint $(BUILD)

format:
	git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf $(BUILD) $(SAN) $(TSAN) $(COV) $(FUZZ)

.PHONY: all test san tsan check smoke smoke-path smoke-line demo differential differential-ce mutate faults bench fuzz cov lint format clean

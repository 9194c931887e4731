#!/bin/bash
# Random C programs that are hard to see source functions in (generate.py), each built by both
# compilers at -O2 and -O3: of all blocks at most 0.5 % may be wrong and 5 % open. SEEDS says
# which (1 to 20).
set -u
root=$OUTLIVE_ROOT_DIR/tests/sources
seeds=${SEEDS:-$(seq 20)}
bad=0

for seed in $seeds; do
	mkdir "seed$seed"
	python3 "$root/generate.py" "$seed" >"seed$seed/hostile$seed.c" || exit 1
	(cd "seed$seed" && KIND=hostile SOURCES_WAYS="-O2 -O3" \
		bash "$root/run.sh" "$PWD/hostile$seed.c") >"seed$seed/log" 2>&1
	[ $? = 77 ] && { tail -n 1 "seed$seed/log"; exit 77; }
	grep -E '^ |O[23]' "seed$seed/log"
	rm -rf "seed${seed:?}"/*-O*
done
# "hostile1 all blocks 100 open 0.00% wrong 0.000%"
cat seed*/log | awk '$2 == "all" {
		blocks += $4; opened += $4 * $6 / 100; wrong += $4 * $8 / 100
	}
	END {
		if (!blocks)
			exit 1
		printf "hostile: blocks %d open %.2f%% wrong %.3f%%\n", blocks, 100 * opened / blocks,
			100 * wrong / blocks
		exit wrong > blocks * 0.005 || opened > blocks * 0.05
	}' || bad=1
exit $bad

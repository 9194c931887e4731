#!/bin/bash
# soak.sh - the stress programs, samples, random kills and thousands of generated cases
# again and again for SOAK_MINUTES (30), stopping at the first failure. What fails once in
# a thousand runs fails here. Before that, ten million rounds of each kind that might use up
# the stubs (SOAK_ROUNDS; KINDS="throw dlsym" picks some): 20 minutes of processor time. It prints
# the share of exact blocks of each kind, at its start and at its end; it must not fall.
set -u
cd "$(dirname "$0")/../.." || exit 2
rounds=${SOAK_ROUNDS:-10000000}
if ! ROUNDS=$rounds THREADS=$rounds TEST_SECONDS=28800 bash tests/run/run.sh exact/test_rounds; then
	echo "soak: failed in rounds" >&2
	exit 1
fi
end=$((SECONDS + ${SOAK_MINUTES:-30} * 60))
rounds=0
while [ $SECONDS -lt $end ]; do
	if ! KILLS=100 CASES=3000 ROLLS=30 SEED=$((1000 + RANDOM)) \
		bash tests/run/run.sh stress samples generator >build/soak.log 2>&1; then
		cat build/soak.log
		echo "soak: failed in round $((rounds + 1))" >&2
		exit 1
	fi
	rounds=$((rounds + 1))
	echo "soak: round $rounds: $(tail -n 1 build/soak.log)"
done

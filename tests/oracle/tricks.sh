#!/bin/bash
# A small program with every trick: tricks.cpp.
# short: yes
# shellcheck disable=SC2154,SC2034 # machine_lib.sh sets some, and reads others
. "$OUTLIVE_ROOT_DIR/tests/oracle/machine_lib.sh"
g++ -std=c++17 "${hook_flags[@]}" -pthread -o tricks "$here/tricks.cpp" "${oracle_libs[@]}" || exit 1
watch tricks ./tricks

# That the comparison can fail: frames that are only compared, by slot and return address,
# are wrong here and there.
run_options=(--frames=plain)
record plain ./tricks
./compare plain.outlive plain.log tricks.symbols >plain.reported
grep 'inferred, and not right' plain.reported ||
	complain "plain frames are never wrong here: the comparison compares nothing"
rm -f plain.log

#!/bin/bash
# A small program with every trick: tricks.cpp.
# short: yes
. "$OUTLIVE_ROOT_DIR/tests/oracle/lib.sh"
g++ -std=c++17 "${hook_flags[@]}" -pthread -o tricks "$here/tricks.cpp" "${oracle_libs[@]}" || exit 1
watch tricks ./tricks

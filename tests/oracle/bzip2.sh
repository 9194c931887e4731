#!/bin/bash
# bzip2: few and large blocks, made and freed in different calls of its library.
# shellcheck disable=SC2154,SC2034 # machine_lib.sh sets some, and reads others
. "$OUTLIVE_ROOT_DIR/tests/oracle/machine_lib.sh"
fetch bzip2
gcc "${hook_flags[@]}" -o bzip2.hooked bzip2/{bzip2,blocksort,huffman,crctable,randtable,compress,decompress,bzlib}.c \
	"${oracle_libs[@]}" || exit 1
for i in 1 2 3 4 5 6; do seq $((i * 1000)) $((i * 3000)) >"input.$i"; done
watch compress ./bzip2.hooked -kf input.1 input.2 input.3 input.4 input.5 input.6
watch decompress ./bzip2.hooked -dc input.1.bz2 input.2.bz2 input.3.bz2 input.4.bz2 input.5.bz2

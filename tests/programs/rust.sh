#!/bin/bash
# ripgrep, a Rust program, over a tree of files; its output sorted, its threads its own.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs rg
mkdir tree
for i in $(seq 1 300); do
	seq $((i * 3)) $((i * 3 + 400)) >"tree/file$i.txt"
done
same rg --sort path --no-config '7.*1$' tree
agree
same rg --no-config --count-matches --threads 1 '[13]5' tree/file7.txt
agree
record rg --no-config -c '7.*1$' tree
agree
